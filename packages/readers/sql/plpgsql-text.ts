import type { SchemaEvent, Span, SqlExpr, SqlSelect, SqlStatement, TypeRef, Unread } from '@tenantlint/model';
import { DEEPEST, Excerpt } from './excerpt.ts';
import { lowerValue, PREFIX } from './expression.ts';
import type { Node } from './grammar.ts';
import { allOf, lowerStatement } from './lower-dml.ts';
import { lowerEvents } from './lower-event.ts';
import { lowerExpr } from './lower-expr.ts';
import { typeOf } from './lower-names.ts';
import type { Stretch } from './lower-select.ts';
import { recall } from './patterns.ts';
import type { Tree } from './tree.ts';

/** Why a body cannot be followed as PL/pgSQL, and at which token. */
export class PlProblem extends Error {
  readonly token: number;

  constructor(reason: string, token: number) {
    super(reason);
    this.token = token;
  }
}

/** A query or a data change as algebra; anything else by what it does to the schema. */
export interface EmbeddedSql {
  readonly statement: SqlStatement;
  readonly events: readonly SchemaEvent[];
}

/** A PL/pgSQL body read token by token; the SQL in it is handed to the grammar piece by piece. */
export class PlText {
  readonly e: Excerpt;
  readonly unread: Unread[] = [];
  /** Queries of the cursors declared so far, by name. */
  readonly cursors = new Map<string, SqlSelect>();
  /** Index of the next token. */
  i = 0;
  depth = 0;

  constructor(e: Excerpt) {
    this.e = e;
  }

  get done(): boolean {
    return this.i >= this.e.tokens.count;
  }

  is(text: string): boolean {
    return this.e.is(this.i, text);
  }

  get word(): string {
    return this.e.word(this.i);
  }

  /** Takes the words when they come next. */
  take(...words: readonly string[]): boolean {
    const next = this.e.skip(this.i, ...words);
    const taken = next > this.i;
    this.i = next;
    return taken;
  }

  expect(...words: readonly string[]): void {
    if (!this.take(...words)) this.fail(`${words.join(' ').toUpperCase()} expected`);
  }

  fail(reason: string): never {
    throw new PlProblem(this.done ? `${reason} at end of body` : `${reason} at or near "${this.e.token(this.i)}"`, this.i);
  }

  /** An identifier, folded as Postgres does. */
  name(): string {
    if (this.done) this.fail('a name expected');
    const name = folded(this.e.token(this.i));
    this.i++;
    return name;
  }

  /** A variable or a part of one: `v`, `rec.field`, `arr[1]`. Subscripts are left out. */
  target(): string {
    let path = this.name();
    for (;;) {
      if (this.take('.')) path += `.${this.name()}`;
      else if (this.is('[')) this.i = this.e.after(this.i);
      else return path;
    }
  }

  targets(): string[] {
    const targets = [this.target()];
    while (this.take(',')) targets.push(this.target());
    return targets;
  }

  /** Everything up to one of the words or symbols outside parentheses, or to the semicolon; the next token is that one. */
  until(...stops: readonly string[]): Stretch {
    const first = this.i;
    while (!this.done && !this.is(';') && !stops.some((stop) => this.is(stop))) this.i = this.e.after(this.i);
    return { first, last: this.i - 1 };
  }

  place(stretch: Stretch): Span {
    return this.e.between(stretch.first, stretch.last);
  }

  /** The expression up to one of the stops. Like Postgres, allows it to go on as a query: `count(*) FROM t`. */
  expression(...stops: readonly string[]): SqlExpr {
    const stretch = this.until(...stops);
    if (stretch.last < stretch.first) this.fail('an expression expected');
    return this.value(stretch);
  }

  /** Expressions with commas between them, up to one of the stops. */
  expressions(...stops: readonly string[]): SqlExpr[] {
    const values = [this.expression(',', ...stops)];
    while (this.take(',')) values.push(this.expression(',', ...stops));
    return values;
  }

  value(stretch: Stretch): SqlExpr {
    const at = this.place(stretch);
    const read = lowerValue(at.file, this.e.slice(at), at.start, true);
    if ('expr' in read) return read.expr;
    this.unread.push(read.unread);
    return { kind: 'opaque', text: this.e.slice(at), at };
  }

  /**
   * SQL as it stands from `first` to `last`, with a part of it blanked: INTO belongs to PL/pgSQL, and PERFORM
   * stands for SELECT. Offsets stay.
   */
  sql(stretch: Stretch, blank?: Stretch, head?: string): EmbeddedSql {
    const at = this.place(stretch);
    let text = this.e.slice(at);
    if (blank !== undefined) {
      const hole = this.place(blank);
      text = text.slice(0, hole.start - at.start) + ' '.repeat(hole.end - hole.start) + text.slice(hole.end - at.start);
    }
    if (head !== undefined) text = head + text.slice(head.length);
    const read = recall('embedded', new Excerpt(at.file, text, at.start), embedded);
    if (read.ok) return read.value;
    this.unread.push({ at: read.at, reason: read.reason });
    return { statement: { kind: 'other', text: this.e.slice(at), at }, events: [] };
  }

  /** A type name up to the end of the stretch. */
  type(stretch: Stretch): TypeRef | undefined {
    const at = this.place(stretch);
    const read = recall('type', new Excerpt(at.file, `${PREFIX}NULL::${this.e.slice(at)}`, 0), castType);
    return read.ok ? read.value : undefined;
  }

  /** Runs a part of the body one level deeper. */
  deeper<T>(read: () => T): T {
    if (this.depth >= DEEPEST / 4) this.fail('nested too deeply');
    this.depth++;
    const result = read();
    this.depth--;
    return result;
  }
}

function embedded(e: Excerpt, node: Node): EmbeddedSql {
  const tree: Tree = node;
  const statement = lowerStatement(e, node, allOf(e));
  const known = statement.kind !== 'other' && tree.SelectStmt?.intoClause === undefined;
  return { statement, events: known ? [] : lowerEvents(e, node) };
}

/** The type to which the only target is cast. */
function castType(e: Excerpt, node: Node): TypeRef | undefined {
  const target = ((node as Tree).SelectStmt?.targetList?.[0] as Tree | undefined)?.ResTarget;
  const { TypeCast: cast } = (target?.val ?? {}) as Tree;
  return cast === undefined ? undefined : typeOf(e, cast.typeName);
}

/** The call of `CALL p(…)`. */
export function callOf(text: PlText, stretch: Stretch): SqlExpr | undefined {
  const at = text.place(stretch);
  const read = recall('call', new Excerpt(at.file, text.e.slice(at), at.start), calledBy);
  return read.ok ? read.value : undefined;
}

function calledBy(e: Excerpt, node: Node): SqlExpr | undefined {
  const call = (node as Tree).CallStmt?.funccall;
  return call === undefined ? undefined : lowerExpr(e, { FuncCall: call });
}

/** An identifier as Postgres holds it: quotes taken off, or lower case. */
export function folded(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token.toLowerCase();
}

/** The value of a string literal; undefined for any other token. */
export function stringValue(token: string): string | undefined {
  const match = /^(?:[eE])?'([^]*)'$/.exec(token);
  if (match !== null) return (match[1] ?? '').replaceAll("''", "'");
  const dollar = /^(\$\w*\$)([^]*)\1$/.exec(token);
  return dollar?.[2];
}
