import { atLeast, blocked, defineRule, heavyLocks, operations, placeOf, tableName, type Lock, type Operation, type Span, type Transaction } from '@tenantlint/model';

interface Held {
  readonly lock: Lock;
  readonly at: Span;
}

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'postgres-language-server', rule: 'runningStatementWhileHoldingAccessExclusive' }, { tool: 'postgres-language-server', rule: 'multipleAlterTable' }, { tool: 'postgres-language-server', rule: 'avoidWideLockWindow' },
    { tool: 'pgfence', rule: 'statement-after-access-exclusive' }, { tool: 'pgfence', rule: 'wide-lock-window' },
    { tool: 'eugene', rule: 'E4' }, { tool: 'eugene', rule: 'W12' },
    { tool: 'django-migration-linter', rule: 'CREATE_INDEX_EXCLUSIVE' },
  ],
  messages: {
    working: {
      what: '`{table}` stays locked while {work}.',
      why: 'The {lock} lock of an earlier statement blocks {blocks} of `{table}` to the end of the transaction, and this statement takes as long as the table is large.',
      fix: 'Move it to a migration of its own.',
    },
    several: {
      what: '`{table}` is locked while `{other}` stays locked.',
      why: 'Whoever uses the two in the other order waits for the one and holds the other: a deadlock, in which Postgres cancels one of both, perhaps the migration. And each is blocked for as long as the other takes.',
      fix: 'Change one table a transaction, or lock both at the top in the order in which the product uses them.',
    },
    again: {
      severity: 'note',
      what: '`{table}` is altered again in the same transaction.',
      why: 'Each ALTER TABLE goes through the table and its dependents by itself; actions of one statement share one pass.',
      fix: 'Put the actions into one ALTER TABLE, separated by commas.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      const transactions = new Map<Transaction, { readonly held: Map<string, Held>; exclusive: Held | undefined; told: boolean; worked: boolean }>();
      let last: Operation['event'] | undefined;
      for (const op of operations(facts, index)) {
        if (op.transaction === undefined || op.event === last) continue;
        const before = last;
        last = op.event;
        const state = transactions.get(op.transaction) ?? { held: new Map<string, Held>(), exclusive: undefined, told: false, worked: false };
        transactions.set(op.transaction, state);
        const { held, exclusive } = state;
        const locks = op.locks().filter((l) => atLeast(l.mode, 'ROW EXCLUSIVE'));
        const at = placeOf(op);
        const long = locks.find((l) => l.work !== 'none');
        const heavy = heavyLocks(op);
        const another = heavy.find((l) => !held.has(l.relation));
        const [other] = held.values();
        if (exclusive && long) {
          const { lock } = exclusive;
          // One split mends all that follows.
          if (!state.worked) report({ message: 'working', at, subject: { kind: 'table', name: lock.relation }, certainty: long.work === 'rows' ? 'likely' : 'proven', related: [{ at: exclusive.at, note: 'locked here' }],
            data: { table: tableName(lock.relation), lock: lock.mode, blocks: blocked(lock.mode), work: worded(long, lock) } });
          state.worked = true;
        } else if (another && other && !state.told) {
          state.told = true;
          report({ message: 'several', at, subject: { kind: 'table', name: another.relation }, certainty: 'likely', related: [{ at: other.at, note: 'locked here' }], data: { table: tableName(another.relation), other: tableName(other.lock.relation) } });
        }
        if (op.event.kind === 'alter-table' && before?.kind === 'alter-table' && op.table && !op.fresh && before.table.name === op.event.table.name && held.has(op.table.key)) {
          report({ message: 'again', at, subject: { kind: 'table', name: op.table.key }, certainty: 'possible', related: [{ at: before.table.at, note: 'altered here' }], data: { table: tableName(op.table.key) } });
        }
        for (const lock of heavy) {
          if (!held.has(lock.relation)) held.set(lock.relation, { lock, at });
          if (lock.mode === 'ACCESS EXCLUSIVE') state.exclusive ??= { lock, at };
        }
      }
    },
  },
});

const WORK: Readonly<Record<Exclude<Lock['work'], 'none'>, string>> = { scan: 'every row of {} is read', build: 'an index of {} is built', rewrite: 'every row of {} is written anew', rows: 'rows of {} are changed' };

function worded({ work, relation }: Lock, held: Lock): string {
  return work === 'none' ? '' : WORK[work].replace('{}', relation === held.relation ? 'it' : `\`${tableName(relation)}\``);
}
