import { defineRule, exchanged, isNewColumn, namesOfTable, sqlName, typeText, usedOperations } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'renaming-column' },
    { tool: 'postgres-language-server', rule: 'renamingColumn' },
    { tool: 'pgfence', rule: 'rename-column' },
    { tool: 'strong_migrations', rule: 'rename_column' },
    { tool: 'django-migration-linter', rule: 'RENAME_COLUMN' },
  ],
  messages: {
    renamed: {
      what: '`{table}.{column}` is called `{to}` from this moment on.',
      why: 'Code that is still running asks for `{column}` and fails until the last of its instances is replaced; the rename itself waits for an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: 'Expand and contract: `alter table {sql} add column {name} {type};`, write both, fill the new one in batches, read it in the next release, and drop `{column}` in the one after.{how}',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of usedOperations(facts, index)) {
        const { table, event } = op;
        if (event.kind !== 'rename' || event.object !== 'column' || isNewColumn(facts, op, event.name.name)) continue;
        const column = table.columns.get(event.name.name);
        // Another column takes its place in the same breath, or it takes that of one that stepped aside.
        if (facts.timeline.at(index).tables.get(table.key)?.columns.has(event.name.name) === true || facts.timeline.at(index - 1).tables.get(table.key)?.columns.has(event.to) === true) continue;
        const { fixes, how } = exchanged(op, facts, { table, column: event.name.name, to: event.to, using: undefined }, 'A column of the new name beside it, filled in batches');
        report({
          message: 'renamed', at: event.name.at, subject: { kind: 'table', name: table.key }, certainty: 'likely',
          related: column ? [{ at: column.at, note: 'called so since here' }] : [],
          fixes,
          data: { ...namesOfTable(table), how, column: event.name.name, to: event.to, name: sqlName(event.to), type: column && column.type.name !== 'unknown' ? typeText(column.type) : '…' },
        });
      }
    },
  },
});
