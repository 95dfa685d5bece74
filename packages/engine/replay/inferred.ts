import type { QName, Span, Table } from '@tenantlint/model';
import { fail } from './failure.ts';
import { newName, putTable, type World } from './world.ts';
import { plainType } from './types.ts';

/** Shared by all that is empty: maps of the catalog are replaced, never changed. */
export const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** A table as it is before anything is said of it. */
export function bareTable(world: World, name: { readonly schema: string; readonly name: string; readonly key: string }, at: Span): Table {
  return {
    key: name.key, schema: name.schema, name: name.name, kind: 'table', at, owner: world.session.role,
    columns: NOTHING, constraints: NOTHING, indexes: NOTHING, policies: NOTHING, triggers: NOTHING,
    rls: undefined, forced: undefined, grants: [], parents: [], partitionOf: undefined, partitionBy: undefined,
    temporary: name.schema === 'pg_temp', options: {}, comment: undefined, createdIn: world.step, inferred: false, platform: world.platform,
  };
}

/**
 * A table that the history uses and never made: taken for granted. One that existed and is gone is not, since
 * then the statement would have failed.
 */
export function inferTable(world: World, name: QName): Table {
  const target = newName(world, name);
  if (!world.infers || world.catalog.everHad(target.key)) fail('undefined_table', `relation "${name.name}" does not exist`);
  return putTable(world, { ...bareTable(world, target, name.at), inferred: true });
}

/** The column exists; on an inferred table it is added, since its use shows that it is there. */
export function requireColumn(world: World, table: Table, name: string, at: Span): Table {
  if (table.columns.has(name)) return table;
  if (!table.inferred) fail('undefined_column', `column "${name}" of relation "${table.name}" does not exist`);
  const column = {
    name, at, type: plainType('unknown'), typeText: 'unknown', notNull: false, default: undefined, generated: undefined,
    identity: undefined, comment: undefined, createdIn: world.step,
  };
  return putTable(world, { ...table, columns: new Map(table.columns).set(name, column) });
}
