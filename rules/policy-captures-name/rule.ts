import { causesOf, defineRule, policySubject, sqlName, sqlTable, tableName, type Facts, type Fix, type Policy, type SqlExpr, type Table } from '@tenantlint/model';

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
          fixes: [{ title: `qualify with ${table.name}`, safe: false, edits: [{ at: capture.at, text: `${table.name}.${capture.column}` }] }, ...altered(policy, table, facts)],
        });
      }
    },
  },
});

/** The policy as it was meant, for a migration behind the one that made it: its own words with all captured names qualified. */
function altered(policy: Policy, table: Table, facts: Facts): readonly Fix[] {
  const captures = facts.captures(table, policy);
  const side = (word: string, expr: SqlExpr | undefined): readonly string[] => {
    if (expr === undefined) return [];
    let text = facts.text(expr.at);
    for (const { at, column } of [...captures].sort((a, b) => b.at.start - a.at.start)) {
      if (at.file === expr.at.file && at.start >= expr.at.start && at.end <= expr.at.end) text = `${text.slice(0, at.start - expr.at.start)}${sqlName(table.name)}.${sqlName(column)}${text.slice(at.end - expr.at.start)}`;
    }
    return [`${word} (${text})`];
  };
  const sides = [...side('using', policy.using), ...side('with check', policy.check)].join(' ');
  return [{ title: 'say it anew in a migration behind it', safe: false, edits: [], migration: { slug: `policy_${policy.name}`, statements: [`alter policy ${sqlName(policy.name)} on ${sqlTable(table.key)} ${sides}`], outside: false } }];
}
