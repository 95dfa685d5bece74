import { cases, nothing, type AbstractValue, type Span, type Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { exitOf, join, truthsSince, type Exit } from '../state.ts';
import { tidy } from '../values/join.ts';
import { both } from '../values/truths.ts';
import type { Known } from './truths.ts';

interface Branch {
  readonly known: Known;
  readonly enter: () => void;
  readonly run: () => AbstractValue;
}

/** Runs those branches that are possible, each apart, and joins what they leave behind. */
export function fork(f: Flow, branches: readonly Branch[], at: Span): AbstractValue {
  const base = f.state;
  const possible = branches.filter((b) => b.known.possible);
  const [only] = possible;
  if (possible.length === 1 && only) {
    base.learn(only.known.truths);
    only.enter();
    return only.run();
  }
  const ends: { exit: ReturnType<typeof exitOf>; value: AbstractValue; live: boolean; truths: readonly Truth[] }[] = [];
  for (const branch of possible) {
    let value: AbstractValue = nothing(at);
    const since = base.truths;
    const end = f.branch(branch.known.truths, () => {
      branch.enter();
      value = branch.run();
    });
    const truths: Truth[] = [];
    for (let node = end.truths; node && node !== since; node = node.before) truths.push(node.truth);
    ends.push({ exit: exitOf(end, base), value, live: end.live, truths: truths.reverse() });
  }
  const live = ends.filter((e) => e.live);
  join(base, live.map((e) => e.exit), f.joinValues);
  if (live.length === 0) return nothing(at);
  return live.length === 1 && live[0] ? live[0].value : tidy(live.flatMap((e) => cases(e.value).map((c) => ({ value: c.value, truths: both(e.truths, c.truths) }))), at);
}

/** Runs the same for each alternative, apart, with what is true of it. */
export function eachCase(f: Flow, of: readonly { readonly value: AbstractValue; readonly truths: readonly Truth[] }[], act: (value: AbstractValue) => AbstractValue, at: Span): AbstractValue {
  const base = f.state;
  const ends: { value: AbstractValue; exit: Exit; truths: readonly Truth[] }[] = [];
  for (const one of of) {
    let value: AbstractValue = nothing(at);
    const end = f.branch(one.truths, () => {
      value = act(one.value);
    });
    if (end.live) ends.push({ value, exit: exitOf(end, base), truths: truthsSince(end.truths, base.truths) });
  }
  join(base, ends.map((e) => e.exit), f.joinValues);
  if (ends.length === 0) return nothing(at);
  return ends.length === 1 && ends[0] ? ends[0].value : f.joinValues(ends.map(({ value, truths }) => ({ value, truths })));
}
