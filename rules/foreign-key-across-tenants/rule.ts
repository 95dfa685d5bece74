import { columnList, defineRule, isOwned, sqlTable, tableName, tableSubject, type Facts, type Table, type Tenancy } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['tenancy'],
  sources: [{ tool: 'pgrls', rule: 'SEC047' }],
  messages: {
    single: {
      what: 'A row of `{table}` may refer to another tenant\'s row of `{parent}`: the key `{columns}` does not carry the tenant.',
      why: 'Both tables say whose rows they hold, and nothing says that it is the same tenant. A foreign key is checked past every policy, so an id of another tenant is accepted; joins and counts then mix tenants, and whether an id exists anywhere can be found out by trying.',
      fix: 'Let the key carry it: `unique ({parentTenant}, {referenced})` on {parentSql}, then `foreign key ({tenant}, {columns}) references {parentSql} ({parentTenant}, {referenced})`.',
    },
    pair: {
      what: 'A row of `{table}` may tie a row of `{first}` to one of `{second}` of another tenant.',
      why: 'It belongs to the tenant of `{first}`, and its other key is only asked whether the row exists, past every policy. Joins through the table then mix tenants.',
      fix: 'Give the table the tenant\'s column and let both keys carry it, or compare the tenants of both rows in a trigger or a policy.',
    },
  },
  visit: {
    table(table, facts, report) {
      const { tenancy } = facts.tenancyOf(table);
      if (table.inferred || table.partitionOf !== undefined) return;
      const keys = [...table.constraints.values()].flatMap((c) => (c.kind === 'foreign key' ? [c] : []));
      const parents = keys.flatMap((key) => {
        const parent = facts.schema.tables.get(key.references);
        return parent && !parent.platform && carriesTenant(facts, parent) ? [{ key, parent }] : [];
      });
      const subject = tableSubject(table);
      if (tenancy.kind === 'keyed') {
        for (const { key, parent } of parents) {
          const above = facts.tenancyOf(parent).tenancy;
          const columns = above.kind === 'keyed' ? above.columns : above.kind === 'membership' ? [above.tenant] : [];
          if (columns.length === 0 || key.columns.some((name) => tenancy.columns.includes(name))) continue;
          report({ message: 'single', at: key.at, subject, certainty: 'likely', data: { table: tableName(table.key), parent: tableName(parent.key), parentSql: sqlTable(parent.key), columns: columnList(key.columns), tenant: columnList(tenancy.columns.slice(0, 1)), parentTenant: columnList(columns.slice(0, 1)), referenced: columnList(key.referenced) } });
        }
        return;
      }
      const [first, second] = tenancy.kind === 'through' ? [parents.find((p) => p.parent.key === tenancy.path[0]?.parent) ?? parents[0], parents.find((p) => p.parent.key !== tenancy.path[0]?.parent)] : [];
      // One column in both keys holds the two together.
      if (!first || !second || hangsOff(second.parent, first.parent, facts) || hangsOff(first.parent, second.parent, facts) || first.key.columns.some((name) => second.key.columns.includes(name))) return;
      report({ message: 'pair', at: second.key.at, subject, certainty: 'likely', data: { table: tableName(table.key), first: tableName(first.parent.key), second: tableName(second.parent.key) }, related: [{ at: first.key.at, note: 'the way to its tenant' }] });
    },
  },
});

function carriesTenant(facts: Facts, table: Table): boolean {
  const { tenancy }: { tenancy: Tenancy } = facts.tenancyOf(table);
  return isOwned(tenancy) && tenancy.kind !== 'root' && tenancy.kind !== 'user-owned' && (tenancy.kind !== 'membership' || facts.tenancy.people.has(table.key));
}

/** A child of the other one: the pair cannot be of two tenants unless the child is already mixed up. */
function hangsOff(child: Table, parent: Table, facts: Facts): boolean {
  const { tenancy } = facts.tenancyOf(child);
  return tenancy.kind === 'through' && tenancy.path.some((hop) => hop.parent === parent.key);
}
