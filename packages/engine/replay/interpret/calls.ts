import type { Routine, SqlExpr } from '@tenantlint/model';
import { chooseOverload, inputsOf } from '../expr/overload.ts';
import { namesOf } from '../expr/qualify.ts';
import { EMPTY } from '../expr/scope.ts';
import { typeOf } from '../expr/infer.ts';
import { fail } from '../failure.ts';
import { splitList } from '../quote.ts';
import { searchPath } from '../world.ts';
import { Variables, type Context, type Relation } from './context.ts';
import { evaluate } from './evaluate.ts';
import { cast } from './cast.ts';
import { runSqlBody } from './sql-body.ts';
import { Procedure } from './statements.ts';
import { NOT_DECIDED, Unknown, type Value } from './values.ts';

type Call = SqlExpr & { readonly kind: 'call' };

/** Calls deeper than this are taken for an endless recursion. */
const DEEPEST = 40;

/** Routines of the platform are known by name only, but for the queues, which are tables. */
export function isFollowed(routine: Routine): boolean {
  return !routine.platform || (routine.schema === 'pgmq' && routine.language === 'plpgsql');
}

/** The catalog's routine behind a call; none for a function of Postgres itself. */
export function findRoutine(call: Call, { world }: Context): Routine | undefined {
  const { catalog } = world;
  for (const schema of call.name.schema === undefined ? searchPath(world) : [call.name.schema]) {
    const routines = catalog.overloads(schema, call.name.name).flatMap((key) => catalog.get('function', key) ?? []);
    if (routines.length === 0) continue;
    const names = namesOf(world);
    const types = routines.length > 1 ? call.args.map((arg) => typeOf(world, names, arg, EMPTY)) : [];
    const chosen = chooseOverload(routines, call.args.length, types);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

/**
 * Runs a routine of the catalog for its effects on it and for its result. Undefined where its body cannot be
 * followed, which matters only if it could change the schema.
 */
export function callRoutine(routine: Routine, call: Call, given: readonly Value[], context: Context): Relation | undefined {
  const { world, budget } = context;
  if (routine.body === undefined || !isFollowed(routine)) return undefined;
  if (routine.language !== 'plpgsql' && routine.language !== 'sql') return undefined;
  if (++budget.depth > DEEPEST) fail('statement_too_complex', 'stack depth limit exceeded');
  const settings = world.session.settings;
  try {
    const args = argumentsOf(routine, call, given, context);
    for (const [name, value] of Object.entries(routine.settings)) world.session.set(name, name === 'search_path' ? pathOf(value) : [value], true);
    if (routine.securityDefiner.value) world.session.set('role', [routine.owner], true);
    const inner: Context = { ...context, rows: [], outer: undefined, variables: undefined, params: args, tables: new Map() };
    const body = world.parser.functionBody(routine.body, routine.language);
    if (body.kind === 'opaque') return undefined;
    if (body.kind === 'sql') return runSqlBody(routine, body, withNames(routine, args, inner));
    return new Procedure(withNames(routine, args, inner), routine).run(body.block);
  } finally {
    budget.depth--;
    // Settings of the routine end with it; what it set for the session itself stays.
    if (Object.keys(routine.settings).length > 0 || routine.securityDefiner.value) world.session.restore(settings);
  }
}

function pathOf(value: string): readonly string[] {
  const names = splitList(value);
  return names.length === 0 ? [''] : names;
}

function withNames(routine: Routine, args: readonly Value[], context: Context): Context {
  const variables = new Variables(undefined, routine.name);
  let i = 0;
  for (const arg of routine.args) {
    const input = arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic';
    const value = input ? (args[i] ?? null) : null;
    if (input) i++;
    if (arg.name !== undefined) variables.declare(arg.name, value, arg.type.dims > 0 || arg.mode === 'variadic' ? 'array' : 'scalar');
  }
  return { ...context, variables };
}

/** Values of the input arguments in order of declaration, with named notation, defaults and VARIADIC applied. */
function argumentsOf(routine: Routine, call: Call, given: readonly Value[], context: Context): readonly Value[] {
  const inputs = inputsOf(routine);
  const positional = given.filter((_, i) => call.named?.[i] === undefined);
  return inputs.map((input, i): Value => {
    const named = Object.entries(call.named ?? {}).find(([, name]) => name === input.name)?.[0];
    if (named !== undefined) return cast(context.world, given[Number(named)] ?? null, input.type);
    if (input.mode === 'variadic' && positional.length > i + 1) return positional.slice(i);
    const value = positional[i];
    if (value !== undefined) return value instanceof Unknown ? value : cast(context.world, value, input.type);
    return input.default === undefined ? NOT_DECIDED : evaluate(input.default, { ...context, rows: [], outer: undefined, variables: undefined });
  });
}
