import { columnSubject, defineRule, listed, ownTables, sqlName, sqlTable, tableName, tenantColumnsOf, type Column, type Facts, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['tenancy'],
  messages: {
    missing: {
      what: '`{table}.{column}` names the tenant and is no foreign key to `{root}`.',
      why: 'Nothing keeps it from naming a tenant that never was or is gone: rows stay behind when a tenant is deleted, and turn up again for whoever gets that id.',
      fix: '`alter table {sql} add foreign key ({quoted}) references {rootSql} ({key}) on delete cascade;`',
    },
    nowhere: {
      what: 'In {count} tables the column that names the tenant is no foreign key to `{root}`: {tables}.',
      why: 'Nothing keeps them from naming a tenant that never was or is gone: rows stay behind when a tenant is deleted, and turn up again for whoever gets that id.',
      fix: 'Add the keys table by table: `alter table {sql} add foreign key ({quoted}) references {rootSql} ({key}) on delete cascade not valid;`, then `validate constraint`.',
    },
  },
  visit: {
    project(facts, report) {
      const root = facts.tenancy.root === undefined ? undefined : facts.schema.tables.get(facts.tenancy.root);
      const rootTenancy = root && facts.tenancyOf(root).tenancy;
      if (!root || rootTenancy?.kind !== 'root' || root.inferred) return;
      const keyed = ownTables(facts).filter((t) => !t.inferred && t.partitionOf === undefined && (facts.tenancyOf(t).tenancy.kind === 'keyed' || facts.tenancyOf(t).tenancy.kind === 'membership'));
      const found = keyed.flatMap((table) => { const column = loose(table, facts); return column ? [{ table, column }] : []; });
      const words = ({ table, column }: { table: Table; column: Column }) => ({ root: tableName(root.key), rootSql: sqlTable(root.key), key: sqlName(rootTenancy.key), sql: sqlTable(table.key), quoted: sqlName(column.name) });
      const [first] = found;
      // Where most tables are like that it is one decision, not many mistakes.
      if (first && found.length > 5 && found.length > keyed.length / 2) {
        report({ message: 'nowhere', at: first.column.at, subject: columnSubject(first.table, first.column.name), data: { ...words(first), count: String(found.length), tables: listed(found.map((f) => tableName(f.table.key)), 5) }, related: [{ at: root.at, note: 'the tenants' }] });
        return;
      }
      for (const one of found) report({ message: 'missing', at: one.column.at, subject: columnSubject(one.table, one.column.name), data: { ...words(one), table: tableName(one.table.key), column: one.column.name }, related: [{ at: root.at, note: 'the tenants' }] });
    },
  },
});

/** The tenant column when no foreign key contains it, be it a composite one to another table of the tenant's. */
function loose(table: Table, facts: Facts): Column | undefined {
  const columns = tenantColumnsOf(facts.tenancyOf(table).tenancy);
  const tied = [...table.constraints.values()].some((c) => c.kind === 'foreign key' && c.columns.some((name) => columns.includes(name)));
  const [name] = columns;
  return tied || name === undefined ? undefined : table.columns.get(name);
}
