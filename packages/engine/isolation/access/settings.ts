import type { Environment, FunctionBody, PlStatement, Routine, Schema, SqlExpr, SqlStatement } from '@tenantlint/model';

/**
 * Settings that callers can set themselves: through a function of the API that passes an argument on to set_config.
 * `candidates` are the keys of functions that may do so. A connection of the product's own sets its settings in the product's code, which is judged there.
 */
export function settingsSetByCallers(schema: Schema, candidates: Iterable<string>, environment: Environment, body: (routine: Routine) => FunctionBody): ReadonlySet<string> {
  const out = new Set<string>();
  if (environment.kind === 'own-connection') return out;
  for (const key of candidates) {
    const routine = schema.functions.get(key);
    if (routine === undefined || routine.platform || routine.body === undefined || !routine.body.text.includes('set_config')) continue;
    if (environment.exposed.length > 0 && !environment.exposed.includes(routine.schema)) continue;
    if (!environment.untrusted.some((role) => routine.grants.some((grant) => grant.privilege === 'execute' && (grant.role === role || grant.role === 'public')))) continue;
    const names = new Set(routine.args.map((arg) => arg.name).filter((name) => name !== undefined));
    for (const call of setConfigs(body(routine))) {
      const [name, value] = call;
      if (value !== undefined && mentions(value, names) && name?.kind === 'literal' && typeof name.value === 'string') out.add(name.value.toLowerCase());
    }
  }
  return out;
}

function setConfigs(body: FunctionBody): readonly (readonly (SqlExpr | undefined)[])[] {
  const out: (readonly (SqlExpr | undefined)[])[] = [];
  const root: readonly (PlStatement | SqlStatement)[] = body.kind === 'sql' ? body.statements : body.kind === 'plpgsql' ? [body.block] : [];
  walk(root, (node) => {
    if (node.kind === 'call' && node.name.name === 'set_config') out.push([bare(node.args[0]), node.args[1]]);
  });
  return out;
}

function mentions(expr: SqlExpr, names: ReadonlySet<string>): boolean {
  let found = false;
  walk([expr], (node) => {
    if (node.kind === 'param' || (node.kind === 'column' && names.has(node.path[node.path.length - 1] ?? ''))) found = true;
  });
  return found;
}

function bare(expr: SqlExpr | undefined): SqlExpr | undefined {
  let out = expr;
  while (out?.kind === 'cast') out = out.of;
  return out;
}

type Node = Extract<SqlExpr, { kind: 'call' | 'param' | 'column' }>;

/** Every call, parameter and column below some nodes, whatever lies between. */
function walk(roots: readonly object[], visit: (node: Node) => void): void {
  const stack: object[] = [...roots];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (isNode(next)) visit(next);
    for (const value of Object.values(next) as readonly unknown[]) if (typeof value === 'object' && value !== null) stack.push(value);
  }
}

function isNode(value: object): value is Node {
  if (!('kind' in value)) return false;
  return (value.kind === 'call' && 'name' in value && 'args' in value) || value.kind === 'param' || (value.kind === 'column' && 'path' in value);
}
