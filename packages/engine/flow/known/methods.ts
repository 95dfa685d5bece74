import { cases, isNullish, list, literal, nothing, object, unknown, type AbstractValue, type Span, type Truth, type ValueCase, type ValueItem } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { awaited } from '../interpret/clients.ts';
import { plainTruth } from '../values/plain.ts';
import { equal, truthsOf } from '../interpret/truths.ts';
import { exitOf, join, NO_CHANGES, truthsSince } from '../state.ts';
import { elementOf, tidy } from '../values/join.ts';
import { both } from '../values/truths.ts';
import { allFound, ofSome } from '../queries/found.ts';
import { rowsIn } from '../queries/record.ts';
import { maybeElement, presence, property } from '../values/property.ts';
import type { Becoming } from '../call-site.ts';
import { textTest, type TextTest } from '../path-tests.ts';
import { computed } from '../values/symbol.ts';

const SAME_TEXT = new Set(['toString', 'trim', 'valueOf', 'normalize', 'trimStart', 'trimEnd', 'toFixed', 'toISOString', 'toJSON']);
const CALLBACKS = new Set(['map', 'flatMap', 'filter', 'forEach', 'find', 'findLast', 'findIndex', 'some', 'every', 'reduce', 'reduceRight', 'sort', 'toSorted']);
const SEQUENCES = new Set(['slice', 'reverse', 'toReversed', 'splice', 'values', 'concat', 'flat', 'includes', 'has', 'indexOf', 'at', 'pop', 'shift', 'push', 'unshift', 'add', 'get', 'set', 'join', 'entries', 'keys', 'delete', 'clear']);

const isTest = (name: string): name is TextTest => name === 'startsWith' || name === 'endsWith' || name === 'includes';

/** How a test of one text by others comes out, where all of them are written down and agree. */
function comesOut(f: Flow, name: TextTest, of: AbstractValue, by: AbstractValue): boolean | undefined {
  const [text, ...parts] = [of, ...cases(by).map((c) => c.value)].map((v) => (v.kind === 'literal' && typeof v.value === 'string' ? v.value : undefined));
  if (text === undefined) return undefined;
  const told = new Set(parts.map((part) => {
    if (part === undefined) return undefined;
    f.paths?.ask(name, text, part);
    return textTest(name, text, part);
  }));
  return told.size === 1 ? [...told][0] : undefined;
}

/** Methods of the language's own collections, texts and promises; undefined where the receiver has its own. */
export function builtinMethod(f: Flow, of: AbstractValue, name: string, args: readonly AbstractValue[], at: Span, becoming: Becoming): AbstractValue | undefined {
  const [first] = args;
  if (name === 'then' || name === 'catch' || name === 'finally') return promise(f, of, name, args, at);
  switch (of.kind) {
    case 'array': case 'list': return collection(f, of, name, args, at, becoming);
    case 'symbol':
      if (of.origin.kind === 'package' && of.path.length === 0) return undefined;
      if (SAME_TEXT.has(name)) return of;
      if (CALLBACKS.has(name) && isCallback(first)) return collection(f, of, name, args, at, becoming);
      if (name === 'includes' && first && of.origin.kind !== 'package' && of.origin.kind !== 'global') return collection(f, of, name, args, at, becoming);
      if (name === 'push' && of.origin.kind !== 'package' && of.origin.kind !== 'global' && of.path.length > 0 && becomesList(of.path.at(-1))) return collection(f, of, name, args, at, becoming);
      return undefined;
    case 'literal': case 'text': case 'column': case 'test':
      if (SAME_TEXT.has(name)) return of;
      if (first && isTest(name)) {
        const told = comesOut(f, name, of, first);
        if (told !== undefined) return literal(told, at);
      }
      if (name === 'split' || name === 'match') return list(computed(name, [of], '', at), at);
      return computed(name, [of, ...args], '', at);
    case 'function':
      if (name === 'bind') return first && !isNullish(first) ? { ...of, self: first } : of;
      if (name === 'call') return f.applyFunction(of, args.slice(1), at);
      if (name === 'apply') return f.applyFunction(of, args[1]?.kind === 'array' ? args[1].items.map((i) => i.value) : [], at);
      return undefined;
    case 'object':
      if (name === 'hasOwnProperty') return computed(name, [of, ...args], '', at);
      return undefined;
    default: return undefined;
  }
}

