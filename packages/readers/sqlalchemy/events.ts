import type { ColumnDef, ConstraintDef, IndexKey, QName, SchemaEvent, Span, TypeRef } from '@tenantlint/model';
import { conventionalName, type Named } from './naming.ts';
import type { Reading } from './reading.ts';
import { tableKey, type ColumnSpec, type ConstraintSpec, type Deferral, type ForeignKeySpec, type IndexKeySpec, type IndexSpec, type TableSpec } from './table.ts';
import type { ColumnType, Enumeration } from './types.ts';

/** Finds a table by the key that Postgres would have for it. */
export type FindTable = (key: string) => TableSpec | undefined;

/** The events that create tables: schemas, types, sequences, tables, indexes, foreign keys, comments, in this order. */
export function schemaEvents(of: Reading, tables: readonly TableSpec[], find: FindTable): SchemaEvent[] {
  const all = tables.map((table) => new TableEvents(of, table, find));
  return [
    ...schemas(tables),
    ...distinct(all.flatMap((t) => t.enumerations())).map(createEnum),
    ...all.flatMap((t) => t.sequences()),
    ...all.map((t) => t.create(false)),
    ...all.flatMap((t) => t.indexes()),
    ...all.flatMap((t) => t.foreignKeys()),
    ...all.flatMap((t) => t.comments()),
  ];
}

function schemas(tables: readonly TableSpec[]): SchemaEvent[] {
  const first = new Map<string, Span>();
  for (const { schema, nameAt } of tables) if (schema !== undefined && schema !== 'public' && !first.has(schema)) first.set(schema, nameAt);
  return [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, at]) => ({ kind: 'create-schema', name, ifNotExists: true, at }));
}

function distinct(of: readonly Enumeration[]): Enumeration[] {
  return [...new Map(of.map((e): [string, Enumeration] => [tableKey(e.schema, e.name), e]).reverse()).values()].reverse();
}

export function createEnum({ name, schema, labels, at }: Enumeration): SchemaEvent {
  return { kind: 'create-type', name: qname(schema, name, at), form: { is: 'enum', labels }, at };
}

export function qname(schema: string | undefined, name: string, at: Span): QName {
  return { ...(schema === undefined ? {} : { schema }), name, at };
}

/** One table's part of the events. */
export class TableEvents {
  readonly #of: Reading;
  readonly #table: TableSpec;
  readonly #find: FindTable;

  constructor(of: Reading, table: TableSpec, find: FindTable) {
    this.#of = of;
    this.#table = table;
    this.#find = find;
  }

  get name(): QName {
    const { schema, name, nameAt } = this.#table;
    return qname(schema, name, nameAt);
  }

  /** @param complete with its foreign keys, as `op.create_table` does it */
  create(complete: boolean): SchemaEvent {
    const { columns, partitionBy, at } = this.#table;
    const serial = this.#autoincrement();
    return {
      kind: 'create-table',
      name: this.name,
      temporary: false,
      ifNotExists: false,
      columns: columns.map((c) => this.#columnDef(c, c === serial)),
      constraints: this.#specs().filter((c) => c.kind !== 'foreign key' || (complete && !c.useAlter)).map((c) => this.constraint(c)),
      like: [],
      inherits: [],
      ...(partitionBy ? { partitionBy } : {}),
      options: {},
      at,
    };
  }

  enumerations(): Enumeration[] {
    return this.#table.columns.flatMap((c) => (c.type?.enumeration?.created ? [{ ...c.type.enumeration, schema: this.#schemaOf(c.type.enumeration) }] : []));
  }

  #schemaOf({ schema, inherits }: Enumeration): string | undefined {
    return schema ?? (inherits ? this.#table.schema : undefined);
  }

  sequences(): SchemaEvent[] {
    return this.#table.columns.flatMap((c): SchemaEvent[] => (c.sequence ? [{ kind: 'create-sequence', name: qname(c.sequence.schema ?? this.#table.metadata.schema, c.sequence.name, c.sequence.at), ifNotExists: true, temporary: false, at: c.sequence.at }] : []));
  }

  comments(): SchemaEvent[] {
    const own: SchemaEvent[] = this.#table.comment === undefined ? [] : [{ kind: 'comment', object: 'table', name: this.name, text: this.#table.comment, at: this.#table.at }];
    return [...own, ...this.#table.columns.flatMap((c): SchemaEvent[] => (c.comment === undefined ? [] : [{ kind: 'comment', object: 'column', name: { name: c.name, at: c.at }, of: this.name, text: c.comment, at: c.at }]))];
  }

  /** A column that is added alone. @param key whether the primary key is the table's: otherwise it has no sequence of its own */
  columnDef(column: ColumnSpec, key: boolean): ColumnDef {
    return this.#columnDef(column, key && this.#autoincrement() === column);
  }

  #columnDef(column: ColumnSpec, counted: boolean): ColumnDef {
    const type = this.#typeOf(column, new Set());
    const serial = counted && type?.enumeration === undefined ? SERIALS[type?.text ?? ''] : undefined;
    return {
      name: column.name,
      at: column.at,
      type: serial === undefined ? this.#typeRef(type) : { name: serial, mods: [], dims: 0 },
      typeAt: column.typeAt,
      notNull: !column.nullable || column.primaryKey,
      ...(column.default ? { default: column.default } : {}),
      ...(column.generated ? { generated: column.generated } : {}),
      ...(column.identity ? { identity: column.identity } : {}),
      ...(type?.collation === undefined ? {} : { collation: type.collation }),
      constraints: [],
    };
  }

  #typeRef(type: ColumnType | undefined): TypeRef {
    if (!type) return { name: 'unknown', mods: [], dims: 0 };
    const schema = type.enumeration && type.enumeration.schema === undefined ? this.#schemaOf(type.enumeration) : undefined;
    const ref = this.#of.type(type.text);
    return schema === undefined ? ref : { ...ref, schema };
  }

