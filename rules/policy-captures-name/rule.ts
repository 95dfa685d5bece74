import { causesOf, defineRule, policySubject, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  messages: {
    captured: {
      what: '`{column}` in policy "{policy}" is `{inner}.{column}`, not `{table}.{column}`: the test compares the row with itself.',
      why: 'Inside a sub-select an unqualified name binds to the innermost table that has it. The sub-select no longer mentions the row that is being checked, so it holds for every row as soon as it holds for one.',
      fix: 'Write `{table}.{column}`.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      // Beside another test that binds the row, the meaningless one does no harm yet.
      const leaks = causesOf(facts, table, policy).some(({ cause }) => cause.kind === 'captured');
      for (const capture of facts.captures(table, policy)) {
        const name = tableName(table.key);
        report({
          message: 'captured',
          at: capture.at,
          subject: policySubject(table, policy),
          certainty: leaks ? 'proven' : 'likely',
          data: { column: capture.column, policy: policy.name, inner: tableName(capture.inner), table: table.name },
          related: [{ at: policy.at, note: `policy of ${name}` }],
          fixes: [{ title: `qualify with ${table.name}`, safe: false, edits: [{ at: capture.at, text: `${table.name}.${capture.column}` }] }],
        });
      }
    },
  },
});
