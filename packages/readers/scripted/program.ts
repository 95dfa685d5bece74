import type { CodeFile } from '@tenantlint/model';
import type { Interpreter } from './interpret.ts';
import { entry, Scope, UNKNOWN, type Value } from './values.ts';

/** The project's code, read when it is asked for. */
export interface Program {
  load(path: string): CodeFile | undefined;
  resolve(from: string, specifier: string): string | undefined;
}

/** What the files of a program declare; each is looked at once. */
export class Modules {
  readonly #program: Program;
  readonly #scopes = new Map<string, Scope>();

  constructor(program: Program) {
    this.#program = program;
  }

  load(path: string): CodeFile | undefined {
    return this.#program.load(path);
  }

  /** The module's own names. */
  scope(path: string, run: Interpreter): Scope | undefined {
    const known = this.#scopes.get(path);
    if (known !== undefined) return known;
    const file = this.#program.load(path);
    if (file === undefined) return undefined;
    const scope = new Scope(undefined, (name) => {
      const found = file.imports.find((one) => one.local === name);
      return found === undefined ? undefined : this.imported(path, found.from, found.name, run);
    });
    this.#scopes.set(path, scope);
    // CommonJS keeps what it exports in an object of this name.
    const exported = new Map<string, Value>();
    scope.declare('exports', { kind: 'record', entries: exported });
    scope.declare('module', { kind: 'record', entries: new Map([['exports', { kind: 'record', entries: exported } satisfies Value]]) });
    run.declare(file.body, scope);
    return scope;
  }

  /** A name that a module gives away, however it does so. */
  exported(path: string, name: string, run: Interpreter): Value | undefined {
    const scope = this.scope(path, run);
    const file = this.#program.load(path);
    if (scope === undefined || file === undefined) return undefined;
    for (const one of file.exports) {
      if (one.kind === 'local' && one.name === name) return scope.get(one.local);
      if (one.kind === 'from' && one.name === name) return this.imported(path, one.from, one.imported, run);
      if (one.kind === 'local' && (one.name === 'default' || one.name === '=')) {
        const whole = scope.get(one.local);
        const part = whole?.kind === 'record' ? whole.entries.get(name) : undefined;
        if (part !== undefined) return part;
      }
    }
    for (const holder of [entry(scope.get('module'), 'exports'), scope.get('exports')]) {
      const part = entry(holder, name);
      if (part !== undefined) return part;
    }
    for (const one of file.exports) {
      if (one.kind !== 'from' || one.name !== '*') continue;
      const found = this.imported(path, one.from, name, run);
      if (found !== undefined && found.kind !== 'unknown' && found.kind !== 'symbol') return found;
    }
    return undefined;
  }

  imported(from: string, specifier: string, name: string, run: Interpreter): Value {
    const target = this.#program.resolve(from, specifier);
    if (target === undefined) return { kind: 'symbol', name: name === '*' || name === 'default' ? specifier : name };
    if (name !== '*') return this.exported(target, name, run) ?? UNKNOWN;
    const entries = new Map<string, Value>();
    const scope = this.scope(target, run);
    for (const holder of [scope?.get('exports'), entry(scope?.get('module'), 'exports')]) if (holder?.kind === 'record') for (const [key, value] of holder.entries) entries.set(key, value);
    for (const one of this.#program.load(target)?.exports ?? []) {
      const value = one.kind === 'local' ? this.exported(target, one.name, run) : undefined;
      if (value !== undefined) entries.set(one.name, value);
    }
    return { kind: 'record', entries };
  }
}
