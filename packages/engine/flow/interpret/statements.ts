import { literal, never, nothing, unknown, type AbstractValue, type Code, type CodeStatement, type Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { exitOf, join, Names, NO_CHANGES, truthsSince, type Exit } from '../state.ts';
import { elementOf } from '../values/join.ts';
import { presence } from '../values/property.ts';
import { awaited, iterated } from './clients.ts';
import { narrow } from './narrow.ts';
import { unawaited } from './promises.ts';
import { bind } from './targets.ts';
import { truthsOf } from './truths.ts';
import { classValue } from './modules.ts';
import { NO_ROWS, type Jump, type Statements } from '../frame.ts';
import { allFound } from '../queries/found.ts';
import { rowsIn } from '../queries/record.ts';

/** Runs statements in order; functions and classes are there from the start. */
export function run(f: Flow, statements: Statements, names: Names): void {
  for (const s of statements) hoist(f, s, names);
  for (const s of statements) {
    if (!f.state.live) return;
    statement(f, s, names);
  }
}

/** Runs the statements of a block of its own. */
function inBlock(f: Flow, statements: Statements, names: Names): void {
  const inner = new Names(names, names.file);
  run(f, statements, inner);
  inner.end(f.state);
}

function hoist(f: Flow, s: CodeStatement, names: Names): void {
  if (s.kind === 'function' && s.fn.name !== undefined) {
    names.capture();
    const value = { kind: 'function', fn: s.fn, file: names.file, scope: names, at: s.at } as const;
    f.state.set(names.declare(s.fn.name), value);
    f.inlineAction(value);
  }
  else if (s.kind === 'class' && s.class.name !== undefined) f.state.set(names.declare(s.class.name), classValue(s.class, names.file, names));
}

function statement(f: Flow, s: CodeStatement, names: Names): void {
  switch (s.kind) {
    case 'let': {
      const value = s.value ? f.evaluate(s.value, names) : nothing(s.at);
      const typed = s.type && (value.kind === 'symbol' || !s.value) ? f.ofType(s.type, names.file, s.at) : undefined;
      bind(f, s.target, typed?.kind === 'client' || (typed && s.value) ? typed : value, names);
      return;
    }
    case 'expression': {
      const called = s.of.kind === 'unary' && s.of.op === 'void' ? s.of.of : s.of;
      const left = unawaited(called);
      const { truths } = f.state;
      if (left === 'call') f.floating = called;
      const value = f.evaluate(s.of, names);
      if (left === 'chain' && !f.python) {
        f.state.truths = truths;
        f.state.live = true;
      }
      // A builder that nobody awaits is sent by those clients that send at once; the rest never leaves.
      if (value.kind === 'client' && s.of.kind === 'unary' && s.of.op === 'void') awaited(f, value, s.at);
      if (value.kind === 'client' && s.of.kind === 'call' && f.adapters.get(value.client)?.isOnlyResult?.(value)) f.input.tell?.({ kind: 'extension-discarded', at: s.of.callee.kind === 'member' ? s.of.callee.nameAt : s.at });
      return;
    }
    case 'if': return branches(f, s, names);
    case 'loop': return loop(f, s, names);
    case 'for-each': return forEach(f, s, names);
    case 'return': {
      const value = s.value ? f.evaluate(s.value, names) : nothing(s.at);
      const { frame } = f;
      if (!f.state.live) return;
      if (frame) {
        const resolved = frame.fn?.async ? awaited(f, value, s.at) : value;
        frame.returns.push({ exit: exitOf(f.state, frame.base), value: resolved });
      }
      f.state.live = false;
      return;
    }
    case 'throw':
      if (s.value) f.evaluate(s.value, names);
      if (f.state.live) f.thrown++;
      f.state.live = false;
      return;
    case 'try': return attempt(f, s, names);
    case 'switch': return switched(f, s, names);
    case 'break': case 'continue': {
      const jumps = f.frame?.jumps ?? [];
      const jump = jumps.findLast((j) => (s.label !== undefined ? j.label === s.label : s.kind === 'break' || j.loop));
      if (jump) (s.kind === 'break' ? jump.breaks : jump.continues).push(exitOf(f.state, jump.base));
      f.state.live = false;
      return;
    }
    case 'block': return inBlock(f, s.body, names);
    case 'with': {
      const inner = new Names(names, names.file);
      for (const item of s.items) {
        const value = entered(f, awaited(f, f.evaluate(item.value, inner), item.value.at), item.value.at);
        if (item.target) bind(f, item.target, value, inner);
      }
      return run(f, s.body, inner);
    }
    case 'function': case 'class': case 'type': return;
    default: return never(s);
  }
}

/** What `with` binds: what the object gives when it is entered. */
function entered(f: Flow, value: AbstractValue, at: AbstractValue['at']): AbstractValue {
  if (value.kind !== 'instance') return value;
  for (const name of ['__aenter__', '__enter__']) {
    const method = value.class.methods.some((m) => m.name === name) ? f.memberOf(value, name, at) : undefined;
    if (method?.kind === 'function') return awaited(f, f.applyFunction(method, [], at), at);
  }
  return value;
}

function branches(f: Flow, s: Extract<CodeStatement, { kind: 'if' }>, names: Names): void {
  const value = f.evaluate(s.test, names);
  if (!f.state.live) return;
  const base = f.state;
  const exits: Exit[] = [];
  for (const truth of [true, false]) {
    const known = truthsOf(f, value, truth);
    if (!known.possible) continue;
    const body = truth ? s.then : s.otherwise;
    const end = f.branch(known.truths, () => {
      narrow(f, s.test, truth, names);
      inBlock(f, body, names);
    });
    if (end.live) exits.push(exitOf(end, base));
  }
  join(base, exits, f.joinValues);
}

/** Runs a body that may run any number of times: once, from what was there before; afterwards both are possible. */
function repeated(f: Flow, label: string | undefined, at: CodeStatement['at'], body: () => void, atLeastOnce: boolean): readonly Truth[] {
  const base = f.state;
  const { frame } = f;
  const jump: Jump = { label, loop: true, base, breaks: [], continues: [] };
  const outer = frame && { loop: frame.loop, turn: frame.turn };
  if (frame) {
    frame.jumps.push(jump);
    frame.loop = at;
    frame.turn = NO_ROWS;
  }
  const end = f.branch([], body);
  if (frame) {
    frame.jumps.pop();
    frame.loop = outer?.loop;
    frame.turn = outer?.turn ?? NO_ROWS;
  }
  const exits = [...jump.breaks, ...jump.continues];
  if (end.live) exits.push(exitOf(end, base));
  if (!atLeastOnce) exits.push({ changes: NO_CHANGES, truths: base.truths });
  // What every complete turn establishes about its element holds of all elements.
  const every = end.live && jump.breaks.length === 0 && jump.continues.length === 0 ? truthsSince(end.truths, base.truths) : [];
  join(base, exits, f.joinValues);
  return every;
}

function loop(f: Flow, s: Extract<CodeStatement, { kind: 'loop' }>, names: Names): void {
  const inner = new Names(names, names.file);
  run(f, s.init, inner);
  const always = s.test === undefined || (s.test.kind === 'literal' && s.test.value === true);
  repeated(f, s.label, s.at, () => {
    if (s.test && s.testFirst) learn(f, s.test, inner);
    inBlock(f, s.body, inner);
    if (f.state.live && s.update) f.evaluate(s.update, inner);
    if (f.state.live && s.test && !s.testFirst) f.evaluate(s.test, inner);
  }, always || !s.testFirst);
  inner.end(f.state);
}

function learn(f: Flow, test: Code, names: Names): void {
  const known = truthsOf(f, f.evaluate(test, names), true);
  if (!known.possible) {
    f.state.live = false;
    return;
  }
  f.state.learn(known.truths);
  narrow(f, test, true, names);
}

/** Names and values of a dictionary that the code spells out. */
function pairsOf(over: AbstractValue): readonly AbstractValue[] | undefined {
  if (over.kind !== 'array' || over.items.length === 0) return undefined;
  const told = over.items.every(({ value, spread }) => !spread && value.kind === 'array' && value.items.length === 2 && value.items[0]?.value.kind === 'literal');
  return told ? over.items.map((i) => i.value) : undefined;
}

function forEach(f: Flow, s: Extract<CodeStatement, { kind: 'for-each' }>, names: Names): void {
  const over = iterated(f, f.evaluate(s.over, names), s.over.at);
  if (!f.state.live) return;
  const pairs = f.python ? pairsOf(over) : undefined;
  if (pairs) {
    for (const pair of pairs) {
      if (!f.state.live) return;
      repeated(f, s.label, s.at, () => {
        const inner = new Names(names, names.file);
        bind(f, s.target, pair, inner);
        run(f, s.body, inner);
        inner.end(f.state);
      }, true);
    }
    return;
  }
  const element: AbstractValue = s.form === 'in' ? unknown('key', s.over.at) : (elementOf(over, s.over.at) ?? unknown('element', s.over.at));
  const every = repeated(f, s.label, s.at, () => {
    if (f.frame) f.frame.turn = rowsIn(element);
    f.state.learn(presence(element, s.over.at));
    const inner = new Names(names, names.file);
    bind(f, s.target, element, inner);
    run(f, s.body, inner);
    inner.end(f.state);
  }, false);
  if (f.state.live && every.length > 0) f.state.learn([...every, ...allFound(f, element, s.at)]);
}

function attempt(f: Flow, s: Extract<CodeStatement, { kind: 'try' }>, names: Names): void {
  const base = f.state;
  const exits: Exit[] = [];
  const { truths: entered } = base;
  const before = f.thrown;
  const end = f.branch([], () => inBlock(f, s.body, names));
  // Where nothing is thrown on purpose, only what fails by itself leads to a handler: no way around a check.
  const kept = f.thrown === before && end.live ? truthsSince(end.truths, base.truths).filter((t) => t.kind === 'row' || t.kind === 'holds' || t.kind === 'any') : [];
  if (end.live) exits.push(exitOf(end, base));
  for (const handler of s.handlers) {
    const caught = f.branch([], () => {
      // The body may have stopped anywhere: its variables hold what they held, or what it gave them.
      end.changes.slots.forEach((slot, i) => {
        const before = base.get(slot);
        const value = end.changes.values[i];
        if (before && value) f.state.set(slot, f.joinValues([{ value: before, truths: [] }, { value, truths: [] }]));
      });
      const inner = new Names(names, names.file);
      if (handler.target) bind(f, handler.target, unknown('caught error', s.at), inner);
      run(f, handler.body, inner);
      inner.end(f.state);
    });
    if (caught.live) exits.push(exitOf(caught, base));
  }
  join(base, exits, f.joinValues);
  if (base.live && exits.length > 1) base.learn(kept);
  if (s.finally.length > 0) {
    const { live, truths } = f.state;
    // It runs as well where the body was left by a throw: what was checked there is not known here.
    const known = f.thrown === before ? truths : entered;
    f.state.live = true;
    f.state.truths = known;
    inBlock(f, s.finally, names);
    const since = truthsSince(f.state.truths, known);
    f.state.truths = truths;
    f.state.learn(since);
    f.state.live &&= live;
  }
}

function switched(f: Flow, s: Extract<CodeStatement, { kind: 'switch' }>, names: Names): void {
  const on = f.evaluate(s.on, names);
  if (!f.state.live) return;
  const base = f.state;
  const jump: Jump = { label: undefined, loop: false, base, breaks: [], continues: [] };
  f.frame?.jumps.push(jump);
  const inner = new Names(names, names.file);
  let fallen: Exit | undefined;
  // Where no case before has matched.
  let open = f.branch([], () => undefined);
  for (const one of s.cases) {
    const previous = fallen;
    const end = f.branch([], () => {
      const entered = f.state;
      const ways = previous ? [previous] : [];
      f.state = open;
      const { test: code } = one;
      const test: AbstractValue = code ? { kind: 'test', test: { kind: 'compare', op: '=', left: on, right: f.evaluate(code, inner) }, at: code.at } : literal(true, s.at);
      const known = truthsOf(f, test, true);
      const matched = f.branch(known.truths, () => {
        if (known.possible && code) narrowCase(f, s.on, code, true, inner);
      });
      if (known.possible) ways.push(exitOf(matched, base));
      const otherwise = truthsOf(f, test, false);
      // The default comes last, wherever it stands.
      if (code || one === s.cases.at(-1)) {
        open = f.branch(otherwise.truths, () => {
          if (!otherwise.possible) f.state.live = false;
          else if (code) narrowCase(f, s.on, code, false, inner);
        });
      }
      f.state = entered;
      join(entered, ways, f.joinValues);
      if (entered.live) run(f, one.body, inner);
    });
    fallen = end.live ? exitOf(end, base) : undefined;
  }
  f.frame?.jumps.pop();
  const exits = [...jump.breaks];
  if (fallen) exits.push(fallen);
  if (open.live && s.cases.every((c) => c.test)) exits.push(exitOf(open, base));
  join(base, exits, f.joinValues);
  inner.end(base);
}

/** `switch (true)` tests its cases themselves. */
function narrowCase(f: Flow, on: Code, test: Code, truth: boolean, names: Names): void {
  if (on.kind === 'literal' && on.value === true) narrow(f, test, truth, names);
  else narrow(f, { kind: 'binary', op: '=', left: on, right: test, at: test.at }, truth, names);
}
