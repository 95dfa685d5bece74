import { defineRule, leakBy, reaches, sitePath, siteSubject, siteTable, siteWhy } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    branch: {
      what: '`{operation}` {reaches} rows of `{table}` past the tenant, by way of `{branch}`.',
      why: 'The tenant stands in one branch of the condition only: {why}.',
      fix: 'Put the tenant beside the OR instead of into it, or into every branch. Rows that are meant for everybody are declared once under `tenancy.shared`.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const defect = leakBy(site, 'widened');
      if (!defect) return;
      report({
        message: 'branch',
        at: site.defectAt ?? site.at,
        subject: siteSubject(site),
        certainty: site.certainty,
        related: [{ at: site.at, note: 'the query' }, ...sitePath(site)],
        data: { operation: site.operation, table: siteTable(site), reaches: reaches(site), branch: defect.branch, why: siteWhy(site) },
      });
    },
  },
});
