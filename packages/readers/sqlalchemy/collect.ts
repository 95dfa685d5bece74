import type { Code, CodeStatement, Span, SqlParser } from '@tenantlint/model';
import type { PythonProject } from '../python/graph/project.ts';
import { argument, Interpreter, textOf, type Args, type ClassValue, type Value, type ValueOf } from '../python/constant/index.ts';
import { Bases } from './bases.ts';
import type { Locate } from './column.ts';
import { Declarative, tableOfCall, type Attribute } from './declarative.ts';
import { completeTable, ownColumns, tableOfItems } from './read-table.ts';
import { calledName, lastName, Reading } from './reading.ts';
import { readIndex, type OwnColumn } from './schema-items.ts';
import { tableKey, type ColumnSpec, type Metadata, type TableSpec } from './table.ts';

/** A class that stands for rows. */
export interface MappedClass {
  readonly cls: ClassValue;
  readonly name: string;
  readonly table: TableSpec;
  readonly parent: ClassValue | undefined;
  readonly attributes: readonly Attribute[];
}

/** Everything that the files say about models. */
export interface Collected {
  readonly tables: readonly TableSpec[];
  readonly classes: readonly MappedClass[];
  /** Tables by the call that makes them. */
  readonly byCall: ReadonlyMap<Value, TableSpec>;
  readonly locate: Locate;
}

/** Steps that reading all models may take, beside what their files do at their top level. */
const FUEL = 20_000_000;

export class Collector {
  readonly of: Reading;
  readonly bases: Bases;
  readonly #declarative: Declarative;
  readonly #project: PythonProject;
  readonly #calls = new Map<string, ValueOf<'call'>>();
  readonly #indexes = new Map<string, ValueOf<'call'>>();
  readonly #imperative: { readonly cls: ClassValue; readonly table: Value; readonly properties: Value | undefined }[] = [];
  readonly #classes = new Map<string, ClassValue>();
  readonly #byCall = new Map<Value, TableSpec>();

