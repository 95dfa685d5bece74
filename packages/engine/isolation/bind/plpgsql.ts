import type { Formula, PlBlock, PlStatement, Routine, Row, Span, SqlExpr } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { and, complement, exists, literal, or, TRUE } from '../logic/formula.ts';
import type { Bind } from './bind.ts';
import { completes, targetsOnce } from './completes.ts';
import type { Touch } from './dml.ts';
import { touches } from './dml.ts';
import { elementsOf } from './elements.ts';
import { notTrue } from './negated.ts';
import type { Output, Result } from './routine.ts';
import type { Meaning, Scope } from './scope.ts';
import type { Alternative } from './select.ts';
import { bindSelect } from './select.ts';
import { comparison, truth } from './truth.ts';
import { unknown } from './values.ts';

/** A point in the function's run: what led there, and what its variables mean. */
interface State {
  readonly rows: readonly Row[];
  readonly when: Formula;
  readonly names: ReadonlyMap<string, Meaning>;
}

/** Paths through one function body that are followed; a body with more is not opened. */
const MOST_STATES = 40;

/** Runs a PL/pgSQL body symbolically: every way to RETURN, with the condition under which it is taken. */
export function runBlock(b: Bind, block: PlBlock, routine: Routine, scope: Scope, touched?: Touch[]): readonly Result[] | undefined {
  const run = new Run(b, scope, routine, touched);
  const names = new Map(scope.names);
  for (const arg of routine.args) if (arg.name !== undefined && (arg.mode === 'out' || arg.mode === 'table')) names.set(arg.name, nothing(block.at));
  const left = run.block(block, [{ rows: [], when: TRUE, names }]);
  if (run.failed) return undefined;
  const outs = routine.args.filter((arg) => arg.name !== undefined && (arg.mode === 'out' || arg.mode === 'inout'));
  if (outs.length > 0 && run.results.length === 0) {
    for (const state of left) run.results.push({ rows: state.rows, when: state.when, outputs: outs.map((arg) => ({ name: arg.name, meaning: state.names.get(arg.name ?? '') ?? nothing(block.at) })) });
  }
  return run.results;
}

/** Runs a body for what holds when it comes to an end, by a RETURN or without one. */
export function runToEnd(b: Bind, block: PlBlock, routine: Routine, scope: Scope): Formula | undefined {
  const run = new Run(b, scope, routine, undefined);
  const left = run.block(block, [{ rows: [], when: TRUE, names: new Map(scope.names) }]);
  return run.failed ? undefined : or([...run.ends, ...left].map((state) => exists(state.rows, state.when, block.at)));
}

function nothing(at: Span): Meaning {
  return { kind: 'term', term: literal(null, at) };
}

class Run {
  readonly results: Result[] = [];
  /** Where a RETURN has ended it. */
  readonly ends: State[] = [];
  failed = false;
  private readonly b: Bind;
  private readonly base: Scope;
  private readonly routine: Routine;
  private readonly touched: Touch[] | undefined;

  constructor(b: Bind, base: Scope, routine: Routine, touched: Touch[] | undefined) {
    this.touched = touched;
    this.b = b;
    this.base = base;
    this.routine = routine;
  }

  private scope(state: State): Scope {
    return { ...this.base, names: state.names };
  }

  block(block: PlBlock, states: readonly State[]): readonly State[] {
    const started = states.map((of) => {
      const state = this.past(of, block.declare.map((variable) => variable.value));
      let names = new Map(state.names);
      for (const variable of block.declare) {
        const meaning: Meaning = variable.value === undefined ? nothing(block.at) : { kind: 'expr', expr: variable.value, scope: { ...this.base, names } };
        names = new Map(names).set(variable.name, meaning);
      }
      return { ...state, names };
    });
    const after = [...this.list(block.body, started)];
    // What a handler catches may have happened anywhere in the block: it starts from the state before.
    const caught: Formula = { kind: 'opaque', text: 'an error', why: 'whether one is caught is not known', about: [], at: block.at };
    for (const handler of block.handlers) after.push(...this.list(handler.body, started.map((state) => guard(state, caught))));
    return after;
  }

  private list(statements: readonly PlStatement[], states: readonly State[]): readonly State[] {
    let now = states;
    for (const statement of statements) {
      if (this.failed || now.length === 0) return [];
      if (now.length > MOST_STATES || !this.b.spend()) {
        this.failed = true;
        return [];
      }
      now = now.flatMap((state) => this.step(statement, state)).filter((state) => state.when.kind !== 'false');
    }
    return now;
  }

