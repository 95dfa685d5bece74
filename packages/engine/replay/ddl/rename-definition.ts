import type { Routine, UserType } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { inputsOf } from '../expr/overload.ts';
import { argumentText } from '../types.ts';
import { keyOf, type World } from '../world.ts';
import { dependenciesOf, dependentOf } from '../dependencies.ts';
import { follow, type Following } from '../rewriting.ts';
import { routineKey } from './routine-names.ts';

/** Gives a routine another name or schema; what calls it follows. */
export function moveRoutine(world: World, routine: Routine, to: { readonly schema: string; readonly name: string }): void {
  const key = routineKey(to.schema, to.name, inputsOf(routine).map((arg) => argumentText(arg.type)));
  if (world.catalog.get('function', key) !== undefined) fail('duplicate_function', `function ${key} already exists`);
  const following: Following = {
    hooks: { call: (name) => (name.schema === routine.schema && name.name === routine.name ? { ...name, schema: to.schema, name: to.name } : name) },
    routine: (other) => (other === routine.key ? key : other),
  };
  for (const { on } of dependenciesOf(world, { is: 'routine', key: routine.key })) {
    const dependent = dependentOf(on);
    if (dependent !== undefined) follow(world, dependent, following);
  }
  world.catalog.put('function', routine.key, undefined);
  world.catalog.put('function', key, { ...routine, key, schema: to.schema, name: to.name });
}

/** Gives a type another name or schema; what is of it follows. */
export function moveType(world: World, type: UserType, to: { readonly schema: string; readonly name: string }): void {
  const key = keyOf(to.schema, to.name);
  if (world.catalog.get('type', key) !== undefined || world.catalog.relation(key) !== undefined) fail('duplicate_object', `type "${to.name}" already exists`);
  const following: Following = {
    hooks: { type: (ref) => (ref.schema === type.schema && ref.name === type.name ? { ...ref, schema: to.schema, name: to.name } : ref) },
  };
  for (const dependent of world.catalog.mentioning(`t:${type.key}`)) follow(world, dependent, following);
  const text = (place: { readonly schema: string; readonly name: string }): string => (place.schema === 'public' ? place.name : keyOf(place.schema, place.name));
  for (const other of [...world.catalog.map('type').values()]) {
    if (other.form.is !== 'composite') continue;
    const columns = new Map([...other.form.columns].map(([name, { typeText }]) => [name, { typeText: typeText.replace('[]', '') === text(type) ? typeText.replace(text(type), text(to)) : typeText }]));
    world.catalog.put('type', other.key, { ...other, form: { is: 'composite', columns } });
  }
  world.catalog.put('type', type.key, undefined);
  world.catalog.put('type', key, { ...type, key, schema: to.schema, name: to.name });
}
