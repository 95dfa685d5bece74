import { defineRule, leakBy, reaches, sitePath, siteSubject, siteTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    beside: {
      what: '`{operation}` {reaches} the row of `{table}` that `{value}` names; what was checked is another id.',
      why: '{checked}, and that says nothing of this one: it may name a row below another tenant\'s parent.',
      fix: 'Ask for both in one condition (the child, under the parent that was checked), or fetch the child through that parent.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const defect = leakBy(site, 'unbound-id');
      if (!defect?.beside) return;
      const { beside, value } = defect;
      report({
        message: 'beside',
        at: site.at,
        subject: siteSubject(site),
        certainty: site.certainty,
        related: [{ at: beside.at, note: beside.text }, ...sitePath(site)],
        data: { operation: site.operation, table: siteTable(site), reaches: reaches(site), value, checked: beside.text },
      });
    },
  },
});
