import { defineRule, reaches, sitePath, siteSubject, siteTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    dropped: {
      what: '`{value}` may be missing, and `{operation}` then {reaches} rows of `{table}` of every tenant.',
      why: 'Where there is no value, {client} sends no condition instead of one that nothing meets.',
      fix: 'Leave before the query when the value is missing, and make its type say that it is there.',
    },
  },
  visit: {
    site(site, _facts, report) {
      if (site.defect?.kind !== 'maybe-undefined') return;
      report({
        message: 'dropped',
        at: site.defectAt ?? site.at,
        subject: siteSubject(site),
        certainty: site.verdict === 'leak' ? site.certainty : 'possible',
        related: [{ at: site.at, note: 'the query' }, ...sitePath(site)],
        data: { operation: site.operation, table: siteTable(site), reaches: reaches(site), value: site.defect.value, client: site.client },
      });
    },
  },
});
