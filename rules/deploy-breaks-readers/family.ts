import type { Column } from '@tenantlint/model';

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^(?:text|character varying|character|bpchar|(?:\w+\.)?citext)/, 'text'],
  [/^(?:smallint|integer|bigint|numeric|real|double precision)/, 'number'],
  [/^(?:timestamp|date)/, 'time'],
  [/^jsonb?$/, 'json'],
  [/^(?:boolean|uuid|bytea)$/, 'other'],
];

/** Values of the one type are no values of the other, as it stands. What a user-defined type takes is not known. */
export function isAnother(was: Column, is: Column): boolean {
  const family = ({ typeText }: Column) => FAMILIES.find(([pattern]) => pattern.test(typeText))?.[1];
  const [before, after] = [family(was), family(is)];
  return before !== undefined && after !== undefined && (before === 'other' || after === 'other' ? was.typeText !== is.typeText : before !== after);
}
