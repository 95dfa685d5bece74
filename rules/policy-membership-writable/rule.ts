import { causesOf, defineRule, listed, policySubject, rolesOf, sqlTable, tableName, tenantColumnsOf, triggerNames, verbsOf } from '@tenantlint/model';
import { decisiveColumns, mayPromote } from './promotion.ts';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  messages: {
    joins: {
      what: 'Policy "{policy}" lets {roles} {verbs} rows of `{table}` for any tenant, and the policies of {opens} believe what stands there: {row}.',
      why: '`{table}` says who belongs to which tenant. One statement there makes the caller one of another tenant\'s people, and every table that asks it opens.',
      fix: 'Let only those write `{table}` who already belong to the tenant, and may invite: test that in WITH CHECK, or write it through a SECURITY DEFINER function that checks the invitation.',
    },
    changesRole: {
      what: 'Policy "{policy}" lets {roles} set `{column}` in `{table}`, which says as what each member belongs to a tenant; their own row is among those.',
      why: 'No policy reads the role, so something else does: the code, or what makes the token at sign-in. There, whoever may write the row is whatever they like.',
      fix: 'Let only those write `{table}` who hold the role that gives out roles, and test that in the policy.',
    },
    promotes: {
      what: 'Policy "{policy}" lets {roles} set `{column}` of their own row in `{table}`, where the policies of {deciding} look for {literals}.',
      why: '`update {sql} set {column} = {example}` on one\'s own row is all it takes: the policy tests whose row it is, not what is written into `{column}`.',
      fix: 'Grant UPDATE on the columns that people may change and revoke it on the table (`revoke update on {sql} from {from}; grant update (…) on {sql} to {from};`), or let only others who hold the role change it.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      const subject = policySubject(table, policy);
      for (const { cause, leaks } of causesOf(facts, table, policy)) {
        if (cause.kind !== 'trusted') continue;
        const [{ escape }] = leaks;
        report({
          message: 'joins',
          at: escape.at,
          subject,
          certainty: leaks.every((leak) => triggerNames(facts, table, leak.command === 'insert' ? 'insert' : 'update', tenantColumnsOf(facts.tenancyOf(table).tenancy))) ? 'possible' : 'proven',
          data: { policy: policy.name, roles: rolesOf(leaks), verbs: verbsOf(leaks), table: tableName(table.key), opens: listed(cause.opens.map((key) => `\`${tableName(key)}\``)), row: escape.row },
          related: [{ at: policy.at, note: 'the policy' }],
        });
        return;
      }
      if (!policy.permissive || (policy.command !== 'update' && policy.command !== 'all')) return;
      for (const decisive of decisiveColumns(facts, table)) {
        const found = mayPromote(facts, table, policy, decisive.column);
        const expr = policy.check ?? policy.using;
        if (!found || !expr) continue;
        const column = table.columns.get(decisive.column);
        if (decisive.tables.length === 0) {
          report({ message: 'changesRole', at: expr.at, subject, certainty: found.guarded ? 'possible' : 'likely', data: { policy: policy.name, roles: listed(found.roles), column: decisive.column, table: tableName(table.key) }, related: [{ at: policy.at, note: 'the policy' }, { at: decisive.at, note: 'the role' }] });
          return;
        }
        report({
          message: 'promotes',
          at: expr.at,
          subject,
          certainty: found.guarded ? 'possible' : 'proven',
          data: {
            policy: policy.name,
            roles: listed(found.roles),
            from: found.roles.join(', '),
            sql: sqlTable(table.key),
            column: decisive.column,
            table: tableName(table.key),
            deciding: listed(decisive.tables.map((key) => `\`${tableName(key)}\``)),
            literals: listed(decisive.literals.map((one) => `'${one}'`)),
            example: `'${decisive.literals[0] ?? ''}'`,
          },
          related: [{ at: policy.at, note: 'the policy' }, ...(column ? [{ at: column.at, note: 'the column that decides' }] : []), { at: decisive.at, note: 'read here' }],
        });
        return;
      }
    },
  },
});
