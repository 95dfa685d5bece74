import { defineRule, policySubject, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  sources: [
    { tool: 'splinter', rule: '0024_permissive_rls_policy' },
    { tool: 'pgrls', rule: 'SEC008' },
    { tool: 'pgrls', rule: 'SEC011' },
    { tool: 'pgrls', rule: 'SEC028' },
    { tool: 'pgrls', rule: 'SEC031' },
  ],
  messages: {
    using: {
      what: 'Policy "{policy}" lets {roles} reach every row of `{table}`.',
      why: 'Permissive policies are OR-ed: one that is always true cancels every tenant check on the table.',
      fix: 'Compare the row\'s tenant with the caller\'s, or drop the policy.',
    },
    check: {
      what: 'Policy "{policy}" lets {roles} write any row into `{table}`, another tenant\'s included.',
      why: 'WITH CHECK is the only thing that looks at the new row, and this one accepts all of them.',
      fix: 'Repeat the tenant test in WITH CHECK.',
    },
    openWrite: {
      severity: 'warning',
      what: 'Policy "{policy}" lets {roles} {command} any row of `{table}`.',
      why: 'The table belongs to no tenant, but the policy puts no limit on what a caller may change.',
      fix: 'State who may write, or say why everybody may: `-- tenantlint-disable-next-line policy-always-true -- reason`.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      if (!policy.permissive) return;
      const roles = policy.roles.filter(r => r === 'public' || facts.environment.untrusted.includes(r));
      if (roles.length === 0) return;
      const { tenancy } = facts.tenancyOf(table);
      const owned = tenancy.kind !== 'global' && tenancy.kind !== 'unknown';
      const data = { policy: policy.name, table: tableName(table.key), roles: roles.map(r => (r === 'public' ? 'every role' : r)).join(' and ') };
      for (const side of ['using', 'check'] as const) {
        const expr = policy[side];
        if (!expr || facts.formula(table, policy, side)?.kind !== 'true') continue;
        const subject = policySubject(table, policy);
        const related = [{ at: table.at, note: 'table created here' }];
        if (owned) {
          report({ message: side, at: expr.at, subject, data, related });
          if (side === 'using') return;
        } else if (policy.command !== 'select') {
          report({ message: 'openWrite', at: expr.at, subject, certainty: 'likely', data: { ...data, command: policy.command === 'all' ? 'insert, update and delete' : policy.command }, related });
          return;
        }
      }
    },
  },
});
