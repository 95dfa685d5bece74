import type { Grant, Role, RoleName, SchemaEvent, Span } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { putTable, type World } from '../world.ts';
import type { Obj } from '../dependencies.ts';
import { dropAll } from './drop-all.ts';

export function createRole(world: World, event: SchemaEvent & { readonly kind: 'create-role' | 'alter-role' }): void {
  if (world.catalog.get('role', event.name) !== undefined) fail('duplicate_object', `role "${event.name}" already exists`);
  world.catalog.put('role', event.name, { name: event.name, at: event.nameAt, options: event.options, memberOf: event.memberOf, settings: {}, platform: world.platform });
  for (const member of event.members) setMembership(world, member, event.name, true, event.at);
}

export function alterRole(world: World, event: SchemaEvent & { readonly kind: 'create-role' | 'alter-role' }): void {
  const name = world.session.roleName(event.name);
  const role = roleAt(world, name, event.nameAt);
  if (role === undefined) return;
  let settings = role.settings;
  for (const [setting, value] of Object.entries(event.settings ?? {})) {
    if (value === null) settings = setting === 'all' ? {} : Object.fromEntries(Object.entries(settings).filter(([other]) => other !== setting));
    else settings = { ...settings, [setting]: value };
  }
  world.catalog.put('role', name, { ...role, options: { ...role.options, ...event.options }, settings });
}

/** The role; one that was never made is taken for granted. ALL and PUBLIC are none. */
function roleAt(world: World, name: RoleName, at: Span): Role | undefined {
  const role = world.catalog.get('role', name);
  if (role !== undefined || name === 'all' || name === 'public') return role;
  if (!world.infers) fail('undefined_object', `role "${name}" does not exist`);
  const made: Role = { name, at, options: {}, memberOf: [], settings: {}, platform: false };
  world.catalog.put('role', name, made);
  return made;
}

export function grantRole(world: World, event: SchemaEvent & { readonly kind: 'grant-role' }): void {
  for (const written of event.to) for (const role of event.roles) setMembership(world, world.session.roleName(written), role, event.grant, event.at);
}

function setMembership(world: World, member: RoleName, of: RoleName, on: boolean, at: Span): void {
  const role = roleAt(world, member, at);
  if (role === undefined || role.memberOf.includes(of) === on) return;
  if (on && reaches(world, of, member)) fail('invalid_grant_operation', `role "${of}" is a member of role "${member}"`);
  world.catalog.put('role', member, { ...role, memberOf: on ? [...role.memberOf, of] : role.memberOf.filter((name) => name !== of) });
}

/** Whether one role is another, or a member of it through others. */
function reaches(world: World, from: RoleName, to: RoleName): boolean {
  const seen = new Set([from]);
  for (const name of seen) {
    if (name === to) return true;
    for (const other of world.catalog.get('role', name)?.memberOf ?? []) seen.add(other);
  }
  return false;
}

/** False where there is no such role. A role that owns or may do something cannot go. */
export function dropRole(world: World, name: RoleName): boolean {
  const { catalog } = world;
  if (catalog.get('role', name) === undefined) return false;
  if (holdsAnything(world, name)) fail('dependent_objects_still_exist', `role "${name}" cannot be dropped because some objects depend on it`);
  catalog.put('role', name, undefined);
  for (const role of catalog.map('role').values()) {
    if (role.memberOf.includes(name)) catalog.put('role', role.name, { ...role, memberOf: role.memberOf.filter((other) => other !== name) });
  }
  return true;
}

function holdsAnything(world: World, name: RoleName): boolean {
  const { catalog } = world;
  const involves = (value: { readonly owner: RoleName; readonly grants: readonly Grant[] }): boolean =>
    value.owner === name || value.grants.some((grant) => grant.role === name);
  for (const store of ['schema', 'view', 'function', 'type', 'sequence'] as const) for (const value of catalog.map(store).values()) if (involves(value)) return true;
  for (const table of catalog.tables.values()) {
    if (involves(table)) return true;
    for (const policy of table.policies.values()) if (policy.roles.includes(name)) return true;
  }
  return catalog.defaultPrivileges.some((entry) => entry.forRole === name || entry.role === name);
}

