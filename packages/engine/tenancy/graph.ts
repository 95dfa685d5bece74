import type { ForeignKeyHop, ModelMap, Schema, Span, Table } from '@tenantlint/model';
import { productPrefix, withoutPrefix } from './names.ts';

/** Foreign keys of the product's own tables, from constraints and, where the database has none, from the models' relations. */
export interface KeyGraph {
  readonly tables: readonly Table[];
  /** Keys that leave a table. */
  readonly out: ReadonlyMap<string, readonly ForeignKeyHop[]>;
  /** Keys that point to a table. */
  readonly into: ReadonlyMap<string, readonly ForeignKeyHop[]>;
  /** A table's name without the word that nearly all of them begin with. */
  ownName(table: Table): string;
}

export function keyGraph(schema: Schema, models: readonly ModelMap[]): KeyGraph {
  const tables = [...schema.tables.values()].filter((table) => !table.platform && !table.temporary).sort((a, b) => (a.key < b.key ? -1 : 1));
  const out = new Map<string, ForeignKeyHop[]>();
  const into = new Map<string, ForeignKeyHop[]>();
  const add = (hop: ForeignKeyHop): void => {
    const known = out.get(hop.table) ?? [];
    if (known.some((one) => one.parent === hop.parent && one.columns.join() === hop.columns.join())) return;
    known.push(hop);
    out.set(hop.table, known);
    const incoming = into.get(hop.parent) ?? [];
    incoming.push(hop);
    into.set(hop.parent, incoming);
  };
  for (const table of tables) {
    for (const constraint of table.constraints.values()) {
      if (constraint.kind !== 'foreign key') continue;
      const referenced = constraint.referenced.length > 0 ? constraint.referenced : primaryKey(schema.tables.get(constraint.references));
      add(hop(table, constraint.columns, constraint.references, referenced, constraint.at));
    }
  }
  for (const map of models) for (const one of relations(map, schema)) add(one);
  const prefix = productPrefix(tables.map((table) => table.name));
  return { tables, out, into, ownName: (table) => withoutPrefix(table.name, prefix) };
}

function hop(table: Table, columns: readonly string[], parent: string, referenced: readonly string[], at: Span): ForeignKeyHop {
  return { table: table.key, columns, parent, referenced, required: columns.every((name) => table.columns.get(name)?.notNull === true), at };
}

function* relations(map: ModelMap, schema: Schema): Iterable<ForeignKeyHop> {
  for (const model of map.models.values()) {
    const table = schema.tables.get(model.table);
    if (table === undefined) continue;
    for (const field of model.fields.values()) {
      if (field.kind !== 'relation' || field.list || field.on.length === 0) continue;
      const target = map.models.get(field.model);
      // Both sides of a one-to-one name the pair; the side without the column's own key is the parent's.
      if (target === undefined) continue;
      const columns = columnsOf(model, field.on.map((pair) => pair[0]));
      const referenced = columnsOf(target, field.on.map((pair) => pair[1]));
      const own = columns.length > 0 && !same(columns, primaryKey(table));
      if (own || !same(referenced, primaryKey(schema.tables.get(target.table)))) {
        if (own && same(referenced, primaryKey(schema.tables.get(target.table)))) yield hop(table, columns, target.table, referenced, field.at);
      } else if (model.fields.size > 0 && columns.length > 0 && target.table !== table.key && !field.list && field.required) {
        yield hop(table, columns, target.table, referenced, field.at);
      }
    }
  }
}

function columnsOf(model: { readonly fields: ReadonlyMap<string, { readonly kind: string } & { readonly column?: string }> }, names: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (const name of names) {
    const column = model.fields.get(name)?.column;
    if (column === undefined) return [];
    out.push(column);
  }
  return out;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

export function primaryKey(table: Table | undefined): readonly string[] {
  if (table === undefined) return [];
  for (const constraint of table.constraints.values()) if (constraint.kind === 'primary key') return constraint.columns;
  return [];
}

/** The one column by which other tables know a row. A table that the history never made has the usual one. */
export function singleKey(table: Table | undefined): string | undefined {
  const key = primaryKey(table);
  return key.length === 1 ? key[0] : key.length === 0 && table?.inferred === true ? 'id' : undefined;
}

/** Column sets no two rows of the table share; expression and partial indexes prove nothing and are left out. */
export function uniqueKeys(table: Table): readonly (readonly string[])[] {
  const out: (readonly string[])[] = [];
  for (const constraint of table.constraints.values()) if (constraint.kind === 'primary key' || constraint.kind === 'unique') out.push(constraint.columns);
  for (const index of table.indexes.values()) {
    if (!index.unique || index.where !== undefined) continue;
    const columns = index.keys.map((key) => key.column);
    if (columns.every((name): name is string => name !== undefined)) out.push(columns);
  }
  return out;
}
