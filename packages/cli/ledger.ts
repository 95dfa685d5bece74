import type { Facts, SiteVerdict, Summary, Table, Verdict } from '@tenantlint/model';

const SITES: readonly SiteVerdict[] = ['scoped', 'guarded', 'injected', 'by-design', 'leak', 'unknown'];
/** From the worst to the best; a table counts with its worst access. */
const TABLES: readonly Verdict[] = ['leak', 'unknown', 'isolated', 'denied'];

export type TableVerdict = Verdict | 'by-design';

/** How much is proven, and how much is not known. Every verdict is listed, so that two ledgers can be compared. */
export function ledger(facts: Facts): Summary['ledger'] {
  const sites: Record<string, number> = Object.fromEntries(SITES.map((v) => [v, 0]));
  for (const site of facts.sites) sites[site.verdict] = (sites[site.verdict] ?? 0) + 1;
  const tables: Record<string, number> = Object.fromEntries([...TABLES, 'by-design'].map((v) => [v, 0]));
  for (const table of ownTables(facts)) {
    const verdict = tableVerdict(table, facts);
    tables[verdict] = (tables[verdict] ?? 0) + 1;
  }
  return { sites, tables };
}

/** The worst that a judged role can do to the table; what belongs to nobody is open by design. */
export function tableVerdict(table: Table, facts: Facts): TableVerdict {
  if (facts.tenancyOf(table).tenancy.kind === 'global') return 'by-design';
  const found = new Set(facts.access(table).map((a) => a.verdict));
  return TABLES.find((v) => found.has(v)) ?? 'denied';
}

/** Tables of the product, in order of name. */
export function ownTables(facts: Facts): Table[] {
  return [...facts.schema.tables.values()].filter((t) => !t.platform && !t.temporary).sort((a, b) => (a.key < b.key ? -1 : 1));
}
