import { defineRule, isOfDeploy, namesOfTable, operations, sqlName, tableName, usedTable, viewLeft } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'renaming-table' },
    { tool: 'postgres-language-server', rule: 'renamingTable' },
    { tool: 'pgfence', rule: 'rename-table' }, { tool: 'pgfence', rule: 'rename-schema' },
    { tool: 'strong_migrations', rule: 'rename_table' }, { tool: 'strong_migrations', rule: 'rename_schema' },
    { tool: 'django-migration-linter', rule: 'RENAME_TABLE' },
  ],
  messages: {
    renamed: {
      what: '`{table}` is called `{to}` from this moment on.',
      why: 'Code that is still running asks for `{table}` and fails; the rename itself waits for an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: 'Leave a view of the old name behind in the same transaction until the code has moved on: `create view {sql} with (security_invoker = true) as select * from {name};`.',
    },
    moved: {
      what: '`{table}` moves to schema `{to}`.',
      why: 'Code that is still running asks for `{table}`; it finds the table only if its search path holds the new schema.',
      fix: 'Leave a view of the old name behind in the same transaction until the code has moved on.',
    },
    schema: {
      what: 'Schema `{table}` is called `{to}` from this moment on.',
      why: 'Every table and function in it changes its name under the code that is running.',
      fix: 'Make the new schema beside it, move table by table, and leave views behind.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      const all = operations(facts, index);
      for (const op of all) {
        const { event } = op;
        const schema = event.kind === 'rename' && event.object === 'schema' ? facts.timeline.at(index - 1).schemas.get(event.name.name) : undefined;
        if (event.kind === 'rename' && schema && !isOfDeploy(facts, index, schema.at)) {
          report({ message: 'schema', at: event.name.at, subject: { kind: 'step', name: op.step.id }, certainty: 'likely', data: { table: event.name.name, to: event.to } });
        }
        const table = usedTable(op);
        if (!table) continue;
        const leftView = all.some((other) => other.event.kind === 'create-view' && other.event.name.name === table.name && other.transaction === op.transaction && op.transaction !== undefined);
        const common = { subject: { kind: 'table', name: table.key }, certainty: 'likely' } as const;
        if (leftView) continue;
        if (event.kind === 'rename' && event.of === undefined && event.object !== 'schema' && event.object !== 'index') {
          // A table of this deploy takes its place: the old one steps aside (swap).
          if (facts.timeline.at(index).tables.has(table.key)) continue;
          report({ message: 'renamed', at: event.name.at, ...common, fixes: viewLeft(op, facts, table, event.to), data: { ...namesOfTable(table), to: event.to, name: table.schema === 'public' ? sqlName(event.to) : `${sqlName(table.schema)}.${sqlName(event.to)}` } });
        }
        if (event.kind === 'set-schema') report({ message: 'moved', at: event.name.at, ...common, data: { table: tableName(table.key), to: event.schema } });
      }
    },
  },
});
