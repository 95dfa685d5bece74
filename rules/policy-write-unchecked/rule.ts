import { causesOf, defineRule, isOwned, lookupsInto, policySubject, rolesOf, tableName, tenantColumnsOf, tiedElsewhere, triggerNames, type Facts, type Table } from '@tenantlint/model';

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
          certainty: believedByNobody(table, facts) ? 'likely' : leaks.every((leak) => tiedElsewhere(leak.escape) || triggerNames(facts, table, leak.command === 'insert' ? 'insert' : 'update', tenantColumnsOf(facts.tenancyOf(table).tenancy))) ? 'possible' : 'proven',
          data: { policy: policy.name, role: rolesOf(leaks), table: tableName(table.key), row: first.escape.row, disjunct: first.escape.disjunct },
          related: [{ at: policy.at, note: 'the policy' }],
        });
      }
    },
  },
});

/**
 * Rows of this table are read by the user whose they are, and neither its policies nor another table's ask for their
 * tenant: a row that names another tenant is shown to its author alone. Code past the policies may still believe it.
 */
function believedByNobody(table: Table, facts: Facts): boolean {
  const users = facts.tenancy.userColumns.get(table.key) ?? [];
  const tenant = tenantColumnsOf(facts.tenancyOf(table).tenancy);
  const reading = [...table.policies.values()].filter((one) => one.permissive && (one.command === 'select' || one.command === 'all'));
  return reading.length > 0 && lookupsInto(facts, table).length === 0 && reading.every((one) => {
    const columns = facts.filters(table, one).filter((filter) => filter.table === table.key && !filter.inner).map((filter) => filter.column);
    return columns.some((column) => users.includes(column) && !tenant.includes(column)) && !columns.some((column) => tenant.includes(column));
  });
}
