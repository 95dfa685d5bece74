import { defineRule, policySubject, tableName, unindexedFilters, sqlName, sqlTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'pgrls', rule: 'PERF003' }],
  messages: {
    own: {
      what: 'Policy "{policy}" filters `{table}` by `{column}`, which no index leads.',
      why: 'The policy\'s condition is added to every query of the table; without an index each of them reads all tenants\' rows to throw most away.',
      fix: '`create index on {sql} ({quoted});`',
    },
    inner: {
      what: 'Policy "{policy}" looks up `{table}` by `{column}`, which no index leads.',
      why: 'The sub-select runs for every query of the protected table; without an index it reads the whole of `{table}` each time.',
      fix: '`create index on {sql} ({quoted});`',
    },
  },
  visit: {
    project(facts, report) {
      for (const { table, policy, filter, column } of unindexedFilters(facts).values()) {
        report({
          message: filter.inner ? 'inner' : 'own',
          at: filter.at,
          subject: policySubject(table, policy),
          data: { policy: policy.name, table: tableName(filter.table), column: filter.column, sql: sqlTable(filter.table), quoted: sqlName(filter.column) },
          related: [{ at: column.at, note: 'the column' }],
        });
      }
    },
  },
});
