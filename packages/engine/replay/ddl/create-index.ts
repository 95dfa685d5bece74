import type { SchemaEvent, Table } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { qualifyExpr, viewItem } from '../expr/qualify.ts';
import { scopeOfRelation } from '../expr/scope.ts';
import { inferTable } from '../inferred.ts';
import { findRelation, findTable, findView, keyOf, type World } from '../world.ts';
import { requirePartitionKey } from './constraints.ts';
import { indexPartitions } from './partitions.ts';

import { addIndex, makeIndex, type NewIndex } from './indexes.ts';

export function createIndex(world: World, event: SchemaEvent & { readonly kind: 'create-index' }): void {
  const view = findView(world, event.table);
  if (event.name !== undefined && event.ifNotExists) {
    const schema = view?.schema ?? findTable(world, event.table)?.schema;
    if (schema !== undefined && world.catalog.relation(keyOf(schema, event.name)) !== undefined) return;
  }
  const wanted: NewIndex = {
    name: event.name, at: event.nameAt, unique: event.unique, primary: false, constraint: false, exclusion: false,
    method: event.method, keys: event.keys, include: event.include, where: event.where,
  };
  if (view !== undefined) {
    if (!view.materialized) fail('wrong_object_type', `"${view.name}" is not a table or materialized view`);
    const scope = scopeOfRelation(viewItem(view));
    const index = makeIndex(world, view, wanted, (expr) => qualifyExpr(world, expr, scope));
    world.catalog.put('view', view.key, { ...view, indexes: new Map(view.indexes).set(index.name, index) });
    return;
  }
  const table = findTable(world, event.table) ?? inferRelation(world, event);
  if (event.unique) requirePartitionKey(table, event.keys.map((key) => key.column));
  const index = addIndex(world, table.key, wanted);
  if (!event.only) indexPartitions(world, table.key, index);
}

function inferRelation(world: World, event: SchemaEvent & { readonly kind: 'create-index' }): Table {
  if (findRelation(world, event.table) !== undefined) fail('wrong_object_type', `"${event.table.name}" is not a table`);
  return inferTable(world, event.table);
}