  /** The state in which the expressions have been computed: none of the helpers in them has raised an error. */
  private past(state: State, exprs: readonly (SqlExpr | undefined)[]): State {
    const known = completes(this.b, exprs, this.scope(state));
    return known.kind === 'true' ? state : guard(state, known);
  }

  private step(statement: PlStatement, before: State): readonly State[] {
    const state = this.past(before, computedBy(statement));
    const scope = this.scope(state);
    switch (statement.kind) {
      case 'block': return this.block(statement, [state]);
      case 'assign': return [assign(state, statement.target, { kind: 'expr', expr: statement.value, scope })];
      case 'if': {
        const out: State[] = [];
        let rest = state;
        for (const [i, branch] of statement.branches.entries()) {
          if (i > 0) rest = this.past(rest, [branch.test]);
          const test = truth(this.b, branch.test, scope, true);
          out.push(...this.list(branch.body, [guard(rest, test)]));
          rest = guard(rest, notTrue(this.b, branch.test, test, this.scope(rest)));
        }
        return [...out, ...this.list(statement.otherwise, [rest])];
      }
      case 'case': {
        const out: State[] = [];
        let rest = state;
        for (const branch of statement.branches) {
          const { of } = statement;
          const test = or(branch.tests.map((one) => (of === undefined ? truth(this.b, one, scope, true) : comparison(this.b, '=', of, one, scope, one.at))));
          out.push(...this.list(branch.body, [guard(rest, test)]));
          rest = guard(rest, complement(test));
        }
        return statement.otherwise === undefined ? out : [...out, ...this.list(statement.otherwise, [rest])];
      }
      case 'return': return this.returned(statement, state, scope);
      case 'return-query':
        if (statement.query?.kind !== 'select') this.failed = true;
        else for (const one of bindSelect(this.b, statement.query, scope)) this.results.push({ rows: [...state.rows, ...one.rows], when: and([state.when, one.where]), outputs: one.targets });
        return [state];
      case 'sql': {
        if (statement.statement.kind === 'select') return this.into(bindSelect(this.b, statement.statement, scope), statement.into, statement.strict, state, statement.at);
        const dml = statement.statement;
        if (dml.kind === 'insert' || dml.kind === 'update' || dml.kind === 'delete') this.touched?.push(...touches(this.b, dml, scope, state.rows, state.when));
        return [forget(state, [...statement.into, 'found'], statement.at)];
      }
      case 'perform': return this.into(bindSelect(this.b, statement.select, scope), [], false, state, statement.at);
      case 'for-query': return this.once(statement.query.kind === 'select' ? bindSelect(this.b, statement.query, scope) : undefined, statement.targets, statement.body, state, statement.at);
      case 'foreach': {
        const each = elementsOf(this.b, statement.array, scope).map((one) => guard(assign({ ...state, rows: [...state.rows, ...one.rows] }, statement.target, one.of), one.when));
        return this.looped(statement.body, each, state, statement.at);
      }
      case 'loop': return this.looped(statement.body, statement.while === undefined ? [state] : [guard(state, truth(this.b, statement.while, scope, true))], state, statement.at);
      case 'for-range': return this.looped(statement.body, [assign(state, statement.variable, { kind: 'term', term: unknown(statement.variable, statement.at) })], state, statement.at);
      case 'for-execute': return this.looped(statement.body, [forget(state, statement.targets, statement.at)], state, statement.at);
      case 'execute': case 'call': return [forget(state, [...statement.into, 'found'], statement.at)];
      case 'raise': return statement.level === 'exception' ? [] : [state];
      // Checks can be switched off: an assertion protects nothing.
      case 'assert': case 'transaction': return [state];
      case 'diagnostics': return [forget(state, statement.targets.map((one) => one.target), statement.at)];
      case 'exit': case 'continue': return statement.when === undefined ? [] : [guard(state, notTrue(this.b, statement.when, truth(this.b, statement.when, scope, true), scope))];
      case 'opaque':
        this.failed = true;
        return [];
      default: return never(statement);
    }
  }

  private returned(statement: Extract<PlStatement, { kind: 'return' }>, state: State, scope: Scope): readonly State[] {
    const outs = this.routine.args.filter((arg) => arg.name !== undefined && (arg.mode === 'out' || arg.mode === 'table' || arg.mode === 'inout'));
    const { value } = statement;
    const outputs: readonly Output[] = value !== undefined ? [{ name: undefined, meaning: { kind: 'expr', expr: value, scope } }] : outs.map((arg) => ({ name: arg.name, meaning: state.names.get(arg.name ?? '') ?? nothing(statement.at) }));
    const ends = value === undefined && statement.next !== true && this.routine.args.every((arg) => arg.mode !== 'out' && arg.mode !== 'inout');
    if (statement.next !== true) this.ends.push(state);
    if (outputs.length > 0 && !ends) this.results.push({ rows: state.rows, when: state.when, outputs });
    return statement.next === true ? [state] : [];
  }

