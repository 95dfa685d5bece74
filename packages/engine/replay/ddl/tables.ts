import type { Column, ColumnDef, Constraint, ConstraintDef, SchemaEvent, Table } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { bareTable, inferTable } from '../inferred.ts';
import { findTable, newName, putTable, tableAt, type World } from '../world.ts';
import { addConstraint, keyIndex } from './constraints.ts';
import { constraintsInOrder, MOST_COLUMNS, newColumn, withGenerated, type PlacedConstraint } from './columns.ts';
import { initialGrants } from './grants.ts';
import type { NewIndex } from './indexes.ts';
import { copyLike, likeIndexes } from './like.ts';
import { clonePartition, setBound } from './partitions.ts';

export function createTable(world: World, event: SchemaEvent & { readonly kind: 'create-table' }): void {
  const target = newName(world, event.name, event.temporary);
  const existing = world.catalog.relation(target.key);
  const stub = existing?.is === 'table' ? world.catalog.get('table', target.key) : undefined;
  const taken = existing !== undefined && stub?.inferred !== true;
  if (taken && event.ifNotExists) return;

  if (event.columns.length > MOST_COLUMNS) fail('too_many_columns', `tables can have at most ${MOST_COLUMNS} columns`);
  const parents = (event.partitionOf === undefined ? event.inherits : [event.partitionOf.parent]).map((name) => findTable(world, name) ?? inferTable(world, name));
  const columns = new Map<string, Column>();
  for (const parent of parents) for (const column of parent.columns.values()) inheritColumn(world, columns, column);
  const likes = event.like.map((like) => ({ ...like, table: findTable(world, like.source) ?? inferTable(world, like.source) }));
  const copy = (at: number): void => {
    for (const like of likes) if (like.after === at) for (const column of copyLike(world, target, like.table, like.including)) addColumn(target.name, columns, column);
  };
  for (const [i, def] of event.columns.entries()) {
    copy(i);
    defineColumn(world, target, columns, def, parents.length > 0);
  }
  copy(event.columns.length);
  if (taken) fail('duplicate_table', `relation "${target.name}" already exists`);
  if (world.catalog.get('type', target.key) !== undefined) fail('duplicate_object', `type "${target.name}" already exists`);

  const base = stub ?? { ...bareTable(world, target, event.name.at), grants: initialGrants(world, 'table', target.schema, event.name.at) };
  putTable(world, {
    ...base, kind: event.foreignServer !== undefined ? 'foreign' : event.partitionBy !== undefined ? 'partitioned' : 'table',
    at: event.name.at, owner: world.session.role, columns, parents: parents.map((parent) => parent.key), partitionOf: event.partitionOf === undefined ? undefined : parents[0]?.key,
    partitionBy: event.partitionBy, temporary: target.schema === 'pg_temp', options: event.options, createdIn: world.step, inferred: false, platform: world.platform,
    constraints: parents.length === 0 ? base.constraints : inheritedChecks(parents, base.constraints),
  });
  if (target.schema === 'pg_temp') world.catalog.put('rows', target.key, { columns: [...columns.keys()], rows: [] });
  for (const def of event.columns) {
    if (def.generated === undefined) continue;
    const table = tableAt(world, target.key);
    const column = withGenerated(world, table, def);
    if (column !== undefined) putTable(world, { ...table, columns: new Map(table.columns).set(column.name, column) });
  }
  const placed = constraintsInOrder(event.columns, event.constraints);
  addInOrder(world, target.key, placed, (def) => def.kind === 'check' || def.kind === 'not null');
  for (const like of likes) likeIndexes(world, target.key, like.table, like.including, 'checks');
  addIndexes(world, target.key, placed);
  for (const like of likes) likeIndexes(world, target.key, like.table, like.including, 'indexes');
  addInOrder(world, target.key, placed, (def) => def.kind === 'foreign key');
  const parent = event.partitionOf === undefined ? undefined : parents[0];
  if (parent !== undefined) {
    setBound(world, target.key, parent.key, event.partitionOf?.bound ?? '');
    clonePartition(world, target.key, parent.key);
  }
}

