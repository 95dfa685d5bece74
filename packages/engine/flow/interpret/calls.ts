import { cases, isNullish, nothing, unknown, type AbstractValue, type Code, type Named, type Span, type ValueEntry, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { knownCall } from '../known/known.ts';
import { builtinMethod } from '../known/methods.ts';
import { usedBy } from '../queries/record.ts';
import { queriesIn } from '../summaries/functions.ts';
import { Changes, exitOf, join, Names, truthsSince, type State } from '../state.ts';
import { tidy } from '../values/join.ts';
import { both } from '../values/truths.ts';
import { itemsOf } from '../values/items.ts';
import { property } from '../values/property.ts';
import { isManager } from '../python/decorators.ts';
import { generated } from './generators.ts';
import { pythonMethod } from '../python/methods.ts';
import { callSuper } from '../python/super.ts';
import { construct } from './classes.ts';
import { awaited, callClient, contextAt } from './clients.ts';
import { eachCase, fork } from './branches.ts';
import { isDefined, shortCircuits } from './presence.ts';
import { bindParams } from './params.ts';
import { promised } from './promises.ts';
import { run } from './statements.ts';
import { become } from './targets.ts';
import { NO_ROWS, type Frame } from '../frame.ts';
import type { Becoming, CallSite } from '../call-site.ts';

type CallCode = Extract<Code, { kind: 'call' }>;

const DEEPEST = 24;

export function call(f: Flow, code: CallCode, names: Names): AbstractValue {
  const { callee } = code;
  if (f.python && (callee.kind === 'super' || (callee.kind === 'member' && callee.of.kind === 'super'))) {
    const args = evaluateArgs(f, code, names);
    const above = f.state.live ? callSuper(f, callee.kind === 'member' ? callee.name : '__init__', args, names, code.at) : nothing(code.at);
    if (above) return above;
  }
  const given = promised(f, code, names);
  if (given) return given;
  if (callee.kind === 'member' && !code.construct) {
    const of = f.evaluate(callee.of, names);
    if (!f.state.live) return nothing(code.at);
    if (callee.optional || code.optional || shortCircuits(callee.of)) {
      return optionalCall(f, of, code, callee, names);
    }
    return methodCall(f, of, code, callee, names);
  }
  const fn = f.evaluate(callee, names);
  const args = evaluateArgs(f, code, names);
  if (!f.state.live) return nothing(code.at);
  return apply(f, fn, args, { at: code.at, nameAt: callee.at, construct: code.construct, types: code.types, declares: f.declaring === code, unawaited: f.floating === code });
}

/** The call happens only where its receiver is there. */
function optionalCall(f: Flow, of: AbstractValue, code: CallCode, callee: Extract<Code, { kind: 'member' }>, names: Names): AbstractValue {
  const there = cases(of).filter((c) => !isNullish(c.value));
  const absent = cases(of).length > there.length || (callee.optional && of.kind === 'symbol' && !isDefined(f, of));
  if (there.length === 0) return nothing(code.at);
  const ways = there.map((c) => ({ ...c, act: () => methodCall(f, c.value, code, callee, names) }));
  if (!absent) return eachCase(f, there, (value) => methodCall(f, value, code, callee, names), code.at);
  return fork(f, [
    ...ways.map((w) => ({ known: { possible: true, truths: w.truths }, enter: () => undefined, run: w.act })),
    { known: { possible: true, truths: [] }, enter: () => undefined, run: () => nothing(code.at) },
  ], code.at);
}

export function evaluateArgs(f: Flow, code: CallCode, names: Names): AbstractValue[] {
  const args: AbstractValue[] = [];
  const named: ValueEntry[] = [];
  for (const arg of code.args) {
    const value = f.evaluate(arg.value, names);
    if (arg.spread && arg.name === '**') named.push({ kind: 'spread', of: value, at: arg.value.at });
    else if (arg.spread) {
      const items = itemsOf(value);
      if (items && value.kind === 'array') args.push(...items);
      else args.push({ kind: 'symbol', origin: { kind: 'computed', op: 'spread', of: [value] }, path: [], at: arg.value.at });
    } else if (arg.name !== undefined) named.push({ kind: 'property', name: arg.name, nameAt: arg.value.at, value });
    else args.push(value);
  }
  if (named.length > 0) args.push({ kind: 'object', entries: named, named: true, at: code.at });
  return args;
}

const PROMISE = new Set(['then', 'catch', 'finally']);

function methodCall(f: Flow, of: AbstractValue, code: CallCode, callee: Extract<Code, { kind: 'member' }>, names: Names): AbstractValue {
  // A promise is there, whatever it resolves to.
  if (!f.python && PROMISE.has(callee.name) && (of.kind === 'union' || isNullish(of))) {
    const args = evaluateArgs(f, code, names);
    return f.state.live ? invokeMethod(f, of, callee.name, args, { at: code.at, nameAt: callee.nameAt, construct: false }, { handle: undefined }) : nothing(code.at);
  }
  if (of.kind === 'union') {
    const there = of.of.filter((c) => !isNullish(c.value));
    const [only] = there;
    if (!only) {
      f.state.live = false;
      return nothing(code.at);
    }
    if (there.length > 1 && !callee.optional) return eachCase(f, there, (value) => methodCall(f, value, code, callee, names), code.at);
    // Nothing is thrown, so that it was there.
    if (!callee.optional) f.state.learn(only.truths);
    return methodCall(f, only.value, code, callee, names);
  }
  if (isNullish(of)) {
    f.state.live = false;
    return nothing(code.at);
  }
  const args = evaluateArgs(f, code, names);
  if (!f.state.live) return nothing(code.at);
  const becoming: Becoming = { handle: undefined };
  const value = invokeMethod(f, of, callee.name, args, { at: code.at, nameAt: callee.nameAt, construct: false, types: code.types, declares: f.declaring === code, unawaited: f.floating === code, path: () => namesOf(callee) }, becoming);
  if (becoming.handle) become(f, callee.of, becoming.handle, names);
  for (const [i, held] of becoming.args ?? []) {
    const arg = code.args[i];
    if (arg && !arg.spread) become(f, arg.value, held, names);
  }
  return value;
}

export function invokeMethod(f: Flow, of: AbstractValue, name: string, args: readonly AbstractValue[], site: CallSite, becoming: Becoming): AbstractValue {
  const { at } = site;
  if (of.kind === 'client') {
    if (name === 'then' || name === 'catch' || name === 'finally') return invokeMethod(f, awaited(f, of, at), name, args, site, becoming);
    const method = property(f, of, name, at, site.nameAt);
    if (method?.kind === 'client') return callClient(f, method, args, at, site.nameAt, site.construct, becoming);
    return method ? apply(f, method, args, site, of) : unknown(name, at);
  }
  const built = f.python ? pythonMethod(f, of, name, args, at, becoming) : builtinMethod(f, of, name, args, at, becoming);
  if (built) return built;
  if (of.kind === 'symbol') {
    const guessed = guess(f, of, name, args, site, becoming);
    if (guessed) return guessed;
  }
  const method = property(f, of, name, at, site.nameAt);
  if (!method) {
    f.state.live = false;
    return nothing(at);
  }
  return apply(f, method, args, site, of, becoming);
}

/** Nobody knows what the receiver is; an adapter may know by what is called on it. */
function guess(f: Flow, of: ValueOf<'symbol'>, name: string, args: readonly AbstractValue[], site: CallSite, becoming: Becoming): AbstractValue | undefined {
  const written = site.path?.() ?? [{ name, at: site.nameAt }];
  const read = [...of.path, name];
  const names = read.map((part, i): Named => {
    const w = written[written.length - (read.length - i)];
    return w && w.name === part ? w : { name: part, at: site.nameAt };
  });
  const context = contextAt(f, site.at, site.nameAt);
  for (const adapter of f.input.adapters) {
    const handle = adapter.guessed?.(of, names, context, args);
    if (handle?.kind === 'client') return callClient(f, handle, args, site.at, site.nameAt, false, becoming);
    if (handle) return handle;
  }
  return undefined;
}

function namesOf(code: Code): Named[] {
  const found: Named[] = [];
  let at = code;
  while (at.kind === 'member' || at.kind === 'non-null' || at.kind === 'typed' || at.kind === 'index') {
    if (at.kind === 'member') found.unshift({ name: at.name, at: at.nameAt });
    at = at.of;
  }
  return found;
}

/** Calls a value. `self` is what a method was read from. */
export function apply(f: Flow, fn: AbstractValue, args: readonly AbstractValue[], site: CallSite, self?: AbstractValue, becoming?: Becoming): AbstractValue {
  const { at } = site;
  switch (fn.kind) {
    case 'function': {
      const { truths } = f.state;
      const value = invoke(f, fn, args, at, fn.self ?? self);
      if (site.unawaited && fn.fn.async) {
        f.state.truths = truths;
        f.state.live = true;
      }
      return value;
    }
    case 'union': {
      const there = fn.of.filter((c) => !isNullish(c.value));
      if (there.length === 0) {
        f.state.live = false;
        return nothing(at);
      }
      return there.length === 1 && there[0] ? apply(f, there[0].value, args, site, self, becoming) : eachCase(f, there, (value) => apply(f, value, args, site, self, becoming), at);
    }
    case 'class': return construct(f, fn, args, at);
    case 'instance': {
      const method = f.python ? f.memberOf(fn, '__call__', at) : undefined;
      return method?.kind === 'function' ? invoke(f, method, args, at, fn) : callUnknown(f, fn, args, site);
    }
    case 'client': return callClient(f, fn, args, at, site.nameAt, site.construct, becoming);
    case 'symbol': {
      return knownCall(f, fn, args, site) ?? callUnknown(f, fn, args, site);
    }
    default: return callUnknown(f, fn, args, site);
  }
}

/** A function that cannot be opened. What it is given leaves our sight; functions among it may be called. */
export function callUnknown(f: Flow, callee: AbstractValue, args: readonly AbstractValue[], site: CallSite): AbstractValue {
  const { at } = site;
  // What was made of one function of ours, and is called: a wrapper around it.
  const wrapped = callee.kind === 'symbol' && callee.origin.kind === 'call' && callee.path.length === 0 ? callee.origin.args.filter((a) => a.kind === 'function') : [];
  const [only] = wrapped;
  if (wrapped.length === 1 && only?.kind === 'function') return apply(f, only, args, site);
  if (callee.kind !== 'symbol' || !isConstruction(callee)) usedBy(f, { kind: 'array', items: args.map((value) => ({ value, spread: false })), at }, at);
  const callbacks = args.filter((a) => a.kind === 'function');
  const symbol: AbstractValue = { kind: 'symbol', origin: { kind: 'call', callee, args, construct: site.construct, call: `@${at.file}:${at.start}`, ...(site.types ? { types: site.types } : {}) }, path: [], at };
  if (f.register(symbol, site)) return symbol;
  const [callback] = callbacks;
  // `export const user = cached(async () => …)`: a function around another.
  if (site.declares && callback?.kind === 'function' && callback.fn.async) return symbol;
  if (callbacks.length === 1 && callback?.kind === 'function' && callback.fn.params.length === 0) {
    // `retry(() => …)`, `step.run('x', async () => …)`: it is run here, and its result is the result.
    const value = apply(f, callback, [], site);
    return f.state.live ? awaited(f, value, at) : symbol;
  }
  // `withTimeout(db.from('x').select(), 500)`: whoever is handed a request waits for it, and its answer is the answer.
  const answers = args.flatMap((a) => {
    const answer = a.kind === 'client' ? awaited(f, a, at) : a;
    return answer === a ? [] : [answer];
  });
  return answers.length === 1 && answers[0] ? answers[0] : symbol;
}

/** Schemas, routers and builders that are put together from parts. */
const isConstruction = (callee: ValueOf<'symbol'>): boolean => callee.origin.kind === 'call' && callee.origin.callee.kind === 'symbol' && callee.origin.callee.origin.kind === 'package' && callee.path.at(-1) === 'router';

/** Runs a function of the program with these arguments, at this point. */
export function invoke(f: Flow, value: ValueOf<'function'>, args: readonly AbstractValue[], at: Span, self?: AbstractValue, guessed = f.frame?.guessed ?? false, first = f.python && isManager(value.fn)): AbstractValue {
  const { fn } = value;
  let again = 0;
  for (let frame = f.frame; frame; frame = frame.caller) if (frame.fn?.id === fn.id) again++;
  // What asks nothing, itself or by a function that it is given, gives nothing new when it calls itself, and each turn may call it many times.
  const most = again === 0 || queriesIn(f, fn).length > 0 || (self && holdsFunction(self, 0)) || args.some((arg) => holdsFunction(arg, 0)) ? 1 : 0;
  if (again > most || (f.frame?.depth ?? 0) >= DEEPEST || f.fuel <= 0) {
    return { kind: 'symbol', origin: { kind: 'call', callee: { kind: 'function', fn, file: value.file, scope: value.scope, at: value.at }, args, construct: false, call: `@${at.file}:${at.start}` }, path: [], at };
  }
  const outside = f.state;
  const base = outside.fork();
  const frame: Frame = { fn, name: fn.name ?? f.frame?.name ?? 'anonymous', from: at, base, returns: [], jumps: [], caller: f.frame, depth: (f.frame?.depth ?? 0) + 1, loop: f.frame?.loop, turn: f.frame?.turn ?? NO_ROWS, guessed, ...(fn.generator ? { yields: first ? 'first' as const : [] } : {}) };
  f.frame = frame;
  f.state = base;
  const scope = value.scope as Names;
  scope.capture();
  const names = new Names(scope, value.file);
  if (self && !fn.arrow) base.set(names.declare('this'), self);
  bindParams(f, value, args, names);
  run(f, fn.body, names);
  const returns = [...frame.returns];
  if (f.state.live) returns.push({ exit: exitOf(f.state, base), value: nothing(at) });
  f.frame = frame.caller;
  const result = generated(f, frame, joinReturns(f, base, returns, at), at);
  f.state = outside;
  join(outside, base.live ? [{ changes: kept(f, base, outside, result), truths: base.truths }] : [], f.joinValues);
  return result;
}

/** What a call leaves behind: variables of its own are gone, unless a function that closes over them got out. */
function kept(f: Flow, base: State, outside: State, result: AbstractValue): Changes {
  base.changes.keep((slot) => slot.scope === undefined || slot.scope.isCaptured || outside.get(slot) !== undefined);
  if (outside === f.loaded || outside.changes.size + base.changes.size < 8 || holdsFunction(result, 0)) return base.changes;
  const changes = new Changes();
  let escaped = false;
  base.changes.slots.forEach((slot, i) => {
    const value = base.changes.values[i];
    if (!value || !outside.get(slot)) return;
    changes.set(slot, value);
    escaped ||= holdsFunction(value, 0);
  });
  return escaped ? base.changes : changes;
}

function holdsFunction(value: AbstractValue, depth: number): boolean {
  if (depth > 4) return true;
  switch (value.kind) {
    case 'function': case 'class': case 'client': return true;
    case 'instance': return value.fields.some((e) => holdsFunction(e.kind === 'spread' ? e.of : e.value, depth + 1));
    case 'object': return value.entries.some((e) => holdsFunction(e.kind === 'spread' ? e.of : e.value, depth + 1));
    case 'array': return value.items.some((i) => holdsFunction(i.value, depth + 1));
    case 'list': return holdsFunction(value.of, depth + 1);
    case 'union': return value.of.some((c) => holdsFunction(c.value, depth + 1));
    // What stands after a middleware is called by a name of its own.
    case 'symbol': return value.origin.kind === 'global' ? value.origin.name.startsWith('#') : value.origin.kind === 'call' && value.origin.args.some((a) => holdsFunction(a, depth + 1));
    default: return false;
  }
}

function joinReturns(f: Flow, base: Flow['state'], returns: Frame['returns'], at: Span): AbstractValue {
  base.live = true;
  join(base, returns.map((r) => r.exit), f.joinValues);
  const [first] = returns;
  if (!first) return nothing(at);
  if (returns.length === 1) return first.value;
  return tidy(returns.flatMap((r) => {
    const since = truthsSince(r.exit.truths, base.truths);
    return cases(r.value).map((c) => ({ value: c.value, truths: both(since, c.truths) }));
  }), at);
}
