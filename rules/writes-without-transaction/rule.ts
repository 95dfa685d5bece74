import { defineRule, sitePath, siteSubject, siteTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['sites', 'tenancy'],
  messages: {
    apart: {
      what: '`{operation}` on `{table}` belongs to a write before it, and nothing holds the two together.',
      why: 'Both are about the same row. When the second one fails, or the process ends in between, the first one stays.',
      fix: 'Send both in one transaction; where the client has none (an HTTP API), write a database function and call that.',
    },
  },
  visit: {
    site(site, facts, report) {
      const { follows } = site.shape;
      if (!follows || site.entry?.kind === 'seed' || site.entry?.kind === 'test' || site.table === undefined) return;
      const table = facts.schema.tables.get(site.table);
      const before = facts.sites.find((s) => s.at.file === follows.file && s.at.start === follows.start);
      if (!table || facts.tenancyOf(table).tenancy.kind === 'global') return;
      report({ message: 'apart', at: site.at, subject: siteSubject(site), certainty: 'likely', related: [{ at: follows, note: before ? `\`${before.operation}\` on \`${siteTable(before)}\`` : 'the first write' }, ...sitePath(site)], data: { operation: site.operation, table: siteTable(site) } });
    },
  },
});