const isCallback = (value: AbstractValue | undefined): boolean => value?.kind === 'function' || (value?.kind === 'symbol' && value.origin.kind === 'global' && value.origin.name === 'Boolean');
const becomesList = (name: string | undefined): boolean => name === 'AND' || name === 'OR' || name === 'NOT';

function promise(f: Flow, of: AbstractValue, name: string, args: readonly AbstractValue[], at: Span): AbstractValue | undefined {
  const value = awaited(f, of, at);
  const [first, second] = args;
  if (name === 'finally') return value;
  if (name === 'then') {
    if (!first || isNullish(first)) return value;
    return awaited(f, f.applyFunction(first, [value], at), at);
  }
  const handler = name === 'catch' ? first : second;
  if (!handler || handler.kind !== 'function') return value;
  const base = f.state;
  let caught: AbstractValue = nothing(at);
  const end = f.branch([], () => {
    caught = awaited(f, f.applyFunction(handler, [unknown('caught error', at)], at), at);
  });
  const exits = [{ changes: NO_CHANGES, truths: base.truths }];
  if (end.live) exits.push({ changes: NO_CHANGES, truths: base.truths });
  join(base, exits, f.joinValues);
  return end.live ? tidy([...cases(value), ...cases(caught)], at) : value;
}

/** Runs a callback for the element that stands for all; what it establishes is told apart from what it gives. */
export function perElement(f: Flow, of: AbstractValue, callback: AbstractValue, at: Span, before: readonly AbstractValue[] = []): { value: AbstractValue; truths: readonly Truth[]; live: boolean } | undefined {
  const element = elementOf(of, at);
  if (!element) return undefined;
  const base = f.state;
  const outer = f.frame?.loop;
  if (f.frame) f.frame.loop = at;
  let value: AbstractValue = nothing(at);
  const end = f.branch(presence(element, at), () => {
    const given = f.applyFunction(callback, [...before, element, unknown('index', at), of], at);
    // What a fold hands on to its next turn is not waited for: a request in the making stays one.
    value = before.length > 0 ? given : awaited(f, given, at);
  });
  if (f.frame) f.frame.loop = outer;
  const truths = truthsSince(end.truths, base.truths);
  const exits = [{ changes: NO_CHANGES, truths: base.truths }];
  join(base, end.live ? [...exits, { changes: exitOf(end, base).changes, truths: base.truths }] : exits, f.joinValues);
  return { value, truths, live: end.live };
}

