import type { Code, CodeFile, CodeFunction, CodeImport, CodeStatement, Span } from '@tenantlint/model';
import type { PythonProject } from '../graph/project.ts';
import { bindTarget, evaluate } from './evaluate.ts';
import { execute, type Completion } from './execute.ts';
import { Scope } from './scope.ts';
import { listOf, none, unknown, type Args, type ClassValue, type Value, type ValueOf } from './values.ts';

/** What the world outside the program does. */
export interface Host {
  /** A call of something that is not the program's. Undefined: the call stays as it is written. */
  call?(callee: Value, args: Args, at: Span): Value | undefined;
  /** A `with` statement begins and ends. */
  enter?(value: Value): void;
  leave?(value: Value): void;
}

/** A condition that constants do not decide, and under which what happens now happens. */
export interface Guard {
  readonly kind: 'if' | 'loop' | 'try';
  readonly test: Value | undefined;
  readonly at: Span;
}

/** Nothing more is evaluated: the program is too much to follow. */
export class OutOfFuel extends Error {}

/** Whether an error means that the program is too much to follow: too long, or nested deeper than the stack. */
export function isTooMuch(error: unknown): boolean {
  return error instanceof OutOfFuel || error instanceof RangeError;
}

const DEEPEST = 60;
/** Steps that the top level of a file may take. */
const MODULE_FUEL = 400_000;

/**
 * Runs programs as far as constants go: loops over lists, string formatting, helper functions, module constants.
 * Nothing outside is touched; what is not constant stays a value of its own kind, and branches on such values are both
 * taken, each under a guard.
 */
export class Interpreter {
  readonly project: PythonProject;
  readonly host: Host;
  readonly guards: Guard[] = [];
  /** Files whose top level was too much to follow: what they say further down is not known. */
  readonly unfinished = new Set<string>();
  /** Steps left before it gives up. */
  fuel: number;
  /** What classes have under their names, once computed. */
  readonly members = new Map<string, Value>();
  /** What classes inherit from, by the class's id. */
  readonly lineages = new Map<string, readonly (ClassValue | Value)[]>();
  /** Attributes given from outside, by what has them: `Base.metadata.naming_convention = …`. */
  readonly attributes = new Map<string, Value>();
  readonly #modules = new Map<string, Scope | undefined>();
  /** Files whose top level is being run. */
  readonly #reading = new Set<string>();
  #depth = 0;
  /** What the generators that are being run have yielded, and what is done when they do. */
  readonly generators: { readonly yielded: Value[]; readonly then: ((value: Value) => void) | undefined }[] = [];
  /** What the next generator that is run gives control to when it yields: the body of a `with` statement. */
  yieldTo: ((value: Value) => void) | undefined;

  constructor(project: PythonProject, host: Host, fuel = 2_000_000) {
    this.project = project;
    this.host = host;
    this.fuel = fuel;
  }

  burn(): void {
    if (this.fuel-- <= 0) throw new OutOfFuel();
  }

  evaluate(code: Code, scope: Scope): Value {
    return evaluate(this, code, scope);
  }

