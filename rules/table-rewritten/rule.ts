import { defineRule, isFresh, operations, outsideTransaction, tableName, usedTable } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'prefer-repack' },
    { tool: 'postgres-language-server', rule: 'banVacuumFull' }, { tool: 'postgres-language-server', rule: 'requireConcurrentRefreshMatview' }, { tool: 'postgres-language-server', rule: 'concurrentRefreshMatviewLock' },
    { tool: 'pgfence', rule: 'vacuum-full' }, { tool: 'pgfence', rule: 'set-logged-unlogged' }, { tool: 'pgfence', rule: 'refresh-matview-blocking' }, { tool: 'pgfence', rule: 'refresh-matview-concurrent' },
  ],
  messages: {
    rewritten: {
      what: '{statement} writes all of `{table}` anew while nobody can use it.',
      why: 'It holds an ACCESS EXCLUSIVE lock, which blocks all reads and writes, until the table and its indexes are written.',
      fix: '{instead}',
    },
    refreshed: {
      severity: 'warning',
      what: 'Nobody can read `{table}` while it is refreshed.',
      why: 'REFRESH MATERIALIZED VIEW holds an ACCESS EXCLUSIVE lock, which blocks all reads, until its query has run.',
      fix: 'Give the view a unique index and use `refresh materialized view concurrently`, outside of the migration where it takes long.',
    },
    alongside: {
      severity: 'note',
      what: 'The migration waits until `{table}` is refreshed.',
      why: 'CONCURRENTLY lets everybody read, yet holds an EXCLUSIVE lock and, in a transaction, keeps all other locks of the migration for as long as the query takes.',
      fix: 'Refresh it {outside}, or by a job.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of operations(facts, index)) {
        const { event, action } = op;
        if (event.kind === 'other') {
          for (const name of event.names) {
            const found = op.named(name);
            if (event.verb === 'refresh materialized view') {
              const view = found?.view;
              if (!view || (facts.deploy(view.createdIn) !== undefined && facts.deploy(view.createdIn) === facts.deploy(index))) continue;
              const place = { at: name.at, subject: { kind: 'view', name: view.key } } as const;
              if (event.concurrently !== true) report({ message: 'refreshed', ...place, data: { table: tableName(view.key) } });
              else report({ message: 'alongside', ...place, certainty: 'possible', data: { table: tableName(view.key), outside: outsideTransaction(op.step) } });
            }
            const full = event.verb === 'vacuum' && /^vacuum\s*(?:\([^)]*\bfull\b|full\b)/i.test(facts.text(event.at));
            if (!found?.table || isFresh(facts, index, found.table) || !(full || event.verb === 'cluster')) continue;
            report({ message: 'rewritten', at: name.at, subject: { kind: 'table', name: found.table.key }, data: { statement: full ? 'VACUUM FULL' : 'CLUSTER', table: tableName(found.table.key), instead: 'Use the extension pg_repack, which does the same without the lock, or let plain VACUUM reuse the space.' } });
          }
        }
        const table = usedTable(op);
        const set = action?.do === 'other' ? /^set (logged|un ?logged|table ?space|access method)$/.exec(action.what)?.[1] : undefined;
        if (table && set !== undefined && op.event.kind === 'alter-table') {
          report({ message: 'rewritten', at: op.event.table.at, subject: { kind: 'table', name: table.key }, data: { statement: `SET ${set.replace(' ', '').replace('accessmethod', 'access method').toUpperCase()}`, table: tableName(table.key), instead: 'Make a new table beside it, copy in batches while a trigger keeps both alike, and swap their names.' } });
        }
      }
    },
  },
});
