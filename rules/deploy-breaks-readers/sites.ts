import { isTest, type Facts, type Narrowing, type QuerySite } from '@tenantlint/model';

/** Queries of the product's own code, by table; `all`: those too whose table is not known. */
export interface Readers {
  readonly all: readonly QuerySite[];
  of(table: string): readonly QuerySite[];
  /** Code that is running still and knows the table as it was before: what its models name, it asks for. */
  readonly deployed: boolean;
}

const known = new WeakMap<readonly QuerySite[], ReadonlyMap<string, readonly QuerySite[]>>();

export function readersOf(sites: readonly QuerySite[], deployed: boolean): Readers {
  let grouped = known.get(sites);
  if (grouped === undefined) {
    const made = new Map<string, QuerySite[]>();
    for (const site of sites) {
      // Tests and seeds are run against the schema that they come with.
      if (site.table === undefined || isTest(site.at.file) || site.entry?.kind === 'seed' || site.entry?.kind === 'test') continue;
      const list = made.get(site.table);
      if (list === undefined) made.set(site.table, [site]);
      else list.push(site);
    }
    known.set(sites, (grouped = made));
  }
  const groups = grouped;
  return { all: sites, of: (table) => groups.get(table) ?? [], deployed };
}

/** The query names the column, or its client does: an ORM asks for every column of its model. */
export function asksFor({ shape, model, verb }: QuerySite, column: string, { deployed }: Readers): boolean {
  if ([...shape.filters, ...shape.orders, ...shape.writes, ...(shape.selects ?? [])].includes(column)) return true;
  return deployed && model !== undefined && (shape.wholeRecord || (verb !== 'select' && verb !== 'count' && shape.selects === undefined));
}

const COMMANDS = { select: ['select'], count: ['select'], insert: ['insert'], update: ['update'], delete: ['delete'], upsert: ['insert', 'update'], call: [] } as const;

/** The query reaches the database as the role, and does what the role may not do any more. */
export function arrivesAs({ clientKind, verb }: QuerySite, { role, commands }: Narrowing, { environment }: Facts): boolean {
  const arrives = environment.kind === 'own-connection' ? role === environment.appRole && (clientKind === 'plain' || clientKind === 'unknown') : role === 'anon' ? clientKind === 'anon' : clientKind === 'user';
  return arrives && COMMANDS[verb].some((command) => (commands as readonly string[]).includes(command));
}
