import { defineRule, isAnonymous, listed, needsCaller, policySubject, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'SEC003' }],
  messages: {
    unstated: {
      what: 'Policy "{policy}" of `{table}` has no TO clause: it is for every role, {anonymous} included, and can only hold for somebody who is signed in.',
      why: 'It keeps strangers out by its condition alone. Whoever adds a branch to it later adds it for strangers too, and until then each of their queries computes it for nothing.',
      fix: 'Say whom it is for: `to {signedIn}`.',
    },
    stated: {
      what: 'Policy "{policy}" of `{table}` names {named}, and can only hold for somebody who is signed in.',
      why: 'It keeps strangers out by its condition alone. Whoever adds a branch to it later adds it for strangers too, and until then each of their queries computes it for nothing.',
      fix: 'Leave {named} out of the TO clause.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      const anonymous = facts.environment.untrusted.filter(isAnonymous);
      const signedIn = facts.environment.untrusted.filter((role) => !isAnonymous(role));
      const everyone = policy.roles.includes('public');
      const named = policy.roles.filter((role) => role === 'public' || anonymous.includes(role));
      if (!policy.permissive || anonymous.length === 0 || signedIn.length === 0 || named.length === 0) return;
      const formulas = (['using', 'check'] as const).flatMap((side) => facts.formula(table, policy, side) ?? []);
      if (formulas.length === 0 || formulas.some((formula) => formula.kind === 'false') || !formulas.every(needsCaller)) return;
      const place = { at: policy.at, subject: policySubject(table, policy) };
      const data = { policy: policy.name, table: tableName(table.key) };
      if (everyone && !policy.rolesStated) report({ ...place, message: 'unstated', data: { ...data, anonymous: listed(anonymous), signedIn: signedIn.join(', ') } });
      else report({ ...place, message: 'stated', data: { ...data, named: listed(named.map((role) => (role === 'public' ? 'PUBLIC' : role))) } });
    },
  },
});
