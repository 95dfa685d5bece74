import { atLeast, blocked, defineRule, operations, placeOf, tableName, heavyLocks, type Execution } from '@tenantlint/model';

/** Longer than anybody's request may hang. */
const LONG = 60_000;

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'require-timeout-settings' }, { tool: 'squawk', rule: 'require-lock-timeout' }, { tool: 'squawk', rule: 'require-statement-timeout' },
    { tool: 'postgres-language-server', rule: 'lockTimeoutWarning' }, { tool: 'postgres-language-server', rule: 'requireStatementTimeout' }, { tool: 'postgres-language-server', rule: 'requireIdleInTransactionTimeout' },
    { tool: 'pgfence', rule: 'missing-lock-timeout' }, { tool: 'pgfence', rule: 'drop-constraint' }, { tool: 'pgfence', rule: 'lock-timeout-after-dangerous-statement' }, { tool: 'pgfence', rule: 'lock-timeout-zero' }, { tool: 'pgfence', rule: 'lock-timeout-too-long' },
    { tool: 'pgfence', rule: 'missing-statement-timeout' }, { tool: 'pgfence', rule: 'statement-timeout-too-long' }, { tool: 'pgfence', rule: 'missing-idle-timeout' },
    { tool: 'eugene', rule: 'E9' },
  ],
  messages: {
    missing: {
      what: 'Nothing limits how long this statement waits for `{table}`.',
      why: 'It needs the {lock} lock. While it waits behind one long query, all {blocks} queue up behind it, and the product stands still.',
      fix: "Put `set {local}lock_timeout = '5s';` before it, and let the deploy try again when it gives up.",
    },
    unlimited: {
      what: 'lock_timeout is {value}: the statement may wait for `{table}` as long as it likes.',
      why: 'It needs the {lock} lock. While it waits behind one long query, all {blocks} queue up behind it.',
      fix: "Choose seconds, such as `set {local}lock_timeout = '5s';`, and let the deploy try again when it gives up.",
    },
    running: {
      severity: 'note',
      what: 'Nothing limits how long this statement works on `{table}` under its lock.',
      why: 'It holds the {lock} lock, which blocks {blocks}, for as long as the table is large.',
      fix: "Put `set {local}statement_timeout = '30s';` before it, so that a table that has grown ends the migration and not the product.",
    },
  },
  visit: {
    step(step, index, facts, report) {
      const said = new Set<string>();
      let last: Execution['event'] | undefined;
      const owner = facts.timeline.at(index).roles.get('postgres')?.settings ?? {};
      for (const op of operations(facts, index)) {
        if (op.event === last) continue;
        last = op.event;
        const value = op.setting('lock_timeout')?.[0] ?? owner['lock_timeout'];
        const limit = value === undefined ? undefined : milliseconds(value);
        const long = limit === 0 || (limit !== undefined && limit > LONG);
        const statement = op.setting('statement_timeout')?.[0] ?? owner['statement_timeout'];
        const endless = statement === undefined || milliseconds(statement) === 0;
        // Which locks it takes is the dear question.
        if (!(value === undefined && !said.has('missing')) && !(long && !said.has('unlimited')) && !(endless && !said.has('running'))) continue;
        const [first, ...others] = heavyLocks(op);
        if (first === undefined) continue;
        const lock = others.reduce((most, other) => (atLeast(most.mode, other.mode) ? most : other), first);
        const data = { table: tableName(lock.relation), lock: lock.mode, blocks: blocked(lock.mode), local: op.transaction === undefined ? '' : 'local ' };
        const place = { at: placeOf(op), subject: { kind: 'step', name: step.id } } as const;
        const { at } = op.statement;
        const fixes = at.file.endsWith('.sql') ? [{ title: 'Give up after five seconds', safe: true, edits: [{ at: { ...at, end: at.start }, text: `set ${data.local}lock_timeout = '5s';\n` }] }] : [];
        if (value === undefined) once('missing', () => report({ message: 'missing', ...place, data, fixes }));
        else if (long) once('unlimited', () => report({ message: 'unlimited', ...place, data: { ...data, value: limit === 0 ? '0' : value } }));
        if (lock.work !== 'none' && endless) once('running', () => report({ message: 'running', ...place, certainty: 'possible', data }));
      }

      /** One setting at the top mends all that follows. */
      function once(message: string, say: () => void): void {
        if (!said.has(message)) say();
        said.add(message);
      }
    },
  },
});

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Undefined for what is not a number with a unit. */
function milliseconds(value: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(value);
  return match === null ? undefined : Number(match[1]) * (UNITS[match[2] ?? 'ms'] ?? 1);
}
