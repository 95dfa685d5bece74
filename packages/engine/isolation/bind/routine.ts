import type { Formula, Routine, Row, SqlExpr } from '@tenantlint/model';

import type { Bind } from './bind.ts';
import { isPure } from './builtin.ts';
import { and, TRUE } from '../logic/formula.ts';
import { completes, targetsOnce } from './completes.ts';
import { runBlock, runToEnd } from './plpgsql.ts';
import { MOST_NESTED } from './relation.ts';
import type { Meaning, Scope } from './scope.ts';
import { NO_CTES } from './scope.ts';
import { bindSelect } from './select.ts';

type Call = Extract<SqlExpr, { kind: 'call' }>;

export interface Output {
  readonly name: string | undefined;
  readonly meaning: Meaning;
}

/** One way in which a function returns: its rows, what must hold, and what it hands out. */
export interface Result {
  readonly rows: readonly Row[];
  readonly when: Formula;
  readonly outputs: readonly Output[];
}

/** The product's function that a call means, by search path, number of arguments and, between overloads, their types. */
export function pickRoutine(b: Bind, call: Call, scope: Scope): Routine | undefined {
  const { name } = call;
  const all = b.world.routines.get(name.name);
  if (all === undefined) return undefined;
  const fits = all.filter((routine) => accepts(routine, call));
  const inSchema = (schema: string): readonly Routine[] => fits.filter((routine) => routine.schema === schema);
  if (name.schema !== undefined) return best(inSchema(name.schema), call);
  for (const schema of [...scope.routine.searchPath, 'public']) {
    const found = best(inSchema(schema), call);
    if (found !== undefined) return found;
  }
  return undefined;
}

function accepts(routine: Routine, call: Call): boolean {
  const inputs = routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic');
  const variadic = inputs.some((arg) => arg.mode === 'variadic');
  const required = inputs.filter((arg) => arg.default === undefined && arg.mode !== 'variadic').length;
  return call.args.length >= required && (variadic || call.args.length <= inputs.length);
}

function best(fits: readonly Routine[], call: Call): Routine | undefined {
  if (fits.length < 2) return fits[0];
  let found = fits[0];
  let most = -1;
  for (const routine of fits) {
    const inputs = routine.args.filter((arg) => arg.mode !== 'out' && arg.mode !== 'table');
    let score = inputs.length === call.args.length ? 1 : 0;
    call.args.forEach((arg, index) => {
      if (typeName(arg) === inputs[index]?.type.name) score += 2;
    });
    if (score > most) {
      most = score;
      found = routine;
    }
  }
  return found;
}

function typeName(expr: SqlExpr): string | undefined {
  if (expr.kind === 'cast') return expr.type.name;
  if (expr.kind === 'call' && expr.name.schema === 'auth' && expr.name.name === 'uid') return 'uuid';
  if (expr.kind === 'literal') return typeof expr.value === 'string' ? 'text' : typeof expr.value === 'number' ? 'integer' : 'boolean';
  return undefined;
}

/** The body with the call's arguments in place of its parameters; undefined where it cannot be read. */
export function openRoutine(b: Bind, routine: Routine, call: Call, scope: Scope): readonly Result[] | undefined {
  if (routine.body === undefined || scope.routine.stack.includes(routine.key) || scope.routine.stack.length > MOST_NESTED || !b.spend()) return undefined;
  if (isPure(call.name) && routine.platform) return undefined;
  const body = b.world.body(routine);
  if (body.kind === 'opaque') return undefined;
  const inner = calleeScope(b, routine, call, scope);
  if (body.kind === 'plpgsql') return runBlock(b, body.block, routine, inner);
  const last = body.statements[body.statements.length - 1];
  if (last?.kind !== 'select') return undefined;
  return bindSelect(b, last, inner).map((one) => ({ rows: one.rows, when: one.where, outputs: one.targets }));
}

/** What holds when the call comes back without an error; undefined where the body cannot be followed. */
export function waysThrough(b: Bind, routine: Routine, call: Call, scope: Scope): Formula | undefined {
  if (routine.body === undefined || scope.routine.stack.includes(routine.key) || scope.routine.stack.length > MOST_NESTED || !b.spend()) return undefined;
  const body = b.world.body(routine);
  if (body.kind === 'opaque') return undefined;
  const inner = calleeScope(b, routine, call, scope);
  if (body.kind === 'plpgsql') return runToEnd(b, body.block, routine, inner);
  return and(body.statements.map((one) => (one.kind === 'select' ? completes(b, targetsOnce(one), inner) : TRUE)));
}

function calleeScope(b: Bind, routine: Routine, call: Call, scope: Scope): Scope {
  const definer = routine.securityDefiner.value;
  const path = routine.settings['search_path'];
  const searchPath = path === undefined ? (definer ? routine.searchPath : scope.routine.searchPath) : path.split(',').map((part) => part.trim().replace(/^"|"$/g, '')).filter((part) => part !== '');
  const names = new Map<string, Meaning>();
  const params: Meaning[] = [];
  const inputs = routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic');
  const empty: Scope = { sources: [], ctes: NO_CTES, names: new Map(), label: undefined, params: [], outer: undefined, policy: false, routine: { definer: scope.routine.definer, owner: scope.routine.owner, searchPath, stack: scope.routine.stack } };
  inputs.forEach((arg, index) => {
    const given = call.args[namedIndex(call, arg.name) ?? index];
    const positional = call.named?.[index] === undefined || call.named[index] === arg.name;
    const expr = given !== undefined && (positional || namedIndex(call, arg.name) !== undefined) ? given : undefined;
    const meaning: Meaning = expr !== undefined ? { kind: 'expr', expr, scope } : arg.default !== undefined ? { kind: 'expr', expr: arg.default, scope: empty } : { kind: 'term', term: { kind: 'value', value: { kind: 'literal', value: null }, at: call.at } };
    params.push(meaning);
    if (arg.name !== undefined) names.set(arg.name, meaning);
  });
  return {
    sources: [],
    ctes: NO_CTES,
    names,
    label: routine.name,
    params,
    outer: undefined,
    policy: false,
    routine: { definer: definer || scope.routine.definer, owner: definer ? routine.owner : scope.routine.owner, searchPath, stack: [...scope.routine.stack, routine.key] },
  };
}

function namedIndex(call: Call, name: string | undefined): number | undefined {
  if (call.named === undefined || name === undefined) return undefined;
  for (const [index, given] of Object.entries(call.named)) if (given === name) return Number(index);
  return undefined;
}

