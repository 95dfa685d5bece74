import { cases, isNullish, literal, mapCases, never, nothing, unknown, type AbstractValue, type Code, type Span, type Truth, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { globalValue } from '../known/globals.ts';
import { exitOf, isOutermost, join, Names, NO_CHANGES } from '../state.ts';
import { narrow } from './narrow.ts';
import { truthsOf } from './truths.ts';
import { indexed, presence, property } from '../values/property.ts';
import { elementOf, tidy } from '../values/join.ts';
import { both } from '../values/truths.ts';
import { queriesIn } from '../summaries/functions.ts';
import { isInstance } from '../values/instances.ts';
import { plainTruth } from '../values/plain.ts';
import { yielded } from './generators.ts';
import { contains } from '../python/membership.ts';
import { assign, bind } from './targets.ts';
import { classValue, moduleName } from './modules.ts';
import { awaited, contextAt, iterated, operatorOf } from './clients.ts';
import { call } from './calls.ts';
import { element } from './elements.ts';
import { NO_ROWS } from '../frame.ts';
import { allFound } from '../queries/found.ts';
import { rowsIn } from '../queries/record.ts';
import { entry } from './entries.ts';
import { fork } from './branches.ts';
import { isDefined, shortCircuits } from './presence.ts';
import { computed } from '../values/symbol.ts';

export function evaluate(f: Flow, code: Code, names: Names): AbstractValue {
  if (!f.state.live) return nothing(code.at);
  if (f.fuel-- <= 0) return unknown('too much to follow', code.at);
  switch (code.kind) {
    // The code of a literal is its value: the same object each time, and so the same value at once.
    case 'literal': return code;
    case 'undefined': return nothing(code.at);
    case 'name': return lookup(f, code.name, names, code.at);
    case 'this': case 'super': return lookup(f, 'this', names, code.at);
    case 'member': {
      const of = evaluate(f, code.of, names);
      return read(f, of, code, names, (value) => property(f, value, code.name, code.at, code.nameAt));
    }
    case 'index': {
      const of = evaluate(f, code.of, names);
      const key = evaluate(f, code.key, names);
      return read(f, of, code, names, (value) => indexed(f, value, key, code.at));
    }
    case 'call': return call(f, code, names);
    case 'object': return { kind: 'object', entries: code.entries.map((e) => entry(f, e, names)), at: code.at };
    case 'array': return { kind: 'array', items: code.items.map((i) => ({ value: evaluate(f, i.value, names), spread: i.spread })), at: code.at };
    case 'function': {
      names.capture();
      const value: ValueOf<'function'> = { kind: 'function', fn: code.fn, file: names.file, scope: names, at: code.at };
      if (!f.offline && queriesIn(f, code.fn).length > 0) f.close(value);
      f.inlineAction(value);
      return value;
    }
    case 'class': return classValue(code.class, names.file, names);
    case 'template': return template(f, code, names);
    case 'conditional': return choose(f, code.test, () => evaluate(f, code.then, names), () => evaluate(f, code.otherwise, names), names, code.at);
    case 'logical': return logical(f, code, names);
    case 'binary': return binary(f, code, names);
    case 'unary': return unary(f, code, names);
    case 'assign': return assignment(f, code, names);
    case 'await': return awaited(f, evaluate(f, code.of, names), code.at);
    case 'yield': {
      const value = awaited(f, evaluate(f, code.of, names), code.at);
      yielded(f, value);
      return value;
    }
    case 'non-null': {
      const value = evaluate(f, code.of, names);
      const known = truthsOf(f, { kind: 'test', test: { kind: 'compare', op: '<>', left: value, right: literal(null, code.at) }, at: code.at }, true);
      return known.possible && value.kind === 'union' ? tidy(value.of.filter((c) => !isNullish(c.value)), code.at) : value;
    }
    case 'typed': {
      const value = evaluate(f, code.of, names);
      if (value.kind !== 'symbol' || code.satisfies) return value;
      return f.ofType(code.type, names.file, code.at) ?? value;
    }
    case 'sequence': {
      let value: AbstractValue = nothing(code.at);
      for (const one of code.of) value = evaluate(f, one, names);
      return value;
    }
    case 'import': return code.file !== undefined ? { kind: 'module', file: code.file, at: code.at } : dynamicImport(f, code.from, names, code.at);
    case 'element': return element(f, code, names);
    case 'each': return each(f, code, names);
    case 'opaque': return unknown(code.reason, code.at);
    default: return never(code);
  }
}

function dynamicImport(f: Flow, from: string, names: Names, at: Span): AbstractValue {
  const file = f.program.resolve(names.file, from);
  return file !== undefined ? { kind: 'module', file, at } : { kind: 'symbol', origin: { kind: 'package', package: from, name: '*' }, path: [], at };
}

export function lookup(f: Flow, name: string, names: Names, at: Span): AbstractValue {
  const slot = names.find(name);
  if (slot) return f.state.get(slot) ?? (isOutermost(slot) ? moduleName(f, names.file, name) : undefined) ?? unknown(`${name} was set where nobody looked`, at);
  return moduleName(f, names.file, name) ?? globalValue(name, at);
}

/** A read through `.`, `?.` or `[]`: what is read from must be there, unless the access is optional. */
function read(f: Flow, of: AbstractValue, code: Extract<Code, { kind: 'member' | 'index' }>, names: Names, get: (of: AbstractValue) => AbstractValue | undefined): AbstractValue {
  if (code.optional || shortCircuits(code.of)) {
    return optional(f, of, code.at, (value) => get(value) ?? nothing(code.at), code.optional);
  }
  const value = get(of);
  if (value === undefined) {
    f.state.live = false;
    return nothing(code.at);
  }
  if (of.kind === 'union' && of.of.some((c) => isNullish(c.value))) narrow(f, { kind: 'binary', op: '<>', left: code.of, right: { kind: 'literal', value: null, at: code.at }, at: code.at }, true, names);
  if (of.kind === 'union') f.state.learn(onlyOne(of.of.filter((c) => !isNullish(c.value))));
  return value;
}

const onlyOne = (of: readonly { readonly truths: readonly Truth[] }[]): readonly Truth[] => (of.length === 1 ? (of[0]?.truths ?? []) : []);

/** Applies `get` where the value is there, and gives undefined where it may not be. */
export function optional(f: Flow, of: AbstractValue, at: Span, get: (of: AbstractValue) => AbstractValue, link = true): AbstractValue {
  if (isNullish(of)) return nothing(at);
  if (of.kind === 'union') {
    return tidy(of.of.flatMap((one) => (isNullish(one.value) ? [{ value: nothing(at), truths: one.truths }] : cases(get(one.value)).map((c) => ({ value: c.value, truths: both(one.truths, c.truths) })))), at);
  }
  const value = get(of);
  // `session?.user` says that there may be none; once that is excluded, nothing is left to be undefined.
  if (link && of.kind === 'symbol' && !isDefined(f, of)) return tidy([...cases(value), { value: nothing(at), truths: [] }], at);
  return value;
}

function template(f: Flow, code: Extract<Code, { kind: 'template' }>, names: Names): AbstractValue {
  const tag = code.tag ? evaluate(f, code.tag, names) : undefined;
  const values = code.values.map((v) => evaluate(f, v, names));
  const text: Extract<AbstractValue, { kind: 'text' }> = { kind: 'text', texts: code.texts.map((t) => t.text), values, at: code.at };
  if (!tag) {
    const [only] = values;
    // `${id}` alone is the id.
    if (values.length === 1 && only && code.texts.every((t) => t.text === '')) return only;
    return values.length === 0 ? literal(code.texts[0]?.text ?? '', code.at) : text;
  }
  return mapCases(tag, (read) => {
    const one = read.kind === 'symbol' && code.tag?.kind === 'member' ? (guessTag(f, read, code.tag) ?? read) : read;
    if (one.kind === 'client') {
      const sent = f.adapters.get(one.client)?.tagged?.(one, { ...text, places: code.texts.map((t) => t.at) }, contextAt(f, code.at, code.tag?.at ?? code.at));
      if (sent) return sent;
    }
    return { kind: 'symbol', origin: { kind: 'call', callee: one, args: [text], construct: false, call: '' }, path: [], at: code.at };
  });
}

/** `` anything.$queryRaw`…` ``: an adapter may know the name. */
function guessTag(f: Flow, tag: Extract<AbstractValue, { kind: 'symbol' }>, code: Extract<Code, { kind: 'member' }>): AbstractValue | undefined {
  for (const adapter of f.input.adapters) {
    const handle = adapter.guessed?.(tag, [{ name: code.name, at: code.nameAt }], contextAt(f, code.at, code.nameAt));
    if (handle) return handle;
  }
  return undefined;
}

/** Runs one of two branches, or both apart, and joins what they leave behind. */
export function choose(f: Flow, test: Code, then: () => AbstractValue, otherwise: () => AbstractValue, names: Names, at: Span): AbstractValue {
  const value = evaluate(f, test, names);
  return fork(f, [
    { known: truthsOf(f, value, true), enter: () => narrow(f, test, true, names), run: then },
    { known: truthsOf(f, value, false), enter: () => narrow(f, test, false, names), run: otherwise },
  ], at);
}

function logical(f: Flow, code: Extract<Code, { kind: 'logical' }>, names: Names): AbstractValue {
  // Long chains lean to the left: walk down in a loop, and come up one operator at a time.
  const chain: Extract<Code, { kind: 'logical' }>[] = [];
  let first: Code = code;
  while (first.kind === 'logical') {
    chain.push(first);
    first = first.left;
  }
  let left = evaluate(f, first, names);
  for (const one of chain.reverse()) {
    if (!f.state.live) return left;
    const logical = left.kind === 'client' && one.op !== 'coalesce' ? f.adapters.get(left.client)?.logical : undefined;
    const own = logical && left.kind === 'client' && one.op !== 'coalesce' ? logical(one.op, left, evaluate(f, one.right, names), contextAt(f, one.at)) : undefined;
    if (own) left = own;
    else left = one.op === 'coalesce' ? coalesce(f, one, left, names) : shortCircuit(f, one, left, one.op === 'and', names);
  }
  return left;
}

function shortCircuit(f: Flow, code: Extract<Code, { kind: 'logical' }>, left: AbstractValue, and: boolean, names: Names): AbstractValue {
  const goesOn = truthsOf(f, left, and);
  const stops = truthsOf(f, left, !and);
  const value = fork(f, [
    { known: stops, enter: () => narrow(f, code.left, !and, names), run: () => stopped(f, left, !and) },
    { known: goesOn, enter: () => narrow(f, code.left, and, names), run: () => evaluate(f, code.right, names) },
  ], code.at);
  return and ? value : preferHandle(left, value);
}

/** `global.client || new Client()`: the second is what the first was made of. */
function preferHandle(left: AbstractValue, value: AbstractValue): AbstractValue {
  if (value.kind !== 'union') return value;
  // `params || {}`: there only so that something can be read from it.
  if (value.of.length === 2 && left.kind === 'symbol' && value.of.some((c) => c.value.kind === 'object' && c.value.entries.length === 0)) return left;
  const handles = value.of.filter((c) => c.value.kind === 'client' || c.value.kind === 'instance');
  const vague = (v: AbstractValue): boolean => v.kind === 'symbol' && v.origin.kind !== 'input';
  return handles.length === 1 && handles[0] && value.of.every((c) => c === handles[0] || vague(c.value) || isNullish(c.value)) && cases(left).some((c) => vague(c.value)) ? handles[0].value : value;
}

/** The cases of a value that are truthy, or falsy. */
function stopped(f: Flow, value: AbstractValue, truthy: boolean): AbstractValue {
  const of = cases(value).filter((c) => {
    const known = plainTruth(c.value, f.python);
    return known === undefined || known === truthy;
  });
  if (!truthy && value.kind === 'test') return literal(false, value.at);
  return of.length === 0 ? value : tidy(of.map((c) => ({ value: f.python && truthy && c.value.kind === 'test' && c.value.test.kind === 'size' ? c.value : c.value.kind === 'test' ? literal(truthy, c.value.at) : !truthy && plainTruth(c.value, f.python) === undefined ? (f.python ? literal(null, c.value.at) : nothing(c.value.at)) : c.value, truths: truthy && c.value.kind === 'column' ? [...c.truths, ...truthsOf(f, c.value, true).truths] : c.truths })), value.at);
}

function coalesce(f: Flow, code: Extract<Code, { kind: 'logical' }>, left: AbstractValue, names: Names): AbstractValue {
  const test: AbstractValue = { kind: 'test', test: { kind: 'compare', op: '<>', left, right: literal(null, code.at) }, at: code.at };
  const isThere: Code = { kind: 'binary', op: '<>', left: code.left, right: { kind: 'literal', value: null, at: code.at }, at: code.at };
  const there = tidy(cases(left).filter((c) => !isNullish(c.value)), code.at);
  return preferHandle(left, fork(f, [
    { known: truthsOf(f, test, true), enter: () => narrow(f, isThere, true, names), run: () => there },
    { known: truthsOf(f, test, false), enter: () => narrow(f, isThere, false, names), run: () => evaluate(f, code.right, names) },
  ], code.at));
}

const COMPARE = new Set(['=', '<>', '<', '<=', '>', '>=']);

function binary(f: Flow, code: Extract<Code, { kind: 'binary' }>, names: Names): AbstractValue {
  const chain: Extract<Code, { kind: 'binary' }>[] = [];
  let first: Code = code;
  while (first.kind === 'binary') {
    chain.push(first);
    first = first.left;
  }
  let left = evaluate(f, first, names);
  for (const one of chain.reverse()) {
    const right = evaluate(f, one.right, names);
    const own = left.kind === 'client' || right.kind === 'client' ? operatorOf(f, one.op, left, right, one.at) : undefined;
    if (own) left = own;
    else if (COMPARE.has(one.op)) left = { kind: 'test', test: { kind: 'compare', op: one.op as '=', left, right }, at: one.at };
    else if (one.op === 'instanceof') left = mapCases(left, (value) => {
      const told = isInstance(value, right);
      return told === undefined ? computed('instanceof', [value, right], '', one.at) : literal(told, one.at);
    });
    else if (f.python && one.op === 'in') left = contains(f, left, right, one.at);
    else if (f.python && one.op === 'not in') left = { kind: 'test', test: { kind: 'not', of: contains(f, left, right, one.at) }, at: one.at };
    else if (one.op === '+' && (left.kind === 'text' || right.kind === 'text' || isText(left) || isText(right))) left = concat(left, right, one.at);
    else left = computed(one.op, [left, right], '', one.at);
  }
  return left;
}

const isText = (v: AbstractValue): boolean => v.kind === 'literal' && typeof v.value === 'string';

export function concat(left: AbstractValue, right: AbstractValue, at: Span): AbstractValue {
  const parts = [left, right].map((v) => (v.kind === 'text' ? v : v.kind === 'literal' ? { texts: [String(v.value)], values: [] } : { texts: ['', ''], values: [v] }));
  const [a, b] = parts;
  if (!a || !b) return left;
  const texts = [...a.texts.slice(0, -1), (a.texts.at(-1) ?? '') + (b.texts[0] ?? ''), ...b.texts.slice(1)];
  const values = [...a.values, ...b.values];
  return values.length === 0 ? literal(texts[0] ?? '', at) : { kind: 'text', texts, values, at };
}

function unary(f: Flow, code: Extract<Code, { kind: 'unary' }>, names: Names): AbstractValue {
  const of = evaluate(f, code.of, names);
  const own = of.kind === 'client' ? operatorOf(f, code.op, of, undefined, code.at) : undefined;
  if (own) return own;
  switch (code.op) {
    case 'not': {
      const known = plainTruth(of, f.python);
      if (known !== undefined) return literal(!known, code.at);
      // Twice is the truth of the thing itself.
      return { kind: 'test', test: { kind: 'not', of }, at: code.at };
    }
    case 'void': return nothing(code.at);
    case 'plus': return of;
    case 'delete':
      if (code.of.kind === 'member') assign(f, { kind: 'place', of: code.of, at: code.at }, nothing(code.at), names);
      return literal(true, code.at);
    case 'typeof': return mapCases(of, (value) => {
      const name = f.python ? undefined : typeName(f, value);
      return name === undefined ? computed('typeof', [value], '', code.at) : literal(name, code.at);
    });
    case 'minus': case 'invert': return computed(code.op, [of], '', code.at);
    default: return never(code.op);
  }
}

function assignment(f: Flow, code: Extract<Code, { kind: 'assign' }>, names: Names): AbstractValue {
  if (code.op === '=') {
    const value = evaluate(f, code.value, names);
    assign(f, code.target, value, names);
    return value;
  }
  const current: Code = code.target.kind === 'name' ? { kind: 'name', name: code.target.name, at: code.target.at } : code.target.kind === 'place' ? code.target.of : { kind: 'opaque', reason: 'pattern', at: code.at };
  const ops: Record<string, 'and' | 'or' | 'coalesce'> = { '&&': 'and', '||': 'or', '??': 'coalesce' };
  const op = ops[code.op];
  const value = op ? logical(f, { kind: 'logical', op, left: current, right: code.value, at: code.at }, names) : binary(f, { kind: 'binary', op: code.op, left: current, right: code.value, at: code.at }, names);
  assign(f, code.target, value, names);
  return value;
}

/** A comprehension is a loop whose body is its element. */
function each(f: Flow, code: Extract<Code, { kind: 'each' }>, names: Names): AbstractValue {
  let value: AbstractValue = unknown('comprehension', code.at);
  const inner = new Names(names, names.file);
  const base = f.state;
  const truths: Truth[] = [];
  let none: readonly Truth[] = [];
  const { frame } = f;
  const outer = frame && { loop: frame.loop, turn: frame.turn };
  const end = f.branch([], () => {
    for (const clause of code.clauses) {
      const over = iterated(f, evaluate(f, clause.over, inner), clause.over.at);
      const of = elementOf(over, clause.over.at) ?? unknown('element', clause.over.at);
      bind(f, clause.target, of, inner);
      if (frame) [frame.loop, frame.turn] = [code.at, rowsIn(of)];
      truths.push(...presence(of, clause.over.at));
      for (const test of clause.tests) {
        const tested = evaluate(f, test, inner);
        const known = truthsOf(f, tested, true);
        if (code.clauses.length === 1 && clause.tests.length === 1) none = [...truthsOf(f, tested, false).truths.filter((t) => t.kind !== 'row'), ...allFound(f, of, clause.over.at)];
        f.state.learn(known.truths);
        truths.push(...known.truths);
        narrow(f, test, true, inner);
      }
    }
    value = evaluate(f, code.element, inner);
  });
  if (frame) [frame.loop, frame.turn] = [outer?.loop, outer?.turn ?? NO_ROWS];
  join(base, [exitOf(end, base), { changes: NO_CHANGES, truths: base.truths }], f.joinValues);
  return { kind: 'list', ifEmpty: none, of: truths.length > 0 ? tidy(cases(value).map((c) => ({ value: c.value, truths: both(truths, c.truths) })), code.at) : value, at: code.at };
}

/** What `typeof` gives, where that is known. */
function typeName(f: Flow, of: AbstractValue): string | undefined {
  switch (of.kind) {
    case 'literal': return of.value === null ? 'object' : typeof of.value;
    case 'undefined': return 'undefined';
    case 'text': return 'string';
    case 'function': case 'class': return 'function';
    case 'object': case 'array': case 'list': case 'row': case 'instance': case 'module': return 'object';
    case 'client': {
      const callable = f.adapters.get(of.client)?.isCallable?.(of);
      return callable === undefined ? undefined : callable ? 'function' : 'object';
    }
    default: return undefined;
  }
}
