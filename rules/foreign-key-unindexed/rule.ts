import { columnList, defineRule, indexOver, sqlTable, tableName, tenantColumnsOf, unindexedFilters } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: [],
  sources: [{ tool: 'splinter', rule: '0001_unindexed_foreign_keys' }, { tool: 'pgfence', rule: 'fk-missing-index' }, { tool: 'eugene', rule: 'E15' }],
  messages: {
    unindexed: {
      what: 'Nothing finds the rows of `{table}` that point to a row of `{parent}`: no index leads with `{columns}`.',
      why: 'Deleting a row of `{parent}`, or changing its key, makes Postgres look for the rows that refer to it; without an index it reads the whole of `{table}` for each one, while the row is locked. Joins from `{parent}` do the same.',
      fix: '`create index on {sql} ({columns});`',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.inferred) return;
      const { tenancy } = facts.tenancyOf(table);
      for (const key of table.constraints.values()) {
        if (key.kind !== 'foreign key' || indexOver(table, key.columns)) continue;
        const [only] = key.columns;
        if (key.columns.length === 1 && only !== undefined) {
          // tenant-column-unindexed and policy-column-unindexed ask for the same index.
          if ((tenancy.kind === 'keyed' || tenancy.kind === 'membership') && tenantColumnsOf(tenancy).includes(only)) continue;
          if (unindexedFilters(facts).has(`${table.key}.${only}`)) continue;
        }
        const parent = facts.schema.tables.get(key.references);
        // Rows of reference data are hardly ever deleted.
        const rare = parent !== undefined && facts.tenancyOf(parent).tenancy.kind === 'global';
        report({
          message: 'unindexed',
          at: key.at,
          subject: { kind: 'column', name: `${table.key}.${only ?? ''}` },
          data: { table: tableName(table.key), sql: sqlTable(table.key), parent: tableName(key.references), columns: columnList(key.columns) },
          ...(rare ? { certainty: 'possible' } : {}),
        });
      }
    },
  },
});
