import { causesOf, defineRule, policySubject, rolesOf, tableName, tenantColumnsOf, verbsOf, type Facts, type Policy, type Row, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  sources: [{ tool: 'pgrls', rule: 'SEC036' }],
  messages: {
    row: {
      what: 'Policy "{policy}" asks for a row of the caller\'s own in `{members}`, of whatever tenant: with one, {roles} can {verbs} rows of every tenant in `{table}`.',
      why: '`{disjunct}` says nothing that ties the two together. Whoever has the role in one tenant has it in all of them.',
      fix: 'Tie them: {link}.',
    },
    anyTenant: {
      severity: 'warning',
      what: 'Policy "{policy}" lets {roles} with a row in `{members}` {verbs} rows of every tenant in `{table}`.',
      why: '`{disjunct}` mentions no tenant, and `{members}` knows none: whoever gives out the role in one tenant gives it for all of them.',
      fix: 'If these are the platform\'s own staff, name the role under `tenancy.adminRoles` in tenantlint.config.jsonc. If tenants give the role out, record the tenant in `{members}` and compare it with the row\'s.',
    },
    caller: {
      what: 'Policy "{policy}" asks whether `{table}`\'s tenant has a row in `{members}`, not whether it is the caller\'s: {roles} can {verbs} rows of every tenant.',
      why: '`{disjunct}` holds as soon as the tenant has any member at all.',
      fix: 'Compare the user column of `{members}` with `auth.uid()` as well.',
    },
    both: {
      what: 'Policy "{policy}" asks whether `{members}` has a row at all, neither the caller\'s nor the tenant\'s: {roles} can {verbs} rows of every tenant in `{table}`.',
      why: '`{disjunct}` holds for everybody as soon as one such row is there.',
      fix: 'Compare the user column of `{members}` with the caller\'s id, and its tenant with the row\'s: {link}.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      for (const { cause, leaks } of causesOf(facts, table, policy)) {
        if (cause.kind !== 'unbound') continue;
        const [{ escape }] = leaks;
        const members = cause.row.table === undefined ? undefined : facts.schema.tables.get(cause.row.table);
        const place = { at: escape.at, subject: policySubject(table, policy), related: [{ at: policy.at, note: 'the policy' }, ...(members && !members.platform ? [{ at: members.at, note: `${tableName(members.key)} is created here` }] : [])] };
        const data = { policy: policy.name, members: members ? tableName(members.key) : cause.row.alias, roles: rolesOf(leaks), verbs: verbsOf(leaks), table: tableName(table.key), disjunct: escape.disjunct };
        if (cause.to === 'caller') report({ ...place, message: 'caller', data });
        else if (cause.to === 'both') report({ ...place, message: 'both', data: { ...data, link: link(facts, policy, table, members, cause.row) } });
        else if (members && knowsTenants(facts, members)) report({ ...place, message: 'row', data: { ...data, link: link(facts, policy, table, members, cause.row) } });
        else report({ ...place, message: 'anyTenant', certainty: 'likely', data });
      }
    },
  },
});

/** Rows of the table are of one tenant each, so that a right in one is no right in another. */
function knowsTenants(facts: Facts, members: Table): boolean {
  const { tenancy } = facts.tenancyOf(members);
  return tenancy.kind === 'root' || tenancy.kind === 'keyed' || tenancy.kind === 'membership' || tenancy.kind === 'through' || facts.tenancy.links.has(members.key);
}

function link(facts: Facts, policy: Policy, table: Table, members: Table | undefined, row: Row): string {
  const written = [policy.using, policy.check].some((expr) => expr && expr.at.file === row.at.file && expr.at.start <= row.at.start && row.at.end <= expr.at.end);
  if (!written) return 'compare the two tenants inside the function that looks the row up';
  const { tenancy } = facts.tenancyOf(table);
  const [mine] = members ? tenantColumnsOf(facts.tenancyOf(members).tenancy) : [];
  const [theirs] = tenantColumnsOf(tenancy);
  if (mine === undefined || theirs === undefined || tenancy.kind === 'through' || tenancy.kind === 'user-owned') return 'compare the tenant of the one with the tenant of the other';
  return `\`${row.alias}.${mine} = ${table.name}.${theirs}\``;
}
