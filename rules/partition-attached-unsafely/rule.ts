import { defineRule, isBounded, isFresh, moved, namesOfTable, operations, outsideTransaction, placeOf, sqlName, sqlTable, tableName, usedTable, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'require-concurrent-partition-detach' },
    { tool: 'postgres-language-server', rule: 'avoidAttachingPartition' }, { tool: 'postgres-language-server', rule: 'requireConcurrentDetachPartition' },
    { tool: 'pgfence', rule: 'attach-partition' }, { tool: 'pgfence', rule: 'detach-partition' },
  ],
  messages: {
    scanned: {
      what: 'Every row of `{partition}` is read while nobody can use it, before it becomes a partition of `{table}`.',
      why: 'ATTACH PARTITION holds an ACCESS EXCLUSIVE lock on the new partition until it knows that all rows lie within its bounds; a validated CHECK that says so spares it the reading.',
      fix: 'Add the bounds first: `alter table {sql} add constraint {check} check ({column} …) not valid;`, validate it in a later transaction, then attach.',
    },
    fallback: {
      what: 'Rows of the default partition `{partition}` are read while nobody can use it.',
      why: 'Postgres has to know that none of them belongs to the new partition of `{table}`, and holds an ACCESS EXCLUSIVE lock on the default partition meanwhile.',
      fix: 'Add a CHECK to the default partition that rules the new bounds out, validate it in a later transaction, then attach.',
    },
    created: {
      severity: 'note',
      what: 'A partition is created in place, which blocks `{table}`.',
      why: 'CREATE TABLE … PARTITION OF takes an ACCESS EXCLUSIVE lock on the parent, which blocks all reads and writes while it waits for the queries that run.',
      fix: 'Create it as a table of its own (`create table {partition} (like {sql} including all);`) and attach it: that takes a SHARE UPDATE EXCLUSIVE lock, which blocks nobody.',
    },
    detached: {
      what: 'Detaching `{partition}` waits for everybody who uses `{table}`.',
      why: 'It takes an ACCESS EXCLUSIVE lock on the parent, which blocks all reads and writes of every partition.',
      fix: 'Detach it {outside}: `alter table {sql} detach partition {name} concurrently;` (version 14 and later).',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of operations(facts, index)) {
        const { event, action } = op;
        if (event.kind === 'create-table' && event.partitionOf) {
          const parent = op.named(event.partitionOf.parent)?.table;
          if (parent && !isFresh(facts, index, parent)) report({ message: 'created', at: placeOf(op), subject: { kind: 'table', name: parent.key }, certainty: 'likely', data: { ...namesOfTable(parent), partition: sqlName(event.name.name) } });
        }
        const table = op.table;
        const child = action?.do === 'attach-partition' || action?.do === 'detach-partition' ? op.named(action.partition)?.table : undefined;
        if (!table || !child || !action || !('partition' in action)) continue;
        const common = { at: action.partition.at, subject: { kind: 'table', name: child.key } } as const;
        if (action.do === 'detach-partition') {
          if (!action.concurrently && usedTable(op)) report({ message: 'detached', ...common, fixes: facts.postgres < 14 ? [] : moved(op, facts, 'CONCURRENTLY, in a migration without a transaction', { slug: `detach_${child.name}`, statements: [`alter table ${sqlTable(table.key)} detach partition ${sqlTable(child.key)} concurrently`], outside: true }), data: { ...namesOfTable(table), partition: tableName(child.key), name: sqlTable(child.key), outside: outsideTransaction(op.step) } });
          continue;
        }
        const [column = ''] = table.partitionBy?.columns ?? [];
        if (!isFresh(facts, index, child) && !isBounded(child, table)) report({ message: 'scanned', ...common, data: { partition: tableName(child.key), table: tableName(table.key), sql: sqlTable(child.key), check: sqlName(`${child.name}_bounds`), column: sqlName(column) } });
        const fallback = usedTable(op) && defaultOf(table);
        if (fallback && !isBounded(fallback, table)) report({ message: 'fallback', ...common, certainty: 'likely', data: { partition: tableName(fallback.key), table: tableName(table.key) } });
      }

      function defaultOf(parent: Table): Table | undefined {
        for (const other of facts.timeline.at(index - 1).tables.values()) if (other.partitionOf === parent.key && /_?default$/i.test(other.name)) return other;
        return undefined;
      }
    },
  },
});
