import { defineRule, isNewColumn, namesOfTable, usedOperations } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'ban-drop-column' },
    { tool: 'postgres-language-server', rule: 'banDropColumn' },
    { tool: 'pgfence', rule: 'drop-column' },
    { tool: 'strong_migrations', rule: 'remove_column' },
    { tool: 'django-migration-linter', rule: 'DROP_COLUMN' },
  ],
  messages: {
    dropped: {
      what: '`{table}.{column}` is dropped under the code that is running.',
      why: 'ORMs name every column they know in each SELECT and INSERT, so that instances of the last release fail. The statement waits for an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: 'Take the column out of the code first and deploy that; drop it in a later release.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of usedOperations(facts, index)) {
        const { table, action } = op;
        if (action?.do !== 'drop-column' || isNewColumn(facts, op, action.column)) continue;
        const column = table.columns.get(action.column);
        if (action.ifExists && column === undefined) continue;
        report({
          message: 'dropped', at: action.columnAt, subject: { kind: 'table', name: table.key }, certainty: 'likely',
          related: column ? [{ at: column.at, note: 'added here' }] : [], data: { table: namesOfTable(table).table, column: action.column },
        });
      }
    },
  },
});
