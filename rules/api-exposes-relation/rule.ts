import { defineRule, listed, sqlTable, tableName, tableSubject } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['rls'],
  sources: [{ tool: 'splinter', rule: '0026_pg_graphql_anon_table_exposed' }, { tool: 'splinter', rule: '0027_pg_graphql_authenticated_table_exposed' }],
  messages: {
    visible: {
      what: 'The API shows {roles} that `{table}` exists and which columns it has, though no policy lets them read a row.',
      why: 'Whoever holds SELECT finds the table in the GraphQL schema and in the API\'s description. Its columns tell of features and of how tenants are told apart; and one careless policy makes the rows follow.',
      fix: '`revoke select on {sql} from {revoke};`',
    },
  },
  visit: {
    table(table, facts, report) {
      const { exposed, untrusted, kind } = facts.environment;
      if (kind === 'own-connection' || !exposed.includes(table.schema) || table.rls?.value !== true) return;
      const roles = facts.reachableBy(table, 'select').filter((role) => untrusted.includes(role) && facts.access(table).every((a) => a.role !== role || a.verdict === 'denied'));
      if (roles.length > 0) report({ message: 'visible', at: table.at, subject: tableSubject(table), data: { roles: listed(roles), table: tableName(table.key), sql: sqlTable(table.key), revoke: roles.join(', ') } });
    },
  },
});
