import type { ForeignKeyHop, Link, ModelMap, Reason, Schema, Table, Tenancy, TenancyModel, TenancyOf } from '@tenantlint/model';
import type { TableTenancy, TenancyConfig } from './config.ts';
import { listOf } from './config.ts';
import type { KeyGraph } from './graph.ts';
import { keyGraph, primaryKey, uniqueKeys } from './graph.ts';
import { classify, rootlessKeys, tenantColumns, usualNames } from './keyed.ts';
import { canonical, idNoun, isAuthorColumn, isBookkeeping, isCreatorColumn, isMembershipName, isPersonTable, isPointer, isReferenceName, isTenantWord, noun, rootWeight } from './names.ts';
import { impliedHops, pathsToTenant } from './paths.ts';
import type { People } from './people.ts';
import { findPeople } from './people.ts';
import type { RootCandidate } from './roots.ts';
import { mentionedInPolicies, rankRoots } from './roots.ts';

/** How every table's rows belong to tenants, told from keys, names and policies; each answer with its reasons. */
export function inferTenancy(schema: Schema, models: readonly ModelMap[], config: TenancyConfig = {}): TenancyModel {
  const graph = keyGraph(schema, models);
  const people = findPeople(schema, graph, resolve(config.users, graph));
  const mentioned = mentionedInPolicies(schema);
  const rootless = rootlessKeys(graph, mentioned);
  const roots = chooseRoots(graph, people, mentioned, config, Math.max(0, ...rootless.values()));
  const usual = usualNames(graph, roots);
  // A frequent name that says the tenant, or the root's own, is its key whatever the column's type.
  const rootNouns = new Set(roots.map((root) => canonical(noun(root.table.name))));
  const says = (name: string): boolean => (isTenantWord(name) || rootNouns.has(idNoun(name) ?? '')) && (rootless.get(name) ?? 0) >= 6;
  const names = [...(config.keys ?? []), ...[...rootless.keys()].filter((name) => roots.length === 0 || says(name))];
  const of = new Map<string, TenancyOf>();
  const put = (table: Table, tenancy: Tenancy, why: readonly Reason[], declared = false): void => {
    of.set(table.key, { table: table.key, tenancy, declared, why });
  };
  const declared = declaredTables(config, graph);
  const keysOf = (key: string): readonly string[] => tenantKeys(of.get(key)?.tenancy);

  for (const root of roots) put(root.table, { kind: 'root', key: root.key }, root.why, config.root !== undefined && resolve(config.root, graph) === root.table.key);
  for (const [table, given] of declared) declare(table, given, graph, put);
  const open = graph.tables.filter((table) => !of.has(table.key) && table.partitionOf === undefined);
  // Composite keys take the tenant from their parent, so parents are asked first; two rounds reach every depth that matters.
  for (let round = 0; round < 2; round++) {
    for (const table of open) {
      if (of.has(table.key) || isBookkeeping(table.name)) continue;
      const keys = tenantColumns(table, graph, roots, usual, names, keysOf);
      if (keys === undefined || (people.people.has(table.key) && keys.columns.every(isPointer))) continue;
      const found = classify(table, keys, people);
      put(table, withShared(table, found.tenancy, config), found.why);
    }
  }
  hangOff(graph, people, of, put, open);
  for (const table of open) if (!of.has(table.key)) rest(table, graph, people, of, put);
  for (const table of graph.tables) {
    // Partitions and children hold their parent's rows.
    const parent = table.partitionOf === undefined ? undefined : of.get(table.partitionOf);
    if (!of.has(table.key) && parent !== undefined) put(table, parent.tenancy, [{ text: `a partition of ${parent.table}`, at: table.at }, ...parent.why]);
    if (!of.has(table.key)) put(table, { kind: 'unknown' }, [{ text: 'no way to a tenant, a user or reference data was found', at: table.at }]);
  }
  const root = roots[0];
  const found = root !== undefined || [...of.values()].some((one) => one.tenancy.kind === 'keyed' || one.tenancy.kind === 'membership' || one.tenancy.kind === 'through');
  const columns = new Map(people.columns);
  for (const one of of.values()) if (one.declared && one.tenancy.kind === 'user-owned' && one.tenancy.path === undefined) columns.set(one.table, [one.tenancy.column, ...(columns.get(one.table) ?? [])]);
  return {
    root: root?.table.key,
    found,
    users: people.users,
    people: people.people,
    userColumns: columns,
    links: links(graph, people),
    of,
    why: root?.why ?? (found ? [{ text: `no table is the tenant; ${names.join(', ')} names it`, at: graph.tables[0]?.at ?? { file: '', start: 0, end: 0 } }] : []),
  };
}

