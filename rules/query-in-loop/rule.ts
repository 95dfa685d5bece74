import { defineRule, reaches, sitePath, siteSubject, siteTable, tableName, type QuerySite, type Span } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['sites'],
  messages: {
    perElement: {
      what: '`{operation}` on `{table}` is sent once for each turn of a loop.',
      why: 'A round trip a row: a hundred rows take a hundred times as long, and hold a connection for all that time.',
      fix: 'Ask once for all of them before the loop (`in`, a join, a grouping), or write them in one statement.',
    },
    lazy: {
      what: '`{relation}` is read from `{table}` once for each turn of a loop.',
      why: 'Reading the property sends a query: a hundred rows take a hundred round trips, and nothing in the loop looks like one.',
      fix: 'Load it along with the rows, by an option of their query, or ask once for all of them before the loop.',
    },
  },
  visit: {
    project(facts, report) {
      for (const fact of facts.code) {
        if (fact.kind === 'lazy') report({ message: 'lazy', at: fact.at, subject: { kind: 'file', name: fact.at.file }, certainty: 'likely', related: [{ at: { ...fact.loop, end: Math.min(fact.loop.end, fact.loop.start + 3) }, note: 'the loop' }], data: { relation: fact.relation, table: tableName(fact.table) } });
      }
    },
    site(site, _facts, report) {
      const { inLoop } = site.shape;
      if (!inLoop || isOffline(site) || !isAround(inLoop, site.at)) return;
      report({ message: 'perElement', at: site.at, subject: siteSubject(site), certainty: 'likely', related: [{ at: { ...inLoop, end: Math.min(inLoop.end, inLoop.start + 3) }, note: `the loop; it ${reaches(site)} rows at each turn` }, ...sitePath(site)], data: { operation: site.operation, table: siteTable(site) } });
    },
  },
});

/** A job that goes from tenant to tenant does whole pieces of work at each turn: only what stands in a loop itself is meant there. */
const isAround = (outer: Span, inner: Span): boolean => outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;

const isOffline = (site: QuerySite): boolean => site.entry?.kind === 'script' || site.entry?.kind === 'seed' || site.entry?.kind === 'test';