function collection(f: Flow, of: AbstractValue, name: string, args: readonly AbstractValue[], at: Span, becoming: Becoming): AbstractValue | undefined {
  const [first] = args;
  const element = elementOf(of, at);
  if (CALLBACKS.has(name)) return first || name === 'sort' || name === 'toSorted' ? withCallback(f, of, name, args, at) : undefined;
  if (!SEQUENCES.has(name)) return undefined;
  switch (name) {
    case 'slice': case 'reverse': case 'toReversed': case 'splice': case 'values': return of;
    case 'concat': return { kind: 'array', items: [{ value: of, spread: true }, ...args.map((value): ValueItem => ({ value, spread: value.kind !== 'row' && value.kind !== 'object' && value.kind !== 'column' }))], at };
    case 'flat': return element ? list(elementOf(element, at) ?? element, at) : of;
    case 'includes': case 'has': {
      if (!first) return literal(false, at);
      if (!element) return of.kind === 'array' ? literal(false, at) : computed(name, [of, first], '', at);
      if (f.paths && of.kind === 'array' && first.kind === 'literal') for (const { value } of of.items) if (value.kind === 'literal') f.paths.ask('=', String(first.value), String(value.value));
      if (of.kind === 'array' && first.kind === 'literal' && of.items.some((i) => !i.spread && i.value.kind === 'literal' && i.value.value === first.value)) return literal(true, at);
      return member(f, name === 'has' ? tidy(cases(element).map(keyed), at) : element, first, at);
    }
    case 'indexOf': return computed(name, [of, ...args], '', at);
    case 'at': case 'pop': case 'shift': return element ? maybeElement(element, at) : nothing(at);
    case 'push': case 'unshift': case 'add': {
      const added = args.map((value): ValueItem => ({ value, spread: false }));
      const items: readonly ValueItem[] = of.kind === 'array' ? of.items : [{ value: of, spread: true }];
      becoming.handle = { kind: 'array', items: name === 'unshift' ? [...added, ...items] : [...items, ...added], at };
      return name === 'add' ? becoming.handle : computed('length', [], '', at);
    }
    case 'set': {
      const [key, value] = args;
      const items: readonly ValueItem[] = of.kind === 'array' ? of.items : [{ value: of, spread: true }];
      if (key && value) becoming.handle = { kind: 'array', items: [...items, { value: { kind: 'array', items: [{ value: key, spread: false }, { value, spread: false }], at }, spread: false }], at };
      return of;
    }
    // A Map is the list of its pairs.
    case 'get': {
      if (!element || !first) return nothing(at);
      const found = cases(element).flatMap((c) => {
        if (c.value.kind !== 'array') return [{ value: computed('get', [of, first], '', at), truths: [] }];
        const [key, value] = c.value.items;
        if (!key || !value) return [];
        const known = equal(f, key.value, first, at);
        return known.possible ? cases(value.value).map((v) => ({ value: v.value, truths: [...c.truths, ...presence(key.value, at), ...known.truths, ...v.truths] })) : [];
      });
      return tidy([...found, { value: nothing(at), truths: [] }], at);
    }
    case 'entries': return element ? list({ kind: 'array', items: [{ value: unknown('index', at), spread: false }, { value: element, spread: false }], at }, at) : of;
    case 'keys': return list(unknown('key', at), at);
    case 'join': return computed(name, [of], '', at);
    case 'delete': case 'clear': return unknown(name, at);
    default: return undefined;
  }
}

/** A Map is the list of its pairs; it is asked for their keys. */
const keyed = (one: ValueCase): ValueCase => (one.value.kind === 'array' && one.value.items.length === 2 && one.value.items[0] ? { value: one.value.items[0].value, truths: one.truths } : one);

/** Whether the value is among the elements; if it is, it equals one. */
function member(f: Flow, element: AbstractValue, value: AbstractValue, at: Span): AbstractValue {
  const known = equal(f, element, value, at);
  if (!known.possible) return literal(false, at);
  return { kind: 'union', of: [{ value: literal(true, at), truths: [...presence(element, at), ...known.truths] }, { value: literal(false, at), truths: [] }], at };
}

