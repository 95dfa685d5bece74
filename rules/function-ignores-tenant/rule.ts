import { defineRule, listed, routineName, routineSubject, sqlTable, tableName, verbsOf, type RoutineReach } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  sources: [{ tool: 'pgrls', rule: 'SEC014' }],
  messages: {
    reaches: {
      what: '`{fn}` lets {roles} {verbs} rows of {tables} of any tenant: {row}.',
      why: 'It is SECURITY DEFINER: it runs with the rights of `{owner}`, for whom no policy holds, and it can be called by {roles}. What holds is what the body asks itself, and here it does not ask whether the row\'s tenant is one of the caller\'s; an argument says what the caller wants, never what they may have.',
      fix: 'Ask in the body (`… and company_id in (select company_id from members where user_id = (select auth.uid()))`, or raise an exception first), or make it `security invoker`, so that the policies answer. If only the server calls it: `revoke execute on function {sql} from public, {revoke};`.',
    },
  },
  visit: {
    fn(routine, facts, report) {
      const leaks = facts.routineReach(routine).filter((reach) => reach.isolation.verdict === 'no' && matters(reach));
      const [first] = leaks;
      if (first?.isolation.verdict !== 'no') return;
      const roles = [...new Set(leaks.map((leak) => leak.role))];
      const tables = [...new Set(leaks.map((leak) => `\`${tableName(leak.table)}\``))];
      report({
        message: 'reaches',
        at: first.at,
        subject: routineSubject(routine),
        data: {
          fn: routineName(routine),
          sql: `${sqlTable(`${routine.schema}.${routine.name}`)}${routine.key.slice(routine.key.indexOf('('))}`,
          roles: listed(roles),
          revoke: facts.reachableBy(routine, 'execute').join(', '),
          verbs: verbsOf(leaks),
          tables: listed(tables),
          row: first.isolation.escape.row,
          owner: routine.owner,
        },
        related: [{ at: routine.at, note: 'the function' }],
      });

      /** Where the table itself is open to the role in the same way, the table is what has to be mended. */
      function matters(reach: RoutineReach): boolean {
        const table = facts.schema.tables.get(reach.table);
        return table !== undefined && !table.platform && !facts.access(table).some((a) => a.role === reach.role && a.command === reach.command && a.verdict === 'leak');
      }
    },
  },
});
