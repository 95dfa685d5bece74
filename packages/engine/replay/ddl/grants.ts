import type { DefaultPrivilege, Grant, ObjectKind, Privilege, RoleName, SchemaEvent, Span } from '@tenantlint/model';
import { existingRoutines } from './routine-names.ts';
import { candidateSchemas, findRelation, keyOf, requireRole, requireSchema, type World } from '../world.ts';
import { inferTable, requireColumn } from '../inferred.ts';

type Grantable = DefaultPrivilege['object'];

/** What ALL means for each kind of object. */
const ALL: Readonly<Record<Grantable, readonly string[]>> = {
  table: ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'],
  sequence: ['usage', 'select', 'update'],
  function: ['execute'],
  type: ['usage'],
  schema: ['usage', 'create'],
};

const COLUMN_ALL = ['select', 'insert', 'update', 'references'];

/** Privileges that PUBLIC has on every new object of the kind unless default privileges take them away. */
const PUBLIC_DEFAULT: Readonly<Partial<Record<Grantable, string>>> = { function: 'execute', type: 'usage' };

const NONE: readonly Grant[] = [];

const memo = new WeakMap<readonly DefaultPrivilege[], Map<string, readonly Grant[]>>();

/** The grants that a new object starts with; it is the role's in force unless another owner is named. */
export function initialGrants(world: World, object: Grantable, schema: string, at: Span, owner: RoleName = world.session.role): readonly Grant[] {
  return grantsOfNew(world.catalog.defaultPrivileges, object, schema, at, owner);
}

/** What Postgres and the default privileges give to whatever is made. */
export function grantsOfNew(defaults: readonly DefaultPrivilege[], object: Grantable, schema: string, at: Span, owner: RoleName): readonly Grant[] {
  if (defaults.length === 0) return PUBLIC_DEFAULT[object] === undefined ? NONE : [{ role: 'public', privilege: PUBLIC_DEFAULT[object], grantOption: false, at }];
  const open = PUBLIC_DEFAULT[object];
  const mine = inherited(defaults, object, schema, owner);
  const closed = open !== undefined && defaults.some((entry) => !entry.grant && entry.forRole === owner && entry.object === object && entry.role === 'public' && entry.privilege === open);
  if (open === undefined || closed || mine.some((grant) => grant.role === 'public' && grant.privilege === open)) return mine;
  return [{ role: 'public', privilege: open, grantOption: false, at }, ...mine];
}

function inherited(defaults: readonly DefaultPrivilege[], object: Grantable, schema: string, owner: RoleName): readonly Grant[] {
  let known = memo.get(defaults);
  if (known === undefined) memo.set(defaults, (known = new Map<string, readonly Grant[]>()));
  const id = `${object}\n${schema}\n${owner}`;
  let grants = known.get(id);
  if (grants === undefined) {
    grants = [];
    for (const entry of defaults) {
      if (!entry.grant || entry.object !== object || entry.forRole !== owner || entry.role === owner) continue;
      if (entry.inSchema !== undefined && entry.inSchema !== schema) continue;
      grants = withGrant(grants, { role: entry.role, privilege: entry.privilege, grantOption: false, at: entry.at });
    }
    known.set(id, grants);
  }
  return grants;
}

function withGrant(grants: readonly Grant[], grant: Grant): readonly Grant[] {
  const i = grants.findIndex((held) => held.role === grant.role && held.privilege === grant.privilege && (held.columns === undefined) === (grant.columns === undefined));
  const held = grants[i];
  if (held === undefined) return [...grants, grant];
  const columns = grant.columns === undefined ? undefined : [...new Set([...(held.columns ?? []), ...grant.columns])].sort();
  const grantOption = held.grantOption || grant.grantOption;
  if (grantOption === held.grantOption && columns?.length === held.columns?.length) return grants;
  return grants.with(i, { ...held, grantOption, ...(columns === undefined ? {} : { columns }) });
}

