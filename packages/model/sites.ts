import type { Related, Subject } from './finding.ts';
import type { Defect, QuerySite } from './query.ts';
import { tableName } from './questions.ts';

/** Small questions about call sites that several rules ask. */

/** What the query asks for, as the code calls it. */
export function siteTable(site: QuerySite): string {
  return site.model ?? (site.table === undefined ? 'a table' : tableName(site.table));
}

export function siteSubject(site: QuerySite): Subject {
  return { kind: 'site', name: `${site.fn}.${site.model ?? site.table ?? 'a table'}.${site.operation}` };
}

/** From the request to the query. */
export function sitePath(site: QuerySite): readonly Related[] {
  return site.path.map((r) => ({ at: r.at, note: r.text }));
}

export function siteWhy(site: QuerySite): string {
  return site.why.map((r) => r.text).join('; ');
}

/** The site's root cause, where it is one of this kind and the rows are reached. */
export function leakBy<K extends Defect['kind']>(site: QuerySite, kind: K): Extract<Defect, { readonly kind: K }> | undefined {
  return site.verdict === 'leak' && site.defect?.kind === kind ? (site.defect as Extract<Defect, { readonly kind: K }>) : undefined;
}

/** What the query does to the rows, in a sentence about them. */
export function reaches(site: QuerySite): string {
  switch (site.verb) {
    case 'select': case 'call': return 'returns';
    case 'count': return 'counts';
    case 'insert': return 'makes';
    case 'update': case 'upsert': return 'changes';
    case 'delete': return 'deletes';
  }
}

/** Somebody from outside reaches the query. */
export function isServed(site: QuerySite): boolean {
  return site.entry !== undefined && !['script', 'seed', 'test', 'cron', 'queue'].includes(site.entry.kind);
}
