import type { Value } from './values.ts';

/** Names of a module, a class body or a function. */
export class Scope {
  readonly names = new Map<string, Value>();
  /** What a name stood for before a class or function took it: what is written further up means that. */
  readonly earlier = new Map<string, { readonly value: Value; readonly until: number }>();
  readonly parent: Scope | undefined;
  readonly file: string;
  /** Computes a name when it is first asked for: imports, fields of a class, what a module declares further down. */
  readonly later: ((name: string) => Value | undefined) | undefined;

  constructor(parent: Scope | undefined, file: string, later?: (name: string) => Value | undefined) {
    this.parent = parent;
    this.file = file;
    this.later = later;
  }

  find(name: string): Value | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const value = scope.own(name);
      if (value) return value;
    }
    return undefined;
  }

  own(name: string): Value | undefined {
    return this.names.get(name) ?? this.later?.(name);
  }

  /** An assignment changes the variable where it is declared; one that is nowhere is declared here. */
  assign(name: string, value: Value): void {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      if (scope.names.has(name)) {
        scope.names.set(name, value);
        return;
      }
    }
    this.names.set(name, value);
  }
}
