import { defineRule, leakBy, sitePath, siteSubject, siteTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    tenant: {
      what: '`{by}` drops a condition, and `{operation}` on `{table}` then holds no tenant.',
      why: 'The language asks whether the first expression is true and hands on one of the two; the other never becomes part of the SQL.',
      fix: 'Hand both conditions over, or combine them as SQL: `&`, `|`, `~` with parentheses, `and_()`, `or_()`, `not_()`.',
    },
    side: {
      severity: 'warning',
      what: '`{by}` drops a condition of `{operation}` on `{table}`.',
      why: 'The language asks whether the first expression is true and hands on one of the two; the other never becomes part of the SQL.',
      fix: 'Hand both conditions over, or combine them as SQL: `&`, `|`, `~` with parentheses, `and_()`, `or_()`, `not_()`.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const leak = leakBy(site, 'dropped');
      for (const one of site.shape.dropped ?? []) {
        report({
          message: leak ? 'tenant' : 'side',
          at: one.at,
          subject: siteSubject(site),
          certainty: leak ? site.certainty : 'proven',
          related: [{ at: one.lost, note: 'this never reaches the database' }, ...sitePath(site)],
          data: { by: one.by, operation: site.operation, table: siteTable(site) },
        });
      }
    },
  },
});
