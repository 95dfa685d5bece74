import { compare } from '@tenantlint/engine';
import type { Facts, QuerySite, SiteVerdict, Summary, Table, Verdict } from '@tenantlint/model';

const SITES: readonly SiteVerdict[] = ['scoped', 'guarded', 'injected', 'by-design', 'leak', 'unknown'];
/** From the worst to the best; a table counts with its worst. */
const TABLES: readonly Verdict[] = ['leak', 'unknown', 'isolated', 'denied'];

const OF_SITE: Readonly<Record<SiteVerdict, Verdict>> = { leak: 'leak', unknown: 'unknown', scoped: 'isolated', guarded: 'isolated', injected: 'isolated', 'by-design': 'isolated' };

export type TableVerdict = Verdict | 'by-design';

/** How much is proven, and how much is not known. Every verdict is listed, so that two ledgers can be compared. */
export function ledger(facts: Facts): Summary['ledger'] {
  const sites: Record<string, number> = Object.fromEntries(SITES.map((v) => [v, 0]));
  for (const site of facts.sites) sites[site.verdict] = (sites[site.verdict] ?? 0) + 1;
  const tables: Record<string, number> = Object.fromEntries([...TABLES, 'by-design'].map((v) => [v, 0]));
  const verdictOf = tableVerdicts(facts);
  for (const table of ownTables(facts)) {
    const verdict = verdictOf(table);
    tables[verdict] = (tables[verdict] ?? 0) + 1;
  }
  return { sites, tables };
}

/**
 * The worst that a judged role can do to a table; what belongs to nobody is open by design. Where the database tells
 * no role apart, the queries of the code decide, and a table that nobody asks for is denied.
 */
export function tableVerdicts(facts: Facts): (table: Table) => TableVerdict {
  const asked = new Map<string, QuerySite[]>();
  for (const site of facts.sites) {
    if (site.table === undefined) continue;
    const list = asked.get(site.table);
    if (list) list.push(site);
    else asked.set(site.table, [site]);
  }
  return (table) => {
    if (facts.tenancyOf(table).tenancy.kind === 'global') return 'by-design';
    const access = facts.access(table);
    const found = new Set<Verdict>(access.length > 0 ? access.map((a) => a.verdict) : (asked.get(table.key) ?? []).map((s) => OF_SITE[s.verdict]));
    return TABLES.find((v) => found.has(v)) ?? 'denied';
  };
}

/** Tables of the product, in order of name. */
export function ownTables(facts: Facts): Table[] {
  return [...facts.schema.tables.values()].filter((t) => !t.platform && !t.temporary).sort((a, b) => compare(a.key, b.key));
}

/** The product's tables, and those of the platform that its migrations changed: a policy on storage.objects, a trigger on auth.users. */
export function touchedTables(facts: Facts): Table[] {
  const changed = new Set(facts.timeline.steps.flatMap((_, n) => facts.timeline.changes(n).filter((c) => c.object === 'table').map((c) => c.key)));
  const platform = [...facts.schema.tables.values()].filter((t) => t.platform && changed.has(t.key));
  return [...ownTables(facts), ...platform].sort((a, b) => compare(a.key, b.key));
}
