import type { TenancyModel, Value } from '@tenantlint/model';
import type { Flow } from '../flow.ts';

const names = new WeakMap<TenancyModel, ReadonlySet<string>>();

export const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
const singular = (name: string): string => name.replace(/ies$/, 'y').replace(/(?:ses|xes|ches|shes)$/, (m) => m.slice(0, -2)).replace(/([^s])s$/, '$1');

/** How this product spells its tenant: the columns that carry it, and the root table's name. Lower-case, with underscores. */
export function tenantNames(tenancy: TenancyModel): ReadonlySet<string> {
  const known = names.get(tenancy);
  if (known) return known;
  const found = new Set<string>(['tenant_id', 'tenant', 'organization_id', 'organisation_id', 'org_id', 'workspace_id', 'team_id', 'company_id', 'account_id']);
  if (tenancy.root !== undefined) {
    const root = singular(snake(tenancy.root.split('.').at(-1) ?? tenancy.root));
    for (const name of [root, `${root}_id`, `active_${root}_id`, `current_${root}_id`]) found.add(name);
  }
  for (const { tenancy: of } of tenancy.of.values()) {
    if (of.kind === 'keyed' || of.kind === 'pre-tenant' || of.kind === 'shared') for (const column of of.columns) found.add(snake(column));
    if (of.kind === 'membership') found.add(snake(of.tenant));
  }
  names.set(tenancy, found);
  return found;
}

const callers = new WeakMap<TenancyModel, ReadonlySet<string>>();

/** How this product spells who is signed in: the columns by which memberships name their member. */
function callerNames(tenancy: TenancyModel): ReadonlySet<string> {
  const known = callers.get(tenancy);
  if (known) return known;
  const found = new Set([...tenancy.of.values()].flatMap(({ tenancy: of }) => (of.kind === 'membership' ? [snake(of.user)] : [])));
  found.delete('id');
  callers.set(tenancy, found);
  return found;
}

/** Which part of the caller's identity a path into a session or token is. */
export function classify(f: Flow, path: readonly string[], library: string): Value {
  const tenants = tenantNames(f.input.tenancy);
  const last = snake(path.at(-1) ?? '');
  const before = snake(path.at(-2) ?? '');
  const own = last.replace(/^(?:active|current|default|selected)_/, '');
  if (tenants.has(last) || tenants.has(own) || (last === 'id' && (tenants.has(before) || tenants.has(before.replace(/^(?:active|current)_/, ''))))) return { kind: 'tenant', from: path.join('.') };
  if (callerNames(f.input.tenancy).has(last) || last === 'user_id' || last === 'sub' || last === 'uid' || /^(?:preferred_)?user_?name$|^login$/.test(last) || (last === 'id' && /^(?:|user|account|session_user|me|claims|payload)$/.test(before))) return { kind: 'caller' };
  // What a user may write about itself decides nothing.
  const trusted = !path.some((p) => /^user_?metadata$/i.test(p));
  return { kind: 'claim', path: `${library}:${path.join('.')}`, trusted };
}
