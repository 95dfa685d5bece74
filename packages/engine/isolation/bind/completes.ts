import { never, walkBody, type Formula, type Routine, type SqlExpr, type SqlSelect } from '@tenantlint/model';
import { and, TRUE } from '../logic/formula.ts';
import type { Bind, World } from './bind.ts';
import { identityOf } from './identity.ts';
import { pickRoutine, waysThrough } from './routine.ts';
import type { Scope } from './scope.ts';

type Call = Extract<SqlExpr, { kind: 'call' }>;

/**
 * What holds once the expressions have been computed without an error: a helper that raises for strangers lets nobody
 * else on, whether or not its value is looked at.
 */
export function completes(b: Bind, exprs: readonly (SqlExpr | undefined)[], scope: Scope): Formula {
  const out: Formula[] = [];
  for (const call of exprs.flatMap((expr) => (expr === undefined ? [] : certainCalls(expr)))) {
    if (identityOf(b, call) !== undefined) continue;
    const routine = pickRoutine(b, call, scope);
    if (routine === undefined || !mayRaise(b.world, routine)) continue;
    out.push(waysThrough(b, routine, call, scope) ?? { kind: 'opaque', text: `${routine.name}(…)`, why: 'whom it lets on could not be told', about: [], at: call.at });
  }
  return out.length === 0 ? TRUE : and(out);
}

/** The targets of a SELECT that is computed exactly once. */
export function targetsOnce(select: SqlSelect): readonly SqlExpr[] {
  const once = select.from.length === 0 && select.where === undefined && select.set === undefined && select.values === undefined && select.with.length === 0;
  return once ? select.targets.map((target) => target.expr) : [];
}

/** Calls that are made whatever their neighbours give. */
function certainCalls(expr: SqlExpr): readonly Call[] {
  const out: Call[] = [];
  const stack: SqlExpr[] = [expr];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    switch (next.kind) {
      case 'call':
        out.push(next);
        stack.push(...next.args);
        break;
      case 'cast': case 'not': case 'prefix': case 'is-null': case 'is-bool': case 'subscript': case 'field': stack.push(next.of); break;
      case 'operator': case 'distinct': case 'nullif': case 'any-array': case 'all-array': stack.push(next.left, next.right); break;
      case 'in': case 'any-select': case 'all-select': stack.push(next.left); break;
      case 'and': case 'or': case 'coalesce': stack.push(...next.of.slice(0, 1)); break;
      case 'array': case 'row': case 'greatest': case 'least': stack.push(...next.of); break;
      case 'case': stack.push(...(next.of === undefined ? [] : [next.of]), ...next.whens.slice(0, 1).map((one) => one.when)); break;
      case 'scalar': stack.push(...targetsOnce(next.select)); break;
      case 'literal': case 'column': case 'param': case 'keyword': case 'exists': case 'array-select': case 'opaque': break;
      default: never(next);
    }
  }
  return out;
}

const raising = new WeakMap<World, Map<string, boolean>>();

/** The body, or one that it calls, raises an error somewhere. */
function mayRaise(world: World, routine: Routine): boolean {
  let known = raising.get(world);
  if (known === undefined) raising.set(world, (known = new Map<string, boolean>()));
  const answer = known.get(routine.key);
  if (answer !== undefined) return answer;
  // Whoever comes back here is being looked at already.
  known.set(routine.key, false);
  let found = false;
  const called = new Set<string>();
  walkBody(world.body(routine), {
    pl: (one) => { if ((one.kind === 'raise' && one.level === 'exception') || (one.kind === 'sql' && one.strict)) found = true; },
    expr: (one) => { if (one.kind === 'call') called.add(one.name.name); },
  });
  for (const name of found ? [] : called) found ||= (world.routines.get(name) ?? []).some((other) => !other.platform && mayRaise(world, other));
  known.set(routine.key, found);
  return found;
}
