import { columnSubject, defineRule, tableName, sqlName, sqlTable } from '@tenantlint/model';

const UNSUPPORTED = /^(regcollation|regconfig|regdictionary|regnamespace|regoper|regoperator|regproc|regprocedure)(\[\])?$/;

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0018_unsupported_reg_types' }],
  messages: {
    unsupported: {
      what: '`{table}.{column}` has the type {type}, with which pg_upgrade refuses to work.',
      why: 'The type stores the number of a catalog entry, and those numbers are others after an upgrade to the next major version; so the upgrade stops before it starts.',
      fix: 'Store the name as text and convert it where it is used: `alter table {sql} alter column {quoted} type text using {quoted}::text;`.',
    },
  },
  visit: {
    column(column, table, _facts, report) {
      if (UNSUPPORTED.test(column.typeText)) report({ message: 'unsupported', at: column.at, subject: columnSubject(table, column.name), data: { table: tableName(table.key), column: column.name, type: column.typeText, sql: sqlTable(table.key), quoted: sqlName(column.name) } });
    },
  },
});
