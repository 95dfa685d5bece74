import { columnSubject, defineRule, sqlName, sqlTable, tableName, walkExpr, type Column, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: [],
  messages: {
    free: {
      what: '`{table}.{column}` is one of a few words, and takes any text.',
      why: 'Its default, {value}, is one of them; a misspelt one is stored without complaint, and each piece of code that asks for one of the words passes the row by. Policies that ask for it do the same.',
      fix: '`alter table {sql} add check ({quoted} in ({value}, …));`, or an enum type.',
    },
  },
  visit: {
    column(column, table, _facts, report) {
      const { value } = column.default ?? {};
      const literal = value?.kind === 'cast' ? value.of : value;
      if (table.inferred || table.partitionOf !== undefined || !/(^|_)(status|state)$/i.test(column.name.replace(/([a-z])([A-Z])/g, '$1_$2')) || !/^(text|character varying)/.test(column.typeText)) return;
      if (literal?.kind !== 'literal' || typeof literal.value !== 'string' || checked(column, table)) return;
      report({ message: 'free', at: column.at, subject: columnSubject(table, column.name), certainty: 'possible', data: { table: tableName(table.key), column: column.name, value: `'${literal.value}'`, sql: sqlTable(table.key), quoted: sqlName(column.name) } });
    },
  },
});

/** A CHECK speaks of it, or a foreign key to the table of the words. */
function checked(column: Column, table: Table): boolean {
  for (const constraint of table.constraints.values()) {
    if (constraint.kind === 'foreign key' && constraint.columns.includes(column.name)) return true;
    let named = false;
    if (constraint.kind === 'check') walkExpr(constraint.expr, { expr: (e) => { if (e.kind === 'column' && e.path.at(-1) === column.name) named = true; } });
    if (named) return true;
  }
  return false;
}
