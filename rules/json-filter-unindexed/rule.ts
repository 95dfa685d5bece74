import { columnSubject, defineRule, indexLedBy, policySubject, sqlName, sqlTable, tableName, walkExpr, type Column, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: [],
  messages: {
    policy: {
      what: 'Policy "{policy}" filters `{table}` by `{written}`, which no index serves.',
      why: 'The condition is added to every query of the table. Of a JSON column no index helps but one over the very expression: Postgres takes every row\'s document apart.',
      fix: '`create index on {sql} (({expression}));`, or keep the value in a column of its own.',
    },
    query: {
      what: 'A query filters `{table}` by what is inside `{column}`, and no index serves that.',
      why: 'Every row\'s document is taken apart to find a few.',
      fix: '`create index on {sql} using gin ({quoted});` for what contains what (`@>`), `create index on {sql} (({quoted} ->> \'…\'));` for one path; or keep the value in a column of its own.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      for (const filter of facts.filters(table, policy)) {
        const target = facts.schema.tables.get(filter.table);
        const column = target?.columns.get(filter.column);
        if (filter.sargable || !target || target.platform || filter.definer || !column || !isJson(column) || overExpression(target, column)) continue;
        const written = facts.text(filter.at);
        report({ message: 'policy', at: filter.at, subject: policySubject(table, policy), data: { policy: policy.name, table: tableName(target.key), written, sql: sqlTable(target.key), expression: written.replace(/\b\w+\.(?=\w)/g, '') }, related: [{ at: column.at, note: `${column.typeText} here` }] });
      }
    },
    site(site, facts, report) {
      const table = site.table === undefined ? undefined : facts.schema.tables.get(site.table);
      for (const name of table === undefined || table.platform ? [] : site.shape.filters) {
        const column = table?.columns.get(name);
        if (!table || !column || !isJson(column) || overExpression(table, column) || [...table.indexes.values()].some((i) => i.keys.some((k) => k.column === name))) continue;
        // Other conditions of the query lead to few rows already.
        if (site.shape.filters.some((other) => other !== name && indexLedBy(table, other))) continue;
        report({ message: 'query', at: site.at, subject: columnSubject(table, name), certainty: 'likely', data: { table: tableName(table.key), column: name, sql: sqlTable(table.key), quoted: sqlName(name) }, related: [{ at: column.at, note: `${column.typeText} here` }] });
      }
    },
  },
});

function isJson(column: Column): boolean {
  return /^jsonb?$/.test(column.typeText);
}

/** An index over some expression of the column: somebody has thought of how it is asked for. */
function overExpression(table: Table, column: Column): boolean {
  for (const { keys } of table.indexes.values()) {
    for (const { expr } of keys) {
      let named = false;
      if (expr) walkExpr(expr, { expr: (e) => { if (e.kind === 'column' && e.path.at(-1) === column.name) named = true; } });
      if (named) return true;
    }
  }
  return false;
}
