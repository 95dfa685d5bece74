import { defineRule, indexLedBy, policySubject, tableName } from '@tenantlint/model';

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
      fix: '`create index on {table} ({column});`',
    },
    inner: {
      what: 'Policy "{policy}" looks up `{table}` by `{column}`, which no index leads.',
      why: 'The sub-select runs for every query of the protected table; without an index it reads the whole of `{table}` each time.',
      fix: '`create index on {table} ({column});`',
    },
  },
  visit: {
    project(facts, report) {
      // One finding per column, at the first policy that needs it: one index mends all of them.
      const seen = new Set<string>();
      for (const table of facts.schema.tables.values()) {
        for (const policy of table.policies.values()) {
          if (policy.createdIn < 0) continue;
          const filters = facts.filters(table, policy);
          for (const filter of filters) {
            const target = facts.schema.tables.get(filter.table);
            if (!filter.sargable || !target || target.platform || seen.has(`${filter.table}.${filter.column}`)) continue;
            const column = target.columns.get(filter.column);
            // A boolean or an enum of few values is no way into a table.
            if (!column || column.typeText === 'boolean' || indexLedBy(target, filter.column)) continue;
            // Other columns of the same sub-select lead to few rows already.
            if (filter.inner && filters.some(f => f.inner && f.table === filter.table && f.scope === filter.scope && f.column !== filter.column && indexLedBy(target, f.column))) continue;
            seen.add(`${filter.table}.${filter.column}`);
            report({
              message: filter.inner ? 'inner' : 'own',
              at: filter.at,
              subject: policySubject(table, policy),
              data: { policy: policy.name, table: tableName(filter.table), column: filter.column },
              related: [{ at: column.at, note: 'the column' }],
            });
          }
        }
      }
    },
  },
});
