import { defineRule, isFresh, namesOfTable, operations, tableName, usedTable, type Operation, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'ban-drop-table' }, { tool: 'squawk', rule: 'ban-drop-database' }, { tool: 'squawk', rule: 'ban-truncate-cascade' },
    { tool: 'postgres-language-server', rule: 'banDropTable' }, { tool: 'postgres-language-server', rule: 'banDropDatabase' }, { tool: 'postgres-language-server', rule: 'banDropSchema' },
    { tool: 'postgres-language-server', rule: 'banTruncate' }, { tool: 'postgres-language-server', rule: 'banTruncateCascade' },
    { tool: 'pgfence', rule: 'drop-table' }, { tool: 'pgfence', rule: 'drop-database' }, { tool: 'pgfence', rule: 'truncate' }, { tool: 'pgfence', rule: 'truncate-cascade' },
    { tool: 'strong_migrations', rule: 'create_table' },
    { tool: 'django-migration-linter', rule: 'DROP_TABLE' },
  ],
  messages: {
    table: {
      what: '`{table}` is dropped under the code that is running.',
      why: 'Instances of the last release still ask for it. The statement waits for an ACCESS EXCLUSIVE lock on the table{others}, which blocks all reads and writes.',
      fix: 'Take the table out of the code first and deploy that; rename it for a release to see that nobody misses it, then drop it.',
    },
    schema: {
      severity: 'error',
      what: 'Schema `{name}` is dropped with {tables} of rows.',
      why: 'DROP SCHEMA … CASCADE takes everything with it, whoever uses it, and holds ACCESS EXCLUSIVE locks on all of it.',
      fix: 'Drop the tables by name, each when nothing uses it any more.',
    },
    database: {
      severity: 'error',
      what: 'The database `{name}` is dropped.',
      why: 'Nothing brings it back but a backup.',
      fix: 'Keep this out of migrations; whoever means it does it by hand.',
    },
    truncated: {
      what: '`{table}` is emptied at once.',
      why: 'TRUNCATE waits for an ACCESS EXCLUSIVE lock, which blocks all reads and writes, and fires no row triggers.',
      fix: 'Delete what has to go in batches.',
    },
    cascaded: {
      severity: 'error',
      what: 'TRUNCATE … CASCADE of `{table}` empties {others} as well.',
      why: 'It follows the foreign keys of every table that refers to it, on and on, without a word.',
      fix: 'Name each table that is meant: `truncate {sql}, …;`.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of operations(facts, index)) {
        const { event } = op;
        if (event.kind === 'drop') {
          for (const name of event.names) {
            if (event.object === 'database') report({ message: 'database', at: name.at, subject: { kind: 'step', name: op.step.id }, data: { name: name.name } });
            if (event.object === 'schema' && event.cascade) {
              const tables = [...facts.timeline.at(index - 1).tables.values()].filter((t) => t.schema === name.name && !t.platform && !isFresh(facts, index, t));
              if (tables.length > 0) report({ message: 'schema', at: name.at, subject: { kind: 'step', name: op.step.id }, data: { name: name.name, tables: `${tables.length} ${tables.length === 1 ? 'table' : 'tables'}` } });
            }
            const table = event.object === 'table' || event.object === 'foreign table' ? usedTable(only(op, name)) : undefined;
            if (!table) continue;
            const referenced = new Set([...table.constraints.values()].flatMap((c) => (c.kind === 'foreign key' && c.references !== table.key ? [tableName(c.references)] : [])));
            const others = referenced.size === 0 ? '' : ` and on ${[...referenced].sort().map((t) => `\`${t}\``).join(', ')}, which its foreign keys refer to`;
            report({ message: 'table', at: name.at, subject: { kind: 'table', name: table.key }, certainty: 'likely', related: [{ at: table.at, note: 'created here' }], data: { table: namesOfTable(table).table, others } });
          }
        }
        if (event.kind === 'data' && event.statement.kind === 'truncate') {
          for (const name of event.statement.tables) {
            const table = usedTable(only(op, name));
            if (!table) continue;
            const others = event.statement.cascade ? referring(op, table) : [];
            const common = { at: name.at, subject: { kind: 'table', name: table.key } } as const;
            if (others.length > 0) report({ message: 'cascaded', ...common, data: { ...namesOfTable(table), others: others.map((t) => `\`${t}\``).join(', ') } });
            else report({ message: 'truncated', ...common, data: { table: namesOfTable(table).table } });
          }
        }
      }

      function only(op: Operation, name: Parameters<Operation['named']>[0]): Operation {
        const table = op.named(name)?.table;
        return { ...op, table, fresh: table === undefined || isFresh(facts, index, table) };
      }

      /** Tables that refer to it, directly or through others. */
      function referring(op: Operation, table: Table): readonly string[] {
        const found = new Set([table.key]);
        const tables = [...facts.timeline.at(op.index).tables.values()];
        for (const key of found) for (const other of tables) for (const c of other.constraints.values()) if (c.kind === 'foreign key' && c.references === key) found.add(other.key);
        found.delete(table.key);
        return [...found].map(tableName).sort();
      }
    },
  },
});
