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
    file: {
      what: '`{operation}` {does} `{value}` names, whoever owns it.',
      why: 'This client is the service role\'s: policies of `storage.objects` do not hold it, so that nothing but the path says whose file it is. {why}.',
      fix: 'Begin the path with the caller\'s tenant, or take it from a row that was looked up under the tenant. Or use the caller\'s own client, so that the policies decide.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const defect = leakBy(site, 'bypasses-rls');
      if (!defect) return;
      const common = { at: site.at, subject: siteSubject(site), certainty: site.certainty, related: sitePath(site) } as const;
      const data = { operation: site.operation, table: siteTable(site), reaches: reaches(site), kind: KINDS[site.clientKind] ?? 'the owner\'s', why: siteWhy(site) };
      if (defect.value === undefined) report({ message: 'unscoped', ...common, data });
      else if (site.table === 'storage.objects') report({ message: 'file', ...common, data: { operation: site.operation, does: FILES[site.verb] ?? 'reads the file that', value: defect.value, why: siteWhy(site) } });
      else report({ message: 'unbound', ...common, data: { ...data, value: defect.value } });
    },
  },
});

const FILES: Readonly<Record<string, string>> = { delete: 'removes the file that', insert: 'puts a file under the path that', update: 'replaces the file that', upsert: 'replaces the file that' };
const KINDS: Readonly<Record<string, string>> = { 'service-role': 'the service role\'s' };