function withCallback(f: Flow, of: AbstractValue, name: string, args: readonly AbstractValue[], at: Span): AbstractValue {
  const [callback, start] = args;
  if (name === 'sort' || name === 'toSorted' || !callback) return of;
  const element = elementOf(of, at);
  if (name === 'filter' && callback.kind === 'symbol') {
    // filter(Boolean)
    const there = element ? cases(element).filter((c) => plainTruth(c.value) !== false) : [];
    return there.length > 0 ? list(tidy(there, at), at) : of;
  }
  if (name === 'reduce' || name === 'reduceRight') {
    const initial = start ?? element ?? nothing(at);
    const turn = perElement(f, of, callback, at, [initial]);
    return turn?.live ? f.joinValues([{ value: initial, truths: [] }, { value: turn.value, truths: [] }]) : initial;
  }
  if (of.kind === 'array' && (name === 'map' || name === 'forEach') && of.items.length <= 6 && of.items.every((i) => !i.spread)) {
    const { truths } = f.state;
    const values = of.items.map((item): ValueItem => ({ value: awaited(f, f.applyFunction(callback, [item.value], at), at), spread: false }));
    if (name === 'forEach' && isAsync(callback)) f.state.truths = truths;
    return name === 'map' ? { kind: 'array', items: values, at } : nothing(at);
  }
  const turn = perElement(f, of, callback, at);
  if (!turn || !element) return name === 'map' || name === 'flatMap' || name === 'filter' ? { kind: 'array', items: [], at } : name === 'some' ? literal(false, at) : name === 'every' ? literal(true, at) : nothing(at);
  const known = (truth: boolean) => truthsOf(f, turn.value, truth);
  const ofAll = (truths: readonly Truth[]): readonly Truth[] => (truths.length > 0 ? [...truths, ...allFound(f, element, at)] : truths);
  // What is asked comes out false of each, if there are any.
  const ofNone = (): readonly Truth[] => ofAll(known(false).truths.filter((t) => t.kind !== 'row'));
  switch (name) {
    // A callback that always leaves by throwing has no element to go on with.
    case 'map': return turn.live ? list(withTruths(turn.value, turn.truths, at), at) : { kind: 'array', items: [], at };
    case 'flatMap': return turn.live ? list(withTruths(elementOf(turn.value, at) ?? turn.value, turn.truths, at), at) : { kind: 'array', items: [], at };
    case 'forEach':
      if (turn.live && !isAsync(callback)) f.state.learn(turn.truths);
      return nothing(at);
    case 'filter': {
      const { possible, truths } = known(true);
      return possible ? { kind: 'list', of: withTruths(element, both(turn.truths, truths), at), ifEmpty: ofNone(), at } : { kind: 'array', items: [], at };
    }
    case 'find': case 'findLast': {
      const { possible, truths } = known(true);
      return possible ? maybeElement(withTruths(element, both(turn.truths, truths), at), at, ofNone()) : nothing(at);
    }
    case 'some': case 'every': {
      const so = known(true);
      const isSo = { value: literal(true, at), truths: name === 'some' ? ofSome(f, rowsIn(element), both(turn.truths, so.truths)) : ofAll(so.truths) };
      const isNot = { value: literal(false, at), truths: name === 'some' ? ofNone() : [] };
      return so.possible ? { kind: 'union', of: [isSo, isNot], at } : literal(false, at);
    }
    default: return computed(name, [of], '', at);
  }
}

/** Nobody waits for the promises of a `forEach`: what they throw stops nobody. */
const isAsync = (callback: AbstractValue): boolean => callback.kind === 'function' && callback.fn.async;

function withTruths(value: AbstractValue, truths: readonly Truth[], at: Span): AbstractValue {
  if (truths.length === 0) return value;
  return { kind: 'union', of: cases(value).map((c) => ({ value: c.value, truths: both(truths, c.truths) })), at };
}

/** `Promise.all` and its kin. */
export function all(f: Flow, of: AbstractValue, settled: boolean, at: Span): AbstractValue {
  const wrap = (value: AbstractValue): AbstractValue => (settled ? object({ status: unknown('status', at), value }, at) : value);
  if (of.kind === 'array') return { kind: 'array', items: of.items.map((i) => ({ value: i.spread ? i.value : wrap(awaited(f, i.value, at)), spread: i.spread })), at };
  if (of.kind === 'list') {
    const value = awaited(f, of.of, at);
    if (!settled) for (const c of cases(value)) if (cases(value).length === 1) f.state.learn(c.truths);
    return list(wrap(value), at);
  }
  const element = elementOf(of, at);
  return element ? list(wrap(element), at) : property(f, of, 'all', at) ?? unknown('Promise.all', at);
}
