import { cases, nothing, unknown, type AbstractValue, type Code, type Truth, type ValueItem } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { exitOf, join, truthsSince, type Names } from '../state.ts';
import { builtinMethod } from '../known/methods.ts';
import { tidy } from '../values/join.ts';
import { computed } from '../values/symbol.ts';
import { both } from '../values/truths.ts';
import { awaited } from './clients.ts';

type CallCode = Extract<Code, { kind: 'call' }>;

const TOGETHER = new Set(['all', 'allSettled', 'race', 'any']);

/** Calls on promises that begin together, or whose failure somebody takes; undefined for all others. */
export function promised(f: Flow, code: CallCode, names: Names): AbstractValue | undefined {
  const { callee } = code;
  const [first] = code.args;
  if (f.python) return callee.kind === 'member' && callee.name === 'gather' && callee.of.kind === 'name' && callee.of.name === 'asyncio' ? together(f, code, takesFailures(code) ? 'allSettled' : 'all', code.args.filter((a) => a.name === undefined), names) : undefined;
  if (callee.kind !== 'member' || code.construct || code.args.length !== 1 || !first || first.spread) return undefined;
  if (callee.of.kind === 'name' && callee.of.name === 'Promise' && TOGETHER.has(callee.name)) return first.value.kind === 'array' ? together(f, code, callee.name, first.value.items, names) : undefined;
  return callee.name === 'catch' && callee.of.kind === 'call' ? caught(f, code, callee.of, first.value, names) : undefined;
}

/** None waits for another: what one checks is known to those that come after all of them, and only if each has to succeed. */
function together(f: Flow, code: CallCode, name: string, of: readonly { readonly value: Code; readonly spread: boolean }[], names: Names): AbstractValue {
  const callee = f.evaluate(code.callee, names);
  const before = f.state.truths;
  const learned: Truth[] = [];
  const items: ValueItem[] = [];
  for (const item of of) {
    f.state.truths = before;
    const value = f.evaluate(item.value, names);
    items.push({ value: item.spread ? value : awaited(f, value, item.value.at), spread: item.spread });
    if (!f.state.live) {
      if (name !== 'allSettled') return nothing(code.at);
      f.state.live = true;
    }
    learned.push(...truthsSince(f.state.truths, before));
  }
  f.state.truths = before;
  if (name === 'all') f.state.learn(learned);
  const args = f.python ? items.flatMap((item): readonly AbstractValue[] => (!item.spread ? [item.value] : item.value.kind === 'array' ? item.value.items.map((i) => i.value) : [computed('spread', [item.value], '', item.value.at)])) : [{ kind: 'array' as const, items, at: code.at }];
  return f.apply(callee, args, { at: code.at, nameAt: code.callee.at, construct: false, types: code.types });
}

/** `asyncio.gather(…, return_exceptions=True)` */
const takesFailures = (code: CallCode): boolean => code.args.some((a) => a.name === 'return_exceptions' && !(a.value.kind === 'literal' && a.value.value === false));

/** `check().catch(handler)`: where the handler goes on, nothing was checked. */
function caught(f: Flow, code: CallCode, of: CallCode, handler: Code, names: Names): AbstractValue {
  const base = f.state;
  const { thrown } = f;
  let value: AbstractValue = nothing(of.at);
  const kept = f.branch([], () => {
    value = awaited(f, f.evaluate(of, names), of.at);
  });
  if (f.thrown === thrown) {
    join(base, kept.live ? [exitOf(kept, base)] : [], f.joinValues);
    return base.live ? builtinMethod(f, value, 'catch', [f.evaluate(handler, names)], code.at, { handle: undefined }) ?? value : value;
  }
  const since = truthsSince(kept.truths, base.truths);
  let handled: AbstractValue = nothing(code.at);
  const failed = f.branch([], () => {
    const by = f.evaluate(handler, names);
    handled = by.kind === 'function' ? awaited(f, f.applyFunction(by, [unknown('caught error', code.at)], code.at), code.at) : unknown('what a handler gives', code.at);
  });
  join(base, [kept, failed].filter((way) => way.live).map((way) => exitOf(way, base)), f.joinValues);
  return tidy([...(kept.live ? cases(value).map((c) => ({ value: c.value, truths: both(since, c.truths) })) : []), ...(failed.live ? cases(handled) : [])], code.at);
}

/** A promise that nobody waits for: its function runs, and what it throws stops nobody. */
export function unawaited(code: Code): 'call' | 'chain' | undefined {
  if (code.kind !== 'call' || code.construct) return undefined;
  return code.callee.kind === 'member' && ['then', 'catch', 'finally'].includes(code.callee.name) ? 'chain' : 'call';
}