  /** A column that is only a foreign key has the type of what it points to. */
  #typeOf(column: ColumnSpec, seen: Set<ColumnSpec>): ColumnType | undefined {
    if (column.type || seen.has(column)) return column.type;
    seen.add(column);
    for (const { target } of column.foreignKeys) {
      const there = this.#target(target.schema, target.table);
      const name = target.columns[0];
      const referred = there?.columns.find((c) => (name === undefined ? c.primaryKey : c.name === name));
      if (there && referred) return new TableEvents(this.#of, there, this.#find).#typeOf(referred, seen);
    }
    return undefined;
  }

  #target(schema: string | undefined, table: string): TableSpec | undefined {
    return this.#find(tableKey(schema ?? this.#table.metadata.schema, table));
  }

  primaryKey(): readonly string[] {
    const stated = this.#table.constraints.find((c) => c.kind === 'primary key');
    return stated?.kind === 'primary key' && stated.columns.length > 0 ? stated.columns : this.#table.columns.filter((c) => c.primaryKey).map((c) => c.name);
  }

  /** The column that the library fills by a sequence of its own. */
  #autoincrement(): ColumnSpec | undefined {
    const keys = this.primaryKey().map((name) => this.#table.columns.find((c) => c.name === name)).filter((c) => c !== undefined);
    const [only] = keys;
    if (keys.length !== 1 || !only) return keys.find((c) => c.autoincrement === true);
    if (only.autoincrement === false || only.identity || only.sequence) return undefined;
    if (only.autoincrement === true) return only.clientDefault ? undefined : only;
    const refers = only.foreignKeys.length > 0 || this.#table.constraints.some((c) => c.kind === 'foreign key' && c.columns.includes(only.name));
    return only.clientDefault || only.default || refers ? undefined : only;
  }

  constraints(): ConstraintDef[] {
    return this.#specs().map((c) => this.constraint(c));
  }

  /** Constraints that are stated, and those that columns imply. */
  #specs(): ConstraintSpec[] {
    const { columns, constraints } = this.#table;
    const implicit: ConstraintSpec[] = [];
    const key = this.primaryKey();
    if (key.length > 0 && !constraints.some((c) => c.kind === 'primary key')) {
      const first = columns.find((c) => c.name === key[0]);
      implicit.push({ kind: 'primary key', at: first?.at ?? this.#table.nameAt, name: undefined, columns: key });
    }
    for (const column of columns) {
      if (column.unique !== false && column.index === false) implicit.push({ kind: 'unique', at: column.at, name: typeof column.unique === 'string' ? { text: column.unique, conv: false } : undefined, columns: [column.name], include: [], nullsNotDistinct: false });
      for (const reference of column.foreignKeys) implicit.push({ ...reference, columns: [column.name] });
    }
    return [...implicit, ...constraints];
  }

  constraint(spec: ConstraintSpec): ConstraintDef {
    const base = (kind: 'fk' | 'uq' | 'ck' | 'pk' | undefined, columns: readonly string[], referred?: Named['referred']): { at: Span; name?: string } & Deferral => {
      const name = kind === undefined ? spec.name?.text : conventionalName(kind, spec.name, this.#table.metadata.naming, { table: this.#table.name, schema: this.#table.schema, columns, ...(referred ? { referred } : {}) });
      return { at: spec.at, ...(name === undefined ? {} : { name }), ...(spec.deferrable ? { deferrable: true } : {}), ...(spec.deferred ? { deferred: true } : {}) };
    };
    switch (spec.kind) {
      case 'primary key': return { ...base('pk', spec.columns), kind: 'primary key', columns: spec.columns.length > 0 ? spec.columns : this.primaryKey(), include: [] };
      case 'unique': return { ...base('uq', spec.columns), kind: 'unique', columns: spec.columns, include: spec.include, ...(spec.nullsNotDistinct ? { nullsNotDistinct: true } : {}), ...(spec.usingIndex === undefined ? {} : { usingIndex: spec.usingIndex }) };
      case 'check': return { ...base('ck', []), kind: 'check', expr: spec.expr, ...(spec.notValid ? { notValid: true } : {}), ...(spec.noInherit ? { noInherit: true } : {}) };
      case 'exclude': return { ...base(undefined, []), kind: 'exclude', method: spec.method, keys: spec.keys.map(indexKey), ...(spec.where ? { where: spec.where } : {}) };
      case 'foreign key': return { ...base('fk', spec.columns, spec.target), ...this.#foreignKey(spec) };
      default: return spec satisfies never;
    }
  }

  #foreignKey(spec: ForeignKeySpec): Extract<ConstraintDef, { kind: 'foreign key' }> {
    const { target } = spec;
    const there = this.#target(target.schema, target.table);
    const columns = target.columns.length > 0 ? target.columns : there ? new TableEvents(this.#of, there, this.#find).primaryKey() : [];
    return {
      at: spec.at,
      kind: 'foreign key',
      columns: spec.columns,
      references: qname(target.schema ?? this.#table.metadata.schema, target.table, target.at),
      referenced: columns,
      onDelete: spec.onDelete ?? 'no action',
      onUpdate: spec.onUpdate ?? 'no action',
      onDeleteStated: spec.onDelete !== undefined,
      ...(spec.notValid ? { notValid: true } : {}),
    };
  }

  foreignKeys(): SchemaEvent[] {
    return this.constraints().filter((c) => c.kind === 'foreign key').map((constraint) => ({
      kind: 'alter-table', object: 'table', table: { ...this.name, at: constraint.at }, ifExists: false, only: false, actions: [{ do: 'add-constraint', constraint, at: constraint.at }], at: constraint.at,
    }));
  }

  indexes(): SchemaEvent[] {
    const implicit = this.#table.columns.flatMap((c): IndexSpec[] => (c.index === false ? [] : [this.columnIndex(c)]));
    return [...implicit, ...this.#table.indexes].map((index) => this.index(index));
  }

  columnIndex(column: ColumnSpec): IndexSpec {
    return {
      name: typeof column.index === 'string' ? { text: column.index, conv: false } : undefined,
      at: column.at, unique: column.unique !== false, method: 'btree', keys: [{ column: column.name, descending: false, at: column.at }], include: [], where: undefined, concurrently: false, ifNotExists: false, nullsNotDistinct: false,
    };
  }

  index(spec: IndexSpec): SchemaEvent {
    const { name, schema, metadata } = this.#table;
    const named = conventionalName('ix', spec.name, metadata.naming, { table: name, schema, columns: spec.keys.flatMap((k) => k.column ?? []) });
    return {
      kind: 'create-index',
      ...(named === undefined ? {} : { name: named }),
      nameAt: spec.at,
      table: this.name,
      unique: spec.unique,
      concurrently: spec.concurrently,
      ifNotExists: spec.ifNotExists,
      only: false,
      method: spec.method,
      keys: spec.keys.map(indexKey),
      include: spec.include,
      ...(spec.where ? { where: spec.where } : {}),
      nullsNotDistinct: spec.nullsNotDistinct,
      at: spec.at,
    };
  }
}

const SERIALS: Readonly<Record<string, string>> = { INTEGER: 'serial', BIGINT: 'bigserial', SMALLINT: 'smallserial' };

function indexKey(key: IndexKeySpec): IndexKey {
  return {
    ...(key.column === undefined ? {} : { column: key.column }),
    ...(key.expr ? { expr: key.expr } : {}),
    ...(key.opclass === undefined ? {} : { opclass: key.opclass }),
    descending: key.descending,
    ...(key.nullsFirst === undefined ? {} : { nullsFirst: key.nullsFirst }),
    ...(key.operator === undefined ? {} : { operator: key.operator }),
    at: key.at,
  };
}
