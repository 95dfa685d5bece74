import { never, type CodeFunction, type CodeStatement, type CodeTarget, type Span } from '@tenantlint/model';
import { Evaluator } from './evaluate.ts';
import { Modules, type Program } from './program.ts';
import type { Recorder } from './recorder.ts';
import { Scope, truthOf, UNDEFINED, UNKNOWN, type Value } from './values.ts';

/** Thrown where a migration is more than can be followed. */
class TooMuch extends Error {}

/** How a list of statements ended. `perhaps`: a branch that may not be taken has returned. */
type End = { readonly kind: 'on' | 'perhaps' | 'out' } | { readonly kind: 'return'; readonly value: Value };

const ON: End = { kind: 'on' };
const DEEPEST = 40;

/**
 * Follows a migration without running it: constants, loops over lists that are written out, functions of the project.
 * What reaches the database goes to the recorder, by way of the tool's objects.
 */
export class Interpreter {
  readonly modules: Modules;
  recorder: Recorder | undefined;
  fuel = 0;
  readonly #evaluator: Evaluator;
  #depth = 0;

  constructor(program: Program) {
    this.modules = new Modules(program);
    this.#evaluator = new Evaluator(this);
  }

  /** Calls a function of the program as the tool would. False where it is too much to follow. */
  perform(fn: CodeFunction, scope: Scope, args: readonly Value[], recorder: Recorder): boolean {
    this.recorder = recorder;
    this.fuel = 100_000;
    this.#depth = 0;
    try {
      this.call(fn, scope, args);
      recorder.flush();
      return true;
    } catch (error) {
      if (error instanceof TooMuch || error instanceof RangeError) return false;
      throw error;
    } finally {
      this.recorder = undefined;
      recorder.doubts.length = 0;
    }
  }

  /** A module's own statements: what they declare, and nothing of what they do. */
  declare(body: readonly CodeStatement[], scope: Scope): void {
    const { recorder } = this;
    this.recorder = undefined;
    this.fuel = Math.max(this.fuel, 20_000);
    try {
      this.run(body, scope);
    } catch (error) {
      if (!(error instanceof TooMuch) && !(error instanceof RangeError)) throw error;
    } finally {
      this.recorder = recorder;
    }
  }

  spend(): void {
    if (--this.fuel < 0) throw new TooMuch();
  }

