import { defineRule, listed, policySubject, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'SEC023' }, { tool: 'pgrls', rule: 'SEC037' }],
  messages: {
    unknown: {
      what: 'Policy "{policy}" of `{table}` is for {roles}, which no migration creates.',
      why: 'On a new database the statement fails; on one where somebody made the role by hand it works, and nobody knows with which rights.',
      fix: 'Create the role in a migration before it is named, or correct the name.',
    },
    bypasses: {
      severity: 'note',
      what: 'Policy "{policy}" of `{table}` is for {roles}, to which policies do not apply.',
      why: 'Row level security is not applied to superusers and roles with BYPASSRLS: they see every row with and without the policy.',
      fix: 'Drop it, unless it is there as a note to readers.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      const named = policy.roles.filter((role) => role !== 'public' && !/^(current_user|session_user|current_role)$/.test(role));
      const place = { at: policy.at, subject: policySubject(table, policy) };
      const data = { policy: policy.name, table: tableName(table.key) };
      const unknown = named.filter((role) => !facts.schema.roles.has(role));
      // Where the migrations make no role at all, whoever runs the server makes them.
      const elsewhere = ![...facts.schema.roles.values()].some((role) => !role.platform) && facts.environment.kind === 'own-connection';
      if (unknown.length > 0) {
        report({ ...place, message: 'unknown', certainty: elsewhere ? 'possible' : 'likely', data: { ...data, roles: listed(unknown.map((role) => `\`${role}\``)) } });
        return;
      }
      const bypassing = named.filter((role) => facts.schema.roles.get(role)?.options.bypassRls === true || facts.schema.roles.get(role)?.options.superuser === true);
      if (bypassing.length > 0 && bypassing.length === policy.roles.length) report({ ...place, message: 'bypasses', certainty: 'possible', data: { ...data, roles: listed(bypassing) } });
    },
  },
});