/** Columns that name the tenant in a table of this tenancy. */
export function tenantKeys(tenancy: Tenancy | undefined): readonly string[] {
  switch (tenancy?.kind) {
    case 'root': return [tenancy.key];
    case 'keyed': case 'pre-tenant': case 'shared': return tenancy.columns;
    case 'membership': return [tenancy.tenant];
    default: return [];
  }
}

function chooseRoots(graph: KeyGraph, people: People, mentioned: ReadonlyMap<string, ReadonlySet<string>>, config: TenancyConfig, rootless: number): readonly RootCandidate[] {
  const declared = [resolve(config.root, graph), ...Object.entries(config.tables ?? {}).filter(([, given]) => given === 'root').map(([name]) => resolve(name, graph))].filter((key): key is string => key !== undefined);
  const ranked = rankRoots(graph, people, mentioned);
  const weight = (one: RootCandidate): number => rootWeight(graph.ownName(one.table));
  const chosen: RootCandidate[] = [];
  for (const key of declared) {
    const known = ranked.find((one) => one.table.key === key);
    const table = graph.tables.find((one) => one.key === key);
    if (table === undefined) continue;
    chosen.push(known ?? { table, key: primaryKey(table)[0] ?? 'id', score: 0, direct: 0, why: [{ text: 'declared in the configuration', at: table.at }] });
  }
  if (chosen.length > 0) return chosen;
  const plausible = ranked.filter((candidate) => tied(candidate, graph, people, mentioned));
  for (const candidate of plausible) {
    // Projects and sites are tenants only where nothing with a better name stands above them.
    if (weight(candidate) < 0.45 && plausible.some((other) => weight(other) >= 0.8 && other !== candidate && hangsOff(candidate.table.key, [other], graph))) continue;
    // A table with an everyday name is no tenant where columns without a table say who is.
    if (weight(candidate) < 0.45 && rootless > (graph.into.get(candidate.table.key) ?? []).length) continue;
    if (chosen.length === 0) chosen.push(candidate);
    else if (beside(candidate, chosen, graph)) chosen.push(candidate);
  }
  return chosen;
}

/**
 * A tenant is tied to users or to policies. Companies that nobody is a member of are customers in somebody's address
 * book, however many tables point to them. In the first migrations of a product its name alone has to do.
 */
function tied(candidate: RootCandidate, graph: KeyGraph, people: People, mentioned: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const incoming = graph.into.get(candidate.table.key) ?? [];
  const member = candidate.why.some((reason) => reason.text.includes('says which users'));
  const tested = incoming.some((hop) => hop.columns.some((column) => mentioned.get(hop.table)?.has(column) === true)) || candidate.why.some((reason) => reason.text.startsWith('policies of'));
  if (member || tested) return true;
  const weight = rootWeight(graph.ownName(candidate.table));
  // Where no row names the user it is for, users live elsewhere: what half of all tables have to name is the tenant.
  const anonymous = ![...people.columns.values()].flat().some((column) => !/^(?:staff|employee|individual|person)/i.test(column));
  const required = new Set(incoming.filter((hop) => hop.required).map((hop) => hop.table)).size;
  if (weight >= 0.8 && required >= 4 && required * 2 >= graph.tables.length && anonymous) return true;
  const share = candidate.score / Math.max(1, graph.tables.length);
  return weight === 1 && /tenant|organi[sz]ation|workspace/i.test(candidate.table.name) && share >= 0.8 && (people.people.size === 0 || candidate.direct >= 3 || graph.tables.length <= 4);
}

/** A second root: one that the first hangs off (a parent organization), or that stands on its own with members. */
function beside(candidate: RootCandidate, chosen: readonly RootCandidate[], graph: KeyGraph): boolean {
  if (!candidate.why.some((reason) => reason.text.includes('says which users')) || rootWeight(graph.ownName(candidate.table)) < 0.45) return false;
  return !hangsOff(candidate.table.key, chosen, graph);
}

