import { columnSubject, defineRule, isOwned, tableName, type Facts, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['tenancy'],
  messages: {
    blocks: {
      what: 'Nothing says what becomes of rows of `{table}` when their row of `{parent}` is deleted, so it cannot be deleted.',
      why: 'Without a rule the delete fails as long as one row refers to it. Erasing a tenant or a person then means knowing every table and the order; the one that is forgotten stops it, or stays behind.',
      fix: 'Decide: `on delete cascade` for what is part of it, `on delete set null` for what outlives it, `on delete restrict` to say that it must be emptied first.',
    },
    loosens: {
      what: 'Nothing says what becomes of rows of `{table}` when their row of `{parent}` is deleted: they stay, and forget it.',
      why: 'The models leave the rule out, and for an optional relation that means SET NULL: the rows of an erased tenant or person stay behind and are nobody\'s.',
      fix: 'Say what is meant: delete them as well, keep them without the reference, or refuse.',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.inferred || !isOwned(facts.tenancyOf(table).tenancy)) return;
      for (const key of table.constraints.values()) {
        const parent = key.kind === 'foreign key' ? facts.schema.tables.get(key.references) : undefined;
        if (key.kind !== 'foreign key' || key.onDeleteStated || !parent || !isErased(parent, facts)) continue;
        const message = key.onDelete === 'set null' ? 'loosens' : key.onDelete === 'no action' || key.onDelete === 'restrict' ? 'blocks' : undefined;
        if (message) report({ message, at: key.at, subject: columnSubject(table, key.columns[0] ?? ''), data: { table: tableName(table.key), parent: tableName(parent.key) } });
      }
    },
  },
});

/** What goes when a tenant or a person goes. */
function isErased(parent: Table, facts: Facts): boolean {
  return parent.key === facts.tenancy.users || facts.tenancy.people.has(parent.key) || isOwned(facts.tenancyOf(parent).tenancy);
}
