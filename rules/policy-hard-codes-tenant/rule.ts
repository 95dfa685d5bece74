import { causesOf, defineRule, policySubject, rolesOf, tableName, verbsOf } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  sources: [{ tool: 'pgrls', rule: 'SEC021' }],
  messages: {
    tenant: {
      what: 'Policy "{policy}" names one tenant by its id: {roles} can {verbs} rows of `{table}` wherever `{disjunct}` holds.',
      why: 'The id is one tenant\'s in one database. Everybody who passes this branch gets at rows that are not of the tenant they belong to, and in a copy of the database the same id means somebody else.',
      fix: 'Mark what is meant by a column (rows for everybody) or by a role (staff of the platform), and test that.',
    },
    person: {
      what: 'Policy "{policy}" names one person by their id: that account can {verbs} the rows of every tenant in `{table}`.',
      why: 'The right cannot be taken away without a migration, nobody finds it in a list of administrators, and in a copy of the database the id may be anybody\'s.',
      fix: 'Keep a table of the platform\'s administrators and look the caller up there.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      for (const { cause, leaks } of causesOf(facts, table, policy)) {
        if (cause.kind !== 'literal') continue;
        const [{ escape }] = leaks;
        const subject = policySubject(table, policy);
        const related = [{ at: policy.at, note: 'the policy' }];
        const data = { policy: policy.name, verbs: verbsOf(leaks), table: tableName(table.key) };
        if (cause.of === 'person') report({ message: 'person', at: escape.at, subject, data, related });
        else report({ message: 'tenant', at: escape.at, subject, data: { ...data, roles: rolesOf(leaks), disjunct: escape.disjunct }, related });
      }
    },
  },
});
