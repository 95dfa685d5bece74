import type { SchemaEvent, Trigger } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { qualifyExpr } from '../expr/qualify.ts';
import { findView, keyOf, putTable, searchPath, tableAt, type World } from '../world.ts';
import { requireColumn } from '../inferred.ts';
import { partitionsOf } from './partitions.ts';
import { ownerTable } from './policies.ts';

export function createTrigger(world: World, event: SchemaEvent & { readonly kind: 'create-trigger' }): void {
  const view = findView(world, event.table);
  if (view !== undefined) {
    if (view.triggers.has(event.name) && !event.replace) duplicate(event.name, view.name);
    const trigger = made(world, event);
    world.catalog.put('view', view.key, { ...view, triggers: new Map(view.triggers).set(trigger.name, trigger) });
    return;
  }
  let table = ownerTable(world, event.table);
  if (table.triggers.has(event.name) && !event.replace) duplicate(event.name, table.name);
  for (const column of event.columns) table = requireColumn(world, table, column, event.nameAt);
  place(world, table.key, made(world, event));
}

function made(world: World, event: SchemaEvent & { readonly kind: 'create-trigger' }): Trigger {
  return {
    name: event.name, at: event.nameAt, function: triggerFunction(world, event.function), timing: event.timing, events: event.events,
    columns: event.columns, perRow: event.perRow, when: event.when === undefined ? undefined : qualifyExpr(world, event.when), enabled: true,
  };
}

function duplicate(name: string, table: string): never {
  return fail('duplicate_object', `trigger "${name}" for relation "${table}" already exists`);
}

/** Row triggers of a partitioned table stand on each partition as well. */
function place(world: World, key: string, trigger: Trigger): void {
  const table = tableAt(world, key);
  putTable(world, { ...table, triggers: new Map(table.triggers).set(trigger.name, trigger) });
  if (trigger.perRow) for (const partition of partitionsOf(world, key)) place(world, partition, trigger);
}

/** A trigger function takes no arguments. One that is not known is named where the search path would find it. */
function triggerFunction(world: World, name: { readonly schema?: string; readonly name: string }): string {
  const schemas = name.schema === undefined ? searchPath(world) : [name.schema];
  for (const schema of schemas) {
    const key = `${keyOf(schema, name.name)}()`;
    if (world.catalog.get('function', key) !== undefined) return key;
  }
  if (!world.infers) fail('undefined_function', `function ${name.name}() does not exist`);
  return `${keyOf(schemas[0] ?? 'public', name.name)}()`;
}
