import { dependenciesOf, idOf, type Obj } from '../dependencies.ts';
import { fail } from '../failure.ts';
import { putTable, type World } from '../world.ts';

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
