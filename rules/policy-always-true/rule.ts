import { alwaysHolds, causesOf, defineRule, disjuncts, isPresence, mayBeNobodys, policySubject, rolesOf, tableName, verbsOf, type Policy, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  sources: [
    { tool: 'splinter', rule: '0024_permissive_rls_policy' },
    { tool: 'pgrls', rule: 'SEC008' },
    { tool: 'pgrls', rule: 'SEC011' },
    { tool: 'pgrls', rule: 'SEC028' },
    { tool: 'pgrls', rule: 'SEC031' },
  ],
  messages: {
    using: {
      what: 'Policy "{policy}" lets {roles} {verbs} every row of `{table}`, whichever tenant owns it.',
      why: 'Its condition holds for every row. Permissive policies are OR-ed, so one that is always true cancels every tenant check on the table.',
      fix: 'Compare the row\'s tenant with the caller\'s, or drop the policy.',
    },
    check: {
      what: 'Policy "{policy}" lets {roles} write any row into `{table}`, another tenant\'s included.',
      why: 'WITH CHECK is the only thing that looks at the row as it will be, and this one accepts all of them.',
      fix: 'Test the new row\'s tenant in WITH CHECK.',
    },
    everyRole: {
      what: 'Policy "{policy}" sounds as if it were for the server, but it has no TO clause: it lets {roles} {verbs} every row of `{table}`.',
      why: 'A policy without TO holds for PUBLIC, that is, for every role. The server\'s own role needs no policy where it bypasses row level security.',
      fix: 'Drop the policy, or add TO with the one role that it is meant for.',
    },
    openWrite: {
      severity: 'warning',
      what: 'Policy "{policy}" lets {roles} {verbs} any row of `{table}`.',
      why: 'The table belongs to no tenant: what one caller writes, changes or deletes in it, all others see.',
      fix: 'State who may write, or say why everybody may: `-- tenantlint-disable-next-line policy-always-true -- reason`.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      const subject = policySubject(table, policy);
      const related = [{ at: table.at, note: 'table created here' }];
      const data = { policy: policy.name, table: tableName(table.key) };
      const { tenancy } = facts.tenancyOf(table);
      if (tenancy.kind !== 'global' && tenancy.kind !== 'unknown') {
        for (const { cause, leaks } of causesOf(facts, table, policy)) {
          if (cause.kind !== 'everything') continue;
          const [{ side, escape }] = leaks;
          const verbs = verbsOf(policy.command === 'all' ? leaks : leaks.filter((leak) => leak.side === side));
          const at = (side === 'using' ? policy.using : (policy.check ?? policy.using))?.at ?? escape.at;
          // A catalogue that tenants add to, or a product of one tenant: what may be read is often there to be read.
          const meant = mayBeNobodys(tenancy) || !facts.tenancy.found || (PUBLIC.test(policy.name) && !BY_SECRET.test(policy.name));
          const certainty = leaks.every((leak) => leak.command === 'select') && meant ? 'likely' : 'proven';
          const message = !policy.rolesStated && SERVER.test(policy.name) ? 'everyRole' : side;
          if (message === 'check') report({ message, at, subject, certainty, data: { ...data, roles: rolesOf(leaks) }, related });
          else report({ message, at, subject, certainty, data: { ...data, roles: rolesOf(leaks), verbs }, related });
        }
        return;
      }
      // Nobody's rows may be read by everybody; who may write them is worth a word.
      const formula = facts.formula(table, policy, policy.command === 'delete' ? 'using' : 'check');
      const expr = policy.command === 'delete' ? policy.using : (policy.check ?? policy.using);
      if (!policy.permissive || !expr || !formula || narrowed(policy, table)) return;
      const open = disjuncts(formula)?.some((atoms) => atoms.every((atom) => alwaysHolds(atom, table) || isPresence(atom)));
      if (open !== true) return;
      const writes = facts.access(table).filter(({ role, command, verdict }) => command !== 'select' && verdict !== 'denied' && (policy.command === 'all' || policy.command === command) && (policy.roles.includes('public') || policy.roles.includes(role)));
      if (writes.length > 0) report({ message: 'openWrite', at: expr.at, subject, certainty: facts.tenancy.found ? 'likely' : 'possible', data: { ...data, roles: rolesOf(writes), verbs: verbsOf(writes) }, related });
    },
  },
});

/** Somebody has decided that everybody reads it, and says so; what is found by a secret is meant for whoever has that. */
const PUBLIC = /\b(?:anyone|anybody|everyone|everybody|public|publicly)\b/i;
const BY_SECRET = /token|secret|code|key|link|invit|share|\bown\b/i;

const SERVER = /\b(service|backend|server|system)\b|service_role/i;

/** A restrictive policy asks something besides. */
function narrowed(policy: Policy, table: Table): boolean {
  return [...table.policies.values()].some((other) => !other.permissive && (other.command === 'all' || other.command === policy.command) && other.roles.some((role) => role === 'public' || policy.roles.includes(role)));
}
