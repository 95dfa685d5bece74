import { cases, type AbstractValue, type Span, type ValueEntry } from '@tenantlint/model';
import { elementOf } from './join.ts';
import { both } from './truths.ts';

/** Rows by one of their columns; what is made of other keys is not told apart. */
export function byKey(of: AbstractValue, at: Span): AbstractValue | undefined {
  const element = elementOf(of, at);
  const entries = element ? cases(element).map(({ value: pair, truths }): ValueEntry | undefined => {
    const [key, value] = pair.kind === 'array' && pair.items.length === 2 ? pair.items.map((i) => i.value) : [];
    return key?.kind === 'column' && value ? { kind: 'computed', key, value: { kind: 'union', of: cases(value).map((c) => ({ value: c.value, truths: both(truths, c.truths) })), at }, at } : undefined;
  }) : [];
  const told = entries.filter((e) => e !== undefined);
  return told.length > 0 && told.length === entries.length ? { kind: 'object', entries: told, at } : undefined;
}
