import type { Column, ForeignKeyHop, Reason, Schema, Table } from '@tenantlint/model';
import { walkExpr } from '@tenantlint/model';
import type { KeyGraph } from './graph.ts';
import type { People } from './people.ts';
import { singleKey } from './graph.ts';
import { canonical, idNoun, isMembershipName, isPersonTable, isTenantWord, noun, rootWeight } from './names.ts';

export interface RootCandidate {
  readonly table: Table;
  readonly key: string;
  readonly score: number;
  /** Tables that carry its key. */
  readonly direct: number;
  readonly why: readonly Reason[];
}

/** Tables that could be the tenant, best first, and how sure the first is. */
export function rankRoots(graph: KeyGraph, people: People, mentioned: ReadonlyMap<string, ReadonlySet<string>>): readonly RootCandidate[] {
  const out: RootCandidate[] = [];
  for (const table of graph.tables) {
    const key = singleKey(table);
    if (key === undefined || people.people.has(table.key) || isPersonTable(graph.ownName(table))) continue;
    const weight = rootWeight(graph.ownName(table));
    const incoming = (graph.into.get(table.key) ?? []).filter((hop) => hop.table !== table.key);
    const byFk = new Set(incoming.map((hop) => hop.table));
    if (weight === 0 && byFk.size === 0) continue;
    const named = weight === 0 ? [] : graph.tables.filter((other) => other.key !== table.key && !byFk.has(other.key) && keyByName(other, table) !== undefined);
    const direct = byFk.size + named.length;
    const members = [...byFk, ...named.map((other) => other.key)].filter((other) => {
      const name = other.slice(other.indexOf('.') + 1);
      return people.people.has(other) || (isMembershipName(name) && (people.columns.get(other) ?? []).length > 0);
    });
    const policies = incoming.filter((hop) => hop.columns.some((column) => mentioned.get(hop.table)?.has(column) === true)).length
      + named.filter((other) => mentioned.get(other.key)?.has(keyByName(other, table) ?? '') === true).length;
    // Without the name of a tenant it takes members and policies to make one.
    const factor = weight > 0 ? (weight < 0.6 && members.length > 0 ? 0.6 : weight) : members.length > 0 && policies > 1 ? 0.25 : 0;
    if (factor === 0 || direct === 0) continue;
    const score = factor * (2 * direct + below(table.key, graph, people) + 2 * policies + 8 * Math.min(members.length, 2));
    const why: Reason[] = [{ text: `${direct} ${direct === 1 ? 'table points' : 'tables point'} to ${table.name}`, at: table.at }];
    for (const member of members.slice(0, 2)) why.push({ text: `${member} says which users belong to it`, at: graph.tables.find((one) => one.key === member)?.at ?? table.at });
    if (policies > 0) why.push({ text: `policies of ${policies} ${policies === 1 ? 'table' : 'tables'} test the key to it`, at: table.at });
    out.push({ table, key, score, direct, why });
  }
  return out.sort((a, b) => b.score - a.score || (a.table.key < b.table.key ? -1 : 1));
}

/** Number of tables that hang off `root` by foreign keys, at any depth, not counting what hangs off persons. */
function below(root: string, graph: KeyGraph, people: People): number {
  const seen = new Set([root]);
  const queue = [root];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const hop of graph.into.get(next) ?? []) {
      if (seen.has(hop.table) || people.people.has(hop.table)) continue;
      seen.add(hop.table);
      queue.push(hop.table);
    }
  }
  return seen.size - 1;
}

/** A column of `table` that names `root` without a foreign key: `organization_id` for `organizations`, with a fitting type. */
export function keyByName(table: Table, root: Table, names: readonly string[] = []): string | undefined {
  const target = canonical(noun(root.name));
  const key = root.columns.get(singleKey(root) ?? '');
  const declared = names.map((name) => table.columns.get(name)).filter((column) => column !== undefined);
  for (const column of [...declared, ...(columnsByNoun(table).get(target) ?? [])]) {
    const named = names.includes(column.name);
    if (!named && key !== undefined && !comparable(column.typeText, key.typeText)) continue;
    // `account_id` of a table whose foreign key leads elsewhere is somebody else's account.
    const taken = [...table.constraints.values()].some((one) => one.kind === 'foreign key' && one.columns.length === 1 && one.columns[0] === column.name && one.references !== root.key);
    if (!taken) return column.name;
  }
  return undefined;
}

const nouns = new WeakMap<Table, ReadonlyMap<string, readonly Column[]>>();

/** Columns that look like ids of something, by what; asked for every table and every root. */
function columnsByNoun(table: Table): ReadonlyMap<string, readonly Column[]> {
  const known = nouns.get(table);
  if (known !== undefined) return known;
  const made = new Map<string, Column[]>();
  for (const column of table.columns.values()) {
    const name = isTenantWord(column.name) ? 'tenant' : idNoun(column.name);
    if (name === undefined) continue;
    const list = made.get(name);
    if (list === undefined) made.set(name, [column]);
    else list.push(column);
  }
  nouns.set(table, made);
  return made;
}

function comparable(a: string, b: string): boolean {
  return family(a) === family(b);
}
function family(type: string): string {
  if (/^(text|character varying|citext|character|varchar)/.test(type)) return 'text';
  if (/^(integer|bigint|smallint|serial|bigserial)/.test(type)) return 'integer';
  return type;
}

/** Columns that each table's policies name, for evidence: an approximation by last path element. */
export function mentionedInPolicies(schema: Schema): ReadonlyMap<string, ReadonlySet<string>> {
  const out = new Map<string, Set<string>>();
  for (const table of schema.tables.values()) {
    if (table.policies.size === 0) continue;
    const names = new Set<string>();
    for (const policy of table.policies.values()) {
      for (const expr of [policy.using, policy.check]) {
        if (expr === undefined) continue;
        walkExpr(expr, { expr: (part) => { const last = part.kind === 'column' ? part.path.at(-1) : undefined; if (last !== undefined) names.add(last); } });
      }
    }
    out.set(table.key, names);
  }
  return out;
}

export function directHops(graph: KeyGraph, table: string, root: string): readonly ForeignKeyHop[] {
  return (graph.out.get(table) ?? []).filter((hop) => hop.parent === root && hop.table !== root);
}