/** DROP OWNED BY and REASSIGN OWNED BY. */
export function dropOwned(world: World, event: SchemaEvent & { readonly kind: 'drop-owned' }): void {
  const roles = new Set(event.roles.map((role) => world.session.roleName(role)));
  for (const role of roles) roleAt(world, role, event.at);
  if (event.reassignTo !== undefined) {
    reassign(world, roles, world.session.roleName(event.reassignTo));
    return;
  }
  const targets: Obj[] = [];
  const { catalog } = world;
  for (const [key, value] of catalog.map('table')) if (roles.has(value.owner)) targets.push({ is: 'table', key });
  for (const [key, value] of catalog.map('view')) if (roles.has(value.owner)) targets.push({ is: 'view', key });
  for (const [key, value] of catalog.map('sequence')) if (roles.has(value.owner)) targets.push({ is: 'sequence', key });
  for (const [key, value] of catalog.map('function')) if (roles.has(value.owner)) targets.push({ is: 'routine', key });
  for (const [key, value] of catalog.map('type')) if (roles.has(value.owner)) targets.push({ is: 'type', key });
  for (const [key, value] of catalog.map('schema')) if (roles.has(value.owner)) targets.push({ is: 'schema', key });
  dropAll(world, targets, event.cascade);
  revokeEverything(world, roles);
}

function reassign(world: World, roles: ReadonlySet<RoleName>, to: RoleName): void {
  const { catalog } = world;
  const own = <T extends { readonly owner: RoleName; readonly grants: readonly Grant[] }>(value: T): T => ({ ...value, owner: to, grants: value.grants.filter((grant) => grant.role !== to) });
  for (const [key, value] of [...catalog.map('table')]) if (roles.has(value.owner)) catalog.put('table', key, own(value));
  for (const [key, value] of [...catalog.map('view')]) if (roles.has(value.owner)) catalog.put('view', key, own(value));
  for (const [key, value] of [...catalog.map('sequence')]) if (roles.has(value.owner)) catalog.put('sequence', key, own(value));
  for (const [key, value] of [...catalog.map('function')]) if (roles.has(value.owner)) catalog.put('function', key, own(value));
  for (const [key, value] of [...catalog.map('type')]) if (roles.has(value.owner)) catalog.put('type', key, own(value));
  for (const [key, value] of [...catalog.map('schema')]) if (roles.has(value.owner)) catalog.put('schema', key, own(value));
}

/** Grants of the roles go, and they leave the policies; a policy for them alone goes with them. */
function revokeEverything(world: World, roles: ReadonlySet<RoleName>): void {
  const { catalog } = world;
  const rest = <T extends { readonly grants: readonly Grant[] }>(value: T): T => {
    const grants = value.grants.filter((grant) => !roles.has(grant.role));
    return grants.length === value.grants.length ? value : { ...value, grants };
  };
  for (const [key, value] of [...catalog.map('view')]) catalog.put('view', key, rest(value));
  for (const [key, value] of [...catalog.map('sequence')]) catalog.put('sequence', key, rest(value));
  for (const [key, value] of [...catalog.map('function')]) catalog.put('function', key, rest(value));
  for (const [key, value] of [...catalog.map('type')]) catalog.put('type', key, rest(value));
  for (const [key, value] of [...catalog.map('schema')]) catalog.put('schema', key, rest(value));
  for (const value of [...catalog.tables.values()]) {
    const table = rest(value);
    const concerned = [...table.policies.values()].filter((policy) => policy.roles.some((role) => roles.has(role)));
    if (concerned.length === 0) {
      catalog.put('table', table.key, table);
      continue;
    }
    const policies = new Map(table.policies);
    for (const policy of concerned) {
      const left = policy.roles.filter((role) => !roles.has(role));
      if (left.length === 0) policies.delete(policy.name);
      else policies.set(policy.name, { ...policy, roles: left });
    }
    putTable(world, { ...table, policies });
  }
  const defaults = catalog.defaultPrivileges;
  const kept = defaults.filter((entry) => !roles.has(entry.forRole) && !roles.has(entry.role));
  if (kept.length !== defaults.length) catalog.put('default-privileges', '', kept);
}
