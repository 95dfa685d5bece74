import { columnList, defineRule, isDroppedBehind, isThere, isWritten, moved, namesOfTable, operations, outsideTransaction, sqlName, sqlTable, sqlText, usedTable, type Facts, type Fix, type IndexKey, type Operation, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'require-concurrent-index-creation' }, { tool: 'squawk', rule: 'require-concurrent-index-deletion' }, { tool: 'squawk', rule: 'require-concurrent-reindex' },
    { tool: 'postgres-language-server', rule: 'requireConcurrentIndexCreation' }, { tool: 'postgres-language-server', rule: 'requireConcurrentIndexDeletion' }, { tool: 'postgres-language-server', rule: 'requireConcurrentReindex' },
    { tool: 'pgfence', rule: 'create-index-not-concurrent' }, { tool: 'pgfence', rule: 'drop-index-not-concurrent' }, { tool: 'pgfence', rule: 'reindex-non-concurrent' },
    { tool: 'eugene', rule: 'E6' },
    { tool: 'strong_migrations', rule: 'add_index' }, { tool: 'strong_migrations', rule: 'add_reference' }, { tool: 'strong_migrations', rule: 'remove_index' },
    { tool: 'django-migration-linter', rule: 'CREATE_INDEX' }, { tool: 'django-migration-linter', rule: 'DROP_INDEX' }, { tool: 'django-migration-linter', rule: 'REINDEX' },
  ],
  messages: {
    created: {
      what: 'An index is built on `{table}` while nobody can write to it.',
      why: 'CREATE INDEX takes a SHARE lock, which blocks all writes until every row is in the index.',
      fix: 'Build it {outside}: `{sql}`.',
    },
    partitioned: {
      what: 'An index is built on every partition of `{table}` while nobody can write to them.',
      why: 'CREATE INDEX takes a SHARE lock on the parent and on all partitions until the last one is done, and CONCURRENTLY is not possible on a partitioned table.',
      fix: 'Make an index of the parent alone with `create index … on only {sql}`, build one on each partition with CONCURRENTLY, then attach each with `alter index … attach partition …`.',
    },
    dropped: {
      severity: 'warning',
      what: 'Dropping index `{index}` waits for everybody who uses `{table}`.',
      why: 'DROP INDEX takes an ACCESS EXCLUSIVE lock on the table, which blocks all reads and writes; while it waits for a long query, everybody behind it waits as well.',
      fix: 'Drop it {outside}: `drop index concurrently {sql};`.',
    },
    reindexed: {
      what: 'REINDEX blocks all writes to `{table}` until the index is built.',
      why: 'It takes a SHARE lock on the table and an ACCESS EXCLUSIVE lock on the index, so that queries that would use the index wait too.',
      fix: 'Rebuild it {outside} with `reindex … concurrently`.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of operations(facts, index)) {
        const { event } = op;
        const outside = outsideTransaction(op.step);
        if (event.kind === 'create-index' && !event.concurrently) {
          const table = usedTable(op);
          if (!table || table.kind === 'foreign' || isThere(event, table)) continue;
          const common = { at: event.nameAt, subject: { kind: 'table', name: table.key } } as const;
          if (table.kind !== 'partitioned') report({ message: 'created', ...common, fixes: fixesOf(op, facts, `index_${event.name ?? table.name}`, /^create\s+(?:unique\s+)?index/i, concurrent(event, table)), data: { table: namesOfTable(table).table, outside, sql: concurrent(event, table) } });
          else if (!event.only && hasPartitions(op, table)) report({ message: 'partitioned', ...common, data: namesOfTable(table) });
        }
        if (event.kind === 'drop' && event.object === 'index' && !event.concurrently) {
          for (const name of event.names) {
            const found = op.named(name);
            const table = found?.index && usedTable({ ...op, table: found.table });
            if (!table || table.kind === 'partitioned' || found.index === undefined || isOfThisDeploy(found.index.createdIn) || isDroppedBehind(facts, { ...op, table })) continue;
            report({ message: 'dropped', at: name.at, subject: { kind: 'index', name: found.key }, related: [{ at: found.index.at, note: 'created here' }], fixes: event.names.length === 1 && !event.cascade ? fixesOf(op, facts, `drop_${name.name}`, /^drop\s+index/i, `drop index concurrently ${sqlTable(found.key)};`) : [], data: { index: name.name, table: namesOfTable(table).table, outside, sql: sqlTable(found.key) } });
          }
        }
        if (event.kind === 'other' && event.verb === 'reindex' && event.concurrently !== true) {
          for (const name of event.names) {
            const found = op.named(name);
            const table = usedTable({ ...op, table: found?.table });
            if (table) report({ message: 'reindexed', at: name.at, subject: { kind: 'table', name: table.key }, fixes: fixesOf(op, facts, `reindex_${name.name}`, /^reindex\s*(?:\([^)]*\)\s*)?(?:index|table)/i), data: { table: namesOfTable(table).table, outside } });
          }
        }
      }

      function isOfThisDeploy(created: number): boolean {
        return facts.deploy(created) !== undefined && facts.deploy(created) === facts.deploy(index);
      }

      function hasPartitions(op: Operation, table: Table): boolean {
        for (const other of facts.timeline.at(op.index).tables.values()) if (other.partitionOf === table.key) return true;
        return false;
      }
    },
  },
});

/**
 * The word that makes the difference: where the statement stands if nothing wraps it into a transaction, else in a migration of its own.
 * @param sql the same as SQL, for a program that says it otherwise
 */
function fixesOf(op: Operation, facts: Facts, slug: string, words: RegExp, sql = ''): readonly Fix[] {
  const { at } = op.event;
  const title = 'CONCURRENTLY, in a migration without a transaction';
  if (op.built() !== undefined && sql !== '' && !sql.includes('…')) return moved(op, facts, title, { slug, statements: [sql.replace(/;$/, '')], outside: true });
  const text = facts.text(at);
  const start = words.exec(text)?.[0].length;
  if (start === undefined || !isWritten(op)) return [];
  if (op.transaction === undefined && op.step.up.length === 1) return [{ title: 'CONCURRENTLY', safe: true, edits: [{ at: { file: at.file, start: at.start + start, end: at.start + start }, text: ' concurrently' }] }];
  return moved(op, facts, title, { slug, statements: [`${text.slice(0, start)} concurrently${text.slice(start)}`], outside: true });
}

type Created = Operation['event'] & { readonly kind: 'create-index' };

/** The same statement, with the word that makes the difference. */
function concurrent(event: Created, table: Table): string {
  const name = event.name === undefined ? '' : ` ${event.ifNotExists ? 'if not exists ' : ''}${sqlName(event.name)}`;
  const method = event.method === 'btree' ? '' : ` using ${event.method}`;
  const include = event.include.length > 0 ? ` include (${columnList(event.include)})` : '';
  const where = event.where ? ` where ${sqlText(event.where)}` : '';
  return `create ${event.unique ? 'unique ' : ''}index concurrently${name} on ${sqlTable(table.key)}${method} (${event.keys.map(keyText).join(', ')})${include}${where};`;
}

function keyText(key: IndexKey): string {
  const of = key.column === undefined ? (key.expr ? `(${sqlText(key.expr)})` : '…') : sqlName(key.column);
  return `${of}${key.opclass === undefined ? '' : ` ${key.opclass}`}${key.descending ? ' desc' : ''}`;
}
