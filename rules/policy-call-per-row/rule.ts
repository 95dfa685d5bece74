import { defineRule, grouped, listed, policySubject, tableName, type Facts, type Policy, type PolicyCall, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['rls'],
  sources: [{ tool: 'splinter', rule: '0003_auth_rls_initplan' }, { tool: 'pgrls', rule: 'PERF001' }, { tool: 'pgrls', rule: 'PERF002' }],
  messages: {
    bare: {
      what: 'Policy "{policy}" computes `{call}` again for each row of {table}.',
      why: 'The result is the same for all rows of a statement, and Postgres does not know that it may keep it: on a table of a hundred thousand rows it is computed a hundred thousand times. As a sub-select of its own it is computed once.',
      fix: 'Write `(select {call})`, here and wherever it stands in the policy.',
    },
    helper: {
      severity: 'note',
      what: 'Policy "{policy}" calls `{call}` for each row of {table}.',
      why: 'Its argument is a column, so there is one call for each row, and each runs the queries inside `{name}`.',
      fix: 'Turn it round: a function that returns the caller\'s ids once, `{column} in (select …)`, leaves one lookup for the statement and lets an index be used.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      const call = costly(table, policy, facts);
      // A loop makes many policies in one place, and is mended there once.
      const [first, ...more] = call === undefined ? [] : (madeAt(facts).get(placeOf(call)) ?? []);
      if (call === undefined || first?.policy !== policy) return;
      const text = facts.text(call.at);
      // A policy that a DO block made stands nowhere as such.
      const written = text.startsWith(call.name) ? text : (new RegExp(`${call.name.replaceAll('.', '\\.')}\\([^()]*\\)`).exec(text)?.[0] ?? `${call.name}(…)`);
      const data = { policy: policy.name, call: written, table: listed([...new Set([first, ...more].map((one) => `\`${tableName(one.call.rowsOf ?? one.table.key)}\``))]) };
      const common = { at: call.at, subject: policySubject(table, policy), related: [{ at: policy.at, note: 'the policy' }, ...more.slice(0, 30).map((one) => ({ at: one.table.at, note: `and policy "${one.policy.name}" of \`${tableName(one.table.key)}\`` }))] };
      // WITH CHECK is asked for the rows that are written, which are few.
      // A sub-select that reads through an index computes the value once; whether it does is the planner's affair.
      const certainty = call.side === 'check' && policy.using === undefined ? 'possible' : call.rowsOf === table.key ? 'proven' : 'likely';
      if (!call.perArgument) report({ message: 'bare', ...common, certainty, data });
      else report({ message: 'helper', ...common, certainty: 'possible', data: { ...data, name: call.name, column: /\(\s*(?:\w+\.)?(\w+)/.exec(written)?.[1] ?? 'column' } });
    },
  },
});

interface Made {
  readonly table: Table;
  readonly policy: Policy;
  readonly call: PolicyCall;
}

/** One finding for a policy: what mends the first call is done to the others in the same go. */
function costly(table: Table, policy: Policy, facts: Facts): PolicyCall | undefined {
  const calls = facts.calls(table, policy).filter((call) => !call.once && call.volatility !== 'immutable' && !isCheap(call));
  return calls.find((call) => !call.perArgument) ?? calls.find((one) => one.perArgument && one.rowsOf === table.key && isOwn(one, facts.schema.functions));
}

/** Policies whose costly call stands in the same place, in the order of their tables. */
function madeAt(facts: Facts): ReadonlyMap<string, readonly Made[]> {
  let made = places.get(facts);
  if (made === undefined) {
    const all = [...facts.schema.tables.values()].flatMap((table) => [...table.policies.values()].flatMap((policy): readonly Made[] => { const call = costly(table, policy, facts); return call === undefined ? [] : [{ table, policy, call }]; }));
    places.set(facts, (made = grouped(all, (one) => placeOf(one.call))));
  }
  return made;
}
const places = new WeakMap<Facts, ReadonlyMap<string, readonly Made[]>>();

function placeOf({ at, perArgument }: PolicyCall): string {
  return `${at.file}:${at.start}:${at.end}:${perArgument}`;
}

/** The clock is kept for the transaction: reading it costs nothing. */
function isCheap({ name }: PolicyCall): boolean {
  return /^(pg_catalog\.)?(now|current_timestamp)$/.test(name);
}

/** A function of the product's: what the platform's cost is known to be small. */
function isOwn({ name }: PolicyCall, functions: ReadonlyMap<string, { readonly name: string; readonly platform: boolean; readonly language: string }>): boolean {
  for (const routine of functions.values()) if (!routine.platform && routine.name === name.slice(name.lastIndexOf('.') + 1)) return true;
  return false;
}
