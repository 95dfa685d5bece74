import type { ObjectKind, ObjectName } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { argumentText } from '../types.ts';
import { candidateSchemas, keyOf, resolveType, type World } from '../world.ts';

/** Key of a routine: its qualified name with the types of its input arguments. */
export function routineKey(schema: string, name: string, types: readonly string[]): string {
  return `${keyOf(schema, name)}(${types.join(', ')})`;
}

/**
 * Keys of the routines that a statement names: the one with the stated argument types, or, without types, the
 * only one of that name. Empty when there is none.
 */
export function resolveRoutines(world: World, name: ObjectName, object: ObjectKind, strict: boolean): readonly string[] {
  const { catalog } = world;
  for (const schema of candidateSchemas(world, name)) {
    if (name.args !== undefined) {
      const key = routineKey(schema, name.name, name.args.map((type) => argumentText(resolveType(world, type))));
      if (catalog.get('function', key) !== undefined) return [key];
      const byOuts = catalog.overloads(schema, name.name).filter((candidate) => matchesWithOuts(world, candidate, name.args ?? []));
      if (byOuts.length === 1) return byOuts;
      continue;
    }
    const keys = catalog.overloads(schema, name.name).filter((key) => {
      const kind = catalog.get('function', key)?.kind;
      return object === 'routine' || (object === 'procedure') === (kind === 'procedure');
    });
    if (keys.length > 1 && strict) fail('ambiguous_function', `function name "${name.name}" is not unique`);
    if (keys.length > 0) return keys.length === 1 ? keys : [];
  }
  return [];
}

/** The same where the statement needs one to be there. */
export function existingRoutines(world: World, name: ObjectName, object: ObjectKind): readonly string[] {
  const keys = resolveRoutines(world, name, object, true);
  if (keys.length === 0 && !world.infers && object !== 'aggregate') fail('undefined_function', `function ${name.name} does not exist`);
  return keys;
}

/** Old dumps and some tools state OUT arguments as well. */
function matchesWithOuts(world: World, key: string, args: NonNullable<ObjectName['args']>): boolean {
  const routine = world.catalog.get('function', key);
  if (routine === undefined || routine.args.length !== args.length) return false;
  const all = routine.args.filter((arg) => arg.mode !== 'table');
  if (all.length !== args.length) return false;
  return all.every((arg, i) => {
    const given = args[i];
    return given !== undefined && argumentText(arg.type) === argumentText(resolveType(world, given));
  });
}
