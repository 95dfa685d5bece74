import { defineRule, isBySecret, isJob, listed, policyHelpers, reachesOf, routineName, routineSubject, sqlRoutine, tableName, verbsOf, type Certainty } from '@tenantlint/model';

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
      const leaks = reachesOf(facts, routine);
      const [first] = leaks;
      // A job over all rows is function-open-to-callers: there is no caller's tenant to ask for.
      if (first?.isolation.verdict !== 'no' || isJob(routine, leaks)) return;
      const roles = [...new Set(leaks.map((leak) => leak.role))];
      const escapes = leaks.flatMap((leak) => (leak.isolation.verdict === 'no' ? [leak.isolation.escape] : []));
      // What a policy asks has to be answered for whoever asks; it tells little more than yes, no, or a tenant's id.
      const helper = policyHelpers(facts).has(routine.name) && leaks.every((leak) => leak.command === 'select');
      // No API serves its schema: only policies and other functions call it.
      const hidden = facts.environment.exposed.length > 0 && !facts.environment.exposed.includes(routine.schema);
      if (helper && hidden) return;
      // Behind a connection of its own it is the application that chooses the arguments.
      const chosen = facts.environment.kind === 'own-connection';
      const certainty: Certainty = escapes.every(isBySecret) ? 'possible' : helper || hidden || chosen ? 'likely' : 'proven';
      report({
        message: 'reaches',
        at: first.at,
        subject: routineSubject(routine),
        certainty,
        data: {
          fn: routineName(routine),
          sql: sqlRoutine(routine),
          roles: listed(roles),
          revoke: facts.reachableBy(routine, 'execute').join(', '),
          verbs: verbsOf(leaks),
          tables: listed([...new Set(leaks.map((leak) => `\`${tableName(leak.table)}\``))]),
          row: first.isolation.escape.row,
          owner: routine.owner,
        },
        related: [{ at: routine.at, note: 'the function' }],
      });
    },
  },
});
