import { defineRule } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    unscoped: {
      what: '`{operation}` on `{table}` returns rows of every tenant.',
      why: '{why}',
      fix: 'Add the caller\'s tenant to the condition, or fetch through a row that is already known to be the tenant\'s.',
    },
  },
  visit: {
    site(site, _facts, report) {
      if (site.verdict !== 'leak' || site.defect?.kind !== 'unscoped' || !['select', 'count', 'call'].includes(site.verb)) return;
      report({
        message: 'unscoped',
        at: site.defectAt ?? site.at,
        subject: { kind: 'site', name: `${site.fn}.${site.model ?? site.table ?? ''}.${site.operation}` },
        certainty: site.certainty,
        data: { operation: site.operation, table: site.model ?? site.table ?? 'a table', why: site.why.map(r => r.text).join(' ') },
        related: site.path.map(r => ({ at: r.at, note: r.text })),
      });
    },
  },
});
