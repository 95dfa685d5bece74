import { defineRule, policySubject, tableName, type Facts, type Policy, type Span, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  messages: {
    circle: {
      what: 'Policy "{policy}" of `{table}` leads in a circle: {path}.',
      why: 'Reading a table means applying its policies, and these read on until they come back. Postgres stops with "infinite recursion detected in policy", and with it every query that gets there.',
      fix: 'Let one of them look through a SECURITY DEFINER function (with `set search_path = \'\'`): row level security does not apply to what it reads.',
    },
    byFunction: {
      what: 'Policy "{policy}" of `{table}` calls a function that reads `{table}` again, with its caller\'s rights.',
      why: 'What the function reads is subject to the same policies, which call the function. Every query runs until the stack is full and fails.',
      fix: 'Make the function SECURITY DEFINER (with `set search_path = \'\'`): row level security does not apply to what it reads then.',
    },
    again: {
      what: 'Policy "{policy}" reads `{table}`, the very table that it protects.',
      why: 'The sub-select is subject to the SELECT policies of `{table}`, which hold a sub-select of their own (`(select auth.uid())` is one). Postgres does not look further and stops with "infinite recursion detected in policy".',
      fix: 'Look the row up through a SECURITY DEFINER function (with `set search_path = \'\'`): row level security does not apply to what it reads.',
    },
  },
  visit: {
    project(facts, report) {
      // One circle is one mistake, however many policies lead into it.
      const known = new Set<string>();
      for (const table of [...facts.schema.tables.values()].sort((a, b) => (a.key < b.key ? -1 : 1))) {
        for (const policy of table.policies.values()) {
          const path = policy.createdIn < 0 ? undefined : facts.circle(table, policy);
          const circle = path?.slice(path.indexOf(path[path.length - 1] ?? ''));
          if (!path || !circle || !circle.includes(table.key)) continue;
          const key = [...new Set(circle)].sort().join();
          if (known.has(key)) continue;
          known.add(key);
          const written = placeOf(facts, table, policy, circle[circle.indexOf(table.key) + 1] ?? table.key);
          const place = { at: written ?? (policy.using ?? policy.check)?.at ?? policy.at, subject: policySubject(table, policy) };
          const data = { policy: policy.name, table: tableName(table.key) };
          if (new Set(circle).size === 1 && !written) report({ ...place, message: 'byFunction', data });
          else if (new Set(circle).size === 1) report({ ...place, message: 'again', data });
          else report({ ...place, message: 'circle', data: { ...data, path: circle.map((one) => `\`${tableName(one)}\``).join(' → ') }, related: circle.slice(1, -1).flatMap((one) => { const other = facts.schema.tables.get(one); return other ? [...other.policies.values()].filter((p) => p.command === 'select' || p.command === 'all').slice(0, 1).map((p) => ({ at: p.at, note: `policy of ${tableName(one)}` })) : []; }) });
        }
      }
    },
  },
});

/** Where the policy names the next table of the circle; undefined where a function does. */
function placeOf(facts: Facts, table: Table, policy: Policy, next: string): Span | undefined {
  const exprs = [policy.using, policy.check].filter((expr) => expr !== undefined);
  return facts.reads(table, policy).find((one) => one.table === next && exprs.some((expr) => expr.at.file === one.at.file && expr.at.start <= one.at.start && one.at.end <= expr.at.end))?.at;
}
