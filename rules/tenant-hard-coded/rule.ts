import { defineRule, leakBy, reaches, sitePath, siteSubject, siteTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'strict',
  needs: ['sites', 'tenancy'],
  messages: {
    literal: {
      what: '`{operation}` {reaches} rows of `{table}` of one tenant that the code names: {value}.',
      why: 'Whoever is signed in gets this tenant\'s rows, and in another deployment the id belongs to somebody else.',
      fix: 'Take the tenant from the session. Data for everybody belongs into a table of its own, or is declared under `tenancy.shared`.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const defect = leakBy(site, 'fixed-tenant');
      if (!defect) return;
      report({
        message: 'literal',
        at: site.defectAt ?? site.at,
        subject: siteSubject(site),
        certainty: site.certainty,
        related: [{ at: site.at, note: 'the query' }, ...sitePath(site)],
        data: { operation: site.operation, table: siteTable(site), reaches: reaches(site), value: defect.value },
      });
    },
  },
});