function withoutGrant(grants: readonly Grant[], role: RoleName, privilege: string, columns: readonly string[] | undefined, onlyOption: boolean): readonly Grant[] {
  if (!grants.some((held) => held.role === role && held.privilege === privilege)) return grants;
  return grants.flatMap((held): readonly Grant[] => {
    if (held.role !== role || held.privilege !== privilege) return [held];
    if (columns !== undefined) {
      if (held.columns === undefined) return [held];
      const rest = held.columns.filter((column) => !columns.includes(column));
      return rest.length === 0 ? [] : [{ ...held, columns: rest }];
    }
    return onlyOption ? [held.grantOption ? { ...held, grantOption: false } : held] : [];
  });
}

interface Statement {
  readonly grant: boolean;
  readonly privileges: readonly Privilege[];
  readonly to: readonly RoleName[];
  readonly grantOption: boolean;
  readonly at: Span;
}

/** The ACL after a GRANT or REVOKE. What the owner holds is his by ownership and stands in no list. */
function change(world: World, grants: readonly Grant[], object: Grantable, owner: RoleName, statement: Statement): readonly Grant[] {
  let next = grants;
  for (const privilege of statement.privileges) {
    const names = privilege.name !== 'all' ? [privilege.name] : privilege.columns === undefined ? ALL[object] : COLUMN_ALL;
    for (const written of statement.to) {
      const role = world.session.roleName(written);
      if (role === owner) continue;
      for (const name of names) {
        const columns = privilege.columns === undefined ? {} : { columns: [...privilege.columns].sort() };
        next = statement.grant
          ? withGrant(next, { role, privilege: name, ...columns, grantOption: statement.grantOption, at: statement.at })
          : withoutGrant(next, role, name, privilege.columns, statement.grantOption);
      }
    }
  }
  return next;
}

export function grant(world: World, event: SchemaEvent & { readonly kind: 'grant' }): void {
  const statement: Statement = { grant: event.grant, privileges: event.privileges, to: event.to, grantOption: event.grantOption, at: event.toAt };
  for (const role of event.to) requireRole(world, world.session.roleName(role));
  for (const schema of event.allInSchemas) requireSchema(world, schema, event.at);
  for (const schema of event.allInSchemas) grantAllIn(world, event.object, schema, statement);
  for (const name of event.names) {
    switch (event.object) {
      case 'function':
      case 'procedure':
      case 'routine':
      case 'aggregate':
        for (const key of existingRoutines(world, name, event.object)) grantOn(world, 'function', key, statement);
        break;
      case 'schema':
        grantOn(world, 'schema', name.name, statement);
        break;
      case 'type':
      case 'domain': {
        const key = candidateSchemas(world, name).map((schema) => keyOf(schema, name.name)).find((candidate) => world.catalog.get('type', candidate) !== undefined);
        if (key !== undefined) grantOn(world, 'type', key, statement);
        break;
      }
      case 'database':
      case 'language':
      case 'server':
      case 'other':
        break;
      default: {
        const found = findRelation(world, name);
        if (found === undefined) grantOn(world, 'table', inferTable(world, name).key, statement);
        requireColumns(world, found?.key, event.privileges, event.at);
        if (found === undefined) break;
        if (found.relation.is === 'table' || found.relation.is === 'view' || found.relation.is === 'sequence') grantOn(world, found.relation.is, found.key, statement);
      }
    }
  }
}

function requireColumns(world: World, key: string | undefined, privileges: readonly Privilege[], at: Span): void {
  for (const { columns = [] } of privileges) {
    for (const column of columns) {
      const table = key === undefined ? undefined : world.catalog.get('table', key);
      if (table !== undefined) requireColumn(world, table, column, at);
    }
  }
}

function grantAllIn(world: World, object: ObjectKind, schema: string, statement: Statement): void {
  const { catalog } = world;
  const each = (store: 'table' | 'view' | 'sequence'): void => {
    for (const [key, value] of catalog.map(store)) if (value.schema === schema) grantOn(world, store, key, statement);
  };
  if (object === 'table') {
    each('table');
    each('view');
  } else if (object === 'sequence') each('sequence');
  else {
    for (const [key, routine] of catalog.map('function')) {
      if (routine.schema !== schema) continue;
      if (object === 'procedure' ? routine.kind === 'procedure' : object === 'routine' || routine.kind === 'function') grantOn(world, 'function', key, statement);
    }
  }
}

