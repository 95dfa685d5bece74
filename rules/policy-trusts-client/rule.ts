import { callerWrites, causesOf, defineRule, each, policySubject, rolesOf, tableName, valueIn, verbsOf, type Facts, type Formula, type Policy, type Table, type Value } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  sources: [
    { tool: 'splinter', rule: '0015_rls_references_user_metadata' },
    { tool: 'pgrls', rule: 'SEC033' },
    { tool: 'pgrls', rule: 'SEC034' },
  ],
  messages: {
    decides: {
      what: 'Policy "{policy}" lets {roles} {verbs} any tenant\'s rows of `{table}`: it believes {value}, which the caller writes.',
      why: '{how}',
      fix: 'Look the caller up by `auth.uid()` in a membership table, or take the claim from `app_metadata`, which only the server can write.',
    },
    gate: {
      what: 'Policy "{policy}" of `{table}` tests {value}, which the caller writes.',
      why: '{how} A test that everybody can pass keeps nobody out.',
      fix: 'Look it up in a table that the caller may not write, or take the claim from `app_metadata`.',
    },
    email: {
      severity: 'note',
      what: 'Policy "{policy}" of `{table}` tells people apart by their email address.',
      why: 'The address in a token is a person\'s own only where it was confirmed before sign-in, and it changes. Whoever registers an address first is that person to this policy.',
      fix: 'Compare the user id, and keep the address for looking people up once, when they accept an invitation.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      const subject = policySubject(table, policy);
      const related = [{ at: policy.at, note: 'the policy' }];
      const data = { policy: policy.name, table: tableName(table.key) };
      for (const { cause, leaks } of causesOf(facts, table, policy)) {
        if (cause.kind !== 'client') continue;
        report({ message: 'decides', at: leaks[0].escape.at, subject, data: { ...data, roles: rolesOf(leaks), verbs: verbsOf(leaks), value: name(cause.value), how: how(cause.value) }, related });
        return;
      }
      const { written, email } = tested(facts, table, policy);
      if (written) report({ message: 'gate', at: written.at, subject, data: { ...data, value: name(written.value), how: how(written.value) }, related });
      else if (email) report({ message: 'email', at: email.at, subject, certainty: 'possible', data, related });
    },
  },
});

type Compare = Extract<Formula, { kind: 'compare' }>;

/** The first comparison with something that the caller writes, and with the caller's address. */
function tested(facts: Facts, table: Table, policy: Policy): { written?: { at: Compare['at']; value: Value }; email?: Compare } {
  const found: { written?: { at: Compare['at']; value: Value }; email?: Compare } = {};
  for (const side of ['using', 'check'] as const) {
    const formula = facts.formula(table, policy, side);
    if (!formula) continue;
    each(formula, (part) => {
      const terms = part.kind === 'compare' ? [part.left, part.right] : part.kind === 'null' ? [part.of] : [];
      for (const term of terms) {
        const value = valueIn(term);
        if (!value) continue;
        if (callerWrites(value) && 'at' in part && !(fromRequest(value) && !withConstant(part))) found.written ??= { at: policyPlace(policy, part.at), value };
        if (part.kind === 'compare' && value.kind === 'claim' && value.trusted && /(^|\.)email$/.test(value.path)) found.email ??= { ...part, at: policyPlace(policy, part.at) };
      }
    });
  }
  return found;
}

function fromRequest(value: Value): boolean {
  return value.kind === 'claim' && value.path.startsWith('request.');
}

/** A header that is looked up somewhere may be a secret; one that is compared with a constant is none. */
function withConstant(part: Formula): boolean {
  return part.kind === 'compare' && [part.left, part.right].some((term) => term.kind === 'value' && term.value.kind === 'literal' && term.value.value !== '');
}

/** What an opened helper says stands elsewhere; the policy's own condition is what to underline. */
function policyPlace(policy: Policy, at: Compare['at']): Compare['at'] {
  for (const expr of [policy.using, policy.check]) if (expr && expr.at.file === at.file && expr.at.start <= at.start && at.end <= expr.at.end) return at;
  return (policy.using ?? policy.check)?.at ?? policy.at;
}

function name(value: Value): string {
  if (value.kind === 'setting') return `the setting \`${value.name}\``;
  return value.kind === 'claim' ? (fromRequest(value) ? `\`${value.path}\`` : `\`${value.path}\` of the token`) : 'a value of the request';
}

function how(value: Value): string {
  if (value.kind === 'setting') return 'A function that the API exposes passes its argument on to this setting.';
  if (fromRequest(value)) return 'Headers, cookies, method and path are the client\'s own words.';
  return 'Every user may change it: `supabase.auth.updateUser({ data: { … } })` writes `user_metadata`, and the next token carries it.';
}
