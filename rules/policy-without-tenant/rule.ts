import { causesOf, defineRule, isOwned, listed, policySubject, rolesOf, tableName, tiedElsewhere, verbsOf } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  messages: {
    escapes: {
      what: 'Policy "{policy}" lets {role} {verbs} another tenant\'s rows of `{table}`: {row}.',
      why: '`{disjunct}` holds without the row\'s tenant being one of the caller\'s ({tenancy}).',
      fix: 'Require the row\'s tenant to be the caller\'s in this branch as well, or narrow the policy to a role that tenants never get.',
    },
    shared: {
      severity: 'warning',
      what: 'Policy "{policy}" lets {role} read rows of `{table}`, of whatever tenant, that {mark} marks as shared: {row}.',
      why: '`{disjunct}` asks nothing of the caller. That is how shared rows are made, and how a tenant\'s row gets out when it is marked by mistake.',
      fix: 'If these rows are meant for everybody, say so once under `tenancy.shared` in tenantlint.config.jsonc{entry}. If not, require the row\'s tenant to be the caller\'s here as well.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      if (!isOwned(facts.tenancyOf(table).tenancy)) return;
      for (const { cause, leaks } of causesOf(facts, table, policy)) {
        const [first] = leaks;
        if ((cause.kind !== 'other' && cause.kind !== 'predicate') || first.side !== 'using') continue;
        const { why } = facts.tenancyOf(table);
        const subject = policySubject(table, policy);
        const data = { policy: policy.name, role: rolesOf(leaks), table: tableName(table.key), row: first.escape.row, disjunct: first.escape.disjunct };
        const related = [{ at: policy.at, note: 'the policy' }, ...why.slice(0, 1).map((r) => ({ at: r.at, note: r.text }))];
        if (cause.kind === 'predicate' && leaks.every((leak) => leak.command === 'select')) report({ message: 'shared', at: first.escape.at, subject, certainty: 'likely', data: { ...data, mark: listed([...cause.columns.map((name) => `\`${name}\``), ...cause.tables.map((key) => `a row in \`${tableName(key)}\``)]), entry: cause.columns.length === 1 && !cause.columns.some((name) => name.includes('.')) ? ` (\`${data.table}\`: \`${cause.columns[0] ?? ''}\`)` : '' }, related });
        else report({ message: 'escapes', at: first.escape.at, subject, certainty: leaks.every((leak) => tiedElsewhere(leak.escape)) ? 'possible' : 'proven', data: { ...data, verbs: verbsOf(leaks), tenancy: why[0]?.text ?? '' }, related });
      }
    },
  },
});