  /** The names of a file, after what it does when it is imported. */
  module(path: string): Scope | undefined {
    const known = this.#modules.get(path);
    if (known || this.#modules.has(path)) return known;
    const file = this.project.load(path);
    if (!file) {
      this.#modules.set(path, undefined);
      return undefined;
    }
    const scope = this.#open(file);
    this.#modules.set(path, scope);
    // What is done on import happens under no condition of whoever imports, and not at their cost.
    const guards = this.guards.splice(0);
    const left = this.fuel;
    this.fuel = MODULE_FUEL;
    this.#reading.add(path);
    try {
      execute(this, file.body, scope);
    } catch (error) {
      if (!isTooMuch(error)) throw error;
      this.unfinished.add(path);
    } finally {
      this.#reading.delete(path);
      this.guards.splice(0, this.guards.length, ...guards);
      this.fuel = left;
    }
    return scope;
  }

  /** What a module has under a name, seen from outside. */
  exported(path: string, name: string): Value | undefined {
    const value = this.module(path)?.own(name);
    if (value) return value;
    const file = this.project.load(path);
    for (const one of file?.exports ?? []) {
      if (one.kind !== 'from') continue;
      // The package's own modules, which it need not name.
      if (one.name === name && one.file !== undefined && one.imported === '*') return { kind: 'module', file: one.file, at: one.at };
      if (one.name === '*' && one.file === undefined) return { kind: 'symbol', path: `${one.from}.${name}`, at: one.at };
    }
    return undefined;
  }

  #open(file: CodeFile): Scope {
    const imports = new Map<string, CodeImport>();
    const stars: CodeImport[] = [];
    for (const one of file.imports) {
      if (one.local !== '') imports.set(one.local, one);
      else if (one.name === '*' && one.file === undefined) stars.push(one);
    }
    const declared = declarations(file.body);
    const whole = { file: file.path, start: 0, end: 0 };
    const computing = new Set<string>();
    const scope: Scope = new Scope(undefined, file.path, (name) => {
      if (computing.has(name)) return undefined;
      computing.add(name);
      try {
        if (name === '__file__') return { kind: 'path', path: file.path, at: whole };
        const one = imports.get(name);
        if (one) return this.#imported(one);
        const statement = declared.get(name);
        if (statement?.kind === 'function') return { kind: 'function', fn: statement.fn, scope, at: statement.fn.nameAt };
        if (statement?.kind === 'class') return { kind: 'class', class: statement.class, scope, at: statement.class.nameAt };
        // Two files that import each other ask for what the other has not come to yet.
        if (statement?.kind === 'let' && statement.value && this.#reading.has(file.path)) return this.evaluate(statement.value, scope);
        const [star] = stars;
        return star && !BUILTIN_NAMES.has(name) ? { kind: 'symbol', path: `${star.from}.${name}`, at: star.at } : undefined;
      } finally {
        computing.delete(name);
      }
    });
    return scope;
  }

  #imported(one: CodeImport): Value {
    if (one.file !== undefined) {
      if (one.name === '*') return { kind: 'module', file: one.file, at: one.at };
      return this.exported(one.file, one.name) ?? unknown(`${one.name} is not in ${one.file}`, one.at);
    }
    const from = one.from.replace(/^\.+/, '');
    return { kind: 'symbol', path: one.name === '*' ? from : `${from}.${one.name}`, at: one.at };
  }

  /** Calls a value of the program, or asks the host. */
  call(callee: Value, args: Args, at: Span): Value {
    this.burn();
    switch (callee.kind) {
      case 'function': return this.invoke(callee, args, at);
      case 'class': return this.host.call?.(callee, args, at) ?? this.construct(callee, args, at);
      case 'either': {
        return { kind: 'either', of: callee.of.map((one) => this.call(one, args, at)), at };
      }
      case 'unknown': return this.host.call?.(callee, args, at) ?? unknown(callee.reason, at);
      default: return this.host.call?.(callee, args, at) ?? { kind: 'call', callee, args, at };
    }
  }

  construct(of: ValueOf<'class'>, args: Args, at: Span): Value {
    const instance: ValueOf<'instance'> = { kind: 'instance', of, fields: new Map(), args, at };
    const constructor = of.class.methods.find((m) => m.kind === 'constructor');
    if (constructor) this.invoke({ kind: 'function', fn: constructor.fn, scope: of.scope, self: instance, at: constructor.fn.nameAt }, args, at);
    return instance;
  }

