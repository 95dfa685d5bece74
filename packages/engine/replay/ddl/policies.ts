import type { Command, Policy, QName, RoleName, SchemaEvent, Table } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { qualifyExpr, tableScope } from '../expr/qualify.ts';
import { inferTable } from '../inferred.ts';
import { findRelation, findTable, putTable, requireRole, tableAt, type World } from '../world.ts';

/** The table of a policy, trigger or similar part; taken for granted where the history never made it. */
export function ownerTable(world: World, name: QName): Table {
  const table = findTable(world, name);
  if (table !== undefined) return table;
  if (findRelation(world, name) !== undefined) fail('wrong_object_type', `"${name.name}" is not a table`);
  return inferTable(world, name);
}

/** The stored list of roles: no TO clause means PUBLIC, and PUBLIC swallows every other role. */
function policyRoles(world: World, roles: readonly RoleName[]): readonly RoleName[] {
  if (roles.length === 0 || roles.includes('public')) return ['public'];
  const named = new Set(roles.map((role) => world.session.roleName(role)));
  for (const role of named) requireRole(world, role);
  return [...named];
}

/** What is read is tested by USING, what is written by WITH CHECK. */
function requireClauses(command: Command, using: boolean, check: boolean): void {
  if (check && (command === 'select' || command === 'delete')) fail('syntax_error', 'WITH CHECK cannot be applied to SELECT or DELETE');
  if (using && command === 'insert') fail('syntax_error', 'only WITH CHECK expression allowed for INSERT');
}

export function createPolicy(world: World, event: SchemaEvent & { readonly kind: 'create-policy' }): void {
  const { key, name, policies } = ownerTable(world, event.table);
  if (policies.has(event.name)) fail('duplicate_object', `policy "${event.name}" for table "${name}" already exists`);
  requireClauses(event.command, event.using !== undefined, event.check !== undefined);
  const scope = tableScope(tableAt(world, key));
  const policy: Policy = {
    name: event.name, at: event.nameAt, command: event.command, permissive: event.permissive,
    roles: policyRoles(world, event.roles), rolesStated: event.rolesStated,
    using: event.using === undefined ? undefined : qualifyExpr(world, event.using, scope),
    check: event.check === undefined ? undefined : qualifyExpr(world, event.check, scope),
    createdIn: world.step, changedAt: event.nameAt,
  };
  putPolicy(world, key, policy);
}

export function alterPolicy(world: World, event: SchemaEvent & { readonly kind: 'alter-policy' }): void {
  const table = ownerTable(world, event.table);
  const policy = table.policies.get(event.name);
  if (policy === undefined) fail('undefined_object', `policy "${event.name}" for table "${table.name}" does not exist`);
  requireClauses(policy.command, event.using !== undefined, event.check !== undefined);
  const scope = tableScope(table);
  const using = event.using === undefined ? policy.using : qualifyExpr(world, event.using, scope);
  const check = event.check === undefined ? policy.check : qualifyExpr(world, event.check, scope);
  putPolicy(world, table.key, {
    ...policy, using, check, changedAt: event.nameAt,
    ...(event.roles === undefined ? {} : { roles: policyRoles(world, event.roles), rolesStated: true }),
  });
}

/** Reads the table anew: qualifying an expression may have inferred other tables, and columns of this one. */
function putPolicy(world: World, key: string, policy: Policy): void {
  const table = tableAt(world, key);
  putTable(world, { ...table, policies: new Map(table.policies).set(policy.name, policy) });
}
