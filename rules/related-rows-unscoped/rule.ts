import { defineRule, leakBy, sitePath, siteSubject, siteTable, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    outerJoin: {
      what: 'The tenant is asked of `{relation}` only, and `{operation}` returns rows of `{table}` of every tenant.',
      why: 'An outer join keeps rows without a match: what stands in its ON, or on rows that are returned along, removes none of them.',
      fix: 'Ask for the tenant in WHERE, or make it an inner join.',
    },
    untied: {
      severity: 'note',
      what: '`{relation}` brings rows of `{to}` along that may be another tenant\'s.',
      why: '`{to}` names a tenant of its own, and the key between the two does not carry it: a row that was linked wrongly once is shown here.',
      fix: 'Add the tenant to the condition of `{relation}`, or make the foreign key carry it.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const subject = siteSubject(site);
      const defect = leakBy(site, 'related-unscoped');
      if (defect) report({ message: 'outerJoin', at: site.at, subject, certainty: site.certainty, related: sitePath(site), data: { relation: defect.relation, operation: site.operation, table: siteTable(site) } });
      if (site.verdict === 'leak' || site.verdict === 'by-design') return;
      for (const one of site.shape.included) if (one.untied && one.several && !one.counted) report({ message: 'untied', at: one.at, subject, certainty: 'possible', related: [{ at: site.at, note: 'the query' }], data: { relation: one.relation, to: tableName(one.table) } });
    },
  },
});
