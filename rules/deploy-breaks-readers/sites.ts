import { isTest, type Facts, type Narrowing, type QuerySite } from '@tenantlint/model';

const grouped = new WeakMap<Facts, ReadonlyMap<string, readonly QuerySite[]>>();

/** Queries of the product's own code, by table. */
export function sitesOf(facts: Facts): ReadonlyMap<string, readonly QuerySite[]> {
  const known = grouped.get(facts);
  if (known !== undefined) return known;
  const made = new Map<string, QuerySite[]>();
  for (const site of facts.sites) {
    // Tests and seeds are run against the schema that they come with.
    if (site.table === undefined || isTest(site.at.file) || site.entry?.kind === 'seed' || site.entry?.kind === 'test') continue;
    const list = made.get(site.table);
    if (list === undefined) made.set(site.table, [site]);
    else list.push(site);
  }
  grouped.set(facts, made);
  return made;
}

const COMMANDS = { select: ['select'], count: ['select'], insert: ['insert'], update: ['update'], delete: ['delete'], upsert: ['insert', 'update'], call: [] } as const;

/** The query reaches the database as the role, and does what the role may not do any more. */
export function arrivesAs({ clientKind, verb }: QuerySite, { role, commands }: Narrowing, { environment }: Facts): boolean {
  const arrives = environment.kind === 'own-connection' ? role === environment.appRole && (clientKind === 'plain' || clientKind === 'unknown') : role === 'anon' ? clientKind === 'anon' : clientKind === 'user';
  return arrives && COMMANDS[verb].some((command) => (commands as readonly string[]).includes(command));
}
