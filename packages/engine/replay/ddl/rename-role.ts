import type { Grant, RoleName } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { type World } from '../world.ts';

/** Renames a role everywhere it owns, may or is meant. */
export function renameRole(world: World, from: RoleName, to: RoleName): void {
  const { catalog } = world;
  const role = catalog.get('role', from);
  if (role === undefined) return world.infers ? undefined : fail('undefined_object', `role "${from}" does not exist`);
  if (catalog.get('role', to) !== undefined) fail('duplicate_object', `role "${to}" already exists`);
  const name = (other: RoleName): RoleName => (other === from ? to : other);
  const named = <T extends { readonly owner: RoleName; readonly grants: readonly Grant[] }>(value: T): T => {
    if (value.owner !== from && !value.grants.some((grant) => grant.role === from)) return value;
    return { ...value, owner: name(value.owner), grants: value.grants.map((grant) => (grant.role === from ? { ...grant, role: to } : grant)) };
  };
  catalog.put('role', from, undefined);
  catalog.put('role', to, { ...role, name: to });
  for (const other of [...catalog.map('role').values()]) {
    if (other.memberOf.includes(from)) catalog.put('role', other.name, { ...other, memberOf: other.memberOf.map(name) });
  }
  for (const [key, value] of [...catalog.map('schema')]) catalog.put('schema', key, named(value));
  for (const [key, value] of [...catalog.map('view')]) catalog.put('view', key, named(value));
  for (const [key, value] of [...catalog.map('sequence')]) catalog.put('sequence', key, named(value));
  for (const [key, value] of [...catalog.map('function')]) catalog.put('function', key, named(value));
  for (const [key, value] of [...catalog.map('type')]) catalog.put('type', key, named(value));
  for (const [key, value] of [...catalog.map('table')]) {
    const table = named(value);
    const meant = [...table.policies.values()].some((policy) => policy.roles.includes(from));
    const policies = meant ? new Map([...table.policies].map(([id, policy]) => [id, { ...policy, roles: policy.roles.map(name) }])) : table.policies;
    catalog.put('table', key, meant ? { ...table, policies } : table);
  }
  const defaults = catalog.defaultPrivileges;
  if (defaults.some((entry) => entry.forRole === from || entry.role === from)) {
    catalog.put('default-privileges', '', defaults.map((entry) => ({ ...entry, forRole: name(entry.forRole), role: name(entry.role) })));
  }
}
