import { defineRule, isJob, listed, policyHelpers, reachesOf, routineName, routineSubject, sqlRoutine, tableName, verbsOf, type Certainty, type Escape } from '@tenantlint/model';

/** Columns whose value only those know who were given it: finding a row by it is a way of being allowed to. */
const SECRET = /token|secret|hash|fingerprint|magic|nonce|otp|api_?key|signature|(^|_)code$/i;

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
      // Behind a connection of its own it is the application that chooses the arguments.
      const chosen = facts.environment.kind === 'own-connection';
      const certainty: Certainty = escapes.every(bySecret) ? 'possible' : helper || chosen ? 'likely' : 'proven';
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

/** The row, or one that leads to it, is found by a secret that the caller brought. */
function bySecret({ atoms }: Escape): boolean {
  return atoms.some((atom) => atom.kind === 'compare' && atom.op === '=' && [[atom.left, atom.right], [atom.right, atom.left]].some(([one, other]) => one?.kind === 'column' && SECRET.test(one.column) && other !== undefined && other.kind !== 'column'));
}
