import type { SchemaEvent } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { findRelation, type World } from '../world.ts';

/** A rewrite rule changes nothing of the model; that it is there is what later code may ask. */
export function createRule(world: World, event: SchemaEvent & { readonly kind: 'create-rule' }): void {
  const relation = findRelation(world, event.table);
  if (relation === undefined) return world.infers ? undefined : fail('undefined_table', `relation "${event.table.name}" does not exist`);
  const key = `${relation.key} ${event.name}`;
  if (world.catalog.get('rule', key) !== undefined && !event.replace) fail('duplicate_object', `rule "${event.name}" for relation "${event.table.name}" already exists`);
  world.catalog.put('rule', key, { name: event.name, table: relation.key });
}