  call(fn: CodeFunction, scope: Scope, args: readonly Value[]): Value {
    if (++this.#depth > DEEPEST) throw new TooMuch();
    const doubts = this.recorder?.doubts.length ?? 0;
    try {
      const inner = new Scope(scope);
      fn.params.forEach((param, i) => {
        const given = param.rest ? ({ kind: 'list', items: args.slice(i) } satisfies Value) : (args[i] ?? (param.default === undefined ? UNDEFINED : this.#evaluator.value(param.default, inner)));
        this.bind(param.target, given, inner);
      });
      const end = this.run(fn.body, inner);
      return end.kind === 'return' ? end.value : UNDEFINED;
    } finally {
      this.#depth--;
      // A return that may have happened makes a doubt of the rest of this function only.
      if (this.recorder !== undefined) this.recorder.doubts.length = Math.min(this.recorder.doubts.length, doubts);
    }
  }

  apply(of: Value, args: readonly Value[], at: Span): Value {
    if (of.kind === 'function') return this.call(of.fn, of.scope, args);
    if (of.kind === 'host' && of.host.apply !== undefined) return of.host.apply(args, at);
    return UNKNOWN;
  }

  run(statements: readonly CodeStatement[], scope: Scope): End {
    for (const one of statements) if (one.kind === 'function' && one.fn.name !== undefined) scope.declare(one.fn.name, { kind: 'function', fn: one.fn, scope });
    for (const one of statements) {
      const end = this.#statement(one, scope);
      this.recorder?.flush();
      if (end.kind === 'return' || end.kind === 'out') return end;
    }
    return ON;
  }

  #statement(of: CodeStatement, scope: Scope): End {
    this.spend();
    const value = this.#evaluator;
    switch (of.kind) {
      case 'let':
        this.bind(of.target, of.value === undefined ? UNDEFINED : value.value(of.value, scope), scope);
        return ON;
      case 'expression': value.value(of.of, scope); return ON;
      case 'return': return { kind: 'return', value: of.value === undefined ? UNDEFINED : value.value(of.value, scope) };
      case 'throw': return { kind: 'out' };
      case 'if': {
        const test = value.value(of.test, scope);
        const truth = truthOf(test);
        if (truth !== undefined) return this.run(truth ? of.then : of.otherwise, new Scope(scope));
        return this.#perhaps([of.then, of.otherwise], test, scope);
      }
      case 'for-each': return this.#each(of, scope);
      case 'loop': return this.#perhaps([of.body], UNKNOWN, scope);
      case 'try': {
        const end = this.run(of.body, new Scope(scope));
        const last = this.run(of.finally, new Scope(scope));
        return last.kind === 'on' ? end : last;
      }
      case 'switch': return this.#perhaps(of.cases.map((one) => one.body), UNKNOWN, scope);
      case 'break': case 'continue': return { kind: 'out' };
      case 'block': return this.run(of.body, new Scope(scope));
      case 'with': return this.run(of.body, new Scope(scope));
      case 'function': case 'class': case 'type': return ON;
      default: return never(of);
    }
  }

  /** Branches that may be taken. One that returns makes what follows it as doubtful as itself. */
  #perhaps(branches: readonly (readonly CodeStatement[])[], test: Value, scope: Scope): End {
    const doubt = test.kind === 'asks' ? 'asks' : 'unknown';
    let left = false;
    for (const branch of branches) {
      this.recorder?.doubts.push(doubt);
      const end = this.run(branch, new Scope(scope));
      this.recorder?.doubts.pop();
      left ||= end.kind !== 'on';
    }
    if (left) this.recorder?.doubts.push(doubt);
    return ON;
  }

  #each(of: Extract<CodeStatement, { kind: 'for-each' }>, scope: Scope): End {
    const over = this.#evaluator.value(of.over, scope);
    const items = over.kind === 'list' && of.form === 'of' ? over.items : over.kind === 'record' && of.form === 'in' ? [...over.entries.keys()].map((text): Value => ({ kind: 'text', text })) : undefined;
    if (items === undefined) {
      const inner = new Scope(scope);
      this.bind(of.target, UNKNOWN, inner);
      return this.#perhaps([of.body], UNKNOWN, inner);
    }
    for (const item of items) {
      const inner = new Scope(scope);
      this.bind(of.target, item, inner);
      const end = this.run(of.body, inner);
      if (end.kind === 'return') return end;
    }
    return ON;
  }

  bind(target: CodeTarget, value: Value, scope: Scope): void {
    switch (target.kind) {
      case 'name': scope.declare(target.name, value); return;
      case 'array':
        target.items.forEach((one, i) => {
          if (one !== undefined) this.bind(one.target, (value.kind === 'list' ? value.items[i] : UNKNOWN) ?? (one.default === undefined ? UNDEFINED : this.#evaluator.value(one.default, scope)), scope);
        });
        if (target.rest !== undefined) this.bind(target.rest, value.kind === 'list' ? { kind: 'list', items: value.items.slice(target.items.length) } : UNKNOWN, scope);
        return;
      case 'object':
        for (const one of target.properties) this.bind(one.target, this.#evaluator.property(value, one.name) ?? (one.default === undefined ? UNKNOWN : this.#evaluator.value(one.default, scope)), scope);
        if (target.rest !== undefined) this.bind(target.rest, UNKNOWN, scope);
        return;
      case 'place': this.#evaluator.assign(target.of, value, scope); return;
      default: never(target);
    }
  }
}
