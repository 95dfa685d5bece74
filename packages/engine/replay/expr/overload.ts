import type { Routine, TypeRef } from '@tenantlint/model';
import { argumentText } from '../types.ts';

/** Input arguments, in order. */
export function inputsOf(routine: Pick<Routine, 'args'>): Routine['args'] {
  return routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic');
}

/**
 * The routine that a call with these argument types runs. An undefined type fits everything. Postgres'
 * ranking of implicit casts is reduced to: exact matches count, and one mismatch between unlike types rules out.
 */
export function chooseOverload(routines: readonly Routine[], given: number, types: readonly (TypeRef | undefined)[]): Routine | undefined {
  let best: Routine | undefined;
  let bestScore = -1;
  for (const routine of routines) {
    const inputs = inputsOf(routine);
    const needed = inputs.filter((arg) => arg.default === undefined && arg.mode !== 'variadic').length;
    const variadic = inputs.some((arg) => arg.mode === 'variadic');
    if (given < needed || (given > inputs.length && !variadic)) continue;
    let score = given === inputs.length ? 1 : 0;
    let fits = true;
    types.forEach((type, i) => {
      const wanted = inputs[i]?.type;
      if (type === undefined || wanted === undefined || type.name === 'unknown') return;
      if (argumentText(type) === argumentText(wanted)) score += 10;
      else if (wanted.name.startsWith('any')) score += 1;
      else if (!castable(type, wanted)) fits = false;
    });
    if (fits && score > bestScore) {
      best = routine;
      bestScore = score;
    }
  }
  return best;
}

const WIDER: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'],
  ['name', 'character', 'character varying', 'text'],
  ['date', 'timestamp without time zone', 'timestamp with time zone'],
];

function castable(from: TypeRef, to: TypeRef): boolean {
  if (from.dims !== to.dims) return false;
  if (from.schema !== undefined || to.schema !== undefined) return from.name === to.name;
  for (const family of WIDER) {
    const [a, b] = [family.indexOf(from.name), family.indexOf(to.name)];
    if (a >= 0 && b >= 0) return family[0] === 'name' ? true : a <= b;
  }
  return false;
}
