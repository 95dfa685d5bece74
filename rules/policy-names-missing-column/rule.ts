import { defineRule, listed, routineName, routinesNamed, tableName, walkBody, walkExpr, type Facts, type Policy, type Routine, type Span, type SqlExpr, type SqlFrom, type Table } from '@tenantlint/model';

interface Missing {
  readonly kind: 'column' | 'table';
  readonly name: string;
  readonly of: string;
  readonly at: Span;
}

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'HYG001' }],
  messages: {
    column: {
      what: '`{function}` names column `{name}` of `{of}`, which does not exist; {policies}.',
      why: 'Postgres looks into a function when it runs, not when it is made or when a column is dropped. Every query under these policies now fails.',
      fix: 'Replace the function (`create or replace function …`) in the migration that drops or renames the column.',
    },
    table: {
      what: '`{function}` reads `{name}`, which does not exist; {policies}.',
      why: 'Postgres looks into a function when it runs, not when it is made or when a table is dropped. Every query under these policies now fails.',
      fix: 'Replace the function (`create or replace function …`) in the migration that drops or renames the table.',
    },
  },
  visit: {
    project(facts, report) {
      const callers = new Map<Routine, string[]>();
      for (const table of facts.schema.tables.values()) for (const policy of table.policies.values()) if (policy.createdIn >= 0) for (const routine of called(facts, policy)) {
        const policies = callers.get(routine) ?? [];
        callers.set(routine, policies);
        policies.push(`"${policy.name}" of \`${tableName(table.key)}\``);
      }
      for (const [routine, policies] of callers) {
        const missing = missingIn(facts, routine);
        if (!missing) continue;
        const place = { at: missing.at, subject: { kind: 'function' as const, name: routine.key }, certainty: 'likely' as const, related: [{ at: routine.at, note: 'the function' }] };
        const data = { function: routineName(routine), name: missing.name, policies: policies.length === 1 ? `policy ${policies[0] ?? ''} calls it` : `policies ${listed(policies, 3)} call it` };
        if (missing.kind === 'column') report({ ...place, message: 'column', data: { ...data, of: missing.of } });
        else report({ ...place, message: 'table', data });
      }
    },
  },
});

/** Functions of the product that the policy calls by a name that only one of them has. */
function called(facts: Facts, policy: Policy): readonly Routine[] {
  const found = new Set<Routine>();
  for (const expr of [policy.using, policy.check]) {
    if (!expr) continue;
    walkExpr(expr, {
      expr: (part) => {
        if (part.kind !== 'call') return;
        const named = routinesNamed(facts, part.name.name).filter((routine) => (part.name.schema === undefined || part.name.schema === routine.schema));
        const [only, ...more] = named;
        if (only && more.length === 0 && !only.platform) found.add(only);
      },
    });
  }
  return [...found];
}

function missingIn(facts: Facts, routine: Routine): Missing | undefined {
  const sources = new Map<string, (Table | undefined)[]>();
  const columns: Extract<SqlExpr, { kind: 'column' }>[] = [];
  const ctes = new Set<string>();
  let missing: Missing | undefined;
  const from = (item: SqlFrom): void => {
    if (item.kind === 'subselect' || item.kind === 'function' || item.kind === 'opaque') {
      if (item.alias !== undefined) sources.set(item.alias, [...(sources.get(item.alias) ?? []), undefined]);
      return;
    }
    if (item.kind !== 'table') return;
    const { schema, name, at } = item.name;
    const known = ctes.has(name) && schema === undefined ? undefined : resolve(facts, routine, schema, name);
    if (known === 'missing') missing ??= { kind: 'table', name: schema === undefined ? name : `${schema}.${name}`, of: '', at };
    const alias = item.alias ?? name;
    sources.set(alias, [...(sources.get(alias) ?? []), known === 'missing' || item.columns !== undefined ? undefined : known]);
  };
  walkBody(facts.body(routine), {
    statement: (statement) => { if ('with' in statement) for (const cte of statement.with) ctes.add(cte.name); },
    from,
    expr: (expr) => { if (expr.kind === 'column' && expr.path.length === 2) columns.push(expr); },
  });
  if (missing) return missing;
  for (const column of columns) {
    const [alias, name] = column.path;
    const tables = alias === undefined ? undefined : sources.get(alias);
    if (name === undefined || name === '*' || !tables || tables.some((table) => table === undefined || table.inferred || table.columns.has(name))) continue;
    return { kind: 'column', name, of: tableName(tables[0]?.key ?? ''), at: column.at };
  }
  return undefined;
}

/** The table by its name; undefined for what is something else or not known well enough to say. */
function resolve(facts: Facts, routine: Routine, schema: string | undefined, name: string): Table | 'missing' | undefined {
  const setting = routine.settings['search_path'];
  const path = schema !== undefined ? [schema] : setting === undefined ? [...routine.searchPath, 'public'] : setting.split(',').map((part) => part.trim().replace(/^"|"$/g, ''));
  for (const one of path) {
    const key = `${one}.${name}`;
    const table = facts.schema.tables.get(key);
    if (table) return table;
    if (facts.schema.views.has(key)) return undefined;
  }
  // Catalogs, temporary tables and tables that a function makes are not in the schema.
  const own = path.some((one) => facts.schema.schemas.has(one) && facts.schema.schemas.get(one)?.platform !== true || one === 'public');
  return own && !/^(pg_|information_schema)/.test(schema ?? name) && facts.timeline.doubts.length === 0 ? 'missing' : undefined;
}
