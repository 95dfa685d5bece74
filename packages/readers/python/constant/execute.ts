import { never, type CodeStatement } from '@tenantlint/model';
import { bindTarget, elementsOf } from './evaluate.ts';
import type { Interpreter } from './interpreter.ts';
import type { Scope } from './scope.ts';
import { none, truthOf, unknown, type Value } from './values.ts';

/** How a list of statements ended. */
export type Completion =
  | { readonly kind: 'normal' | 'break' | 'continue' | 'raise' }
  | { readonly kind: 'return'; readonly value: Value };

const NORMAL: Completion = { kind: 'normal' };
const MOST_TURNS = 1000;
const UNASSIGNED = 'not assigned';

export function execute(run: Interpreter, statements: readonly CodeStatement[], scope: Scope): Completion {
  for (const s of statements) {
    run.burn();
    const end = statement(run, s, scope);
    if (end.kind !== 'normal') return end;
  }
  return NORMAL;
}

function statement(run: Interpreter, s: CodeStatement, scope: Scope): Completion {
  switch (s.kind) {
    case 'let':
      if (s.value) bindTarget(run, s.target, run.evaluate(s.value, scope), scope, true);
      else if (s.target.kind === 'name' && !scope.names.has(s.target.name)) scope.names.set(s.target.name, unknown(UNASSIGNED, s.at));
      return NORMAL;
    case 'expression':
      run.evaluate(s.of, scope);
      return NORMAL;
    case 'if': return conditional(run, s, scope);
    case 'loop': return loop(run, s, scope);
    case 'for-each': return forEach(run, s, scope);
    case 'return': return { kind: 'return', value: s.value ? run.evaluate(s.value, scope) : none(s.at) };
    case 'throw':
      if (s.value) run.evaluate(s.value, scope);
      return { kind: 'raise' };
    case 'try': return attempt(run, s, scope);
    case 'with': return managed(run, s, scope);
    case 'break': case 'continue': return { kind: s.kind };
    case 'block': return execute(run, s.body, scope);
    case 'function':
      if (s.fn.name !== undefined) scope.names.set(s.fn.name, { kind: 'function', fn: s.fn, scope, at: s.fn.nameAt });
      return NORMAL;
    case 'class':
      if (s.class.name !== undefined) {
        const before = scope.own(s.class.name);
        if (before && !(before.kind === 'class' && before.class === s.class)) scope.earlier.set(s.class.name, { value: before, until: s.class.at.start });
        scope.names.set(s.class.name, { kind: 'class', class: s.class, scope, at: s.class.nameAt });
      }
      return NORMAL;
    // Python has none.
    case 'switch': case 'type': return NORMAL;
    default: return never(s);
  }
}

function conditional(run: Interpreter, s: Extract<CodeStatement, { kind: 'if' }>, scope: Scope): Completion {
  const test = run.evaluate(s.test, scope);
  const truth = truthOf(test);
  if (truth !== undefined) return execute(run, truth ? s.then : s.otherwise, scope);
  const guard = { kind: 'if', test, at: s.test.at } as const;
  const before = new Map(scope.names);
  const branch = (body: readonly CodeStatement[]): { end: Completion; names: Map<string, Value> } => {
    scope.names.clear();
    for (const [name, value] of before) scope.names.set(name, value);
    const { length } = run.guards;
    run.guards.push(guard);
    const end = execute(run, body, scope);
    run.guards.length = length;
    return { end, names: new Map(scope.names) };
  };
  const then = branch(s.then);
  const otherwise = branch(s.otherwise);
  const goes = [then, otherwise].filter((b) => b.end.kind === 'normal');
  const [first, second] = goes;
  scope.names.clear();
  if (first && second) {
    for (const name of new Set([...first.names.keys(), ...second.names.keys()])) scope.names.set(name, joined(first.names.get(name), second.names.get(name), s.at));
    return NORMAL;
  }
  const left = first ?? otherwise;
  for (const [name, value] of left.names) scope.names.set(name, value);
  if (first) {
    // What follows happens only where the other branch was not taken.
    run.guards.push(guard);
    return NORMAL;
  }
  return then.end.kind === 'return' && otherwise.end.kind === 'return' ? { kind: 'return', value: joined(then.end.value, otherwise.end.value, s.at) } : otherwise.end.kind === 'raise' ? then.end : otherwise.end;
}

