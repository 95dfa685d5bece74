import { columnSubject, defineRule, indexLedBy, tableName, unindexedFilters, sqlName, sqlTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['tenancy'],
  messages: {
    unindexed: {
      what: '`{column}` says whose row of `{table}` it is, and no index leads with it.',
      why: 'Every query of one tenant filters by it; without an index each reads the rows of all tenants, and so does deleting a tenant.',
      fix: '`create index on {sql} ({quoted});`, or put `{column}` first in an index that the queries already need.',
    },
  },
  visit: {
    table(table, facts, report) {
      const { tenancy, why } = facts.tenancyOf(table);
      if (table.inferred || (tenancy.kind !== 'keyed' && tenancy.kind !== 'membership')) return;
      const columns = tenancy.kind === 'keyed' ? tenancy.columns : [tenancy.tenant];
      for (const name of columns) {
        const column = table.columns.get(name);
        // Where a policy filters by it, policy-column-unindexed says so at the policy that makes it matter.
        if (!column || indexLedBy(table, name) || unindexedFilters(facts).has(`${table.key}.${name}`)) continue;
        report({
          message: 'unindexed',
          at: column.at,
          subject: columnSubject(table, name),
          data: { table: tableName(table.key), column: name, sql: sqlTable(table.key), quoted: sqlName(name) },
          related: why.slice(0, 1).filter(r => r.at.start !== column.at.start).map(r => ({ at: r.at, note: r.text })),
        });
      }
    },
  },
});