  constructor(project: PythonProject, sql: SqlParser, packages: ReadonlyMap<string, string>) {
    this.#project = project;
    const run = new Interpreter(project, { call: (callee, args, at) => this.#observe(callee, args, at) }, FUEL);
    this.of = new Reading(run, sql, packages);
    this.bases = new Bases(this.of);
    this.#declarative = new Declarative(this.of, this.bases);
  }

  /** Runs the top level of a file and notes its classes and tables. */
  read(path: string): void {
    const file = this.#project.load(path);
    if (!file) return;
    this.of.unread.push(...file.unread);
    const scope = this.of.run.module(path);
    if (this.of.run.unfinished.has(path)) this.of.note({ file: path, start: 0, end: 0 }, 'too much to follow');
    if (scope) for (const cls of classesOf(file.body)) this.#classes.set(cls.id, { kind: 'class', class: cls, scope, at: cls.nameAt });
  }

  /** Names of the classes that others may inherit from to become models. */
  baseNames(): Set<string> {
    const names = new Set<string>();
    for (const cls of this.#classes.values()) if (cls.class.name !== undefined && this.bases.of(cls)) names.add(cls.class.name);
    return names;
  }

  #observe(callee: Value, args: Args, at: Span): Value | undefined {
    const word = lastName(callee);
    if (word !== 'Table' && word !== 'Index' && word !== 'map_imperatively' && word !== 'mapper') return undefined;
    const key = `${at.file}@${at.start}`;
    if (word === 'Table' || word === 'Index') {
      const into = word === 'Table' ? this.#calls : this.#indexes;
      const known = into.get(key);
      // One call is one table, however often it is come by; in a loop or a helper each turn makes another.
      if (known && textOf(known.args.positional[0]) === textOf(args.positional[0])) return known;
      const call: ValueOf<'call'> = { kind: 'call', callee, args, at };
      into.set(known ? `${key}:${into.size}` : key, call);
      return call;
    }
    const [cls, table] = [argument(args, 'class_', 0), argument(args, 'local_table', 1)];
    if (cls?.kind === 'class' && table) this.#imperative.push({ cls, table, properties: args.named.get('properties') });
    return undefined;
  }

  collect(): Collected {
    const tables: TableSpec[] = [];
    const keys = new Map<string, TableSpec>();
    const add = (table: TableSpec): TableSpec => {
      const key = `${table.metadata.key}\0${tableKey(table.schema, table.name)}`;
      const known = keys.get(key);
      if (known) {
        if (known.at !== table.at && table.columns.length > 0) this.of.note(table.nameAt, `the table ${table.name} is declared more than once`);
        return known;
      }
      keys.set(key, table);
      tables.push(table);
      return table;
    };
    const locate: Locate = (value) => this.#locate(value);
    const used = new Set<Value>();
    const classes = this.#mapped();
    for (const call of this.#calls.values()) {
      const table = this.#core(call, locate);
      if (!table) continue;
      for (const item of call.args.positional) used.add(item);
      this.#byCall.set(call, add(table));
    }
    const found: MappedClass[] = [];
    for (const cls of classes) {
      const one = this.#class(cls, add, used, locate, found);
      if (one) found.push(one);
    }
    for (const { cls, table, properties } of this.#imperative) {
      const spec = this.#byCall.get(table);
      if (spec) found.push({ cls, name: cls.class.name ?? '', table: spec, parent: undefined, attributes: [...columnAttributes(cls, spec), ...relationsOf(cls, properties)] });
    }
    this.#looseIndexes(tables, used, locate);
    return { tables, classes: found, byCall: this.#byCall, locate };
  }

  /** Classes with rows, those above before those below. */
  #mapped(): ClassValue[] {
    const order: ClassValue[] = [];
    const seen = new Set<string>();
    const visit = (cls: ClassValue): void => {
      if (seen.has(cls.class.id)) return;
      seen.add(cls.class.id);
      const parent = this.#declarative.parent(cls);
      if (parent) visit(parent);
      order.push(cls);
    };
    for (const cls of this.#classes.values()) if (this.#declarative.isMapped(cls)) visit(cls);
    return order;
  }

  #class(cls: ClassValue, add: (table: TableSpec) => TableSpec, used: Set<Value>, locate: Locate, found: readonly MappedClass[]): MappedClass | undefined {
    const base = this.bases.of(cls);
    if (!base) return undefined;
    const { of } = this;
    const name = cls.class.name ?? '';
    const parent = this.#declarative.parent(cls);
    const attributes = this.#declarative.attributes(cls, locate);
    const columns = attributes.flatMap((a) => (a.kind === 'column' ? [a.column] : []));
    const member: OwnColumn = (value) => this.#attributeColumn(value, attributes);
    const own = this.#declarative.ownTable(cls);
    if (own) {
      const table = this.#byCall.get(own);
      return table && { cls, name, table, parent, attributes: [...columnAttributes(cls, table), ...attributes.filter((a) => a.kind === 'relation')] };
    }
    const head = this.#declarative.tableName(cls);
    const items = this.#declarative.tableArgs(cls);
    for (const item of items) used.add(item);
    if (!head) {
      // Rows of the table above, with columns of its own.
      const above = found.find((f) => f.cls.class === parent?.class);
      if (!above) return undefined;
      const known = new Set(above.table.columns.map((c) => c.name));
      const more = columns.filter((c) => !known.has(c.name));
      above.table.columns.push(...more);
      const extra = completeTable(of, { ...above.table }, more, items, new Map(), member, locate);
      above.table.constraints.push(...extra.constraints);
      above.table.indexes.push(...extra.indexes);
      return { cls, name, table: above.table, parent, attributes };
    }
    const last = items.at(-1);
    const options = new Map(last?.kind === 'dict' ? last.entries.flatMap((e) => { const key = textOf(e.key); return key === undefined ? [] : [[key, e.value] as const]; }) : []);
    const table = add(completeTable(of, { name: head.name, schema: base.metadata.schema, at: cls.class.at, nameAt: head.at, metadata: base.metadata }, [...columns], items, options, member, locate));
    return { cls, name, table, parent, attributes };
  }

  #attributeColumn(value: Value, attributes: readonly Attribute[]): string | undefined {
    if (value.kind !== 'member' || value.of.kind !== 'class') return undefined;
    const attribute = attributes.find((a) => a.name === value.name);
    return attribute?.kind === 'column' ? attribute.column.name : undefined;
  }

  /** `Table(…)` as a table of its own; undefined where it only refers to one, or is read from the database. */
  #core(call: ValueOf<'call'>, locate: Locate): TableSpec | undefined {
    const { args, callee, at } = call;
    const name = tableOfCall(call);
    if (args.named.has('autoload_with') || args.named.has('autoload')) {
      this.of.note(at, 'the table is read from the database at run time');
      return undefined;
    }
    if (!name) {
      this.of.note(at, "the table's name is not constant");
      return undefined;
    }
    const second = args.named.get('metadata') ?? args.positional[1];
    const isColumn = (v: Value | undefined): boolean => ['Column', 'ForeignKeyConstraint', 'UniqueConstraint', 'PrimaryKeyConstraint'].includes(calledName(v) ?? '');
    const fromDatabase = callee.kind === 'member' && (second === undefined || isColumn(second));
    const metadata: Metadata = fromDatabase ? this.bases.ofDatabase(callee.of) : second ? this.bases.metadata(second) : this.bases.metadata({ kind: 'unknown', reason: 'no metadata', at });
    const items = args.positional.slice(1);
    if (!items.some(isColumn) && !items.some((i) => i.kind === 'either')) return undefined;
    return tableOfItems(this.of, { name: name.name, schema: metadata.schema, at, nameAt: name.at, metadata }, items.filter((i) => i !== second || isColumn(i)), args.named, locate);
  }

