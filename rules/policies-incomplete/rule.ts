import { defineRule, isAnonymous, isOwned, listed, sqlTable, tableName, tableSubject, type AccessCommand, type Facts, type Policy, type Table } from '@tenantlint/model';

const COMMANDS = ['select', 'insert', 'update', 'delete'] as const;

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [
    { tool: 'splinter', rule: '0008_rls_enabled_no_policy' },
    { tool: 'pgrls', rule: 'SEC007' },
    { tool: 'pgrls', rule: 'SEC012' },
    { tool: 'pgrls', rule: 'SEC022' },
    { tool: 'pgrls', rule: 'SEC032' },
  ],
  messages: {
    onlyRestrictive: {
      what: '`{table}` has restrictive policies only: nobody sees a row.',
      why: 'Restrictive policies take away from what permissive ones allow. Where no permissive policy allows anything, nothing is left to take away from.',
      fix: 'Add a permissive policy (the kind that `create policy` makes without AS) that says who may, and keep the restrictive ones for what must hold besides.',
    },
    unseen: {
      what: 'Policy "{policy}" lets {roles} {does} rows of `{table}` that no policy lets them see.',
      why: 'To find the rows that a WHERE asks for, {command} needs a policy for SELECT as well. Without one it succeeds and touches nothing.',
      fix: 'Add a policy for SELECT with the same condition, or write FOR ALL.',
    },
    denied: {
      severity: 'note',
      what: '{roles} may read rows of `{table}`, and no policy lets them {missing}.',
      why: 'A command without a policy touches no row (an insert fails). Where that is meant, the privilege could say so as well; where it is not, the first one to notice is a user.',
      fix: 'Add the policies that were meant, or `revoke {privileges} on {sql} from {revoked};` to say that this is on purpose.',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.rls?.value !== true || table.policies.size === 0 || table.partitionOf !== undefined) return;
      const subject = tableSubject(table);
      const name = tableName(table.key);
      const policies = [...table.policies.values()];
      const permissive = policies.filter((policy) => policy.permissive);
      if (permissive.length === 0) {
        // `using (false)` says on purpose that nobody does.
        const meant = policies.every((policy) => facts.formula(table, policy, policy.command === 'insert' ? 'check' : 'using')?.kind === 'false');
        const reached = !meant && COMMANDS.some((command) => facts.reachableBy(table, command).length > 0);
        if (reached) report({ message: 'onlyRestrictive', at: table.at, subject, data: { table: name }, related: policies.slice(0, 3).map((policy) => ({ at: policy.at, note: 'takes away' })) });
        return;
      }
      if (facts.environment.kind === 'own-connection') return;
      const roles = [...new Set(facts.access(table).map((access) => access.role))].filter((role) => facts.reachableBy(table, 'select').includes(role));
      // A stranger to whom a policy for everybody applies by chance misses nothing.
      const blind = roles.filter((role) => !isAnonymous(role) && !permissive.some((policy) => covers(policy, role, 'select')));
      for (const command of ['update', 'delete'] as const) {
        const policy = permissive.find((one) => facts.formula(table, one, 'using')?.kind !== 'false' && blind.some((role) => facts.reachableBy(table, command).includes(role) && covers(one, role, command)));
        const concerned = blind.filter((role) => policy && covers(policy, role, command));
        if (policy) report({ message: 'unseen', at: policy.at, subject, data: { policy: policy.name, table: name, roles: listed(concerned), does: command === 'update' ? 'change' : 'delete', command: command.toUpperCase() } });
      }
      const missing = new Map<string, string[]>();
      for (const role of roles) {
        // Strangers that only read, and data that belongs to nobody, are as they should be.
        if (isAnonymous(role) || !isOwned(facts.tenancyOf(table).tenancy) || !reads(facts, table, role)) continue;
        const commands = COMMANDS.filter((command) => command !== 'select' && facts.reachableBy(table, command).includes(role) && !permissive.some((policy) => covers(policy, role, command)));
        if (commands.length > 0) missing.set(commands.join(), [...(missing.get(commands.join()) ?? []), role]);
      }
      for (const [commands, who] of missing) {
        const list = commands.split(',');
        report({ message: 'denied', at: table.at, subject, certainty: 'possible', data: { table: name, sql: sqlTable(table.key), roles: listed(who), revoked: who.join(', '), missing: listed(list).replace(/ and /g, ' or '), privileges: list.join(', ') } });
      }
    },
  },
});

function covers(policy: Policy, role: string, command: AccessCommand): boolean {
  return (policy.command === 'all' || policy.command === command) && (policy.roles.includes('public') || policy.roles.includes(role));
}

/** Some row may come through: a role that sees nothing anyway misses nothing. */
function reads(facts: Facts, table: Table, role: string): boolean {
  return facts.access(table).some((access) => access.role === role && access.command === 'select' && access.verdict !== 'denied');
}
