import type { QName, Source, Span, SqlStatement } from '@tenantlint/model';
import { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import { allOf, lowerInsert } from './lower-dml.ts';
import { relationName } from './lower-names.ts';
import { recall } from './patterns.ts';
import type { Tree } from './tree.ts';

type Insert = Extract<SqlStatement, { kind: 'insert' }>;

/** Files of this size are dumps, most of them rows: a row takes fifty times its text as algebra. */
export const DUMP = 1024 * 1024;

/** Rows are read again when somebody asks for them; of one statement they are kept, for who asks twice. */
let latest: { readonly of: StoredInsert; readonly insert: Insert } | undefined;

/** INSERT … VALUES of a dump, kept as the place where it stands. */
export class StoredInsert implements Insert {
  readonly kind = 'insert';
  readonly #source: Source;
  readonly #start: number;
  readonly #end: number;
  readonly #schema: string | undefined;
  readonly #name: string;
  readonly #nameStart: number;
  readonly #nameEnd: number;

  constructor(source: Source, e: Excerpt, { schema, name, at }: QName) {
    this.#source = source;
    this.#start = e.base;
    this.#end = e.base + e.text.length;
    this.#schema = schema;
    this.#name = name;
    this.#nameStart = at.start;
    this.#nameEnd = at.end;
  }

  get at(): Span {
    return { file: this.#source.path, start: this.#start, end: this.#end };
  }

  get table(): QName {
    const at = { file: this.#source.path, start: this.#nameStart, end: this.#nameEnd };
    return this.#schema === undefined ? { name: this.#name, at } : { schema: this.#schema, name: this.#name, at };
  }

  get with(): Insert['with'] {
    return [];
  }

  get columns(): Insert['columns'] {
    return this.#read().columns;
  }

  get source(): NonNullable<Insert['source']> {
    const { source } = this.#read();
    if (source === undefined) throw new Error('an INSERT … VALUES without its values');
    return source;
  }

  get returning(): Insert['returning'] {
    return [];
  }

  toJSON(): Insert {
    return this.#read();
  }

  #read(): Insert {
    if (latest?.of === this) return latest.insert;
    const text = this.#source.text.slice(this.#start, this.#end);
    const e = new Excerpt(this.#source.path, text, this.#start);
    const read = recall('insert', e, insertOf);
    if (!read.ok) throw new Error(`the INSERT at ${this.#source.path}:${this.#start} has changed`);
    latest = { of: this, insert: read.value };
    return read.value;
  }
}

function insertOf(e: Excerpt, statement: Node): Insert {
  return lowerInsert(e, (statement as Tree).InsertStmt ?? {}, allOf(e));
}

/** The table for which a statement is nothing but rows. */
export function rowsOf(e: Excerpt, statement: Node): { readonly table: QName | undefined } {
  const { InsertStmt: node } = statement as Tree;
  const plain = node !== undefined && node.withClause === undefined && node.onConflictClause === undefined && node.returningClause === undefined;
  const rows = plain && (node.selectStmt as Tree | undefined)?.SelectStmt?.valuesLists !== undefined;
  return { table: rows ? relationName(e, node.relation) : undefined };
}
