import { list, type AbstractValue, type Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { exitOf } from '../state.ts';
import type { Frame } from '../frame.ts';

/** A generator gives a value: whoever opened it in `with` goes on here, any other gets it among the rest. */
export function yielded(f: Flow, value: AbstractValue): void {
  const { frame } = f;
  if (!frame?.yields || !f.state.live) return;
  if (frame.yields !== 'first') {
    frame.yields.push(value);
    return;
  }
  frame.returns.push({ exit: exitOf(f.state, frame.base), value });
  f.state.live = false;
}

/** What a call gives: the list of all that was yielded, or what the function returned, which is what those wait for who run TypeScript's step by step. */
export function generated(f: Flow, frame: Frame, returned: AbstractValue, at: Span): AbstractValue {
  if (typeof frame.yields !== 'object' || (!f.python && returned.kind !== 'undefined')) return returned;
  return frame.yields.length > 0 ? list(f.joinValues(frame.yields.map((value) => ({ value, truths: [] }))), at) : { kind: 'array', items: [], at };
}
