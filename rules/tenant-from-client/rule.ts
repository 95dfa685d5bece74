import { defineRule, leakBy, reaches, sitePath, siteSubject, siteTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    unchecked: {
      what: '`{operation}` {reaches} rows of `{table}` of whichever tenant `{value}` names.',
      why: 'The request chooses the tenant, and nothing on the way here asks whether the caller belongs to it.',
      fix: 'Take the tenant from the session, or look up the caller\'s membership in it first and leave when there is none.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const defect = leakBy(site, 'chosen-tenant');
      if (!defect) return;
      report({
        message: 'unchecked',
        at: site.at,
        subject: siteSubject(site),
        certainty: site.certainty,
        related: [...site.why.filter((r) => r.at.start !== site.at.start || r.at.file !== site.at.file).map((r) => ({ at: r.at, note: r.text })), ...sitePath(site)],
        data: { operation: site.operation, table: siteTable(site), reaches: reaches(site), value: defect.value },
      });
    },
  },
});
