import { defineRule, isOwned, sqlTable, tableName, tableSubject, type Facts, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'SEC002' }],
  messages: {
    owner: {
      what: 'The policies of `{table}` do not apply to the application: it connects as {owner}, who owns the table.',
      why: 'Row level security leaves owners out unless it is forced. The policies are there, the tests as another role pass, and in production every query sees every tenant.',
      fix: 'Add `alter table {sql} force row level security;`, or let the application connect as a role that owns nothing.',
    },
    member: {
      what: 'The policies of `{table}` do not apply to {role}: it is a member of {owner}, who owns the table.',
      why: 'Row level security leaves out owners and whoever inherits their rights, unless it is forced.',
      fix: 'Add `alter table {sql} force row level security;`, or revoke {owner} from {role}.',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.rls?.value !== true || table.forced?.value === true || table.forced?.value === 'unknown' || table.policies.size === 0 || !isOwned(facts.tenancyOf(table).tenancy)) return;
      const place = { at: table.rls.at, subject: tableSubject(table), related: [...table.policies.values()].slice(0, 1).map((policy) => ({ at: policy.at, note: 'not applied to it' })) };
      const data = { table: tableName(table.key), sql: sqlTable(table.key), owner: table.owner };
      const { connectsAs, appRole } = facts.environment;
      if (connectsAs === 'owner' || (appRole !== undefined && appRole === table.owner)) report({ ...place, message: 'owner', data });
      else {
        const role = [...new Set(facts.access(table).map((access) => access.role))].find((one) => inherits(one, table, facts));
        if (role !== undefined) report({ ...place, message: 'member', data: { ...data, role } });
      }
    },
  },
});

/** The role has the owner's rights without asking for them. */
function inherits(role: string, table: Table, facts: Facts): boolean {
  const seen = new Set<string>();
  const queue = [role];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const found = facts.schema.roles.get(next);
    if (!found || seen.has(next) || found.options.superuser === true || found.options.bypassRls === true) continue;
    seen.add(next);
    if (found.options.inherit === false) continue;
    if (found.memberOf.includes(table.owner)) return true;
    queue.push(...found.memberOf);
  }
  return false;
}