/** Required keys lead from the table up to one of the roots. */
function hangsOff(start: string, roots: readonly RootCandidate[], graph: KeyGraph): boolean {
  const seen = new Set([start]);
  const queue = [start];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const hop of graph.out.get(next) ?? []) {
      if (!hop.required || seen.has(hop.parent)) continue;
      if (roots.some((one) => one.table.key === hop.parent)) return true;
      seen.add(hop.parent);
      queue.push(hop.parent);
    }
  }
  return false;
}

function resolve(name: string | undefined, graph: KeyGraph): string | undefined {
  if (name === undefined) return undefined;
  if (name === 'auth.users') return name;
  return graph.tables.find((table) => table.key === name)?.key ?? graph.tables.find((table) => table.name === name)?.key;
}

function declaredTables(config: TenancyConfig, graph: KeyGraph): readonly (readonly [Table, TableTenancy])[] {
  const out: (readonly [Table, TableTenancy])[] = [];
  for (const [name, given] of Object.entries(config.tables ?? {})) {
    const key = resolve(name, graph);
    const table = graph.tables.find((one) => one.key === key);
    if (table !== undefined) out.push([table, given]);
  }
  return out;
}

function declare(table: Table, given: TableTenancy, graph: KeyGraph, put: (table: Table, tenancy: Tenancy, why: readonly Reason[], declared?: boolean) => void): void {
  const why = [{ text: 'declared in the configuration', at: table.at }];
  if (given === 'root') return;
  if (given === 'global') put(table, { kind: 'global' }, why, true);
  else if ('keyed' in given) put(table, { kind: 'keyed', columns: listOf(given.keyed), nullable: listOf(given.keyed).some((name) => table.columns.get(name)?.notNull !== true) }, why, true);
  else if ('userOwned' in given) put(table, { kind: 'user-owned', column: given.userOwned }, why, true);
  else if ('membership' in given) put(table, { kind: 'membership', user: given.membership.user, tenant: given.membership.tenant, role: given.membership.role }, why, true);
  else if ('preTenant' in given) put(table, { kind: 'pre-tenant', secret: given.preTenant, columns: [] }, why, true);
  else {
    const hop = [...(graph.out.get(table.key) ?? []), ...impliedHops(graph)(table.key)].find((one) => one.columns.includes(given.through));
    if (hop !== undefined) put(table, { kind: 'through', path: [hop] }, why, true);
  }
}

function withShared(table: Table, tenancy: Tenancy, config: TenancyConfig): Tenancy {
  const predicate = config.shared?.[table.name] ?? config.shared?.[table.key];
  const columns = tenantKeys(tenancy);
  return predicate !== undefined && columns.length > 0 && tenancy.kind !== 'root' ? { kind: 'shared', predicate, columns } : tenancy;
}

/** Tables without a tenant of their own: by required keys, then as a user's, then by keys that may be null, then by names alone. */
function hangOff(graph: KeyGraph, people: People, of: ReadonlyMap<string, TenancyOf>, put: (table: Table, tenancy: Tenancy, why: readonly Reason[]) => void, open: readonly Table[]): void {
  const skip = new Set(people.people.keys());
  const byKey = new Map(open.map((table) => [table.key, table]));
  const settle = (hops: (table: string) => readonly ForeignKeyHop[]): void => {
    const candidates = new Set(open.filter((table) => !of.has(table.key) && !isBookkeeping(table.name) && !people.people.has(table.key)).map((table) => table.key));
    const owned = new Set([...of.values()].filter((one) => ['root', 'keyed', 'through', 'membership', 'shared', 'pre-tenant'].includes(one.tenancy.kind)).map((one) => one.table));
    for (const [key, path] of pathsToTenant(graph, owned, skip, candidates, hops)) {
      const table = byKey.get(key);
      const last = path[path.length - 1];
      if (table === undefined || last === undefined) continue;
      const above = of.get(last.parent)?.tenancy;
      const rest = above?.kind === 'through' ? above.path : [];
      put(table, { kind: 'through', path: [...path, ...rest] }, path.map((hop) => ({ text: `${hop.table}.${hop.columns.join(', ')} leads to ${hop.parent}`, at: hop.at })));
    }
  };
  const ownedByUser = (nullable: boolean): void => {
    for (const table of open) {
      if (of.has(table.key)) continue;
      const columns = people.columns.get(table.key) ?? [];
      // Who changed reference data last does not own it.
      const creator = nullable && !isReferenceName(table.name) && !isBookkeeping(table.name) ? columns.find(isCreatorColumn) : undefined;
      const column = columns.find((name) => !isAuthorColumn(name) && (nullable || table.columns.get(name)?.notNull === true)) ?? creator;
      if (column !== undefined) put(table, { kind: 'user-owned', column }, [{ text: `${column} names the user whose row it is`, at: table.columns.get(column)?.at ?? table.at }]);
    }
  };
  settle((key) => (graph.out.get(key) ?? []).filter((hop) => hop.required));
  ownedByUser(false);
  settle((key) => graph.out.get(key) ?? []);
  settle(impliedHops(graph));
  ownedByUser(true);
  belowUsers(graph, people, of, put, open);
}

