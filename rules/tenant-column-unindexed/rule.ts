import { defineRule, indexLedBy, tableName, type Facts, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['tenancy'],
  messages: {
    unindexed: {
      what: '`{column}` says whose row of `{table}` it is, and no index leads with it.',
      why: 'Every query of one tenant filters by it; without an index each reads the rows of all tenants, and so does deleting a tenant.',
      fix: '`create index on {table} ({column});`, or put `{column}` first in an index that the queries already need.',
    },
  },
  visit: {
    table(table, facts, report) {
      const { tenancy, why } = facts.tenancyOf(table);
      if (table.inferred || (tenancy.kind !== 'keyed' && tenancy.kind !== 'membership')) return;
      const columns = tenancy.kind === 'keyed' ? tenancy.columns : [tenancy.tenant];
      for (const name of columns) {
        const column = table.columns.get(name);
        if (!column || indexLedBy(table, name) || namedByPolicies(table, name, facts)) continue;
        report({
          message: 'unindexed',
          at: column.at,
          subject: { kind: 'column', name: `${table.key}.${name}` },
          data: { table: tableName(table.key), column: name },
          related: why.slice(0, 1).filter(r => r.at.start !== column.at.start).map(r => ({ at: r.at, note: r.text })),
        });
      }
    },
  },
});

/** policy-column-unindexed says it then, at the policy that makes it matter. */
function namedByPolicies(table: Table, column: string, facts: Facts): boolean {
  for (const other of facts.schema.tables.values())
    for (const policy of other.policies.values()) if (facts.filters(other, policy).some(f => f.sargable && f.table === table.key && f.column === column)) return true;
  return false;
}
