import type { CodeFunction, Span } from '@tenantlint/model';

/** What an expression of a migration is, as far as it can be told without running it. */
export type Value =
  /** `exact`: where the characters themselves stand, when they stand in one literal without escapes. */
  | { readonly kind: 'text'; readonly text: string; readonly exact?: Span }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' | 'undefined' }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'record'; readonly entries: ReadonlyMap<string, Value> }
  | { readonly kind: 'function'; readonly fn: CodeFunction; readonly scope: Scope }
  /** SQL that a tool made of a text, to be put in as it is (`knex.raw`, `pgm.func`). */
  | { readonly kind: 'sql'; readonly text: string; readonly exact?: Span }
  /** An object of the tool. */
  | { readonly kind: 'host'; readonly host: Host }
  /** A namespace or class of a package: what the program makes of it is told by its name. */
  | { readonly kind: 'symbol'; readonly name: string; readonly of?: readonly Value[] }
  /** The answer to whether something is there in the database. */
  | { readonly kind: 'asks' }
  /** `starts`: what a text begins with whose rest is not known. */
  | { readonly kind: 'unknown'; readonly starts?: string };

/** Calls a function of the migration. */
export type Apply = (fn: Value, args: readonly Value[], at: Span) => Value;

/** An object that stands for the database or for a part of a statement in the making. */
export interface Host {
  /** A property; undefined where the object has none of this name and only methods. */
  get?(name: string): Value | undefined;
  /** @returns undefined where the method is not known */
  call(method: string, args: readonly Value[], at: Span): Value | undefined;
  /** The object called as a function: `knex('users')`. */
  apply?(args: readonly Value[], at: Span): Value;
}

export class Scope {
  readonly #names = new Map<string, Value>();
  readonly #outer: Scope | undefined;
  /** Names that are only worked out when somebody asks: imports. */
  readonly #lazy: ((name: string) => Value | undefined) | undefined;

  constructor(outer?: Scope, lazy?: (name: string) => Value | undefined) {
    this.#outer = outer;
    this.#lazy = lazy;
  }

  get(name: string): Value | undefined {
    const own = this.#names.get(name);
    if (own !== undefined) return own;
    const made = this.#lazy?.(name);
    if (made === undefined) return this.#outer?.get(name);
    this.#names.set(name, made);
    return made;
  }

  declare(name: string, value: Value): void {
    this.#names.set(name, value);
  }

  assign(name: string, value: Value): void {
    if (this.#names.has(name) || this.#outer === undefined) this.#names.set(name, value);
    else this.#outer.assign(name, value);
  }
}

export const UNKNOWN: Value = { kind: 'unknown' };
export const UNDEFINED: Value = { kind: 'undefined' };
export const ASKS: Value = { kind: 'asks' };

/** Longer than any statement is: what a migration makes of more is not followed. */
export const LONGEST_TEXT = 2_000_000;
export const LONGEST_LIST = 20_000;

export function plain(text: string): Value {
  return text.length > LONGEST_TEXT ? UNKNOWN : { kind: 'text', text };
}

export function listOf(items: readonly Value[]): Value {
  return items.length > LONGEST_LIST ? UNKNOWN : { kind: 'list', items };
}

export function textOf(value: Value | undefined): string | undefined {
  switch (value?.kind) {
    case 'text': case 'sql': return value.text;
    case 'number': case 'boolean': return String(value.value);
    default: return undefined;
  }
}

/** A list of texts; a single text counts as a list of one. Undefined where one of them is not known. */
export function textsOf(value: Value | undefined): readonly string[] | undefined {
  if (value?.kind !== 'list') {
    const one = value?.kind === 'text' ? value.text : undefined;
    return one === undefined ? undefined : [one];
  }
  const texts = value.items.map((item) => (item.kind === 'text' ? item.text : undefined));
  return texts.some((one) => one === undefined) ? undefined : texts.filter((one) => one !== undefined);
}

export function entry(value: Value | undefined, name: string): Value | undefined {
  return value?.kind === 'record' ? value.entries.get(name) : undefined;
}

export function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'boolean' && value.value;
}

/** Undefined where it cannot be told. */
export function truthOf(value: Value): boolean | undefined {
  switch (value.kind) {
    case 'text': return value.text !== '';
    case 'number': return value.value !== 0;
    case 'boolean': return value.value;
    case 'null': case 'undefined': return false;
    case 'list': case 'record': case 'function': case 'host': case 'sql': return true;
    case 'symbol': case 'asks': case 'unknown': return undefined;
  }
}
