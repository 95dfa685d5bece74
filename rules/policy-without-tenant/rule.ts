import { defineRule, policySubject, tableName, type AccessCommand } from '@tenantlint/model';

const SEES: Readonly<Record<Exclude<AccessCommand, 'insert'>, string>> = { select: 'read', update: 'change', delete: 'delete' };

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  messages: {
    escapes: {
      what: 'Policy "{policy}" lets {role} {verb} another tenant\'s rows of `{table}`: {row}.',
      why: '`{disjunct}` holds without the row\'s tenant being one of the caller\'s ({tenancy}).',
      fix: 'Require the row\'s tenant to be the caller\'s in this branch as well, or narrow the policy to a role that tenants never get.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      // Each has a rule of its own, which names the cause.
      if (facts.captures(table, policy).length > 0 || facts.formula(table, policy, 'using')?.kind === 'true') return;
      const leaks = facts.access(table).filter(a => a.verdict === 'leak' && a.command !== 'insert' && a.policy === policy.name && a.side === 'using');
      const [first] = leaks;
      if (!first?.escape || first.command === 'insert') return;
      const { why } = facts.tenancyOf(table);
      const verbs = [...new Set(leaks.flatMap(a => (a.command === 'insert' ? [] : [SEES[a.command]])))];
      const roles = [...new Set(leaks.map(a => a.role))];
      report({
        message: 'escapes',
        at: first.escape.at,
        subject: policySubject(table, policy),
        certainty: 'proven',
        data: {
          policy: policy.name,
          role: roles.join(' and '),
          verb: verbs.join(', '),
          table: tableName(table.key),
          row: first.escape.row,
          disjunct: first.escape.disjunct,
          tenancy: why[0]?.text ?? '',
        },
        related: [{ at: policy.at, note: 'the policy' }, ...why.slice(0, 1).map(r => ({ at: r.at, note: r.text }))],
      });
    },
  },
});
