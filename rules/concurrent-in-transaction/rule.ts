import { defineRule, moved, operations, outsideTransaction, type Operation } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'ban-concurrent-index-creation-in-transaction' },
    { tool: 'postgres-language-server', rule: 'banConcurrentIndexCreationInTransaction' },
    { tool: 'pgfence', rule: 'concurrent-in-transaction' },
  ],
  messages: {
    byTool: {
      what: '{statement} fails here: {tool} runs the file in a transaction.',
      why: 'Postgres refuses it inside a transaction block, so the migration stops at this statement.',
      fix: 'Run it {outside}.',
    },
    byScript: {
      what: '{statement} fails here: it stands between BEGIN and COMMIT.',
      why: 'Postgres refuses it inside a transaction block, so the migration stops at this statement.',
      fix: 'Move it behind the COMMIT, or into a file of its own.',
    },
    olderTool: {
      severity: 'note',
      what: '{statement} fails here with a Supabase CLI before 2.109.',
      why: 'It sent the file as one batch, in which Postgres refuses the statement. Newer ones end the batch before it: what stands above it is committed when it runs, whatever becomes of it.',
      fix: 'Give it a migration file of its own.',
    },
    byBlock: {
      what: '{statement} fails inside a DO block or function.',
      why: 'A block is always part of a transaction, in which Postgres refuses it.',
      fix: 'Write it as a statement of its own, {outside}.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      for (const op of operations(facts, index)) {
        const { event } = op;
        const statement = refused(op);
        if (statement === undefined) continue;
        const inBlock = op.statement.kind === 'do' || op.statement.kind === 'run';
        const batched = step.tool === 'supabase' && op.transaction === undefined && step.up.length > 1;
        if (!inBlock && op.transaction === undefined && !batched) continue;
        const text = facts.text(op.event.at);
        const words = new RegExp(`^${statement.split(' ').join('\\s+')}`, 'i').exec(text)?.[0] ?? text;
        const place = { at: { ...op.event.at, end: op.event.at.start + words.length }, subject: { kind: 'step', name: step.id } } as const;
        const outside = outsideTransaction(step);
        const slug = event.kind === 'create-index' || event.kind === 'drop' ? `index_${event.kind === 'drop' ? (event.names[0]?.name ?? '') : (event.name ?? '')}` : 'outside_transaction';
        const fixes = moved(op, facts, 'In a migration without a transaction', { slug, statements: [text], outside: true });
        if (inBlock) report({ message: 'byBlock', ...place, data: { statement, outside } });
        else if (batched) report({ message: 'olderTool', ...place, fixes, certainty: 'possible', data: { statement } });
        else if (op.transaction?.by === 'script' && op.transaction.at) report({ message: 'byScript', ...place, fixes, related: [{ at: op.transaction.at, note: 'the transaction begins here' }], data: { statement } });
        else report({ message: 'byTool', ...place, fixes, data: { statement, tool: step.tool, outside } });
      }
    },
  },
});

const ALONE = /^(?:vacuum|create database|alter system|(?:create|drop) tablespace)$/;

/** What cannot run inside a transaction, as it is written. */
function refused({ event, action }: Operation): string | undefined {
  if (event.kind === 'create-index' && event.concurrently) return event.unique ? 'CREATE UNIQUE INDEX CONCURRENTLY' : 'CREATE INDEX CONCURRENTLY';
  if (event.kind === 'drop' && event.object === 'index' && event.concurrently) return 'DROP INDEX CONCURRENTLY';
  if (event.kind === 'drop' && event.object === 'database') return 'DROP DATABASE';
  if (action?.do === 'detach-partition' && action.concurrently) return 'ALTER TABLE';
  if (event.kind !== 'other') return undefined;
  if (event.verb === 'reindex' && event.concurrently === true) return 'REINDEX';
  return ALONE.test(event.verb) ? event.verb.toUpperCase() : undefined;
}
