import type { AbstractValue, ValueEntry } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { Slot, State } from '../state.ts';

/** Variables that are looked at, nearest first: what was named far away is seldom the same object. */
const MOST = 400;

/**
 * An object or array that changed in place: other names for it see the change as well. `const args = given as Scoped`
 * is the same object, and so is the one that a helper was handed, or that stands in another as a part.
 */
export function aliased(f: Flow, before: AbstractValue, after: AbstractValue): void {
  const seen = new Set<Slot>();
  for (let state: State | undefined = f.state; state && state !== f.loaded; state = state.parent) {
    for (const [slot, value] of state.changes) {
      if (seen.has(slot)) continue;
      seen.add(slot);
      if (seen.size > MOST) return;
      const changed = replaced(value, before, after);
      if (changed !== value) f.state.set(slot, changed);
    }
  }
}

/** The value with the object replaced where it is it, one of its alternatives, or a part of it. */
function replaced(value: AbstractValue, before: AbstractValue, after: AbstractValue, depth = 0): AbstractValue {
  if (value === before) return after;
  if (depth > 2) return value;
  switch (value.kind) {
    case 'object': {
      let same = true;
      const entries = value.entries.map((e): ValueEntry => {
        if (e.kind !== 'property') return e;
        const part = replaced(e.value, before, after, depth + 1);
        if (part === e.value) return e;
        same = false;
        return { ...e, value: part };
      });
      return same ? value : { ...value, entries };
    }
    case 'array': {
      const items = value.items.map((i) => ({ ...i, value: replaced(i.value, before, after, depth + 1) }));
      return items.every((item, i) => item.value === value.items[i]?.value) ? value : { ...value, items };
    }
    case 'union': {
      const of = value.of.map((c) => ({ ...c, value: replaced(c.value, before, after, depth + 1) }));
      return of.every((c, i) => c.value === value.of[i]?.value) ? value : { ...value, of };
    }
    default: return value;
  }
}
