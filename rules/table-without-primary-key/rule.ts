import { columnList, defineRule, sqlTable, tableName, tableSubject, type Table } from '@tenantlint/model';

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
      fix: 'Add one: `alter table {sql} add {key};`.{doubt}',
    },
  },
  visit: {
    table(table, _facts, report) {
      if (table.inferred || table.kind === 'foreign' || table.partitionOf !== undefined || table.parents.length > 0 || isPairs([...table.columns.keys()])) return;
      if ([...table.constraints.values()].some((c) => c.kind === 'primary key')) return;
      report({ message: 'none', at: table.at, subject: tableSubject(table), data: { table: tableName(table.key), sql: sqlTable(table.key), ...keyOf(table) } });
    },
  },
});

/** Columns that name one row already, or else a new one. */
function keyOf(table: Table): { readonly key: string; readonly doubt: string } {
  const unique = [...table.constraints.values()].find((c) => c.kind === 'unique');
  const columns = unique?.kind === 'unique' ? unique.columns : table.columns.has('id') ? ['id'] : [];
  if (columns.length === 0) return { key: 'column id bigint generated always as identity primary key', doubt: '' };
  return { key: `primary key (${columnList(columns)})`, doubt: unique ? '' : ' It fails where a row lacks its id or two rows share one: mend those first.' };
}

/** Client generators make the table of an implicit many-to-many themselves, with a unique index over both columns. */
function isPairs(columns: readonly string[]): boolean {
  return columns.length === 2 && columns.includes('A') && columns.includes('B');
}
