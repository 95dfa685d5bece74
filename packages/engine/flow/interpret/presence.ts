import type { AbstractValue, Code } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { sameOrigin } from '../values/key.ts';

/** `a?.b.c`: where a is not there, the rest of the chain is not read either. */
export function shortCircuits(code: Code): boolean {
  for (let at = code; ;) {
    if (at.kind === 'member' || at.kind === 'index') {
      if (at.optional) return true;
      at = at.of;
    } else if (at.kind === 'call') {
      if (at.optional) return true;
      at = at.callee;
    } else if (at.kind === 'non-null') at = at.of;
    else return false;
  }
}

/** Whether something is known to be there: it, or a part of it, was found to be. */
export function isDefined(f: Flow, of: AbstractValue): boolean {
  if (of.kind !== 'symbol') return true;
  for (let node = f.state.truths; node; node = node.before) {
    const { truth } = node;
    if (truth.kind !== 'defined' || truth.of.kind !== 'symbol') continue;
    const other = truth.of;
    if (other.path.length >= of.path.length && of.path.every((p, i) => other.path[i] === p) && sameOrigin(other.origin, of.origin)) return true;
  }
  return false;
}
