import { defineRule, indexLedBy, policySubject, sqlTable, tableName, walkExpr, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['rls'],
  sources: [{ tool: 'pgrls', rule: 'PERF004' }],
  messages: {
    cast: {
      what: 'Policy "{policy}" converts `{column}` of `{table}` to another type before it compares it, so that no index on it can be used.',
      why: 'An index knows the values of the column, not of what a cast makes of them: Postgres converts it for every row of all tenants, and keeps few.',
      fix: 'Convert the other side instead, once for the statement: `{column} = (select auth.jwt() -> \'app_metadata\' ->> \'…\')::{type}`.',
    },
    wrapped: {
      what: 'Policy "{policy}" compares `{written}` instead of `{column}`, so that no index on `{column}` of `{table}` can be used.',
      why: 'An index knows the values of the column, not of what a function makes of them: Postgres computes it for every row of all tenants, and keeps few.',
      fix: 'Store the value as it is compared, or make an index over the expression: `create index on {sql} (({plain}));`.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      const filters = facts.filters(table, policy);
      for (const filter of filters) {
        const target = facts.schema.tables.get(filter.table);
        const column = target?.columns.get(filter.column);
        // What a helper function compares is written elsewhere; json and arrays have indexes of their own kinds.
        if (filter.sargable || !target || target.platform || !column || filter.definer || /json|\[\]$|tsvector/.test(column.typeText) || expressionIndex(target, filter.column)) continue;
        if (filters.some((f) => f.sargable && f.scope === filter.scope && f.table === filter.table && indexLedBy(target, f.column))) continue;
        const written = facts.text(filter.at);
        const common = { at: filter.at, subject: policySubject(table, policy), related: [{ at: column.at, note: `${column.typeText} here` }] };
        const data = { policy: policy.name, column: filter.column, table: tableName(filter.table) };
        if (/^[\w".]+$/.test(written)) report({ message: 'cast', ...common, data: { ...data, type: column.typeText } });
        else report({ message: 'wrapped', ...common, data: { ...data, written, sql: sqlTable(filter.table), plain: written.replace(/\b\w+\.(?=\w)/g, '') } });
      }
    },
  },
});

/** An index over an expression of the column: whether it is this one is not asked, somebody has thought of it. */
function expressionIndex(table: Table, column: string): boolean {
  for (const index of table.indexes.values()) {
    for (const { expr } of index.keys) {
      let named = false;
      if (expr) walkExpr(expr, { expr: (e) => { if (e.kind === 'column' && e.path.at(-1) === column) named = true; } });
      if (named) return true;
    }
  }
  return false;
}
