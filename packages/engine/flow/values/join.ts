import { cases, isNullish, union, type AbstractValue, type Span, type Truth, type ValueCase, type ValueEntry, type ValueItem, type ValueOf } from '@tenantlint/model';
import { sameValue, traitOf } from './key.ts';
import { both } from './truths.ts';

interface Alternative {
  readonly value: AbstractValue;
  readonly truths: readonly Truth[];
}

/** More alternatives than this are of no use to anyone. */
const MOST = 12;

/** An array that branches filled with more items than this is a list like any other. */
const MOST_ITEMS = 64;

/** Marks a module's variable that is filled in later. */
export const LAZY = 'filled in later:';
const isLazy = (of: AbstractValue): boolean => of.kind === 'symbol' && of.path.length === 0 && of.origin.kind === 'unknown' && of.origin.why.startsWith(LAZY);

function twinOf(of: readonly { readonly value: AbstractValue }[], value: AbstractValue): number {
  for (let i = 0; i < of.length; i++) {
    const one = of[i];
    if (one && sameValue(one.value, value)) return i;
  }
  return -1;
}

/** What a variable holds after branches that left it with different values. */
export function joinAlternatives(of: readonly Alternative[], merge: (a: Alternative, b: Alternative) => AbstractValue | undefined): AbstractValue {
  const distinct: Alternative[] = [];
  for (const one of of) {
    const twin = twinOf(distinct, one.value);
    const known = distinct[twin];
    if (!known) distinct.push(one);
    else if (known.truths.length > 0) distinct[twin] = { value: known.value, truths: known.truths.filter((t) => one.truths.includes(t)) };
  }
  const better = distinct.filter((d) => !isLazy(d.value));
  if (better.length > 0 && better.length < distinct.length && better.some((d) => !isNullish(d.value))) distinct.splice(0, distinct.length, ...better);
  let [result] = distinct;
  if (!result) throw new Error('nothing to join');
  if (distinct.length === 1) return result.value;
  const at = result.value.at;
  const left: Alternative[] = [];
  for (const one of distinct) {
    const into = left.findIndex((l) => l.value.kind === one.value.kind && (l.value.kind === 'object' || l.value.kind === 'array' || l.value.kind === 'client'));
    const partner = left[into];
    const joined = partner && (sharedPrefix(partner, one, at) ?? merge(partner, one));
    if (joined) left[into] = { value: joined, truths: [] };
    else left.push(one);
  }
  [result] = left;
  return left.length === 1 && result && result.truths.length === 0 ? result.value : tidy(left.flatMap(({ value, truths }) => cases(union([{ value, truths }], at))), at);
}

/** What is known where a value is the one that counts: the latest matter most, and no more than these are kept. */
const MOST_TRUTHS = 48;
const latest = (truths: readonly Truth[]): readonly Truth[] => (truths.length > MOST_TRUTHS ? truths.slice(-MOST_TRUTHS) : truths);
const flattened = (one: ValueCase): readonly ValueCase[] => cases(one.value).map((c) => ({ value: c.value, truths: latest(both(one.truths, c.truths)) }));

/** A union without repetitions; too many alternatives become one value that nothing is known about. */
export function tidy(of: readonly ValueCase[], at: Span): AbstractValue {
  const flat = of.some((c) => c.value.kind === 'union' || c.truths.length > MOST_TRUTHS) ? of.flatMap(flattened) : of;
  const [first, second] = flat;
  if (!second || (flat.length === 2 && first && !sameValue(first.value, second.value))) return union(flat, at);
  const distinct = flat.length <= FEW ? apart(flat) : byTrait(flat);
  if (distinct.length <= MOST) return union(distinct, at);
  return { kind: 'symbol', origin: { kind: 'computed', op: 'one of', of: distinct.slice(0, MOST).map((c) => c.value) }, path: [], at };
}

/** As many are held against each other at once. */
const FEW = 6;

const merged = (twin: ValueCase, one: ValueCase): ValueCase => ({ value: twin.value, truths: twin.truths === one.truths ? twin.truths : twin.truths.filter((t) => one.truths.includes(t)) });

