import type { TypeRef } from '@tenantlint/model';

const INTEGERS = ['smallint', 'integer', 'bigint'];
const TEXTS = ['text', 'character varying', 'character', 'citext'];
/** Families between which a change cannot be undone: what is left of the arrow can hold more. */
const LOSSY: readonly (readonly [RegExp, RegExp])[] = [
  [/^(text|character varying|citext)$/, /^(smallint|integer|bigint|numeric|boolean|date|uuid|timestamp|double precision|real)/],
  [/^(numeric|double precision|real)$/, /^(smallint|integer|bigint|boolean)$/],
  [/^double precision$/, /^real$/],
  [/^timestamp/, /^(date|time)/],
  [/^jsonb?$/, /^(boolean|integer|bigint|numeric|uuid|date)/],
];

/** Whether values of `from` may not survive in `to`. False where the types are not known well enough to say so. */
export function narrows(from: TypeRef, to: TypeRef): boolean {
  if (from.dims > 0 && to.dims === 0) return true;
  if (from.dims !== to.dims) return false;
  const [a, b] = [from.name, to.name];
  if (INTEGERS.includes(a) && INTEGERS.includes(b)) return INTEGERS.indexOf(b) < INTEGERS.indexOf(a);
  if (TEXTS.includes(a) && TEXTS.includes(b)) return lengthOf(to) < lengthOf(from);
  if (a === 'numeric' && b === 'numeric') return to.mods.length > 0 && (digits(to) < digits(from) || scale(to) < scale(from));
  return LOSSY.some(([wide, narrow]) => wide.test(a) && narrow.test(b));
}

function lengthOf(type: TypeRef): number {
  const [n] = type.mods;
  return n === undefined ? (type.name === 'character' ? 1 : Infinity) : Number(n);
}

/** Digits before the point. */
function digits(type: TypeRef): number {
  return type.mods.length === 0 ? Infinity : Number(type.mods[0]) - Number(type.mods[1] ?? 0);
}

function scale(type: TypeRef): number {
  return type.mods.length === 0 ? Infinity : Number(type.mods[1] ?? 0);
}
