import { columnSubject, defineRule, each, sqlName, sqlTable, tableName, type Facts, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['tenancy'],
  sources: [{ tool: 'pgrls', rule: 'SEC030' }],
  messages: {
    nullable: {
      what: '`{table}.{column}` names the tenant and may be NULL.',
      why: 'A row without a tenant is nobody\'s or everybody\'s, as each query happens to be written: `= $1` never finds it, `is null or …` shows it to all, a left join lets it through, and no tenant\'s deletion reaches it.',
      fix: '`alter table {sql} alter column {quoted} set not null;` If rows without a tenant are meant for everybody, say so in tenantlint.config.jsonc: {config}.',
    },
  },
  visit: {
    table(table, facts, report) {
      const { tenancy, declared } = facts.tenancyOf(table);
      if (table.inferred || declared || table.partitionOf !== undefined || (tenancy.kind !== 'keyed' && tenancy.kind !== 'membership')) return;
      const columns = (tenancy.kind === 'keyed' ? tenancy.columns : [tenancy.tenant]).map((name) => table.columns.get(name));
      // Of several equivalent columns one that is always there is enough; a CHECK may say that one of them is.
      const [column] = columns;
      if (!column || columns.some((c) => c?.notNull !== false) || [...table.constraints.values()].some((c) => c.kind === 'check' && facts.text(c.expr.at).includes(column.name))) return;
      if (sharedByPolicy(table, column.name, facts)) return;
      // Rows of a user that belong to no tenant are a usual second kind.
      const personal = (facts.tenancy.userColumns.get(table.key) ?? []).length > 0;
      report({ message: 'nullable', at: column.at, subject: columnSubject(table, column.name), certainty: personal ? 'possible' : 'likely', data: { table: tableName(table.key), column: column.name, sql: sqlTable(table.key), quoted: sqlName(column.name), config: `\`"tenancy": { "shared": { "${tableName(table.key)}": "${column.name} is null" } }\`` } });
    },
  },
});

/** A policy that asks for rows without a tenant means them for everybody. */
function sharedByPolicy(table: Table, column: string, facts: Facts): boolean {
  let asked = false;
  for (const policy of table.policies.values()) {
    const formula = facts.formula(table, policy, 'using');
    if (formula) each(formula, (part) => { if (part.kind === 'null' && !part.negated && part.of.kind === 'column' && part.of.row === 0 && part.of.column === column) asked = true; });
  }
  return asked;
}
