import { causesOf, defineRule, policySubject, rolesOf, tableName, verbsOf, type Value } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  sources: [{ tool: 'pgrls', rule: 'SEC004' }],
  messages: {
    nobody: {
      what: 'Policy "{policy}" lets {roles} {verbs} rows of every tenant in `{table}` as long as nobody is signed in.',
      why: '`{disjunct}` holds exactly where {missing}. A condition that is meant to keep strangers out opens to them.',
      fix: 'Turn the test round, or drop it: a comparison with {missingShort} already fails where there is none.',
    },
    unset: {
      what: 'Policy "{policy}" lets {roles} {verbs} rows of every tenant in `{table}` as long as {missing}.',
      why: '`{disjunct}` is the way in for every connection that forgot to say whom it works for: a job, a console, a request whose setting was lost in the pool.',
      fix: 'Let the policy fail closed: drop this branch, and give work that concerns all tenants a role and a policy of its own.',
    },
    opposite: {
      what: 'Policy "{policy}" lets {roles} {verbs} the rows of `{table}` whose {column} is not the caller\'s.',
      why: '`{disjunct}` holds for everybody else\'s rows and not for the caller\'s own.',
      fix: 'Compare with `=`.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      for (const { cause, leaks } of causesOf(facts, table, policy)) {
        if (cause.kind !== 'inverted' && cause.kind !== 'opposite') continue;
        const [{ escape }] = leaks;
        const subject = policySubject(table, policy);
        const related = [{ at: policy.at, note: 'the policy' }];
        const data = { policy: policy.name, roles: rolesOf(leaks), verbs: verbsOf(leaks), table: tableName(table.key), disjunct: escape.disjunct };
        if (cause.kind === 'opposite') report({ message: 'opposite', at: escape.at, subject, data: { ...data, column: cause.column }, related });
        else if (cause.value.kind === 'setting') report({ message: 'unset', at: escape.at, subject, data: { ...data, missing: missing(cause.value) }, related });
        else report({ message: 'nobody', at: escape.at, subject, data: { ...data, missing: missing(cause.value), missingShort: cause.value.kind === 'caller' ? 'the caller\'s id' : 'the claim' }, related });
      }
    },
  },
});

function missing(value: Value): string {
  switch (value.kind) {
    case 'setting': return `the setting \`${value.name}\` is not set`;
    case 'claim': return `the token holds no \`${value.path}\``;
    case 'tenant': return 'the caller has no tenant';
    default: return 'the caller has no id';
  }
}
