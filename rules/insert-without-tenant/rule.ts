import { defineRule } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    missing: {
      what: '`{operation}` on `{table}` does not say whose row it makes.',
      why: '{why}.',
      fix: 'Set the tenant column from the caller\'s session.',
    },
    overwritten: {
      what: 'The tenant of the new `{table}` row can be replaced by `{by}`.',
      why: 'Of two values for one field the later one wins, and what comes after the tenant is the caller\'s.',
      fix: 'Put the tenant last, or take only the fields that the caller may set.',
    },
  },
  visit: {
    site(site, _facts, report) {
      if (site.verdict !== 'leak' || !site.defect) return;
      const at = site.defectAt ?? site.at;
      const subject = { kind: 'site', name: `${site.fn}.${site.model ?? site.table ?? ''}.${site.operation}` } as const;
      const related = site.path.map(r => ({ at: r.at, note: r.text }));
      const table = site.model ?? site.table ?? 'a table';
      if (site.defect.kind === 'tenant-missing-in-data') report({ message: 'missing', at, subject, certainty: site.certainty, data: { operation: site.operation, table, why: site.why.map(r => r.text).join(' ') }, related });
      else if (site.defect.kind === 'tenant-overwritten' && site.verb !== 'update') report({ message: 'overwritten', at, subject, certainty: site.certainty, data: { table, by: site.defect.by }, related });
    },
  },
});
