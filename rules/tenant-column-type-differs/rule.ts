import { columnSubject, defineRule, ownTables, sqlName, sqlTable, tableName, tenantColumnsOf, type Facts } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['tenancy'],
  messages: {
    differs: {
      what: '`{table}.{column}` is {type}, and the key of `{root}` is {expected}.',
      why: 'The column is named like the tenant\'s, and cannot be compared with it, nor be a foreign key to it, without a cast. The cast is forgotten somewhere, keeps indexes from being used everywhere, and text lets anything in.',
      fix: '`alter table {sql} alter column {quoted} type {expected} using {quoted}::{expected};`',
    },
  },
  visit: {
    project(facts, report) {
      const root = facts.tenancy.root === undefined ? undefined : facts.schema.tables.get(facts.tenancy.root);
      const tenancy = root && facts.tenancyOf(root).tenancy;
      const key = tenancy?.kind === 'root' ? root?.columns.get(tenancy.key) : undefined;
      if (!root || !key) return;
      const usual = usualNames(facts);
      for (const table of ownTables(facts)) {
        if (table === root || table.inferred || table.partitionOf !== undefined || tenantColumnsOf(facts.tenancyOf(table).tenancy).some((name) => table.columns.get(name)?.typeText === key.typeText)) continue;
        const column = [...table.columns.values()].find((c) => usual.has(c.name) && family(c.typeText) !== family(key.typeText));
        if (column) report({ message: 'differs', at: column.at, subject: columnSubject(table, column.name), certainty: 'likely', data: { table: tableName(table.key), column: column.name, type: column.typeText, root: tableName(root.key), expected: key.typeText, sql: sqlTable(table.key), quoted: sqlName(column.name) }, related: [{ at: key.at, note: `${key.typeText} here` }] });
      }
    },
  },
});

/** Names that the tenant column bears in at least two tables that are tied to the tenants by a foreign key. */
function usualNames(facts: Facts): ReadonlySet<string> {
  const count = new Map<string, number>();
  for (const table of ownTables(facts)) {
    for (const c of table.constraints.values()) {
      const [only] = c.kind === 'foreign key' && c.references === facts.tenancy.root && c.columns.length === 1 ? c.columns : [];
      if (only !== undefined && tenantColumnsOf(facts.tenancyOf(table).tenancy).includes(only)) count.set(only, (count.get(only) ?? 0) + 1);
    }
  }
  return new Set([...count].filter(([, n]) => n >= 2).map(([name]) => name));
}

function family(type: string): string {
  const base = type.replace(/\(.*\)/, '');
  if (/^(text|character varying|character|citext)$/.test(base)) return 'text';
  return /^(smallint|integer|bigint)$/.test(base) ? 'integer' : base;
}
