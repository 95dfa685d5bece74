import type { AbstractValue, ValueEntry } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { State } from '../state.ts';

/** Variables that are looked at, nearest first: what was named far away is seldom the same object. */
const MOST = 600;

/**
 * An object or array that changed in place: other names for it see the change as well. `const args = given as Scoped`
 * is the same object, and so is the one that a helper was handed, or that stands in another as a part.
 */
export function aliased(f: Flow, before: AbstractValue, after: AbstractValue): void {
  let seen = 0;
  for (let state: State | undefined = f.state; state && state !== f.loaded; state = state.parent) {
    const { slots, values } = state.changes;
    for (let i = 0; i < slots.length; i++) {
      if (++seen > MOST) return;
      const slot = slots[i];
      const value = values[i];
      // What holds it in a state further out may have been given something else since.
      if (slot && value && holds(value, before, 0) && f.state.get(slot) === value) f.state.set(slot, replaced(value, before, after, 0));
    }
  }
}

/** Parts of parts are looked at, and what these are made of is not. */
const DEEPEST = 2;

/** Whether the value is the object, may be it, or has it as a part. */
function holds(value: AbstractValue, part: AbstractValue, depth: number): boolean {
  if (value === part) return true;
  if (depth > DEEPEST) return false;
  switch (value.kind) {
    case 'object':
      for (const e of value.entries) if (e.kind === 'property' && holds(e.value, part, depth + 1)) return true;
      return false;
    case 'array':
      for (const i of value.items) if (holds(i.value, part, depth + 1)) return true;
      return false;
    case 'union':
      for (const c of value.of) if (holds(c.value, part, depth + 1)) return true;
      return false;
    default: return false;
  }
}

/** The value with the object replaced where it is it, one of its alternatives, or a part of it. */
function replaced(value: AbstractValue, before: AbstractValue, after: AbstractValue, depth: number): AbstractValue {
  if (value === before) return after;
  if (!holds(value, before, depth)) return value;
  switch (value.kind) {
    case 'object': return { ...value, entries: value.entries.map((e): ValueEntry => (e.kind === 'property' && holds(e.value, before, depth + 1) ? { ...e, value: replaced(e.value, before, after, depth + 1) } : e)) };
    case 'array': return { ...value, items: value.items.map((i) => ({ ...i, value: replaced(i.value, before, after, depth + 1) })) };
    case 'union': return { ...value, of: value.of.map((c) => ({ ...c, value: replaced(c.value, before, after, depth + 1) })) };
    default: return value;
  }
}
