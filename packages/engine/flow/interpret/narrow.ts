import { isNullish, type AbstractValue, type Code, type ValueCase } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { Names, Slot } from '../state.ts';
import { tidy } from '../values/join.ts';
import { isInstance } from '../values/instances.ts';
import { property } from '../values/property.ts';
import { assign } from './targets.ts';
import { plainTruth } from '../values/plain.ts';
import { truthsOf } from './truths.ts';

/** After a test came out `truth`, the variables that it mentions hold less: alternatives that it excludes are dropped. */
export function narrow(f: Flow, test: Code, truth: boolean, names: Names): void {
  switch (test.kind) {
    case 'unary':
      if (test.op === 'not') narrow(f, test.of, !truth, names);
      return;
    case 'logical':
      if (test.op === 'and' && truth) {
        narrow(f, test.left, true, names);
        narrow(f, test.right, true, names);
      } else if (test.op === 'or' && !truth) {
        narrow(f, test.left, false, names);
        narrow(f, test.right, false, names);
      }
      return;
    case 'binary':
      if (test.op === 'instanceof') {
        const of = f.evaluate(test.right, names);
        filter(f, test.left, names, (v) => isInstance(v, of) !== !truth);
      }
      if (test.op === '=' || test.op === '<>') compareNarrow(f, test.left, test.right, (test.op === '=') === truth, names);
      return;
    case 'assign':
      if (test.target.kind === 'name') filter(f, { kind: 'name', name: test.target.name, at: test.at }, names, (v) => couldBe(f, v, truth));
      return;
    case 'typed': case 'non-null': case 'await':
      narrow(f, test.of, truth, names);
      return;
    case 'call': {
      const [only] = test.args;
      // Array.isArray(x), Boolean(x)
      if (test.callee.kind === 'name' && test.callee.name === 'Boolean' && only) narrow(f, only.value, truth, names);
      return;
    }
    case 'name': case 'member':
      filter(f, test, names, (v) => couldBe(f, v, truth));
      if (test.kind === 'member' && truth && test.optional) filter(f, test.of, names, (v) => !isNullish(v));
      return;
    default:
  }
}

const couldBe = (f: Flow, value: AbstractValue, truth: boolean): boolean => {
  const plain = plainTruth(value, f.python);
  if (plain !== undefined) return plain === truth;
  return (value.kind !== 'union' && value.kind !== 'test') || truthsOf(f, value, truth).possible;
};

function compareNarrow(f: Flow, left: Code, right: Code, equal: boolean, names: Names): void {
  const [place, other] = right.kind === 'literal' || right.kind === 'undefined' ? [left, right] : left.kind === 'literal' || left.kind === 'undefined' ? [right, left] : [undefined, undefined];
  if (!place || !other) {
    // `a?.b === c`: with c there, so is a.
    return;
  }
  if (place.kind === 'unary' && place.op === 'typeof') {
    if (other.kind === 'literal') filter(f, place.of, names, (v) => (v.kind === 'undefined') === (other.value === 'undefined') || !equal || v.kind !== 'undefined');
    return;
  }
  const nullish = other.kind === 'undefined' || (other.kind === 'literal' && other.value === null);
  filter(f, place, names, (v) => {
    if (nullish) return isNullish(v) ? equal : !equal || v.kind === 'symbol' || v.kind === 'column';
    if (v.kind === 'literal' && other.kind === 'literal') return (v.value === other.value) === equal;
    return !(equal && isNullish(v));
  });
  if (nullish && !equal && place.kind === 'member' && place.optional) filter(f, place.of, names, (v) => !isNullish(v));
}

/** Keeps the alternatives of a place for which `keep` can hold, and those of the variable that it was read from. */
function filter(f: Flow, place: Code, names: Names, keep: (value: AbstractValue) => boolean): void {
  if (place.kind === 'name') {
    const slot = names.find(place.name);
    const value = slot && f.state.get(slot);
    if (slot && value?.kind === 'union') rebind(f, slot, value.of.filter((c) => keep(c.value)), value);
    return;
  }
  if (place.kind === 'typed' || place.kind === 'non-null') {
    filter(f, place.of, names, keep);
    return;
  }
  if (place.kind !== 'member') return;
  const path: string[] = [];
  let root: Code = place;
  while (root.kind === 'member') {
    path.unshift(root.name);
    root = root.of;
  }
  if (root.kind !== 'name') return;
  const slot = names.find(root.name);
  const value = slot && f.state.get(slot);
  if (!slot || !value) return;
  if (value.kind === 'union') {
    rebind(f, slot, value.of.filter((c) => {
      let at: AbstractValue | undefined = c.value;
      for (const name of path) at = at && property(f, at, name, place.at);
      if (!at) return keep({ kind: 'undefined', at: place.at });
      return at.kind === 'union' ? at.of.some((one) => keep(one.value)) : keep(at);
    }), value);
    return;
  }
  if (value.kind !== 'object' && value.kind !== 'row') return;
  let at: AbstractValue | undefined = value;
  for (const name of path) at = at && property(f, at, name, place.at);
  if (at?.kind !== 'union') return;
  const left = at.of.filter((c) => keep(c.value));
  if (left.length > 0 && left.length < at.of.length) assign(f, { kind: 'place', of: place, at: place.at }, tidy(left, at.at), names);
}

function rebind(f: Flow, slot: Slot, left: readonly ValueCase[], value: Extract<AbstractValue, { kind: 'union' }>): void {
  if (left.length > 0 && left.length < value.of.length) f.state.set(slot, left.length === 1 && left[0] ? left[0].value : tidy(left, value.at));
}
