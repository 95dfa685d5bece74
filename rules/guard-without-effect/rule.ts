import { defineRule, leakBy, reaches, sitePath, siteSubject, siteTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    idle: {
      what: '`{operation}` {reaches} the row of `{table}` that `{value}` names, and the check of it decides nothing.',
      why: 'Here {guard}: the row is used in either case.',
      fix: 'Check first and leave when it fails, or put the tenant into the condition of this query and read whether it found a row.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const defect = leakBy(site, 'idle-guard');
      if (!defect) return;
      const { guard, value } = defect;
      report({
        message: 'idle',
        at: site.at,
        subject: siteSubject(site),
        certainty: site.certainty,
        related: [{ at: guard.at, note: 'the check' }, ...sitePath(site)],
        data: { operation: site.operation, table: siteTable(site), reaches: reaches(site), value, guard: guard.text },
      });
    },
  },
});
