import { defineRule, openedByChange, sqlTable, tableName, tableSubject } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0007_policy_exists_rls_disabled' }],
  messages: {
    inert: {
      what: '`{table}` has {count}, but row level security is not enabled: none of them is applied.',
      why: 'Policies only take effect once row level security is enabled on their table. Until then every granted role sees every row.',
      fix: 'Add `alter table {sql} enable row level security;`.',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.policies.size === 0 || table.rls?.value === true || table.rls?.value === 'unknown' || openedByChange(facts, table)) return;
      const name = tableName(table.key);
      const policies = [...table.policies.values()];
      report({
        message: 'inert',
        at: table.rls?.at ?? table.at,
        subject: tableSubject(table),
        data: { table: name, sql: sqlTable(table.key), count: policies.length === 1 ? 'a policy' : `${policies.length} policies` },
        related: policies.slice(0, 3).map(p => ({ at: p.at, note: 'never applied' })),
      });
    },
  },
});
