import { defineRule, policySubject, sqlText, tableName, walkExpr, type SqlExpr } from '@tenantlint/model';

type Operator = Extract<SqlExpr, { kind: 'operator' }>;

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'SEC026' }],
  messages: {
    wildcards: {
      what: 'Policy "{policy}" of `{table}` uses `{value}` as a pattern.',
      why: 'In a pattern `_` stands for any character and `%` for any text. Addresses and names may hold both: a caller called `a_c` matches what belongs to `abc`.',
      fix: 'Compare with `=`; to test how a text begins, use `starts_with(…)` with a delimiter at the end.',
    },
    prefix: {
      what: 'Policy "{policy}" of `{table}` tests whether a text begins with `{value}`, and not where that ends.',
      why: 'Without a delimiter `acme` matches `acme-corp` as well: one tenant\'s name may be the beginning of another\'s.',
      fix: 'Put the delimiter into the test (`… || \'/%\'`), or compare the part before it with `=`.',
    },
    unanchored: {
      what: 'Policy "{policy}" of `{table}` matches `{value}` against {pattern}, which leaves an end open.',
      why: 'Anybody may choose a name that contains the text: `%acme.com` matches `mallory@not-acme.com`.',
      fix: 'Compare the whole value or a whole part of it (`split_part(…, \'@\', 2) = \'acme.com\'`).',
    },
  },
  visit: {
    policy(policy, table, _facts, report) {
      for (const expr of [policy.using, policy.check]) {
        if (!expr) continue;
        walkExpr(expr, {
          expr: (part) => {
            const found = part.kind === 'operator' ? judged(part) : undefined;
            if (!found || part.kind !== 'operator') return;
            const place = { at: part.at, subject: policySubject(table, policy), certainty: 'likely' as const };
            const data = { policy: policy.name, table: tableName(table.key), value: found.value };
            if (found.message === 'unanchored') report({ ...place, message: 'unanchored', data: { ...data, pattern: found.pattern } });
            else report({ ...place, message: found.message, data });
          },
        });
      }
    },
  },
});

type Judged = { readonly message: 'wildcards' | 'prefix'; readonly value: string } | { readonly message: 'unanchored'; readonly value: string; readonly pattern: string };

function judged(part: Operator): Judged | undefined {
  const like = /^~~\*?$/.test(part.op);
  if (!like && !/^~\*?$/.test(part.op)) return undefined;
  const identity = identityIn(part.right);
  if (identity) {
    const value = sqlText(operandOf(part.right, identity));
    // An id holds neither wildcards nor another id's beginning.
    if (isId(identity)) return undefined;
    return endsOpen(part.right) && like ? { message: 'prefix', value } : { message: 'wildcards', value };
  }
  const subject = identityIn(part.left);
  const pattern = bare(part.right);
  if (!subject || isId(subject) || pattern.kind !== 'literal' || typeof pattern.value !== 'string') return undefined;
  const open = like ? /^%/.test(pattern.value) && !/^%[@.]/.test(pattern.value) : !/^\^.*\$$/.test(pattern.value);
  return open ? { message: 'unanchored', value: sqlText(bare(part.left)), pattern: `'${pattern.value}'` } : undefined;
}

/** The call that says who is asking, wherever it stands in the operand. */
function identityIn(expr: SqlExpr): SqlExpr | undefined {
  let found: SqlExpr | undefined;
  walkExpr(expr, {
    expr: (part) => {
      if (part.kind === 'call' && ((part.name.schema === 'auth' && /^(uid|jwt|email)$/.test(part.name.name)) || part.name.name === 'current_setting')) found ??= part;
      if (part.kind === 'keyword' && /^(current_user|session_user|user)$/.test(part.name)) found ??= part;
    },
  });
  return found;
}

/** The part of a concatenation that holds the call. */
function operandOf(expr: SqlExpr, identity: SqlExpr): SqlExpr {
  let out = bare(expr);
  while (out.kind === 'operator' && out.op === '||') out = bare(holds(out.left, identity) ? out.left : out.right);
  return out;
}

function holds(expr: SqlExpr, part: SqlExpr): boolean {
  let found = false;
  walkExpr(expr, { expr: (one) => { if (one === part) found = true; } });
  return found;
}

function isId(expr: SqlExpr): boolean {
  return expr.kind === 'call' && expr.name.name === 'uid';
}

/** `… || '%'` with nothing between. */
function endsOpen(expr: SqlExpr): boolean {
  const whole = bare(expr);
  if (whole.kind !== 'operator' || whole.op !== '||') return false;
  const last = bare(whole.right);
  return last.kind === 'literal' && last.value === '%';
}

function bare(expr: SqlExpr): SqlExpr {
  let out = expr;
  while (out.kind === 'cast') out = out.of;
  return out;
}
