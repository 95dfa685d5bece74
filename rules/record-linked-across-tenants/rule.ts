import { defineRule, leakBy, sitePath, siteSubject, siteTable, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    linked: {
      what: '`{field}` links the row of `{table}` to whatever row of `{to}` the request names in `{value}`.',
      why: 'Nothing shows that this row is the tenant\'s, and the foreign key asks only whether it exists. Whoever reads along the link sees another tenant\'s row.',
      fix: 'Look it up under the caller\'s tenant first and leave when it is not there, or make the foreign key carry the tenant, so that the database refuses.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const common = { subject: siteSubject(site), related: [{ at: site.at, note: 'the query' }, ...sitePath(site)] } as const;
      const table = siteTable(site);
      const defect = leakBy(site, 'linked');
      if (defect) report({ message: 'linked', ...common, at: site.defectAt ?? site.at, certainty: site.certainty, data: { table, field: defect.field, to: tableName(defect.to), value: defect.value } });
      // Whoever may reach the row is at fault first; who may replace its tenant is another mistake.
      if (site.verdict === 'leak' && !leakBy(site, 'tenant-overwritten')) return;
      for (const link of site.shape.linked) report({ message: 'linked', ...common, at: link.at, certainty: 'likely', data: { table, field: link.field, to: tableName(link.to), value: link.value } });
    },
  },
});