  /** SELECT … INTO: one of the rows, or none at all, which leaves NULL and FOUND false. */
  private into(alternatives: readonly Alternative[], targets: readonly string[], strict: boolean, state: State, at: Span): readonly State[] {
    const found = alternatives.map((one) => {
      const next = bindTargets(state, targets, one);
      return guard({ ...next, rows: [...state.rows, ...one.rows], names: new Map(next.names).set('found', { kind: 'term', term: literal(true, at) }) }, one.where);
    });
    if (strict) return found;
    let none = state;
    for (const target of targets) none = assign(none, target, nothing(at));
    const absent = complement(or(alternatives.map((one) => exists(one.rows, one.where, at))));
    return [...found, guard({ ...none, names: new Map(none.names).set('found', { kind: 'term', term: literal(false, at) }) }, absent)];
  }

  private once(alternatives: readonly Alternative[] | undefined, targets: readonly string[], body: readonly PlStatement[], state: State, at: Span): readonly State[] {
    const entered = alternatives?.map((one) => guard({ ...bindTargets(state, targets, one), rows: [...state.rows, ...one.rows] }, one.where)) ?? [forget(state, targets, at)];
    return this.looped(body, entered, state, at);
  }

  /** A loop runs not at all or any number of times: one pass shows what it can return, and leaves what it assigns unknown. */
  private looped(body: readonly PlStatement[], entered: readonly State[], state: State, at: Span): readonly State[] {
    const assigned = assignedIn(body);
    this.list(body, entered.map((one) => forget(one, assigned.filter((name) => one.names.get(name) === state.names.get(name)), at)));
    return [assigned.length === 0 ? state : forget(state, assigned, at)];
  }
}

/** What a statement computes before anything else, whichever way it goes. */
function computedBy(statement: PlStatement): readonly (SqlExpr | undefined)[] {
  switch (statement.kind) {
    case 'assign': case 'return': return [statement.value];
    case 'if': return statement.branches.slice(0, 1).map((branch) => branch.test);
    case 'case': return [statement.of];
    case 'perform': return targetsOnce(statement.select);
    case 'call': return [statement.call];
    case 'sql': return statement.statement.kind === 'select' ? targetsOnce(statement.statement) : [];
    case 'return-query': return statement.query?.kind === 'select' ? targetsOnce(statement.query) : [];
    default: return [];
  }
}

function guard(state: State, when: Formula): State {
  return { ...state, when: and([state.when, when]) };
}

function assign(state: State, target: string, meaning: Meaning): State {
  return { ...state, names: new Map(state.names).set(target, meaning) };
}

function forget(state: State, targets: readonly string[], at: Span): State {
  let out = state;
  for (const target of targets) out = assign(out, target, { kind: 'term', term: unknown(target, at) });
  return out;
}

function bindTargets(state: State, targets: readonly string[], row: Alternative): State {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined && row.targets.length !== 1) {
    const columns = new Map<string, Meaning>();
    for (const target of row.targets) if (target.name !== undefined && !columns.has(target.name)) columns.set(target.name, target.meaning);
    return assign(state, only, { kind: 'row', source: { kind: 'derived', alias: only, columns, open: row.targets.length === 0 } });
  }
  let out = state;
  targets.forEach((target, index) => {
    const meaning = row.targets[index]?.meaning;
    if (meaning !== undefined) out = assign(out, target, meaning);
  });
  return out;
}

/** Variables that a loop's body may change. */
function assignedIn(body: readonly PlStatement[]): readonly string[] {
  const out = new Set<string>();
  const stack: PlStatement[] = [...body];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    switch (next.kind) {
      case 'assign': out.add(next.target); break;
      case 'sql': case 'execute': case 'call': for (const name of next.into) out.add(name); break;
      case 'block': stack.push(...next.body, ...next.handlers.flatMap((handler) => handler.body)); break;
      case 'if': stack.push(...next.branches.flatMap((branch) => branch.body), ...next.otherwise); break;
      case 'case': stack.push(...next.branches.flatMap((branch) => branch.body), ...(next.otherwise ?? [])); break;
      case 'loop': case 'for-range': case 'for-query': case 'for-execute': case 'foreach': stack.push(...next.body); break;
      default: break;
    }
  }
  return [...out].sort();
}

