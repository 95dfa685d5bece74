import type { Index, IndexKey, Span, SqlExpr } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { distinctNames, freeName, joinedNames } from '../names.ts';
import { indexColumnName } from '../expr/output-name.ts';
import { qualifyExpr, tableScope } from '../expr/qualify.ts';
import { requireColumn } from '../inferred.ts';
import { keyOf, putTable, tableAt, type World } from '../world.ts';
import { isImmutable } from './immutable.ts';

/** An index as a statement or constraint asks for it, before it has a name. */
export interface NewIndex {
  readonly name: string | undefined;
  readonly at: Span;
  readonly unique: boolean;
  readonly primary: boolean;
  readonly constraint: boolean;
  readonly exclusion: boolean;
  readonly method: string;
  readonly keys: readonly IndexKey[];
  readonly include: readonly string[];
  readonly where: SqlExpr | undefined;
}

/** Adds an index to a table and gives it its name. */
export function addIndex(world: World, tableKey: string, wanted: NewIndex): Index {
  const index = buildIndex(world, tableKey, wanted);
  const table = tableAt(world, tableKey);
  putTable(world, { ...table, indexes: new Map(table.indexes).set(index.name, index) });
  return index;
}

/** The index as it will be, before the table has it. */
export function buildIndex(world: World, tableKey: string, wanted: NewIndex): Index {
  let table = tableAt(world, tableKey);
  for (const key of wanted.keys) if (key.column !== undefined) table = requireColumn(world, table, key.column, key.at);
  for (const column of wanted.include) table = requireColumn(world, table, column, wanted.at);
  const own = table;
  return makeIndex(world, table, wanted, (expr) => qualifyExpr(world, expr, tableScope(own)));
}

/** As the server is built everywhere. */
const MOST_KEYS = 32;

/** An index on a table or materialized view, named, with its expressions bound. */
export function makeIndex(world: World, on: { readonly schema: string; readonly name: string }, wanted: NewIndex, qualify: (expr: SqlExpr) => SqlExpr): Index {
  if (wanted.keys.length + wanted.include.length > MOST_KEYS) fail('too_many_columns', `cannot use more than ${MOST_KEYS} columns in an index`);
  const stored = (expr: SqlExpr): SqlExpr => {
    const qualified = qualify(expr);
    return isImmutable(world, qualified) ? qualified : fail('invalid_object_definition', 'functions in index expression must be marked IMMUTABLE');
  };
  const keys = wanted.keys.map((key) => (key.expr === undefined ? key : { ...key, expr: stored(key.expr) }));
  const where = wanted.where === undefined ? undefined : stored(wanted.where);
  const taken = (name: string): boolean => world.catalog.relation(keyOf(on.schema, name)) !== undefined;
  if (wanted.name !== undefined && taken(wanted.name)) fail('duplicate_table', `relation "${wanted.name}" already exists`);
  return {
    name: wanted.name ?? indexName(world, on, wanted, taken),
    at: wanted.at, unique: wanted.unique, primary: wanted.primary, constraint: wanted.constraint, method: wanted.method,
    keys, include: wanted.include, where, createdIn: world.step,
  };
}

function indexName(world: World, on: { readonly schema: string; readonly name: string }, wanted: NewIndex, taken: (name: string) => boolean): string {
  const free = (columns: string | undefined, label: string, constraint: boolean): string =>
    freeName(on.name, columns, label, (name) => taken(name) || (constraint && world.catalog.constraintNameUsed(on.schema, name)));
  if (wanted.primary) return free(undefined, 'pkey', true);
  const columns = joinedNames(distinctNames([...wanted.keys.map(keyName), ...wanted.include]));
  if (wanted.exclusion) return free(columns, 'excl', true);
  return wanted.constraint ? free(columns, 'key', true) : free(columns, 'idx', false);
}

function keyName(key: IndexKey): string {
  if (key.column !== undefined) return key.column;
  return key.expr === undefined ? 'expr' : indexColumnName(key.expr);
}

/** The plain columns as index keys. */
export function columnKeys(columns: readonly string[], at: Span): readonly IndexKey[] {
  return columns.map((column) => ({ column, descending: false, at }));
}