  /** The table and column that a value stands for: `User.id`, `users.c.id`, `User.__table__.c.id`. */
  #locate(value: Value): ReturnType<Locate> {
    if (value.kind === 'member') {
      const { of, name } = value;
      if (of.kind === 'class') return this.#declarative.locateMember(of, name, value.value);
      if (of.kind === 'member' && (of.name === 'c' || of.name === 'columns')) {
        if (of.of.kind === 'member' && of.of.name === '__table__' && of.of.of.kind === 'class') return this.#declarative.locateMember(of.of.of, name, undefined);
        if (of.of.kind === 'class') return this.#declarative.locateMember(of.of, name, undefined);
        const table = tableOfCall(of.of.kind === 'call' ? of.of : undefined);
        const schema = of.of.kind === 'call' ? textOf(of.of.args.named.get('schema')) : undefined;
        return table && { schema, table: table.name, column: name };
      }
    }
    if (value.kind === 'call' && calledName(value) === 'Column') {
      for (const table of this.#byCall.values()) {
        const column = table.columns.find((c) => c.values.includes(value));
        if (column) return { schema: table.schema, table: table.name, column: column.name };
      }
    }
    return undefined;
  }

  /** `Index('ix', User.email)` beside the class is the table's as well. */
  #looseIndexes(tables: readonly TableSpec[], used: ReadonlySet<Value>, locate: Locate): void {
    for (const call of this.#indexes.values()) {
      if (used.has(call)) continue;
      const keys = call.args.positional.slice(1);
      const place = keys.map((k) => firstColumn(k, locate)).find((l) => l !== undefined);
      const table = place && tables.find((t) => t.name === place.table && (t.schema ?? '') === (place.schema ?? ''));
      if (!table || table.indexes.some((i) => i.at.file === call.at.file && i.at.start === call.at.start)) continue;
      const own = ownColumns(table.columns, (v) => locate(v)?.column);
      table.indexes.push(readIndex(this.of, call.args, call.at, own));
    }
  }
}

function firstColumn(value: Value, locate: Locate): ReturnType<Locate> {
  const own = locate(value);
  if (own) return own;
  if (value.kind === 'call') {
    for (const arg of value.callee.kind === 'member' ? [value.callee.of, ...value.args.positional] : value.args.positional) {
      const found = firstColumn(arg, locate);
      if (found) return found;
    }
  }
  return undefined;
}

function columnAttributes(cls: ClassValue, table: TableSpec): Attribute[] {
  return table.columns.map((column: ColumnSpec): Attribute => ({ kind: 'column', name: column.name, at: column.at, owner: cls, column }));
}

function relationsOf(cls: ClassValue, properties: Value | undefined): Attribute[] {
  if (properties?.kind !== 'dict') return [];
  return properties.entries.flatMap((e): Attribute[] => {
    const name = textOf(e.key);
    return name !== undefined && e.value.kind === 'call' && ['relationship', 'relation'].includes(calledName(e.value) ?? '') ? [{ kind: 'relation', name, at: e.key.at, owner: cls, call: e.value, list: undefined, model: undefined, lazy: undefined }] : [];
  });
}

/** Classes of a module's top level, those under its conditions included, and those inside of classes. */
function classesOf(body: readonly CodeStatement[]): Extract<CodeStatement, { kind: 'class' }>['class'][] {
  return body.flatMap((s) => {
    switch (s.kind) {
      case 'class': return [s.class];
      case 'if': return [...(isTypeChecking(s.test) ? [] : classesOf(s.then)), ...classesOf(s.otherwise)];
      case 'try': return [...classesOf(s.body), ...s.handlers.flatMap((h) => classesOf(h.body))];
      case 'with': case 'block': return classesOf(s.body);
      default: return [];
    }
  });
}

function isTypeChecking(test: Code): boolean {
  return (test.kind === 'name' || test.kind === 'member') && test.name === 'TYPE_CHECKING';
}
