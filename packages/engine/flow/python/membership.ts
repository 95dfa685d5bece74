import { cases, literal, mapCases, type AbstractValue, type Span, type ValueCase } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { builtinMethod } from '../known/methods.ts';
import { elementOf, tidy } from '../values/join.ts';
import { computed } from '../values/symbol.ts';
import { both } from '../values/truths.ts';

/** `x in y`: it equals one of the elements, of the keys where it is a dictionary. */
export function contains(f: Flow, value: AbstractValue, of: AbstractValue, at: Span): AbstractValue {
  return mapCases(of, (one) => {
    const among = one.kind === 'object' ? keysOf(one, at) : one;
    const found = among && (among.kind === 'list' || among.kind === 'array' || among.kind === 'symbol') ? builtinMethod(f, among, 'includes', [value], at, { handle: undefined }) : undefined;
    return found ?? computed('in', [value, one], '', at);
  });
}

/** Keys of a dictionary as a list; undefined where it may have others. */
function keysOf(of: Extract<AbstractValue, { kind: 'object' }>, at: Span): AbstractValue | undefined {
  const keys: ValueCase[] = [];
  for (const entry of of.entries) {
    if (entry.kind === 'property') keys.push({ value: literal(entry.name, entry.nameAt), truths: [] });
    else if (entry.kind === 'computed') keys.push(...cases(entry.value).flatMap((v) => cases(entry.key).map((k) => ({ value: k.value, truths: both(v.truths, k.truths) }))));
    else {
      const pair = elementOf(entry.of, at);
      for (const one of pair ? cases(pair) : []) {
        const [key] = one.value.kind === 'array' ? one.value.items : [];
        if (!key) return undefined;
        keys.push({ value: key.value, truths: one.truths });
      }
      if (!pair) return undefined;
    }
  }
  return keys.length === 0 ? { kind: 'array', items: [], at } : { kind: 'list', of: tidy(keys, at), at };
}