function addColumn(table: string, columns: Map<string, Column>, column: Column): void {
  if (columns.has(column.name)) fail('duplicate_column', `column "${column.name}" of relation "${table}" specified more than once`);
  columns.set(column.name, column);
}

function inheritColumn(world: World, columns: Map<string, Column>, column: Column): void {
  const own = columns.get(column.name);
  if (own === undefined) columns.set(column.name, { ...column, identity: undefined, comment: undefined, createdIn: world.step });
  else if (own.typeText !== column.typeText) fail('datatype_mismatch', `inherited column "${column.name}" has a type conflict`);
  else columns.set(column.name, { ...own, notNull: own.notNull || column.notNull });
}

/** A column of an INHERITS table that a parent has as well is merged into it; PARTITION OF states no types. */
function defineColumn(world: World, target: { readonly schema: string; readonly name: string; readonly key: string }, columns: Map<string, Column>, def: ColumnDef, merges: boolean): void {
  const inherited = merges ? columns.get(def.name) : undefined;
  if (inherited === undefined) {
    addColumn(target.name, columns, newColumn(world, target, def));
    return;
  }
  const own = newColumn(world, target, def);
  if (own.typeText !== inherited.typeText) fail('datatype_mismatch', `column "${def.name}" has a type conflict`);
  columns.set(def.name, { ...inherited, at: own.at, notNull: inherited.notNull || own.notNull, default: own.default ?? inherited.default, identity: own.identity });
}

function inheritedChecks(parents: readonly Table[], own: ReadonlyMap<string, Constraint>): ReadonlyMap<string, Constraint> {
  const constraints = new Map(own);
  for (const parent of parents) {
    for (const constraint of parent.constraints.values()) if (constraint.kind === 'check') constraints.set(constraint.name, constraint);
  }
  return constraints;
}

function addInOrder(world: World, key: string, placed: readonly PlacedConstraint[], wanted: (def: ConstraintDef) => boolean): void {
  for (const { def, column } of placed) if (wanted(def)) addConstraint(world, key, def, column);
}

/**
 * Postgres makes the primary key's index first and the others in order, and makes only one for two constraints
 * that ask for the same.
 */
function addIndexes(world: World, key: string, placed: readonly PlacedConstraint[]): void {
  if (placed.filter(({ def }) => def.kind === 'primary key').length > 1) fail('invalid_table_definition', 'multiple primary keys are not allowed');
  const indexed = placed.filter(({ def }) => def.kind === 'primary key' || def.kind === 'unique' || def.kind === 'exclude');
  const ordered = [...indexed.filter(({ def }) => def.kind === 'primary key'), ...indexed.filter(({ def }) => def.kind !== 'primary key')];
  if (ordered.length < 2) {
    for (const { def, column } of ordered) addConstraint(world, key, def, column);
    return;
  }
  const kept: { def: ConstraintDef; column: string | undefined; id: string }[] = [];
  for (const { def, column } of ordered) {
    const id = def.kind === 'primary key' || def.kind === 'unique' ? keyId(def, column) : '';
    const same = id === '' ? undefined : kept.find((other) => other.id === id);
    if (same === undefined) kept.push({ def, column, id });
    else if (same.def.name === undefined && def.name !== undefined) same.def = { ...same.def, name: def.name };
  }
  for (const { def, column } of kept) addConstraint(world, key, def, column);
}

function keyId(def: ConstraintDef & { readonly kind: 'primary key' | 'unique' }, column: string | undefined): string {
  const index: NewIndex = keyIndex(def, def.columns.length === 0 && column !== undefined ? [column] : def.columns);
  return JSON.stringify([index.keys.map((part) => part.column), index.include, def.nullsNotDistinct === true, def.deferrable === true]);
}

