import { defineRule, leakBy, sitePath, siteSubject, siteTable, siteWhy, type QuerySite } from '@tenantlint/model';

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
    moved: {
      what: '`{by}` may give the row of `{table}` to another tenant.',
      why: 'Whatever names the request brings are written, the column that says whose row it is among them.',
      fix: 'Take only the fields that the caller may set, by name or through a schema that drops the others.',
    },
  },
  visit: {
    site(site, _facts, report) {
      if (!VERBS.includes(site.verb)) return;
      const common = { at: site.at, subject: siteSubject(site), certainty: site.certainty, related: sitePath(site) } as const;
      const data = { operation: site.operation, table: siteTable(site), why: siteWhy(site) };
      if (leakBy(site, 'unscoped')) report({ message: 'unscoped', ...common, data });
      const unbound = leakBy(site, 'unbound-id');
      if (unbound && !unbound.beside) report({ message: 'unbound', ...common, data: { ...data, value: unbound.value } });
      const moved = site.verb === 'update' && leakBy(site, 'tenant-overwritten');
      if (moved) report({ message: 'moved', ...common, at: site.defectAt ?? site.at, data: { table: data.table, by: moved.by } });
    },
  },
});

const VERBS: readonly QuerySite['verb'][] = ['update', 'delete', 'upsert'];
