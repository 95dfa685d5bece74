import { defineRule, leakBy, reaches, sitePath, siteSubject, siteTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    spread: {
      what: 'What `{by}` brings can take the place of the tenant: `{operation}` then {reaches} other tenants\' rows of `{table}`.',
      why: 'Of two values for one name the later one wins, and what stands here comes from outside.',
      fix: 'Put the tenant after it, or take only the fields that the caller may ask for.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const defect = leakBy(site, 'replaced');
      if (!defect) return;
      report({
        message: 'spread',
        at: site.defectAt ?? site.at,
        subject: siteSubject(site),
        certainty: site.certainty,
        related: [{ at: site.at, note: 'the query' }, ...sitePath(site)],
        data: { operation: site.operation, table: siteTable(site), reaches: reaches(site), by: defect.by },
      });
    },
  },
});
