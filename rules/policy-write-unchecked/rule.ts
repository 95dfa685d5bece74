import { defineRule, policySubject, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  sources: [
    { tool: 'pgrls', rule: 'SEC006' },
    { tool: 'pgrls', rule: 'SEC020' },
    { tool: 'pgrls', rule: 'SEC028' },
    { tool: 'pgrls', rule: 'SEC040' },
  ],
  messages: {
    insert: {
      what: 'Policy "{policy}" lets {role} insert rows of another tenant into `{table}`: {row}.',
      why: 'The new row is accepted as soon as `{disjunct}` holds, whatever tenant it names.',
      fix: 'Test the new row\'s tenant in WITH CHECK.',
    },
    move: {
      what: 'Policy "{policy}" lets {role} move a row of `{table}` into another tenant: {row}.',
      why: 'USING looks at the row before the update. The row after it is accepted as soon as `{disjunct}` holds, whatever tenant it names.',
      fix: 'Repeat the tenant test in WITH CHECK, or leave WITH CHECK out: then USING is applied to the new row as well.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      if (facts.captures(table, policy).length > 0 || facts.formula(table, policy, 'check')?.kind === 'true') return;
      const leaks = facts.access(table).filter(a => a.verdict === 'leak' && a.policy === policy.name && a.side === 'check');
      const [first] = leaks;
      if (!first?.escape) return;
      // Where USING leaks as well and serves as the check, the cause is USING, and reported there.
      if (policy.check === undefined && facts.access(table).some(a => a.verdict === 'leak' && a.policy === policy.name && a.side === 'using')) return;
      report({
        message: first.command === 'update' ? 'move' : 'insert',
        at: first.escape.at,
        subject: policySubject(table, policy),
        data: { policy: policy.name, role: [...new Set(leaks.map(a => a.role))].join(' and '), table: tableName(table.key), row: first.escape.row, disjunct: first.escape.disjunct },
        related: [{ at: policy.at, note: 'the policy' }],
      });
    },
  },
});
