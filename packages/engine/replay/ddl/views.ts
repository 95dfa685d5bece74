import type { SchemaEvent, SqlSelect, TypeRef, View } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { decided } from '../expr/common-type.ts';
import { namesOf, qualifySelect, viewTypes } from '../expr/qualify.ts';
import { EMPTY, outputColumns, type ScopeColumn } from '../expr/scope.ts';
import { visitStatement } from '../expr/walk.ts';
import { bareTable, NOTHING } from '../inferred.ts';
import { plainType, formatType } from '../types.ts';
import { doubt, newName, putTable, type World } from '../world.ts';
import { initialGrants } from './grants.ts';

export function createView(world: World, event: SchemaEvent & { readonly kind: 'create-view' }): void {
  const select = qualifySelect(world, event.select, true);
  const reads = readsOf(select);
  // A view over temporary tables is temporary itself.
  const target = newName(world, event.name, event.temporary || (!event.materialized && reads.some((key) => key.startsWith('pg_temp.'))));
  giveUpStub(world, target);
  const relation = world.catalog.relation(target.key);
  const existing = relation?.is === 'view' ? world.catalog.get('view', target.key) : undefined;
  if (relation !== undefined && (existing === undefined || !event.replace || existing.materialized)) {
    if (event.ifNotExists) return;
    fail('duplicate_table', `relation "${target.name}" already exists`);
  }
  const columns = outputOf(world, select, event.columns);
  const at = event.name.at;
  const view: View = {
    key: target.key, schema: target.schema, name: target.name, at, owner: world.session.role, materialized: event.materialized,
    columns: columns.map(({ name, type }) => ({ name, typeText: type === undefined ? undefined : formatType(type) })),
    select, options: event.checkOption === undefined ? event.options : { ...event.options, check_option: event.checkOption }, optionsAt: at, indexes: NOTHING, triggers: NOTHING,
    grants: initialGrants(world, 'table', target.schema, at), comment: undefined, reads, createdIn: world.step, platform: world.platform,
  };
  if (existing !== undefined) {
    requireColumns(existing, view);
    // Replacing keeps who owns it and who may use it; its options are those of the new statement, all of them.
    const { indexes, triggers, grants, comment, owner } = existing;
    put(world, { ...view, indexes, triggers, grants, comment, owner }, columns);
    return;
  }
  put(world, view, columns);
}

/** What was taken for a table that is made elsewhere is this view, and was asked for too early: that statement fails, not this one. */
function giveUpStub(world: World, { key, name }: { readonly key: string; readonly name: string }): void {
  const stub = world.catalog.relation(key)?.is === 'table' ? world.catalog.get('table', key) : undefined;
  if (stub?.inferred !== true) return;
  world.catalog.put('table', key, undefined);
  doubt(world, stub.at, `statement fails: relation "${name}" does not exist`, []);
}

function put(world: World, view: View, columns: readonly ScopeColumn[]): void {
  viewTypes.set(view.columns, columns.map((column) => column.type));
  world.catalog.put('view', view.key, view);
}

/** CREATE OR REPLACE may add columns at the end and change nothing else of them. */
function requireColumns(before: View, after: View): void {
  if (after.columns.length < before.columns.length) fail('invalid_table_definition', 'cannot drop columns from view');
  before.columns.forEach((column, i) => {
    const now = after.columns[i];
    if (now === undefined) return;
    if (now.name !== column.name) fail('invalid_table_definition', `cannot change name of view column "${column.name}" to "${now.name}"`);
    if (now.typeText !== undefined && column.typeText !== undefined && now.typeText !== column.typeText) {
      fail('invalid_table_definition', `cannot change data type of view column "${column.name}" from ${column.typeText} to ${now.typeText}`);
    }
  });
}

/** Result columns of a stored query, with the names that the statement gives them. */
function outputOf(world: World, select: SqlSelect, names: readonly string[]): readonly ScopeColumn[] {
  const columns = outputColumns(select, EMPTY, namesOf(world)).map((column, i) => ({
    name: names[i] ?? column.name,
    type: column.type === undefined ? undefined : decided(column.type),
  }));
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) fail('duplicate_column', `column "${name}" specified more than once`);
    seen.add(name);
  }
  return columns;
}

/** Relations that a stored query reads, in the order in which it names them. */
function readsOf(select: SqlSelect): readonly string[] {
  const reads = new Set<string>();
  visitStatement(select, {
    from(from) {
      if (from.kind === 'table' && from.name.schema !== undefined) reads.add(`${from.name.schema}.${from.name.name}`);
    },
  });
  return [...reads].sort();
}

const UNKNOWN: TypeRef = plainType('unknown');

/** CREATE TABLE … AS and SELECT … INTO: names and types of the query, nothing else of it. */
export function createTableAs(world: World, event: SchemaEvent & { readonly kind: 'create-table-as' }): void {
  const target = newName(world, event.name, event.temporary);
  if (world.catalog.relation(target.key) !== undefined) {
    if (event.ifNotExists) return;
    fail('duplicate_table', `relation "${target.name}" already exists`);
  }
  const select = qualifySelect(world, event.select, true);
  const at = event.name.at;
  const columns = outputOf(world, select, event.columns).map(({ name, type = UNKNOWN }) => ({
    name, at, type, typeText: formatType(type), notNull: false, default: undefined, generated: undefined, identity: undefined,
    comment: undefined, createdIn: world.step,
  }));
  const open = select.targets.some((item) => item.expr.kind === 'column' && item.expr.path[item.expr.path.length - 1] === '*');
  putTable(world, {
    ...bareTable(world, target, at), grants: initialGrants(world, 'table', target.schema, at),
    columns: new Map(columns.map((column) => [column.name, column])), inferred: open,
  });
}