/** What hangs off a user's row is that user's as well: the steps of a user's run, the lines of a user's list. */
function belowUsers(graph: KeyGraph, people: People, of: ReadonlyMap<string, TenancyOf>, put: (table: Table, tenancy: Tenancy, why: readonly Reason[]) => void, open: readonly Table[]): void {
  const left = open.filter((table) => !of.has(table.key) && !isBookkeeping(table.name) && !isReferenceName(table.name) && !people.people.has(table.key));
  const owned = new Set([...of.values()].filter((one) => one.tenancy.kind === 'user-owned').map((one) => one.table));
  // A key to a person says who deals with the row, not whose it is.
  const skip = new Set([...people.people.keys(), ...graph.tables.filter(describesPerson).map((table) => table.key)]);
  for (const [key, path] of pathsToTenant(graph, owned, skip, new Set(left.map((table) => table.key)), (table) => (graph.out.get(table) ?? []).filter((hop) => hop.columns.length === 1))) {
    const table = left.find((one) => one.key === key);
    const column = path[0]?.columns[0];
    if (table !== undefined && column !== undefined) put(table, { kind: 'user-owned', column, path }, path.map((hop) => ({ text: `${hop.table}.${hop.columns.join(', ')} leads to ${hop.parent}, a user's`, at: hop.at })));
  }
}

function describesPerson(table: Table): boolean {
  return isPersonTable(table.name) || [...table.columns.keys()].some((name) => /^(first|last|full|display)_?name$|^e?_?mail(_address)?$/i.test(name));
}

function rest(table: Table, graph: KeyGraph, people: People, of: ReadonlyMap<string, TenancyOf>, put: (table: Table, tenancy: Tenancy, why: readonly Reason[]) => void): void {
  const person = people.people.get(table.key);
  if (person !== undefined) return put(table, { kind: 'user-owned', column: (people.columns.get(table.key) ?? [person])[0] ?? person }, [{ text: 'a row per user', at: table.at }]);
  if (isBookkeeping(table.name)) return put(table, { kind: 'global' }, [{ text: 'kept by a migration tool', at: table.at }]);
  if (isReferenceName(table.name)) return put(table, { kind: 'global' }, [{ text: 'reference data by its name, and no way leads to a tenant', at: table.at }]);
  const owned = (key: string): boolean => { const kind = of.get(key)?.tenancy.kind; return kind !== undefined && kind !== 'global' && kind !== 'unknown'; };
  const used = (graph.into.get(table.key) ?? []).find((hop) => owned(hop.table));
  if (used !== undefined && (graph.out.get(table.key) ?? []).length === 0) put(table, { kind: 'global' }, [{ text: `${used.table} refers to it and it refers to nobody: reference data`, at: used.at }]);
}

/** User × anything: the row that gives a user access to another one. */
function links(graph: KeyGraph, people: People): ReadonlyMap<string, Link> {
  const out = new Map<string, Link>();
  for (const table of graph.tables) {
    const users = (people.columns.get(table.key) ?? []).filter((name) => !isAuthorColumn(name));
    const user = users[0];
    if (user === undefined) continue;
    const keys = uniqueKeys(table);
    const to = (graph.out.get(table.key) ?? []).filter((hop) => !people.people.has(hop.parent) && hop.columns.length === 1).map((hop) => hop.columns[0] ?? '');
    const paired = to.filter((column) => isMembershipName(table.name) || keys.some((key) => key.length === 2 && key.includes(column) && users.some((name) => key.includes(name))));
    if (paired.length > 0) out.set(table.key, { user, to: paired });
  }
  return out;
}
