import { never, type Code, type CodeArgument, type Span } from '@tenantlint/model';
import { global, isQuiet, method } from './builtins.ts';
import type { Interpreter } from './interpret.ts';
import { literalOf } from './tools/kysely-value.ts';
import { sequelizeCall } from './tools/sequelize-value.ts';
import { LONGEST_LIST, LONGEST_TEXT, plain, textOf, truthOf, UNDEFINED, UNKNOWN, type Scope, type Value } from './values.ts';

/** What expressions of a migration are. */
export class Evaluator {
  readonly #run: Interpreter;

  constructor(run: Interpreter) {
    this.#run = run;
  }

  value(code: Code, scope: Scope): Value {
    this.#run.spend();
    switch (code.kind) {
      case 'literal': return constant(code.value, code.at);
      case 'undefined': return UNDEFINED;
      case 'name': return scope.get(code.name) ?? { kind: 'symbol', name: code.name };
      case 'member': return this.property(this.value(code.of, scope), code.name) ?? UNKNOWN;
      case 'index': {
        const of = this.value(code.of, scope);
        const key = this.value(code.key, scope);
        if (of.kind === 'list' && key.kind === 'number') return of.items[key.value] ?? UNDEFINED;
        const name = textOf(key);
        return name === undefined ? UNKNOWN : (this.property(of, name) ?? UNKNOWN);
      }
      case 'call': return this.#call(code, scope);
      case 'object': return this.#record(code, scope);
      case 'array': return this.#list(code.items, scope);
      case 'function': return { kind: 'function', fn: code.fn, scope };
      case 'template': return code.tag === undefined ? this.#template(code, scope) : this.#tagged(code, code.tag, scope);
      case 'conditional': {
        const truth = truthOf(this.value(code.test, scope));
        return truth === undefined ? UNKNOWN : this.value(truth ? code.then : code.otherwise, scope);
      }
      case 'logical': return this.#logical(code, scope);
      case 'binary': return binary(code.op, this.value(code.left, scope), this.value(code.right, scope));
      case 'unary': {
        const of = this.value(code.of, scope);
        if (code.op !== 'not') return UNKNOWN;
        const truth = truthOf(of);
        return truth === undefined ? of : { kind: 'boolean', value: !truth };
      }
      case 'assign': {
        const value = this.value(code.value, scope);
        const { target, op } = code;
        if (target.kind === 'name') {
          const next = op === '=' ? value : binary(op, scope.get(target.name) ?? UNKNOWN, value);
          scope.assign(target.name, next);
          return next;
        }
        if (op === '=') this.#run.bind(target, value, scope);
        return value;
      }
      case 'await': case 'yield': case 'non-null': case 'typed': return this.value(code.of, scope);
      case 'sequence': return code.of.map((one) => this.value(one, scope)).at(-1) ?? UNDEFINED;
      case 'import': {
        const file = code.at.file;
        return this.#run.modules.imported(file, code.from, '*', this.#run);
      }
      case 'this': return scope.get('this') ?? UNKNOWN;
      case 'super': case 'class': case 'element': case 'each': case 'opaque': return UNKNOWN;
      default: return never(code);
    }
  }

  property(of: Value, name: string): Value | undefined {
    switch (of.kind) {
      case 'record': return of.entries.get(name) ?? UNDEFINED;
      case 'host': return of.host.get?.(name);
      case 'list': return name === 'length' ? { kind: 'number', value: of.items.length } : undefined;
      case 'symbol': return { kind: 'symbol', name: `${of.name}.${name}` };
      case 'asks': return of;
      default: return undefined;
    }
  }

  assign(place: Code, value: Value, scope: Scope): void {
    if (place.kind !== 'member') return;
    const of = this.value(place.of, scope);
    // `exports.up = …` and `module.exports = …` are how half of all migrations declare themselves.
    if (of.kind === 'record' && of.entries instanceof Map) of.entries.set(place.name, value);
  }

