import { defineRule, isJob, listed, policyHelpers, reachesOf, routineName, routineSubject, sqlRoutine, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0028_anon_security_definer_function_executable' }, { tool: 'splinter', rule: '0029_authenticated_security_definer_function_executable' }, { tool: 'pgrls', rule: 'SEC042' }],
  messages: {
    job: {
      what: '`{fn}` changes rows of {tables} for all tenants at once, and {roles} can call it.',
      why: 'It takes no argument and asks nothing of its caller, so it looks like a job for a scheduler; but every function can be executed by PUBLIC from its creation, and one in an exposed schema can be called over the API. It runs with the rights of `{owner}`, past every policy.',
      fix: '`revoke execute on function {sql} from public, {revoke};`, and grant it to the role that the job runs as.',
    },
    open: {
      severity: 'note',
      what: '{roles} can call `{fn}` over the API, and it runs with the rights of `{owner}`.',
      why: 'Row level security does not apply inside a SECURITY DEFINER function: what its body checks is all there is. Functions are executable by everybody unless that is revoked, so this may never have been decided.',
      fix: 'If it is not meant for them, `revoke execute on function {sql} from public, {revoke};`, or move it to a schema that the API does not expose. If it needs no rights but the caller\'s, make it `security invoker`.',
    },
    helper: {
      severity: 'note',
      what: 'Policies ask `{fn}`, and {roles} can ask it over the API as well, about anybody: {args} may be whatever they like.',
      why: 'It runs with the rights of `{owner}`, past every policy, so its answers tell who belongs where, one question at a time.',
      fix: 'Ask about the caller inside (`(select auth.uid())` instead of an argument), or move it to a schema that the API does not expose: policies still reach it there.',
    },
  },
  visit: {
    fn(routine, facts, report) {
      if (!routine.securityDefiner.value || /^(trigger|event_trigger)$/.test(routine.returns?.name ?? '') || facts.environment.untrusted.length === 0) return;
      const roles = facts.reachableBy(routine, 'execute');
      if (roles.length === 0) return;
      const leaks = reachesOf(facts, routine);
      const common = { at: routine.at, subject: routineSubject(routine) };
      const data = { fn: routineName(routine), sql: sqlRoutine(routine), roles: listed(roles), revoke: roles.join(', '), owner: routine.owner };
      if (isJob(routine, leaks)) {
        report({ message: 'job', ...common, data: { ...data, tables: listed([...new Set(leaks.map((leak) => `\`${tableName(leak.table)}\``))]) } });
        return;
      }
      // What reaches other tenants' rows is function-ignores-tenant; what policies call has to be callable.
      const exposed = facts.environment.exposed.length === 0 || facts.environment.exposed.includes(routine.schema);
      const given = routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout');
      if (leaks.length === 0 && exposed && policyHelpers(facts).has(routine.name) && given.length > 0 && !CALLER.test(routine.body?.text ?? 'auth.uid')) report({ message: 'helper', ...common, certainty: 'possible', data: { fn: data.fn, roles: data.roles, owner: data.owner, args: listed(given.map((arg, i) => `\`${arg.name ?? `$${i + 1}`}\``)) } });
      if (leaks.length === 0 && exposed && !policyHelpers(facts).has(routine.name)) report({ message: 'open', ...common, certainty: 'possible', data });
    },
  },
});

/** The body asks who is calling. */
const CALLER = /\bauth\s*\.\s*(?:uid|jwt|email|role)\b|\bcurrent_setting\b|\b(?:current|session)_user\b|\brequest\.|\bcurrent_\w*(?:user|tenant|org|company|account)\w*\s*\(/i;
