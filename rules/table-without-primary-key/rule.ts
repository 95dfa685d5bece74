import { defineRule, sqlTable, tableName, tableSubject } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: [],
  sources: [{ tool: 'splinter', rule: '0004_no_primary_key' }],
  messages: {
    none: {
      what: '`{table}` has no primary key.',
      why: 'Nothing names one row: duplicates cannot be told apart or deleted singly, logical replication refuses updates and deletes, and clients that fetch by key cannot use the table.',
      fix: 'Add one: `alter table {sql} add column id bigint generated always as identity primary key;`, or declare the columns that are unique already: `alter table {sql} add primary key (…);`.',
    },
  },
  visit: {
    table(table, _facts, report) {
      if (table.inferred || table.kind === 'foreign' || table.partitionOf !== undefined || table.parents.length > 0 || isPairs([...table.columns.keys()])) return;
      if ([...table.constraints.values()].some((c) => c.kind === 'primary key')) return;
      report({ message: 'none', at: table.at, subject: tableSubject(table), data: { table: tableName(table.key), sql: sqlTable(table.key) } });
    },
  },
});

/** Client generators make the table of an implicit many-to-many themselves, with a unique index over both columns. */
function isPairs(columns: readonly string[]): boolean {
  return columns.length === 2 && columns.includes('A') && columns.includes('B');
}
