import type { QName } from '@tenantlint/model';
import { findRelation, searchPath, type World } from '../world.ts';
import type { Relation } from './context.ts';
import { INFORMATION_SCHEMA } from './information-schema.ts';
import { PG_CATALOG } from './pg-catalog.ts';
import { PG_VIEWS } from './pg-views.ts';
import type { Value } from './values.ts';

/** One system table: its columns, and its rows as far as the wanted values allow to leave some out. */
export interface VirtualTable {
  readonly columns: readonly string[];
  rows(world: World, wanted: ReadonlyMap<string, Value>, path: readonly string[]): Iterable<readonly Value[]>;
}

/** Rows of a system table; undefined for a table of the product, whose rows no repository shows. */
export function virtualTable(world: World, name: QName, wanted: ReadonlyMap<string, Value>): Relation | undefined {
  const table = find(world, name);
  if (table === undefined) return knownRows(world, name);
  const rows: { values: readonly Value[]; certain: boolean }[] = [];
  for (const values of table.rows(world, wanted, searchPath(world))) rows.push({ values, certain: true });
  return { columns: table.columns, rows, open: false };
}

/** Rows of a temporary table, as far as its session filled it with values that are known. */
function knownRows(world: World, name: QName): Relation | undefined {
  const found = findRelation(world, name);
  const known = found === undefined ? undefined : world.catalog.get('rows', found.key);
  // The store was filled with values of this interpreter.
  return known === undefined ? undefined : { columns: known.columns, rows: known.rows.map((values) => ({ values: values as readonly Value[], certain: true })), open: false };
}

function find(world: World, name: QName): VirtualTable | undefined {
  if (name.schema === 'information_schema') return INFORMATION_SCHEMA[name.name];
  if (name.schema === 'storage' && name.name === 'buckets') return BUCKETS;
  if (name.schema !== undefined && name.schema !== 'pg_catalog') return undefined;
  const system = PG_CATALOG[name.name] ?? PG_VIEWS[name.name];
  if (system === undefined || (name.schema === undefined && findRelation(world, name) !== undefined)) return undefined;
  return system;
}

/** The buckets that migrations made; on a fresh database there are no others. */
const BUCKETS: VirtualTable = {
  columns: ['id', 'name', 'public'],
  *rows(world) {
    for (const bucket of world.catalog.map('bucket').values()) yield [bucket.id, bucket.id, bucket.public === 'unknown' ? null : bucket.public];
  },
};
