import { checksOf, defineRule, exchanged, isNewColumn, listed, namesOfTable, sqlName, typeText, typeWork, usedOperations } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'changing-column-type' },
    { tool: 'postgres-language-server', rule: 'changingColumnType' },
    { tool: 'pgfence', rule: 'alter-column-type' },
    { tool: 'eugene', rule: 'E5' }, { tool: 'eugene', rule: 'E10' },
    { tool: 'strong_migrations', rule: 'change_column' }, { tool: 'strong_migrations', rule: 'change_column_constraint' },
    { tool: 'django-migration-linter', rule: 'ALTER_COLUMN' },
  ],
  messages: {
    rewritten: {
      what: 'Changing `{table}.{column}` from {from} to {to} writes every row anew while nobody can use the table.',
      why: 'It holds an ACCESS EXCLUSIVE lock, which blocks all reads and writes, until the rows and all indexes are written.',
      fix: 'Add a column beside it (`alter table {sql} add column {name} {to};`), let a trigger or the code write both, fill it in batches, switch readers over, and drop the old one in a later release.{how}',
    },
    checked: {
      what: 'Changing `{table}.{column}` from {from} to {to} reads every row while nobody can use the table.',
      why: 'What is stored stays as it is, yet Postgres asks {check} of every row again, under an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: 'Drop the constraint before, add it again behind with NOT VALID, and validate it in a later transaction.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of usedOperations(facts, index)) {
        const { table, action } = op;
        if (table.kind === 'foreign' || action?.do !== 'set-type') continue;
        const column = table.columns.get(action.column);
        if (!column || column.type.name === 'unknown') continue;
        const { table: named, sql } = namesOfTable(table);
        const added = isNewColumn(facts, op, action.column);
        const place = { at: action.columnAt, subject: { kind: 'table', name: table.key } } as const;
        const data = { table: named, column: column.name, from: typeText(column.type), to: typeText(action.type) };
        if (typeWork(column.type, action.type, action.column, action.using, facts.timeline.at(index).types) === 'none') {
          const checks = checksOf(table, column.name);
          if (checks.length > 0) report({ message: 'checked', ...place, certainty: added ? 'possible' : 'proven', related: checks.map((c) => ({ at: c.at, note: 'asked again' })), data: { ...data, check: listed(checks.map((c) => `\`${c.name}\``)) } });
          continue;
        }
        const { fixes, how } = exchanged(op, facts, { table, column: column.name, to: undefined, using: action.using }, 'Another column in its place, filled in batches');
        report({
          message: 'rewritten', ...place, certainty: added ? 'possible' : zones(column.type.name, action.type.name) ? 'likely' : 'proven',
          related: [{ at: column.at, note: `${typeText(column.type)} here` }],
          fixes,
          data: { ...data, how, sql, name: sqlName(`${column.name}_new`) },
        });
      }
    },
  },
});

/** Between timestamps with and without zone nothing is written where the session's time zone is UTC. */
function zones(from: string, to: string): boolean {
  return from.startsWith('timestamp') && to.startsWith('timestamp') && from !== to;
}
