import type { SchemaEvent } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { findRelation, keyOf, requireKind, requireSchema, type World } from '../world.ts';
import { initialGrants } from './grants.ts';
import { moveSequence, moveTable, moveView } from './rename-relation.ts';
import { resolveRoutines } from './routine-names.ts';
import { findType } from './user-types.ts';
import { ownerTable } from './policies.ts';
import { moveExtension } from './extensions.ts';
import { moveRoutine, moveType } from './rename-definition.ts';

export function createSchema(world: World, event: SchemaEvent & { readonly kind: 'create-schema' }): void {
  if (world.catalog.get('schema', event.name) !== undefined) {
    if (event.ifNotExists) return;
    fail('duplicate_schema', `schema "${event.name}" already exists`);
  }
  const owner = event.owner === undefined ? world.session.role : world.session.roleName(event.owner);
  world.catalog.put('schema', event.name, { name: event.name, at: event.at, owner, grants: initialGrants(world, 'schema', event.name, event.at), platform: world.platform });
}

export function setSchema(world: World, event: SchemaEvent & { readonly kind: 'set-schema' }): void {
  const { schema } = event;
  switch (event.object) {
    case 'function':
    case 'procedure':
    case 'routine':
    case 'aggregate': {
      const key = resolveRoutines(world, event.name, event.object, true)[0];
      const routine = key === undefined ? undefined : world.catalog.get('function', key);
      if (routine === undefined) return missing(world, event);
      requireSchema(world, schema, event.at);
      return routine.schema === schema ? undefined : moveRoutine(world, routine, { schema, name: routine.name });
    }
    case 'type':
    case 'domain': {
      const type = findType(world, event.name);
      if (type === undefined) return missing(world, event);
      requireSchema(world, schema, event.at);
      return type.schema === schema ? undefined : moveType(world, type, { schema, name: type.name });
    }
    case 'extension':
      requireSchema(world, schema, event.at);
      return moveExtension(world, event.name.name, schema);
    case 'table':
    case 'foreign table':
    case 'view':
    case 'materialized view':
    case 'sequence':
      return moveRelation(world, event);
    default:
      return;
  }
}

function missing(world: World, event: SchemaEvent & { readonly kind: 'set-schema' }): void {
  if (event.ifExists || world.infers) return;
  fail('undefined_object', `${event.object} "${event.name.name}" does not exist`);
}

function moveRelation(world: World, event: SchemaEvent & { readonly kind: 'set-schema' }): void {
  const found = findRelation(world, event.name);
  if (found === undefined) {
    if (event.ifExists || event.object !== 'table') return missing(world, event);
    const table = ownerTable(world, event.name);
    requireSchema(world, event.schema, event.at);
    return moveTable(world, table.key, { schema: event.schema, name: table.name });
  }
  requireKind(world, event.object, found.key, found.relation);
  requireSchema(world, event.schema, event.at);
  if (keyOf(event.schema, event.name.name) === found.key) return;
  if (found.relation.is === 'table') moveTable(world, found.key, { schema: event.schema, name: event.name.name });
  else if (found.relation.is === 'view') {
    const view = world.catalog.get('view', found.key);
    if (view !== undefined && view.schema !== event.schema) moveView(world, view, { schema: event.schema, name: view.name });
  } else if (found.relation.is === 'sequence') {
    const sequence = world.catalog.get('sequence', found.key);
    if (sequence?.ownedBy !== undefined) fail('feature_not_supported', `cannot move an owned sequence into another schema`);
    if (sequence !== undefined && sequence.schema !== event.schema) moveSequence(world, sequence, { schema: event.schema, name: sequence.name });
  }
}
