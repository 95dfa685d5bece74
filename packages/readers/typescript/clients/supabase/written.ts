import { settle, type AbstractValue, type Written, type WrittenEntry } from '@tenantlint/model';

/** Values of one row. Names that a later spread may bring again come before it. */
export function written(value: AbstractValue): Written {
  const object = value.kind === 'object' ? value : ({ kind: 'object', entries: [{ kind: 'spread', of: value, at: value.at }], at: value.at } as const);
  const { fields, opaque } = settle(object);
  const before: WrittenEntry[] = [];
  const after: WrittenEntry[] = [];
  for (const field of fields) (field.overwrittenBy ? before : after).push({ kind: 'field', field: field.name, value: field.value, at: field.at });
  return { entries: [...before, ...opaque.map((o): WrittenEntry => ({ kind: 'spread', of: o.of, at: o.at })), ...after], at: value.at };
}

/** Rows of an insert: one, or each element of a list; a list of unknown length speaks through one. */
export function rowsOf(value: AbstractValue): AbstractValue[] {
  switch (value.kind) {
    case 'union': return value.of.flatMap((c) => rowsOf(c.value));
    case 'array': return value.items.flatMap((i) => (i.spread ? rowsOf(i.value) : [i.value]));
    case 'list': return [value.of];
    case 'undefined': return [];
    default: return [value];
  }
}
