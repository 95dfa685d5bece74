import type { Reason, Table, Tenancy } from '@tenantlint/model';
import type { KeyGraph } from './graph.ts';
import type { People } from './people.ts';
import type { RootCandidate } from './roots.ts';
import { uniqueKeys } from './graph.ts';
import { isAuthorColumn, isMembershipName, isPlainMembershipName, isRoleColumn, isSecretColumn, isSecretTable, isSharedColumn, isTenantWord } from './names.ts';
import { directHops, keyByName } from './roots.ts';

export interface Keys {
  readonly columns: readonly string[];
  readonly why: readonly Reason[];
}

/** Names that the tenant column bears across the product, most frequent first. */
export function usualNames(graph: KeyGraph, roots: readonly RootCandidate[]): readonly string[] {
  const count = new Map<string, number>();
  for (const root of roots) {
    for (const hop of graph.into.get(root.table.key) ?? []) {
      if (hop.columns.length === 1 && hop.columns[0] !== undefined) count.set(hop.columns[0], (count.get(hop.columns[0]) ?? 0) + 1);
    }
  }
  return [...count].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
}

/**
 * The tenant columns of a table: foreign keys to the root first, composite keys that carry the parent's tenant next,
 * and names with a fitting type only where there is neither.
 */
export function tenantColumns(table: Table, graph: KeyGraph, roots: readonly RootCandidate[], usual: readonly string[], names: readonly string[], keysOf: (table: string) => readonly string[]): Keys | undefined {
  for (const root of roots) {
    const hops = directHops(graph, table.key, root.table.key).filter((hop) => hop.columns.length === 1);
    if (hops.length === 0) continue;
    // Of several references to the tenant the one with the product's usual name is the owner; the others are counterparts.
    const owner = hops.find((hop) => hop.columns[0] === usual[0]) ?? hops.find((hop) => usual.includes(hop.columns[0] ?? '') && hops.length > 1);
    const chosen = owner !== undefined && hops.length > 1 ? [owner] : hops;
    return {
      columns: chosen.map((hop) => hop.columns[0] ?? ''),
      why: chosen.map((hop) => ({ text: `${hop.columns[0] ?? ''} is a foreign key to ${root.table.name}`, at: hop.at })),
    };
  }
  for (const hop of graph.out.get(table.key) ?? []) {
    if (hop.columns.length < 2) continue;
    const keys = keysOf(hop.parent);
    const index = hop.referenced.findIndex((name) => keys.includes(name));
    const column = hop.columns[index];
    if (index >= 0 && column !== undefined) return { columns: [column], why: [{ text: `${column} is the tenant's part of the foreign key to ${hop.parent}`, at: hop.at }] };
  }
  for (const root of roots) {
    const name = keyByName(table, root.table, names) ?? usual.find((one) => usualWithoutKey(table, one, root));
    if (name !== undefined) return { columns: [name], why: [{ text: `${name} is named like the key of ${root.table.name} and has its type`, at: table.columns.get(name)?.at ?? table.at }] };
  }
  const plain = [...table.columns.values()].find((column) => names.includes(column.name));
  if (plain !== undefined) return { columns: [plain.name], why: [{ text: `${plain.name} names the tenant`, at: plain.at }] };
  return undefined;
}

function usualWithoutKey(table: Table, name: string, root: RootCandidate): boolean {
  const column = table.columns.get(name);
  const key = root.table.columns.get(root.key);
  if (column === undefined || key === undefined || column.typeText !== key.typeText) return false;
  return ![...table.constraints.values()].some((one) => one.kind === 'foreign key' && one.columns.includes(name));
}

/** Which kind of tenant-carrying table it is. */
export function classify(table: Table, keys: Keys, people: People): { readonly tenancy: Tenancy; readonly why: readonly Reason[] } {
  const tenant = keys.columns[0] ?? '';
  const nullable = keys.columns.some((name) => table.columns.get(name)?.notNull !== true);
  const member = membership(table, tenant, people);
  if (member !== undefined) return { tenancy: { kind: 'membership', user: member.user, tenant, role: member.role }, why: [...keys.why, ...member.why] };
  const secret = secretColumn(table);
  if (secret !== undefined) return { tenancy: { kind: 'pre-tenant', secret, columns: keys.columns }, why: [...keys.why, { text: `looked up by ${secret} before the tenant is known`, at: table.columns.get(secret)?.at ?? table.at }] };
  const shared = [...table.columns.values()].find((column) => column.typeText === 'boolean' && isSharedColumn(column.name));
  if (shared !== undefined) return { tenancy: { kind: 'shared', predicate: shared.name, columns: keys.columns }, why: [...keys.why, { text: `rows with ${shared.name} are for everybody`, at: shared.at }] };
  return { tenancy: { kind: 'keyed', columns: keys.columns, nullable }, why: keys.why };
}

function membership(table: Table, tenant: string, people: People): { readonly user: string; readonly role: string | undefined; readonly why: readonly Reason[] } | undefined {
  const role = [...table.columns.values()].find((column) => isRoleColumn(column.name))?.name;
  const person = people.people.get(table.key);
  const users = (people.columns.get(table.key) ?? []).filter((name) => !isAuthorColumn(name));
  if (person !== undefined) {
    // A person row with a tenant column is a membership of one.
    const user = users.find((name) => name !== person && /auth|user|sub|uid/.test(name)) ?? person;
    return { user, role, why: [{ text: 'a person row that carries its tenant', at: table.at }] };
  }
  const user = users[0];
  if (user === undefined) return undefined;
  const at = table.columns.get(user)?.at ?? table.at;
  const paired = uniqueKeys(table).some((key) => key.length <= 3 && key.includes(tenant) && users.some((name) => key.includes(name)));
  if (isPlainMembershipName(table.name) || (isMembershipName(table.name) && (paired || role !== undefined))) {
    return { user, role, why: [{ text: `says which ${user} belongs to which ${tenant}`, at }] };
  }
  return undefined;
}

function secretColumn(table: Table): string | undefined {
  if (!isSecretTable(table.name)) return undefined;
  for (const key of uniqueKeys(table)) if (key.length === 1 && key[0] !== undefined && isSecretColumn(key[0])) return key[0];
  return undefined;
}

/** Column names that stand for the tenant though no foreign key says so, with the number of tables that bear them, most frequent first. */
export function rootlessKeys(graph: KeyGraph, mentioned: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  for (const table of graph.tables) {
    for (const column of table.columns.values()) {
      if (!isTenantWord(column.name) && !ROOTLESS.test(column.name)) continue;
      if ([...table.constraints.values()].some((one) => one.kind === 'foreign key' && one.columns.includes(column.name))) continue;
      count.set(column.name, (count.get(column.name) ?? 0) + 1 + (mentioned.get(table.key)?.has(column.name) === true ? 2 : 0));
    }
  }
  return new Map([...count].filter(([, n]) => n >= 3).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}
const ROOTLESS = /^(organi[sz]ation_?id|org_?id|company_?id|workspace_?id|team_?id)$/i;
