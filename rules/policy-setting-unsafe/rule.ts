import { defineRule, listed, routinesNamed, tableName, walkBody, walkExpr, type Facts, type Policy, type Span, type SqlExpr, type Subject, type Table } from '@tenantlint/model';

type Call = Extract<SqlExpr, { kind: 'call' }>;

interface Use {
  readonly setting: string;
  readonly message: 'unqualified' | 'emptyCast' | 'throws';
  readonly type: string;
  readonly at: Span;
  readonly policies: string[];
}

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'SEC019' }, { tool: 'pgrls', rule: 'SEC024' }],
  messages: {
    unqualified: {
      what: '`{setting}` is no setting that can be made: its name has no prefix ({policies}).',
      why: 'Postgres keeps names without a dot for itself. `set {setting} = …` fails with "unrecognized configuration parameter", so that the policy never sees a value.',
      fix: 'Give it a prefix, here and where it is set: `app.{setting}`.',
    },
    emptyCast: {
      what: '`{setting}` is cast to {type} without asking whether it is empty ({policies}).',
      why: 'A setting that was SET LOCAL is not unset afterwards, it is empty. On the next use of the pooled connection the cast of \'\' fails, and the query with it, far from its cause.',
      fix: '`nullif(current_setting(\'{setting}\', true), \'\')::{type}`: an empty setting is then no tenant, and no row matches.',
    },
    throws: {
      severity: 'note',
      what: '`{setting}` is read in a way that fails when it is not set ({policies}).',
      why: 'Every query without the setting ends in an error: backups, consoles and migrations under FORCE as well. Nothing leaks; it is loud by design or by accident.',
      fix: '`current_setting(\'{setting}\', true)` yields NULL instead, and the policy then lets nothing through.',
    },
  },
  visit: {
    project(facts, report) {
      const uses = new Map<string, Use>();
      for (const table of facts.schema.tables.values()) {
        for (const policy of table.policies.values()) {
          if (policy.createdIn >= 0) collect(facts, table, policy, uses);
        }
      }
      for (const use of [...uses.values()].sort((a, b) => (a.setting < b.setting ? -1 : 1))) {
        const subject: Subject = { kind: 'policy', name: `setting ${use.setting}` };
        const policies = use.policies.length === 1 ? `policy ${use.policies[0] ?? ''}` : `${use.policies.length} policies: ${listed(use.policies, 3)}`;
        const data = { setting: use.setting, policies };
        if (use.message === 'emptyCast') report({ message: 'emptyCast', at: use.at, subject, certainty: 'likely', data: { ...data, type: use.type } });
        else report({ message: use.message, at: use.at, subject, certainty: use.message === 'throws' ? 'possible' : 'likely', data });
      }
    },
  },
});

/** One finding for a setting and a mistake: it is mended in one place, or in the same way in all. */
function collect(facts: Facts, table: Table, policy: Policy, uses: Map<string, Use>): void {
  const name = `"${policy.name}" of \`${tableName(table.key)}\``;
  const note = (setting: string, message: Use['message'], type: string, at: Span): void => {
    const key = `${setting}|${message}|${type}`;
    const known = uses.get(key);
    if (!known) uses.set(key, { setting, message, type, at, policies: [name] });
    else if (!known.policies.includes(name)) known.policies.push(name);
  };
  const opened = new Set<string>();
  const see = (expr: SqlExpr): void => {
    if (expr.kind === 'cast') {
      const call = settingOf(expr.of);
      if (call && quiet(call.call) && !/^(text|character|character varying|name|json|jsonb)$/.test(expr.type.name) && !builtIn(call.setting)) note(call.setting, 'emptyCast', expr.type.name, expr.at);
    }
    if (expr.kind !== 'call') return;
    const call = settingOf(expr);
    if (call && !builtIn(call.setting)) {
      if (!call.setting.includes('.')) note(call.setting, 'unqualified', '', expr.at);
      else if (!quiet(expr)) note(call.setting, 'throws', '', expr.at);
    }
    for (const routine of routinesNamed(facts, expr.name.name)) {
      if (routine.platform || opened.has(routine.key)) continue;
      opened.add(routine.key);
      walkBody(facts.body(routine), { expr: see });
    }
  };
  for (const expr of [policy.using, policy.check]) if (expr) walkExpr(expr, { expr: see });
}

function settingOf(expr: SqlExpr): { readonly call: Call; readonly setting: string } | undefined {
  if (expr.kind === 'scalar' && expr.select.from.length === 0) {
    const [only] = expr.select.targets;
    return only ? settingOf(only.expr) : undefined;
  }
  const [first] = expr.kind === 'call' && expr.name.name === 'current_setting' ? expr.args : [];
  const literal = first?.kind === 'cast' ? first.of : first;
  return expr.kind === 'call' && literal?.kind === 'literal' && typeof literal.value === 'string' ? { call: expr, setting: literal.value } : undefined;
}

function quiet(call: Call): boolean {
  const [, second] = call.args;
  return second?.kind === 'literal' && (second.value === true || /^t/i.test(String(second.value)));
}

/** Postgres' own parameters, and what the API sets for each request. */
function builtIn(setting: string): boolean {
  return /^(request\.|role$|session_authorization$|search_path$|application_name$|timezone$|is_superuser$|server_version|transaction_|statement_timeout$|client_|row_security$)/i.test(setting);
}