function apart(of: readonly ValueCase[]): readonly ValueCase[] {
  const distinct: ValueCase[] = [];
  for (const one of of) {
    const at = twinOf(distinct, one.value);
    const twin = distinct[at];
    if (twin) distinct[at] = merged(twin, one);
    else distinct.push(one);
  }
  return distinct;
}

/** Many are told apart by their traits first, and held against those that share them. */
function byTrait(of: readonly ValueCase[]): readonly ValueCase[] {
  const distinct: ValueCase[] = [];
  const alike = new Map<string, number[]>();
  for (const one of of) {
    const trait = traitOf(one.value);
    const places = alike.get(trait) ?? [];
    const at = places.find((i) => sameValue(distinct[i]?.value ?? one.value, one.value));
    const twin = at === undefined ? undefined : distinct[at];
    if (at !== undefined && twin) distinct[at] = merged(twin, one);
    else {
      places.push(distinct.push(one) - 1);
      alike.set(trait, places);
    }
  }
  return distinct;
}

/** `{a}` and `{a, b}` are `{a, ...({} or {b})}`: later lookups and conditions stay linear in the number of branches. */
function sharedPrefix(a: Alternative, b: Alternative, at: Span): AbstractValue | undefined {
  if (a.value.kind === 'object' && b.value.kind === 'object') {
    const [x, y] = [a.value.entries, b.value.entries];
    const shared = prefix(x, y);
    if (shared === 0 && x.length > 0 && y.length > 0) return undefined;
    const rest = (entries: readonly ValueEntry[], truths: readonly Truth[]): ValueCase => ({ value: { kind: 'object', entries: entries.slice(shared), at }, truths });
    return { kind: 'object', entries: [...x.slice(0, shared), { kind: 'spread', of: { kind: 'union', of: [rest(x, a.truths), rest(y, b.truths)], at }, at }], at: a.value.at };
  }
  if (a.value.kind === 'array' && b.value.kind === 'array') {
    const [x, y] = [a.value.items, b.value.items];
    const shared = prefix(x, y);
    if (shared === 0 && x.length > 0 && y.length > 0) return undefined;
    const rest = (items: readonly ValueItem[], truths: readonly Truth[]): ValueCase => ({ value: { kind: 'array', items: items.slice(shared), at }, truths });
    const items: readonly ValueItem[] = [...x.slice(0, shared), { value: { kind: 'union', of: [rest(x, a.truths), rest(y, b.truths)], at }, spread: true }];
    const joined: AbstractValue = { kind: 'array', items, at: a.value.at };
    const element = items.length > MOST_ITEMS ? elementOf(joined, at) : undefined;
    return element ? { kind: 'list', of: element, at: a.value.at } : joined;
  }
  return undefined;
}

function prefix(a: readonly unknown[], b: readonly unknown[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** The element that stands for all of an array's or list's; undefined where it has none or cannot be told. */
export function elementOf(value: AbstractValue, at: Span): AbstractValue | undefined {
  switch (value.kind) {
    case 'list': return value.of;
    case 'array': {
      const of = value.items.flatMap((item): readonly ValueCase[] => {
        if (!item.spread) return cases(item.value);
        return cases(item.value).flatMap((one) => {
          const inner = elementOf(one.value, at);
          return inner ? cases(inner).map((c) => ({ value: c.value, truths: both(one.truths, c.truths) })) : [];
        });
      });
      return of.length > 0 ? tidy(of, at) : undefined;
    }
    case 'symbol': return { kind: 'symbol', origin: value.origin, path: [...value.path, '[]'], at };
    case 'union': {
      const of = value.of.flatMap((one) => {
        const inner = elementOf(one.value, at);
        return inner ? cases(inner).map((c) => ({ value: c.value, truths: both(one.truths, c.truths) })) : [];
      });
      return of.length > 0 ? tidy(of, at) : undefined;
    }
    default: return undefined;
  }
}

export const asObject = (value: AbstractValue): ValueOf<'object'> | undefined => (value.kind === 'object' ? value : undefined);
