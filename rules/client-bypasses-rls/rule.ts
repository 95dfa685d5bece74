import { defineRule, leakBy, reaches, sitePath, siteSubject, siteTable, siteWhy } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    unscoped: {
      what: '`{operation}` goes past the policies of `{table}` and {reaches} rows of every tenant.',
      why: 'This client is {kind}: row level security does not hold it, so that nothing but the filter could. {why}.',
      fix: 'Use the caller\'s own client, so that the policies decide, or add the caller\'s tenant to the filter.',
    },
    unbound: {
      what: '`{operation}` goes past the policies of `{table}` and {reaches} the row that `{value}` names, whoever owns it.',
      why: 'This client is {kind}: row level security does not hold it, so that nothing but the filter could. {why}.',
      fix: 'Use the caller\'s own client, so that the policies decide, or add the caller\'s tenant to the filter.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const defect = leakBy(site, 'bypasses-rls');
      if (!defect) return;
      const common = { at: site.at, subject: siteSubject(site), certainty: site.certainty, related: sitePath(site) } as const;
      const data = { operation: site.operation, table: siteTable(site), reaches: reaches(site), kind: KINDS[site.clientKind] ?? 'the owner\'s', why: siteWhy(site) };
      if (defect.value === undefined) report({ message: 'unscoped', ...common, data });
      else report({ message: 'unbound', ...common, data: { ...data, value: defect.value } });
    },
  },
});

const KINDS: Readonly<Record<string, string>> = { 'service-role': 'the service role\'s' };
