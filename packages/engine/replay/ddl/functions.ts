import type { FunctionArg, FunctionOptions, Routine, SchemaEvent, TypeRef } from '@tenantlint/model';
import { inputsOf } from '../expr/overload.ts';
import { qualifyExpr } from '../expr/qualify.ts';
import { fail } from '../failure.ts';
import { argumentText } from '../types.ts';
import { newName, definedType, searchPath, type World } from '../world.ts';
import { initialGrants } from './grants.ts';
import { resolveRoutines, routineKey } from './routine-names.ts';

export function createFunction(world: World, event: SchemaEvent & { readonly kind: 'create-function' }): void {
  const target = newName(world, event.name);
  const args = event.args.map((arg): FunctionArg => ({
    ...arg,
    type: definedType(world, arg.type),
    ...(arg.default === undefined ? {} : { default: qualifyExpr(world, arg.default) }),
  }));
  const key = routineKey(target.schema, target.name, inputsOf({ args }).map((arg) => argumentText(arg.type)));
  const existing = world.catalog.get('function', key);
  if (existing !== undefined && !event.replace) fail('duplicate_function', `function "${target.name}" already exists with same argument types`);
  const returns = event.returns === undefined ? undefined : definedType(world, event.returns);
  const { options } = event;
  const at = event.name.at;
  const routine: Routine = {
    key, schema: target.schema, name: target.name, kind: event.procedure ? 'procedure' : 'function', at, owner: world.session.role,
    args, returns, language: options.language ?? 'sql', volatility: options.volatility ?? 'volatile',
    securityDefiner: { value: options.securityDefiner ?? false, at }, leakproof: options.leakproof ?? false, strict: options.strict ?? false,
    settings: changedSettings(world, {}, options), body: event.body, grants: [], searchPath: searchPath(world), comment: undefined,
    createdIn: world.step, platform: world.platform,
  };
  if (existing === undefined) {
    world.catalog.put('function', key, { ...routine, grants: initialGrants(world, 'function', target.schema, at) });
    return;
  }
  requireReplaceable(existing, routine);
  const { owner, grants, comment } = existing;
  world.catalog.put('function', key, { ...routine, owner, grants, comment });
}

/** CREATE OR REPLACE keeps the kind, the result and the names of the arguments. */
function requireReplaceable(before: Routine, after: Routine): void {
  if (before.kind !== after.kind) fail('wrong_object_type', 'cannot change routine kind');
  if (resultText(before) !== resultText(after)) fail('invalid_function_definition', 'cannot change return type of existing function');
  const [was, now] = [inputsOf(before), inputsOf(after)];
  was.forEach((arg, i) => {
    const name = now[i]?.name;
    if (arg.name !== undefined && name !== arg.name) fail('invalid_function_definition', `cannot change name of input parameter "${arg.name}"`);
    if (arg.default !== undefined && now[i]?.default === undefined) fail('invalid_function_definition', 'cannot remove parameter defaults from existing function');
  });
}

function resultText(routine: Routine): string {
  const outs = routine.args.filter((arg) => arg.mode === 'out' || arg.mode === 'inout' || arg.mode === 'table');
  if (outs.length > 0) return outs.map((arg) => `${arg.name ?? ''} ${argumentText(arg.type)}`).join();
  const returns: TypeRef | undefined = routine.returns;
  return returns === undefined ? '' : `${returns.setof === true ? 'setof ' : ''}${argumentText(returns)}`;
}

function changedSettings(world: World, settings: Readonly<Record<string, string>>, options: FunctionOptions): Readonly<Record<string, string>> {
  if (options.settings === undefined) return settings;
  const next = new Map(Object.entries(settings));
  for (const [name, value] of Object.entries(options.settings)) {
    if (value === null) next.delete(name);
    else if (value === 'FROM CURRENT') next.set(name, (name === 'search_path' ? world.session.searchPath : (world.session.get(name) ?? [])).join(', '));
    else next.set(name, value);
  }
  return Object.fromEntries(next);
}

export function alterFunction(world: World, event: SchemaEvent & { readonly kind: 'alter-function' }): void {
  const key = resolveRoutines(world, event.name, event.object, true)[0];
  if (key === undefined) {
    if (world.infers && event.object !== 'aggregate') return;
    fail('undefined_function', `function ${event.name.name} does not exist`);
  }
  const routine = world.catalog.get('function', key);
  if (routine === undefined) return;
  const { options } = event;
  world.catalog.put('function', key, {
    ...routine,
    volatility: options.volatility ?? routine.volatility,
    securityDefiner: options.securityDefiner === undefined ? routine.securityDefiner : { value: options.securityDefiner, at: event.at },
    leakproof: options.leakproof ?? routine.leakproof,
    strict: options.strict ?? routine.strict,
    settings: changedSettings(world, event.resetAll === true ? {} : routine.settings, options),
  });
}
