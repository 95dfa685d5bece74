import type { ObjectName, QName, SchemaEvent } from '@tenantlint/model';
import { dependenciesOf, idOf, type Obj } from '../dependencies.ts';
import { fail } from '../failure.ts';
import { candidateSchemas, findRelation, keyOf, putTable, type World } from '../world.ts';
import { dropExtension } from './extensions.ts';
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

/** Drops the objects with everything that hangs on them; without CASCADE only what goes along by itself. */
export function dropAll(world: World, targets: readonly Obj[], cascade: boolean): void {
  const doomed = new Map<string, Obj>();
  const held = new Map<string, { readonly by: Obj; readonly on: Obj }>();
  const queue = [...targets];
  for (const target of targets) doomed.set(idOf(target), target);
  for (let obj = queue.pop(); obj !== undefined; obj = queue.pop()) {
    for (const { on, auto } of dependenciesOf(world, obj)) {
      const id = idOf(on);
      if (doomed.has(id)) continue;
      if (!auto && !cascade) {
        held.set(id, { by: obj, on });
        continue;
      }
      doomed.set(id, on);
      queue.push(on);
    }
  }
  for (const [id, { by, on }] of held) {
    if (doomed.has(id) || ('of' in on && isDoomed(doomed, on))) continue;
    fail('dependent_objects_still_exist', `cannot drop ${describe(by)} because other objects depend on it: ${describe(on)}`);
  }
  for (const obj of doomed.values()) remove(world, obj);
}

/** A part goes with what holds it. */
function isDoomed(doomed: ReadonlyMap<string, Obj>, part: Obj & { readonly of: string }): boolean {
  const holders: Obj[] = [{ is: 'table', key: part.of }, { is: 'view', key: part.of }, { is: 'type', key: part.of }];
  if (part.is === 'default') holders.push({ is: 'column', of: part.of, name: part.name });
  return holders.some((holder) => doomed.has(idOf(holder)));
}

function describe(obj: Obj): string {
  return 'of' in obj ? `${obj.is} ${obj.name} on ${obj.of}` : `${obj.is} ${obj.key}`;
}

/** Takes one object out of the catalog; no-op where its table went before. */
export function remove(world: World, obj: Obj): void {
  const { catalog } = world;
  switch (obj.is) {
    case 'table':
    case 'view':
    case 'sequence':
    case 'type':
    case 'schema':
      catalog.put(obj.is, obj.key, undefined);
      catalog.put('bound', obj.key, undefined);
      if (obj.is === 'schema') forgetSchema(world, obj.key);
      return;
    case 'routine':
      catalog.put('function', obj.key, undefined);
      return;
    case 'published': {
      const publication = catalog.get('publication', obj.of);
      if (publication === undefined) return;
      const tables = new Map(publication.tables);
      tables.delete(obj.name);
      catalog.put('publication', obj.of, { ...publication, tables });
      return;
    }
    case 'domain-check': {
      const type = catalog.get('type', obj.of);
      if (type?.form.is !== 'domain') return;
      const checks = new Map(type.form.checks);
      checks.delete(obj.name);
      catalog.put('type', obj.of, { ...type, form: { ...type.form, checks } });
      return;
    }
    case 'attribute': {
      const type = catalog.get('type', obj.of);
      if (type?.form.is === 'composite') catalog.put('type', obj.of, { ...type, form: { is: 'composite', columns: less(type.form.columns, obj.name) } });
      return;
    }
    default:
      removePart(world, obj);
  }
}

function removePart(world: World, obj: Obj & { readonly of: string }): void {
  const view = world.catalog.get('view', obj.of);
  if (view !== undefined) {
    if (obj.is === 'index') world.catalog.put('view', view.key, { ...view, indexes: less(view.indexes, obj.name) });
    else if (obj.is === 'trigger') world.catalog.put('view', view.key, { ...view, triggers: less(view.triggers, obj.name) });
    return;
  }
  const table = world.catalog.get('table', obj.of);
  if (table === undefined) return;
  switch (obj.is) {
    case 'column': {
      const grants = table.grants.flatMap((grant) => {
        if (grant.columns?.includes(obj.name) !== true) return [grant];
        const rest = grant.columns.filter((column) => column !== obj.name);
        return rest.length === 0 ? [] : [{ ...grant, columns: rest }];
      });
      putTable(world, { ...table, columns: less(table.columns, obj.name), grants });
      return;
    }
    case 'default': {
      const column = table.columns.get(obj.name);
      if (column !== undefined) putTable(world, { ...table, columns: new Map(table.columns).set(obj.name, { ...column, default: undefined }) });
      return;
    }
    case 'constraint': {
      const constraint = table.constraints.get(obj.name);
      if (constraint === undefined) return;
      const indexes = 'index' in constraint ? less(table.indexes, constraint.index) : table.indexes;
      putTable(world, { ...table, constraints: less(table.constraints, obj.name), indexes });
      return;
    }
    case 'index':
      putTable(world, { ...table, indexes: less(table.indexes, obj.name) });
      return;
    case 'policy':
      putTable(world, { ...table, policies: less(table.policies, obj.name) });
      return;
    case 'trigger':
      putTable(world, { ...table, triggers: less(table.triggers, obj.name) });
      return;
    default:
      return;
  }
}

function less<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** Default privileges of a schema go with it. */
function forgetSchema(world: World, schema: string): void {
  const list = world.catalog.defaultPrivileges;
  const rest = list.filter((entry) => entry.inSchema !== schema);
  if (rest.length !== list.length) world.catalog.put('default-privileges', '', rest);
  for (const publication of world.catalog.map('publication').values()) {
    if (publication.schemas.includes(schema)) world.catalog.put('publication', publication.name, { ...publication, schemas: publication.schemas.filter((name) => name !== schema) });
  }
}