function joined(a: Value | undefined, b: Value | undefined, at: CodeStatement['at']): Value {
  // Reading what was not assigned raises an error: whoever reads it has the other.
  const of = [...new Set([a, b].flatMap((v) => (!v || (v.kind === 'unknown' && v.reason === UNASSIGNED) ? [] : v.kind === 'either' ? v.of : [v])))];
  const [only] = of;
  return of.length === 1 && only ? only : of.length === 0 ? unknown(UNASSIGNED, at) : { kind: 'either', of, at };
}

/** Runs a body under a guard, once, for what it would do if it ran. */
function perhaps(run: Interpreter, kind: 'loop' | 'try', test: Value | undefined, at: CodeStatement['at'], body: () => Completion): Completion {
  const { length } = run.guards;
  run.guards.push({ kind, test, at });
  const end = body();
  run.guards.length = length;
  return end;
}

function loop(run: Interpreter, s: Extract<CodeStatement, { kind: 'loop' }>, scope: Scope): Completion {
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const test = s.test ? run.evaluate(s.test, scope) : undefined;
    const truth = test ? truthOf(test) : true;
    if (truth === false) return NORMAL;
    if (truth === undefined) {
      const end = perhaps(run, 'loop', test, s.at, () => execute(run, s.body, scope));
      return end.kind === 'return' || end.kind === 'raise' ? end : NORMAL;
    }
    const { length } = run.guards;
    const end = execute(run, s.body, scope);
    run.guards.length = length;
    if (end.kind === 'break') return NORMAL;
    if (end.kind === 'return' || end.kind === 'raise') return end;
  }
  return NORMAL;
}

function forEach(run: Interpreter, s: Extract<CodeStatement, { kind: 'for-each' }>, scope: Scope): Completion {
  const over = run.evaluate(s.over, scope);
  const elements = elementsOf(run, over);
  for (const element of elements.known) {
    bindTarget(run, s.target, element, scope);
    const { length } = run.guards;
    const end = execute(run, s.body, scope);
    run.guards.length = length;
    if (end.kind === 'break') return NORMAL;
    if (end.kind === 'return' || end.kind === 'raise') return end;
  }
  if (!elements.open) return NORMAL;
  bindTarget(run, s.target, { kind: 'item', of: over, key: unknown('element', s.over.at), at: s.over.at }, scope);
  // Whether it runs at all is not known, so that what follows is possible however the body ends.
  perhaps(run, 'loop', over, s.at, () => execute(run, s.body, scope));
  return NORMAL;
}

function attempt(run: Interpreter, s: Extract<CodeStatement, { kind: 'try' }>, scope: Scope): Completion {
  const body = (): Completion => execute(run, s.body, scope);
  let end = s.handlers.length > 0 ? perhaps(run, 'try', undefined, s.at, body) : body();
  if (end.kind === 'raise') {
    const [handler] = s.handlers;
    if (handler) {
      if (handler.target) bindTarget(run, handler.target, unknown('caught error', s.at), scope);
      end = execute(run, handler.body, scope);
    }
  }
  const last = execute(run, s.finally, scope);
  return last.kind === 'normal' ? end : last;
}

function managed(run: Interpreter, s: Extract<CodeStatement, { kind: 'with' }>, scope: Scope): Completion {
  return within(run, s, 0, scope);
}

/** From one item of a `with` statement inwards: a generator that manages the context runs around the body. */
function within(run: Interpreter, s: Extract<CodeStatement, { kind: 'with' }>, index: number, scope: Scope): Completion {
  const item = s.items[index];
  if (!item) return execute(run, s.body, scope);
  let end: Completion | undefined;
  run.yieldTo = (value) => {
    if (end) return;
    if (item.target) bindTarget(run, item.target, value, scope);
    end = within(run, s, index + 1, scope);
  };
  const value = run.evaluate(item.value, scope);
  run.yieldTo = undefined;
  if (end) return end;
  run.host.enter?.(value);
  if (item.target) bindTarget(run, item.target, value, scope);
  const inner = within(run, s, index + 1, scope);
  run.host.leave?.(value);
  return inner;
}
