import { defineRule, each, isAnonymous, listed, policySubject, tableName, type Facts, type Formula, type Policy, type SqlExpr, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'SEC010' }],
  messages: {
    never: {
      what: 'Policy "{policy}" of `{table}` never holds: no row satisfies its condition.',
      why: 'It looks like a rule that lets somebody in, and lets in nobody. Comparisons with NULL are never true; neither are two values asked of one column at once.',
      fix: 'Say what was meant (`is null` instead of `= null`, OR instead of AND), or `using (false)` where nobody is meant.',
    },
    roleClaim: {
      what: 'Policy "{policy}" of `{table}` asks for the role \'{literal}\', which no request has.',
      why: 'The `role` of a token is the database role that a request runs as: {roles}. Roles of the product are kept elsewhere, in `app_metadata` or in a table.',
      fix: 'Compare `auth.jwt() -> \'app_metadata\' ->> \'role\'`, or look the caller\'s role up in the table that holds it.',
    },
    strangers: {
      what: 'Policy "{policy}" of `{table}` is for {roles} only, and can only hold for somebody who is signed in.',
      why: 'Requests that nobody signed have no user id and no claims: for them the condition is never true.',
      fix: 'Say whom it is for: `to authenticated`, or drop it.',
    },
    server: {
      severity: 'note',
      what: 'Policy "{policy}" of `{table}` holds for {role} only, to which policies do not apply.',
      why: 'Row level security is not applied to a role with BYPASSRLS, so that the policy changes nothing: it is computed for everybody else, and never true.',
      fix: 'Drop it.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      if (!policy.permissive || table.rls?.value === false || table.rls === undefined || facts.circle(table, policy) || readsClosed(facts, table, policy)) return;
      const place = { subject: policySubject(table, policy) };
      const data = { policy: policy.name, table: tableName(table.key) };
      for (const side of ['using', 'check'] as const) {
        const expr = policy[side];
        const formula = facts.formula(table, policy, side);
        if (!expr || !formula || isFalse(expr)) continue;
        const isolation = formula.kind === 'false' ? undefined : facts.isolates(table, policy, side);
        if (formula.kind !== 'false' && !(isolation?.verdict === 'yes' && isolation.vacuous === true)) continue;
        const role = serverRole(facts, formula);
        const literal = role === undefined && formula.kind !== 'false' ? askedRole(facts, formula) : undefined;
        if (literal !== undefined) report({ ...place, message: 'roleClaim', at: expr.at, data: { ...data, literal, roles: listed(facts.environment.untrusted) } });
        else if (role !== undefined) report({ ...place, message: 'server', at: expr.at, certainty: 'possible', data: { ...data, role } });
        else if (formula.kind !== 'false' && policy.roles.every(isAnonymous)) report({ ...place, message: 'strangers', at: expr.at, data: { ...data, roles: listed(policy.roles) } });
        else report({ ...place, message: 'never', at: expr.at, data });
        return;
      }
    },
  },
});

/** `using (false)` says what it means. */
function isFalse(expr: SqlExpr): boolean {
  return expr.kind === 'cast' ? isFalse(expr.of) : expr.kind === 'literal' && (expr.value === false || expr.value === 'false' || expr.value === 'f');
}

/** The role that bypasses row level security and that the condition asks for. */
function serverRole(facts: Facts, formula: Formula): string | undefined {
  let found: string | undefined;
  each(formula, (part) => {
    if (part.kind !== 'compare' || part.op !== '=') return;
    for (const [one, other] of [[part.left, part.right], [part.right, part.left]] as const) {
      const asked = one.kind === 'value' && (one.value.kind === 'role' || (one.value.kind === 'claim' && one.value.path === 'role'));
      const role = asked && other.kind === 'value' && other.value.kind === 'literal' ? facts.schema.roles.get(String(other.value.value)) : undefined;
      if (role && (role.options.bypassRls === true || role.options.superuser === true)) found = role.name;
    }
  });
  return found;
}

/** A role that the condition asks for and that no request arrives as. */
function askedRole(facts: Facts, formula: Formula): string | undefined {
  let found: string | undefined;
  each(formula, (part) => {
    if (part.kind !== 'compare' || part.op !== '=') return;
    for (const [one, other] of [[part.left, part.right], [part.right, part.left]] as const) {
      if (one.kind !== 'value' || one.value.kind !== 'claim' || one.value.path !== 'role' || other.kind !== 'value' || other.value.kind !== 'literal') continue;
      if (!facts.environment.untrusted.includes(String(other.value.value))) found ??= String(other.value.value);
    }
  });
  return found;
}

/** A table that callers see nothing of makes the policy what it is; it is reported there. */
function readsClosed(facts: Facts, table: Table, policy: Policy): boolean {
  return facts.reads(table, policy).some((row) => {
    const read = row.table === undefined || row.definer === true ? undefined : facts.schema.tables.get(row.table);
    return read !== undefined && facts.access(read).every((access) => access.command !== 'select' || access.verdict === 'denied');
  });
}