  #call(code: Extract<Code, { kind: 'call' }>, scope: Scope): Value {
    const { callee } = code;
    if (callee.kind === 'member') {
      const of = this.value(callee.of, scope);
      return this.#method(of, callee.name, code, scope);
    }
    const of = this.value(callee, scope);
    const args = this.#arguments(code.args, scope);
    if (of.kind === 'symbol') {
      if (code.construct) return { kind: 'symbol', name: of.name, of: args };
      const known = global(of.name, args);
      if (known !== undefined) return known;
      if (isQuiet(of.name)) return UNDEFINED;
    }
    if (of.kind === 'function' || of.kind === 'host') return this.#run.apply(of, args, code.at);
    return this.#lost(args, code.at);
  }

  #method(of: Value, name: string, code: Extract<Code, { kind: 'call' }>, scope: Scope): Value {
    const args = this.#arguments(code.args, scope);
    if (of.kind === 'host') {
      const made = of.host.call(name, args, code.at);
      if (made !== undefined) return made;
      // A promise of the tool's: what comes afterwards runs afterwards.
      if (name === 'then' || name === 'finally') return args[0] === undefined ? UNDEFINED : this.#after(args[0], code.at);
      if (name === 'catch') return of;
    }
    if (of.kind === 'record') {
      const own = of.entries.get(name);
      if (own !== undefined) return this.#run.apply(own, args, code.at);
    }
    if (of.kind === 'asks') return of;
    // SQL that a connection is handed, instead of the other way round.
    const statement = of.kind === 'sql' || (of.kind === 'unknown' && of.starts !== undefined);
    if (statement && name === 'execute' && args[0]?.kind === 'host') return args[0].host.call('executeQuery', [of], code.at) ?? UNKNOWN;
    if (of.kind === 'sql' && (name === 'compile' || name === '$castTo' || name === '$notNull')) return of;
    const known = method(of, name, args, code.at, (fn, given, at) => this.#run.apply(fn, given, at));
    if (known !== undefined) return known;
    if (of.kind === 'symbol') {
      const path = `${of.name}.${name}`;
      const made = global(path, args) ?? sequelizeCall(path, args);
      if (made !== undefined) return made;
      if (isQuiet(path)) return UNDEFINED;
    }
    if (name === 'then' && args[0] !== undefined) return this.#after(args[0], code.at);
    // A function with a receiver of its own: `rows.forEach(async (row) => …)` over what nobody knows.
    const fn = args.find((arg) => arg.kind === 'function');
    if (fn !== undefined && (of.kind === 'unknown' || of.kind === 'symbol')) {
      this.#run.recorder?.doubts.push('unknown');
      this.#run.apply(fn, [UNKNOWN, UNKNOWN], code.at);
      this.#run.recorder?.doubts.pop();
      return UNKNOWN;
    }
    return this.#lost(args, code.at);
  }

  #after(fn: Value, at: Span): Value {
    this.#run.recorder?.flush();
    return this.#run.apply(fn, [UNKNOWN], at);
  }

  /** A call into code that is not the project's: with the database in its hands it can do anything. */
  #lost(args: readonly Value[], at: Span): Value {
    if (args.some((arg) => arg.kind === 'host')) this.#run.recorder?.refuse(at, 'a function that is not the project\'s is given the database');
    return UNKNOWN;
  }

  #arguments(args: readonly CodeArgument[], scope: Scope): readonly Value[] {
    return args.flatMap((arg) => {
      const value = this.value(arg.value, scope);
      return arg.spread ? (value.kind === 'list' ? value.items : [UNKNOWN]) : [value];
    });
  }

  #list(items: readonly CodeArgument[], scope: Scope): Value {
    const out: Value[] = [];
    for (const item of items) {
      const value = this.value(item.value, scope);
      if (!item.spread) out.push(value);
      else if (value.kind === 'list') out.push(...value.items);
      else return UNKNOWN;
      if (out.length > LONGEST_LIST && item.spread) return UNKNOWN;
    }
    return { kind: 'list', items: out };
  }

  #record(code: Extract<Code, { kind: 'object' }>, scope: Scope): Value {
    const entries = new Map<string, Value>();
    for (const one of code.entries) {
      if (one.kind === 'property') entries.set(one.name, this.value(one.value, scope));
      else if (one.kind === 'accessor') entries.set(one.name, UNKNOWN);
      else if (one.kind === 'computed') {
        const name = textOf(this.value(one.key, scope));
        if (name === undefined) return UNKNOWN;
        entries.set(name, this.value(one.value, scope));
      } else {
        const of = this.value(one.of, scope);
        if (of.kind !== 'record') return UNKNOWN;
        for (const [name, value] of of.entries) entries.set(name, value);
      }
    }
    return { kind: 'record', entries };
  }

  #template(code: Extract<Code, { kind: 'template' }>, scope: Scope): Value {
    const values = code.values.map((one) => this.value(one, scope));
    const texts = values.map(textOf);
    if (texts.some((one) => one === undefined)) return { kind: 'unknown', starts: code.texts[0]?.text ?? '' };
    const text = code.texts.map((part, i) => part.text + (texts[i] ?? '')).join('');
    return code.values.length > 0 ? plain(text) : { kind: 'text', text, ...(code.texts[0] ? exactly(code.texts[0].text, code.texts[0].at, 0) : {}) };
  }

  /** `sql`…`` makes SQL of a text; what other tags make of theirs is taken to be the text itself. */
  #tagged(code: Extract<Code, { kind: 'template' }>, tag: Code, scope: Scope): Value {
    const of = this.value(tag, scope);
    if (of.kind !== 'symbol' || !/(?:^|\.)sql$/.test(of.name)) return this.#template(code, scope);
    const values = code.values.map((one) => this.value(one, scope));
    const texts = values.map(literalOf);
    if (texts.includes(undefined)) return { kind: 'unknown', starts: code.texts[0]?.text ?? '' };
    const [only] = code.texts;
    const text = code.texts.map((part, i) => part.text + (texts[i] ?? '')).join('');
    return text.length > LONGEST_TEXT ? UNKNOWN : { kind: 'sql', text, ...(code.values.length === 0 && only ? exactly(only.text, only.at, 0) : {}) };
  }

  #logical(code: Extract<Code, { kind: 'logical' }>, scope: Scope): Value {
    const left = this.value(code.left, scope);
    const truth = code.op === 'coalesce' ? (left.kind === 'unknown' || left.kind === 'symbol' ? undefined : left.kind !== 'null' && left.kind !== 'undefined') : truthOf(left);
    if (truth === undefined) {
      const right = this.value(code.right, scope);
      return left.kind === 'asks' || right.kind === 'asks' ? { kind: 'asks' } : UNKNOWN;
    }
    return truth === (code.op !== 'and') ? left : this.value(code.right, scope);
  }
}

function constant(value: string | number | boolean | null, at: Span): Value {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'string') return { kind: 'text', text: value, ...exactly(value, at, 1) };
  return typeof value === 'number' ? { kind: 'number', value } : { kind: 'boolean', value };
}

/** A text as long as what stands between its quotes holds no escape. */
function exactly(text: string, at: Span, quote: number): { readonly exact?: Span } {
  return at.end - at.start === text.length + 2 * quote ? { exact: { file: at.file, start: at.start + quote, end: at.end - quote } } : {};
}

function binary(op: string, left: Value, right: Value): Value {
  const [a, b] = [textOf(left), textOf(right)];
  if (op === '+' && a !== undefined && b !== undefined) return left.kind === 'number' && right.kind === 'number' ? { kind: 'number', value: left.value + right.value } : plain(a + b);
  if ((op === '=' || op === '<>') && a !== undefined && b !== undefined) return { kind: 'boolean', value: (a === b) === (op === '=') };
  if (op === '+' && a !== undefined) return { kind: 'unknown', starts: a };
  if (op === '+' && left.kind === 'unknown' && left.starts !== undefined) return left;
  return left.kind === 'asks' || right.kind === 'asks' ? { kind: 'asks' } : UNKNOWN;
}