function grantOn(world: World, store: 'table' | 'view' | 'sequence' | 'function' | 'type' | 'schema', key: string, statement: Statement): void {
  const { catalog } = world;
  const apply = <T extends { readonly grants: readonly Grant[]; readonly owner: RoleName }>(value: T | undefined, object: Grantable, put: (value: T) => void): void => {
    if (value === undefined) return;
    const grants = change(world, value.grants, object, value.owner, statement);
    if (grants !== value.grants) put({ ...value, grants });
  };
  switch (store) {
    case 'table':
      return apply(catalog.get('table', key), 'table', (value) => catalog.put('table', key, value));
    case 'view':
      return apply(catalog.get('view', key), 'table', (value) => catalog.put('view', key, value));
    case 'sequence':
      return apply(catalog.get('sequence', key), 'sequence', (value) => catalog.put('sequence', key, value));
    case 'function':
      return apply(catalog.get('function', key), 'function', (value) => catalog.put('function', key, value));
    case 'type':
      return apply(catalog.get('type', key), 'type', (value) => catalog.put('type', key, value));
    case 'schema':
      return apply(catalog.get('schema', key), 'schema', (value) => catalog.put('schema', key, value));
  }
}

export function defaultPrivileges(world: World, event: SchemaEvent & { readonly kind: 'default-privileges' }): void {
  const object = grantable(event.object);
  if (object === undefined) return;
  const owners = event.forRoles.length > 0 ? event.forRoles.map((role) => world.session.roleName(role)) : [world.session.role];
  const schemas: readonly (string | undefined)[] = event.inSchemas.length > 0 ? event.inSchemas : [undefined];
  for (const role of [...owners, ...event.to]) requireRole(world, world.session.roleName(role));
  for (const schema of event.inSchemas) requireSchema(world, schema, event.at);
  let list = world.catalog.defaultPrivileges;
  for (const forRole of owners) {
    for (const inSchema of schemas) {
      for (const privilege of event.privileges) {
        for (const name of privilege.name === 'all' ? ALL[object] : [privilege.name]) {
          for (const written of event.to) {
            const entry = { forRole, ...(inSchema === undefined ? {} : { inSchema }), object, role: world.session.roleName(written), privilege: name, at: event.at };
            list = withDefault(list, { ...entry, grant: event.grant });
          }
        }
      }
    }
  }
  world.catalog.put('default-privileges', '', list);
}

/** A revocation is only kept where it takes away what Postgres itself would give. */
function withDefault(list: readonly DefaultPrivilege[], entry: DefaultPrivilege): readonly DefaultPrivilege[] {
  const same = (other: DefaultPrivilege): boolean =>
    other.forRole === entry.forRole && other.inSchema === entry.inSchema && other.object === entry.object && other.role === entry.role && other.privilege === entry.privilege;
  const builtIn = entry.inSchema === undefined && entry.role === 'public' && PUBLIC_DEFAULT[entry.object] === entry.privilege;
  // The owner of an object has every right to it anyway.
  if (entry.role === entry.forRole) return list;
  const i = list.findIndex(same);
  const held = list[i];
  if (held !== undefined) return held.grant === entry.grant ? list : list.toSpliced(i, 1);
  if (entry.grant ? builtIn : !builtIn) return list;
  return [...list, entry];
}

function grantable(object: ObjectKind): Grantable | undefined {
  switch (object) {
    case 'table':
    case 'view':
    case 'materialized view':
    case 'foreign table':
      return 'table';
    case 'function':
    case 'procedure':
    case 'routine':
    case 'aggregate':
      return 'function';
    case 'sequence':
    case 'type':
    case 'schema':
      return object;
    case 'domain':
      return 'type';
    default:
      return undefined;
  }
}
