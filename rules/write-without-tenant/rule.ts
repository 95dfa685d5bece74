import { defineRule } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    unscoped: {
      what: '`{operation}` on `{table}` can reach rows of another tenant.',
      why: '{why}',
      fix: 'Add the caller\'s tenant to the condition, or check the row\'s tenant before this point and leave when it is not the caller\'s.',
    },
  },
  visit: {
    site(site, _facts, report) {
      if (site.verdict !== 'leak' || site.defect?.kind !== 'unscoped' || !['update', 'delete', 'upsert'].includes(site.verb)) return;
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
