import { defineRule, type QuerySite } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    unscoped: {
      what: '`{operation}` on `{table}` can reach rows of every tenant.',
      why: '{why}.',
      fix: 'Add the caller\'s tenant to the condition, or check the row\'s tenant before this point and leave when it is not the caller\'s.',
    },
    unbound: {
      what: '`{operation}` on `{table}` reaches the row that `{value}` names, whoever owns it.',
      why: 'An id proves nothing: ids leak through links, logs and lists, and many can be guessed. {why}.',
      fix: 'Add the caller\'s tenant to the condition, or check the row\'s tenant before this point and leave when it is not the caller\'s.',
    },
  },
  visit: {
    site(site, _facts, report) {
      if (site.verdict !== 'leak' || !site.defect || !VERBS.includes(site.verb)) return;
      const table = site.model ?? site.table ?? 'a table';
      const common = {
        at: site.at,
        subject: { kind: 'site', name: `${site.fn}.${table}.${site.operation}` },
        certainty: site.certainty,
        related: site.path.map(r => ({ at: r.at, note: r.text })),
      } as const;
      const why = site.why.map(r => r.text).join('; ');
      if (site.defect.kind === 'unscoped') report({ message: 'unscoped', ...common, data: { operation: site.operation, table, why } });
      else if (site.defect.kind === 'unbound-id') report({ message: 'unbound', ...common, data: { operation: site.operation, table, value: site.defect.value, why } });
    },
  },
});

const VERBS: readonly QuerySite['verb'][] = ['update', 'delete', 'upsert'];
