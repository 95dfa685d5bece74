import { defineRule, isOwned, ownTables, tableName, tableSubject, type Facts } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['tenancy'],
  messages: {
    parent: {
      what: '`{table}` names rows of `{parent}` by `{column}`, which is no foreign key, and has no tenant column of its own.',
      why: '`{parent}` belongs to tenants, and the name of the column is all that says so of this table. The column may name any tenant\'s row, or one that is gone: no policy and no query can ask whose row this is without believing it.',
      fix: 'Make `{column}` a foreign key, or give the table a tenant column. If the table is everybody\'s, declare it in tenantlint.config.jsonc: {config}.',
    },
    person: {
      what: '`{table}` says who (`{column}`) and not for which tenant.',
      why: 'Most tables of this product lead to a tenant; this one does not. A person may belong to several tenants, and leaves them: the row cannot be shown to colleagues, nor hidden from former ones, nor deleted with its tenant.',
      fix: 'Give the table a tenant column. If it is everybody\'s, declare it in tenantlint.config.jsonc: {config}.',
    },
  },
  visit: {
    table(table, facts, report) {
      const { tenancy, declared } = facts.tenancyOf(table);
      if (table.inferred || declared || table.partitionOf !== undefined || !neighboursBelong(facts)) return;
      const common = { at: table.at, subject: tableSubject(table), certainty: 'likely' } as const;
      const data = { table: tableName(table.key), config: `\`"tenancy": { "tables": { "${tableName(table.key)}": "global" } }\`` };
      if (tenancy.kind === 'user-owned') {
        const column = table.columns.get(tenancy.column);
        if (column && WRITER.test(column.name)) report({ message: 'person', ...common, data: { ...data, column: column.name }, related: [{ at: column.at, note: 'this column' }] });
        return;
      }
      const hop = tenancy.kind === 'through' ? tenancy.path[0] : undefined;
      const column = hop && table.columns.get(hop.columns[0] ?? '');
      if (!hop || !column || [...table.constraints.values()].some((c) => c.kind === 'foreign key' && c.references === hop.parent)) return;
      report({ message: 'parent', ...common, data: { ...data, parent: tableName(hop.parent), column: column.name }, related: [{ at: column.at, note: 'this column' }] });
    },
  },
});

/** Says who did something, rather than whom the row is about. */
const WRITER = /^(created|requested|submitted|uploaded|exported|sent|performed|issued|reported|assigned|updated|approved)_?by(_?(id|user|user_id))?$|^(actor|author|assignee|requester)(_?id)?$/i;

/** Three in four tables of the product belong to tenants. */
function neighboursBelong(facts: Facts): boolean {
  const before = belonging.get(facts);
  if (before !== undefined) return before;
  const all = ownTables(facts);
  const belong = all.length >= 4 && all.filter((t) => { const { tenancy } = facts.tenancyOf(t); return isOwned(tenancy) && tenancy.kind !== 'user-owned'; }).length >= 0.75 * all.length;
  belonging.set(facts, belong);
  return belong;
}
const belonging = new WeakMap<Facts, boolean>();
