import { defineRule, listed, ownTables, sqlTable, tableName, tableSubject, type Facts, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['rls'],
  sources: [{ tool: 'splinter', rule: '0026_pg_graphql_anon_table_exposed' }, { tool: 'splinter', rule: '0027_pg_graphql_authenticated_table_exposed' }],
  messages: {
    internal: {
      what: '`{table}` is there for the server alone, and the API shows {roles} its name and columns.',
      why: 'No policy lets them at a row, so nothing of the API needs the grant. Whoever holds SELECT finds the table in the GraphQL schema and in the API\'s description, and one careless policy makes the rows follow.',
      fix: '`revoke all on {sql} from {revoke};`',
    },
    anonymous: {
      what: 'Without signing in, anybody can see the names and columns of {count} tables: {tables}.',
      why: '`{role}` holds SELECT on them and no policy lets it read a row. The GraphQL schema and the API\'s description list them all the same, and tell how tenants are kept apart.',
      fix: '`revoke select on all tables in schema public from {role};`, granting it again where it is meant, and `alter default privileges in schema public revoke select on tables from {role};` for the tables to come.',
    },
  },
  visit: {
    project(facts, report) {
      const { exposed, untrusted, kind } = facts.environment;
      if (kind === 'own-connection') return;
      const anonymous: Table[] = [];
      const [role] = untrusted;
      for (const table of ownTables(facts)) {
        if (!exposed.includes(table.schema) || table.rls?.value !== true || table.partitionOf !== undefined) continue;
        const roles = facts.reachableBy(table, 'select').filter((one) => untrusted.includes(one) && shutOut(table, one, facts));
        if (roles.length > 0 && roles.length === untrusted.length) report({ message: 'internal', at: table.at, subject: tableSubject(table), data: { roles: listed(roles), table: tableName(table.key), sql: sqlTable(table.key), revoke: roles.join(', ') } });
        else if (role !== undefined && roles.includes(role)) anonymous.push(table);
      }
      const [first] = anonymous;
      if (first && role !== undefined && untrusted.length > 1) report({ message: 'anonymous', at: first.at, subject: { kind: 'role', name: role }, data: { role, count: String(anonymous.length), tables: listed(anonymous.map((t) => `\`${tableName(t.key)}\``), 6) } });
    },
  },
});

/** No policy speaks of the role. One that does and lets nothing through is another matter. */
function shutOut(table: Table, role: string, facts: Facts): boolean {
  return facts.access(table).every((a) => a.role !== role || a.verdict === 'denied') && [...table.policies.values()].every((p) => !p.permissive || !(p.roles.includes(role) || p.roles.includes('public')));
}
