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
  },
  visit: {
    site(site, _facts, report) {
      if (!VERBS.includes(site.verb)) return;
      const common = { at: site.at, subject: siteSubject(site), certainty: site.certainty, related: sitePath(site) } as const;
      const data = { operation: site.operation, table: siteTable(site), why: siteWhy(site) };
      if (leakBy(site, 'unscoped')) report({ message: 'unscoped', ...common, data });
      const unbound = leakBy(site, 'unbound-id');
      if (unbound && !unbound.beside) report({ message: 'unbound', ...common, data: { ...data, value: unbound.value } });
    },
  },
});

const VERBS: readonly QuerySite['verb'][] = ['update', 'delete', 'upsert'];
