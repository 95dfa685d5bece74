import { causesOf, defineRule, isOwned, policySubject, rolesOf, tableName, tenantColumnsOf, tiedElsewhere, triggerNames } from '@tenantlint/model';

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
      fix: 'Test the new row\'s tenant in WITH CHECK. Where USING tests it, leaving WITH CHECK out will do: USING is then applied to the new row as well.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      if (!isOwned(facts.tenancyOf(table).tenancy)) return;
      for (const { cause, leaks } of causesOf(facts, table, policy)) {
        // A group that starts with USING is about reading: policy-without-tenant says it.
        const [first] = leaks;
        if ((cause.kind !== 'other' && cause.kind !== 'predicate') || first.side !== 'check') continue;
        report({
          message: first.command === 'update' ? 'move' : 'insert',
          at: first.escape.at,
          subject: policySubject(table, policy),
          certainty: leaks.every((leak) => tiedElsewhere(leak.escape) || triggerNames(facts, table, leak.command === 'insert' ? 'insert' : 'update', tenantColumnsOf(facts.tenancyOf(table).tenancy))) ? 'possible' : 'proven',
          data: { policy: policy.name, role: rolesOf(leaks), table: tableName(table.key), row: first.escape.row, disjunct: first.escape.disjunct },
          related: [{ at: policy.at, note: 'the policy' }],
        });
      }
    },
  },
});
