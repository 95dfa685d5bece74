import { defineRule, isAnonymous, listed, policySubject, tableName, type Facts, type Policy, type Row, type Span, type Table } from '@tenantlint/model';

interface Reading {
  readonly table: Table;
  readonly policy: Policy;
  readonly at: Span;
  readonly roles: readonly string[];
}

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'SEC025' }],
  messages: {
    empty: {
      what: '{policies} of {tables} looks into `{read}`, of which no policy lets {roles} see a row: the test never holds.',
      why: 'A policy reads other tables in the caller\'s name. `{read}` has policies, and none of them is for SELECT and these roles, so that the sub-select finds nothing.',
      fix: 'Let callers read their own rows of `{read}` by a policy for SELECT, or look there through a SECURITY DEFINER function.',
    },
    forbidden: {
      what: '{policies} of {tables} looks into `{read}`, which {roles} may not read: every query fails with "permission denied".',
      why: 'A policy reads other tables in the caller\'s name, and for that the caller needs the privilege. Without it the query is not empty, it is an error.',
      fix: 'Look there through a SECURITY DEFINER function (with `set search_path = \'\'`), or grant SELECT on `{read}` and protect it by row level security.',
    },
  },
  visit: {
    project(facts, report) {
      const found = { empty: new Map<string, Reading[]>(), forbidden: new Map<string, Reading[]>() };
      for (const table of facts.schema.tables.values()) {
        for (const policy of table.policies.values()) {
          if (policy.createdIn < 0 || table.rls?.value !== true) continue;
          for (const row of facts.reads(table, policy)) note(facts, table, policy, row, found);
        }
      }
      for (const message of ['empty', 'forbidden'] as const) {
        for (const [key, readings] of found[message]) {
          const [first] = readings;
          if (!first) continue;
          const policies = [...new Set(readings.map((one) => `"${one.policy.name}"`))];
          report({
            message,
            at: first.at,
            subject: policySubject(first.table, first.policy),
            data: {
              policies: `${policies.length === 1 ? 'Policy' : 'Each of the policies'} ${listed(policies)}`,
              tables: listed([...new Set(readings.map((one) => `\`${tableName(one.table.key)}\``))]),
              read: tableName(key),
              roles: listed([...new Set(readings.flatMap((one) => one.roles))]),
            },
            related: [...[facts.schema.tables.get(key)].flatMap((read) => (read && !read.platform ? [{ at: read.at, note: `${tableName(key)} is created here` }] : [])), ...readings.slice(1, 4).map((one) => ({ at: one.at, note: 'here too' }))],
          });
        }
      }
    },
  },
});

function note(facts: Facts, table: Table, policy: Policy, row: Row, found: { readonly empty: Map<string, Reading[]>; readonly forbidden: Map<string, Reading[]> }): void {
  const read = row.definer === true || row.table === undefined ? undefined : facts.schema.tables.get(row.table);
  if (!read || read.inferred || read.key === table.key) return;
  const roles = [...new Set(facts.access(table).map((access) => access.role))].filter((role) => !isAnonymous(role) && (policy.roles.includes('public') || policy.roles.includes(role)) && facts.reachableBy(table, policy.command === 'all' ? 'select' : policy.command).includes(role));
  const forbidden = roles.filter((role) => !facts.reachableBy(read, 'select').includes(role));
  // A table without any policy has a rule of its own, which says it once for all that look there.
  const empty = read.rls?.value === true && read.policies.size > 0 ? roles.filter((role) => !forbidden.includes(role) && !seen(facts, read, role)) : [];
  for (const [message, concerned] of [['forbidden', forbidden], ['empty', empty]] as const) {
    const list = found[message].get(read.key) ?? [];
    if (concerned.length === 0 || list.some((one) => one.policy === policy)) continue;
    list.push({ table, policy, at: placeOf(policy, row), roles: concerned });
    found[message].set(read.key, list);
  }
}

/** Some permissive policy for SELECT is for the role, or row level security does not apply to it. */
function seen(facts: Facts, read: Table, role: string): boolean {
  const access = facts.access(read).find((one) => one.role === role && one.command === 'select');
  if (access?.verdict !== 'denied') return true;
  return [...read.policies.values()].some((policy) => policy.permissive && (policy.command === 'select' || policy.command === 'all') && (policy.roles.includes('public') || policy.roles.includes(role)));
}

function placeOf(policy: Policy, row: Row): Span {
  const exprs = [policy.using, policy.check].filter((expr) => expr !== undefined);
  return exprs.some((expr) => expr.at.file === row.at.file && expr.at.start <= row.at.start && row.at.end <= expr.at.end) ? row.at : (exprs[0]?.at ?? policy.at);
}
