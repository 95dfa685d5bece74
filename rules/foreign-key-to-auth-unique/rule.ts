import { defineRule, tableName, tableSubject } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0021_fkey_to_auth_unique' }],
  messages: {
    unique: {
      what: '`{table}` refers to `{parent}` by `{columns}`, which is not its primary key.',
      why: 'The schema `auth` belongs to the platform. Its primary keys stay; a unique constraint on other columns may be changed by the next version, and that upgrade fails as long as a foreign key rests on it.',
      fix: 'Refer to the primary key: `references {parent} (id)`.',
    },
  },
  visit: {
    table(table, facts, report) {
      for (const key of table.constraints.values()) {
        const parent = key.kind === 'foreign key' && key.references.startsWith('auth.') ? facts.schema.tables.get(key.references) : undefined;
        if (key.kind !== 'foreign key' || !parent?.platform || key.referenced.length === 0) continue;
        const [primary] = [...parent.constraints.values()].flatMap((c) => (c.kind === 'primary key' ? [c.columns] : []));
        if (!primary || [...primary].sort().join() === [...key.referenced].sort().join()) continue;
        report({ message: 'unique', at: key.at, subject: tableSubject(table), data: { table: tableName(table.key), parent: parent.key, columns: key.referenced.join(', ') } });
      }
    },
  },
});
