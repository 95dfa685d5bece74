import { defineRule, isServed, sitePath, siteSubject, siteTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['sites', 'tenancy'],
  messages: {
    unbounded: {
      what: '`{operation}` returns as many rows of `{table}` as there are.',
      why: 'The answer grows with the tenant\'s data: what is quick for a new customer runs out of time and memory for the largest one.',
      fix: 'Say how many at most, and give the rest page by page (a cursor over the order of the list).',
    },
  },
  visit: {
    site(site, facts, report) {
      if (!site.shape.unbounded || !isServed(site) || site.table === undefined) return;
      const table = facts.schema.tables.get(site.table);
      if (!table || facts.tenancyOf(table).tenancy.kind === 'global') return;
      report({ message: 'unbounded', at: site.at, subject: siteSubject(site), certainty: 'likely', related: sitePath(site), data: { operation: site.operation, table: siteTable(site) } });
    },
  },
});