  /** Runs a function of the program. */
  invoke(of: ValueOf<'function'>, args: Args, at: Span): Value {
    if (this.#depth >= DEEPEST) return unknown('calls itself too often', at);
    const scope = new Scope(of.scope, of.scope.file);
    if (of.self) scope.names.set('this', of.self);
    this.#bind(of.fn, args, scope, of.scope, at);
    if (of.self?.kind === 'instance') for (const p of of.fn.params) if (p.field !== undefined) of.self.fields.set(p.field, scope.names.get(p.field) ?? unknown(p.field, at));
    const { length } = this.guards;
    this.#depth++;
    if (of.fn.generator) {
      this.generators.push({ yielded: [], then: this.yieldTo });
      this.yieldTo = undefined;
    }
    try {
      const end = execute(this, of.fn.body, scope);
      if (of.fn.generator) return listOf(this.generators.at(-1)?.yielded ?? [], at);
      return end.kind === 'return' ? end.value : end.kind === 'raise' ? unknown('raises an error', at) : none(at);
    } finally {
      if (of.fn.generator) this.generators.pop();
      this.#depth--;
      this.guards.length = length;
    }
  }

  /** Runs a function for what it does, and says how it ended. */
  perform(of: ValueOf<'function'>): Completion {
    const scope = new Scope(of.scope, of.scope.file);
    this.#bind(of.fn, { positional: [], named: new Map(), open: false }, scope, of.scope, of.at);
    return execute(this, of.fn.body, scope);
  }

  #bind(fn: CodeFunction, args: Args, scope: Scope, outer: Scope, at: Span): void {
    const named = new Map(args.named);
    let next = 0;
    for (const param of fn.params) {
      const { target } = param;
      if (target.kind === 'object' && target.rest?.kind === 'name') {
        const entries = [...named].map(([key, value]) => ({ key: { kind: 'text', parts: [{ text: key, at: value.at, exact: false }], at: value.at } as Value, value }));
        scope.names.set(target.rest.name, { kind: 'dict', entries, open: args.open, at });
        continue;
      }
      if (param.rest) {
        bindTarget(this, target, listOf(args.positional.slice(next), at, 'tuple', args.open), scope);
        next = args.positional.length;
        continue;
      }
      const name = target.kind === 'name' ? target.name : '';
      let value = named.get(name);
      if (value) named.delete(name);
      else if (next < args.positional.length) value = args.positional[next++];
      else if (args.open) value = unknown(`argument ${name}`, at);
      else value = param.default ? this.evaluate(param.default, outer) : unknown(`argument ${name}`, at);
      bindTarget(this, target, value ?? unknown(`argument ${name}`, at), scope);
    }
  }
}

type Declaration = Extract<CodeStatement, { kind: 'function' | 'class' | 'let' }>;

/** What a module declares at its top level, by name. */
function declarations(body: readonly CodeStatement[]): Map<string, Declaration> {
  const found = new Map<string, Declaration>();
  for (const s of body) {
    if (s.kind === 'function' && s.fn.name !== undefined) found.set(s.fn.name, s);
    else if (s.kind === 'class' && s.class.name !== undefined) found.set(s.class.name, s);
    else if (s.kind === 'let' && s.target.kind === 'name' && s.value) found.set(s.target.name, s);
  }
  return found;
}

/** Python's own names, which an import of everything does not give. */
export const BUILTIN_NAMES = new Set([
  'abs', 'all', 'any', 'bool', 'bytes', 'callable', 'chr', 'dict', 'dir', 'enumerate', 'filter', 'float', 'format', 'frozenset', 'getattr', 'hasattr', 'id',
  'int', 'isinstance', 'issubclass', 'iter', 'len', 'list', 'map', 'max', 'min', 'next', 'object', 'open', 'ord', 'print', 'property', 'range', 'repr',
  'reversed', 'round', 'set', 'setattr', 'slice', 'sorted', 'staticmethod', 'classmethod', 'str', 'sum', 'super', 'tuple', 'type', 'vars', 'zip',
  'Exception', 'AssertionError', 'NotImplementedError', 'NotImplemented', 'RuntimeError', 'ValueError', 'KeyError', 'ImportError', 'TypeError', 'AttributeError', '__name__', '__doc__', 'this',
]);
