import type { TypeRef } from '@tenantlint/model';
import { plainType, sameType } from '../types.ts';

/** Type of a bare string or NULL until its surroundings decide it. */
const UNDECIDED = plainType('unknown');
const TEXT = plainType('text');

/** What an undecided type becomes where nothing decides it. */
export function decided(type: TypeRef): TypeRef {
  return type.name === 'unknown' && type.schema === undefined ? TEXT : type;
}

const NUMBERS = ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'];
const PREFERRED = ['text', 'timestamp with time zone', 'double precision', 'boolean', 'interval', 'inet'];

/** The type that CASE, COALESCE, UNION and arrays settle on. */
export function common(types: readonly (TypeRef | undefined)[]): TypeRef | undefined {
  if (types.some((type) => type === undefined)) {
    const known = types.filter((type) => type !== undefined && type.name !== 'unknown');
    return known.length === 1 || (known.length > 1 && known.every((type) => sameType(type as TypeRef, known[0] as TypeRef))) ? without(known[0]) : undefined;
  }
  const known = (types as readonly TypeRef[]).filter((type) => type.name !== 'unknown' || type.schema !== undefined);
  const first = known[0];
  if (first === undefined) return UNDECIDED;
  if (known.length === types.length && known.every((type) => sameType(type, first))) return first;
  let best = without(first) ?? first;
  for (const type of known.slice(1)) {
    if (type.dims !== best.dims || type.schema !== undefined || best.schema !== undefined) continue;
    const [from, to] = [NUMBERS.indexOf(best.name), NUMBERS.indexOf(type.name)];
    if (to > from && from >= 0) best = without(type) ?? type;
    else if (from < 0 && !PREFERRED.includes(best.name) && PREFERRED.includes(type.name)) best = without(type) ?? type;
    else if (best.name === 'timestamp without time zone' && type.name === 'timestamp with time zone') best = type;
    else if (best.name === 'date' && type.name.startsWith('timestamp')) best = type;
  }
  return best;
}

export function without(type: TypeRef | undefined): TypeRef | undefined {
  return type === undefined || type.mods.length === 0 ? type : { ...type, mods: [] };
}
