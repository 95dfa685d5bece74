import type { ObjectName, QName, SchemaEvent } from '@tenantlint/model';
import type { Obj } from '../dependencies.ts';
import { fail } from '../failure.ts';
import { candidateSchemas, findRelation, keyOf, type World } from '../world.ts';
import { dropExtension } from './extensions.ts';
import { dropAll } from './drop-all.ts';
import { dropRole } from './roles.ts';
import { resolveRoutines } from './routine-names.ts';

/** DROP of everything. Several names of one statement may depend on each other. */
export function drop(world: World, event: SchemaEvent & { readonly kind: 'drop' }): void {
  const targets: Obj[] = [];
  for (const name of event.names) {
    const target = find(world, event, name);
    if (target === 'done') continue;
    if (target !== undefined) targets.push(target);
    else if (!event.ifExists && !takenForGranted(world, event, name)) missing(world, event, name);
  }
  dropAll(world, targets, event.cascade);
}

/** The object that a DROP names; `done` where it needed no dependency search. */
function find(world: World, event: SchemaEvent & { readonly kind: 'drop' }, name: ObjectName): Obj | 'done' | undefined {
  const { catalog } = world;
  switch (event.object) {
    case 'table':
    case 'foreign table':
    case 'view':
    case 'materialized view':
    case 'sequence':
    case 'index':
      return findRelationObject(world, event, name);
    case 'type':
    case 'domain': {
      const key = candidateSchemas(world, name).map((schema) => keyOf(schema, name.name)).find((candidate) => catalog.get('type', candidate) !== undefined);
      if (key !== undefined) return { is: 'type', key };
      const row = findRelation(world, name);
      if (row !== undefined && row.relation.is === 'table') fail('wrong_object_type', `"${name.name}" is a table`);
      return undefined;
    }
    case 'function':
    case 'procedure':
    case 'routine':
    case 'aggregate': {
      const key = resolveRoutines(world, name, event.object, true)[0];
      return key === undefined ? undefined : { is: 'routine', key };
    }
    case 'schema':
      return catalog.get('schema', name.name) === undefined ? undefined : { is: 'schema', key: name.name };
    case 'policy':
    case 'trigger':
    case 'rule':
      return findPart(world, event, name);
    case 'role':
      return dropRole(world, name.name) ? 'done' : undefined;
    case 'extension':
      return dropExtension(world, name.name, event.cascade) ? 'done' : undefined;
    case 'publication':
      if (catalog.get('publication', name.name) === undefined) return undefined;
      catalog.put('publication', name.name, undefined);
      return 'done';
    default:
      // Objects that are not modelled come and go unseen.
      return 'done';
  }
}

function findRelationObject(world: World, event: SchemaEvent & { readonly kind: 'drop' }, name: QName): Obj | undefined {
  const found = findRelation(world, name);
  if (found === undefined) return undefined;
  const { relation, key } = found;
  const wrong = (): never => fail('wrong_object_type', `"${name.name}" is not a ${event.object}`);
  if (relation.is === 'index') {
    if (event.object !== 'index') wrong();
    const holder = world.catalog.get(relation.ofView ? 'view' : 'table', relation.of);
    if (holder?.indexes.get(relation.name)?.constraint === true) {
      fail('dependent_objects_still_exist', `cannot drop index ${name.name} because a constraint requires it`);
    }
    return { is: 'index', of: relation.of, name: relation.name };
  }
  if (relation.is === 'composite') return wrong();
  const fits =
    relation.is === 'table' ? event.object === 'table' || event.object === 'foreign table'
    : relation.is === 'sequence' ? event.object === 'sequence'
    : event.object === (world.catalog.get('view', key)?.materialized === true ? 'materialized view' : 'view');
  return fits ? { is: relation.is, key } : wrong();
}

function findPart(world: World, event: SchemaEvent & { readonly kind: 'drop' }, name: ObjectName): Obj | 'done' | undefined {
  if (event.table === undefined) return undefined;
  const found = findRelation(world, event.table);
  if (found === undefined) return undefined;
  const table = world.catalog.get('table', found.key);
  if (event.object === 'policy') return table?.policies.has(name.name) === true ? { is: 'policy', of: found.key, name: name.name } : undefined;
  if (event.object === 'rule') {
    const key = `${found.key} ${name.name}`;
    if (world.catalog.get('rule', key) === undefined) return undefined;
    world.catalog.put('rule', key, undefined);
    return 'done';
  }
  const triggers = (table ?? world.catalog.get('view', found.key))?.triggers;
  return triggers?.has(name.name) === true ? { is: 'trigger', of: found.key, name: name.name } : undefined;
}

/** What the history drops and never made existed before it began. */
function takenForGranted(world: World, event: SchemaEvent & { readonly kind: 'drop' }, name: ObjectName): boolean {
  if (!world.infers) return false;
  if (event.table !== undefined) {
    const found = findRelation(world, event.table);
    return found === undefined ? !hadRelation(world, event.table) : world.catalog.get('table', found.key)?.inferred === true;
  }
  switch (event.object) {
    case 'table':
    case 'foreign table':
    case 'view':
    case 'materialized view':
    case 'sequence':
    case 'index':
      return !hadRelation(world, name);
    default:
      return true;
  }
}

function hadRelation(world: World, name: QName): boolean {
  return candidateSchemas(world, name).some((schema) => world.catalog.everHad(keyOf(schema, name.name)));
}

function missing(world: World, event: SchemaEvent & { readonly kind: 'drop' }, name: ObjectName): never {
  if (name.schema !== undefined && world.catalog.get('schema', name.schema) === undefined) fail('invalid_schema_name', `schema "${name.schema}" does not exist`);
  const condition =
    event.object === 'function' || event.object === 'procedure' || event.object === 'routine' || event.object === 'aggregate' ? 'undefined_function'
    : event.object === 'schema' ? 'invalid_schema_name'
    : event.object === 'table' || event.object === 'view' || event.object === 'materialized view' || event.object === 'sequence' || event.object === 'foreign table' ? 'undefined_table'
    : 'undefined_object';
  return fail(condition, `${event.object} "${name.name}" does not exist`);
}
