import type { Span } from '@tenantlint/model';
import { fail } from '../failure.ts';
import type { World } from '../world.ts';
import type { Row, Value } from './values.ts';

/** Rows of a FROM item while an expression is evaluated for one of them. */
export interface RowScope {
  readonly alias: string;
  readonly columns: readonly string[];
  readonly values: readonly Value[];
}

/** Where names of an expression are looked up: rows from the inside out, then PL/pgSQL variables. */
export interface Context {
  readonly world: World;
  readonly budget: Budget;
  readonly rows: readonly RowScope[];
  readonly outer: Context | undefined;
  readonly variables: Variables | undefined;
  readonly params: readonly Value[];
  /** Rows of CTEs in scope, by name. */
  readonly tables: ReadonlyMap<string, Relation>;
  /** Place to which effects and doubts of the code belong. */
  readonly at: Span;
}

/** The result of a query. */
export interface Relation {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly values: readonly Value[]; /** Its condition could be decided. */ readonly certain: boolean }[];
  /** There may be more rows than these. */
  readonly open: boolean;
}

/** Steps left before a computation counts as endless: its own, and those of the whole replay. */
export class Budget {
  depth = 0;
  #own: number;
  readonly #world: World;

  constructor(world: World, own: number) {
    this.#world = world;
    this.#own = own;
  }

  /** Takes one step. */
  spend(): void {
    this.#own--;
    this.#world.steps--;
    if (this.#own < 0 || this.#world.steps < 0) fail('program_limit_exceeded', 'computation too long');
  }
}

export type Shape = 'scalar' | 'array' | 'record';

/** Variables of a block; a name that is not found is the enclosing block's. */
export class Variables {
  readonly #values = new Map<string, Value>();
  readonly #shapes = new Map<string, Shape>();
  readonly #outer: Variables | undefined;
  readonly #label: string | undefined;

  constructor(outer: Variables | undefined, label?: string) {
    this.#outer = outer;
    this.#label = label;
  }

  declare(name: string, value: Value, shape: Shape = 'scalar'): void {
    this.#values.set(name, value);
    this.#shapes.set(name, shape);
  }

  get(path: readonly string[]): Value | undefined {
    const [first = '', second] = path;
    const own = this.#values.get(first);
    if (own !== undefined) {
      if (path.length === 1) return own;
      if (own instanceof Map) return (own as Row).get(second ?? '');
    }
    if (first === this.#label && second !== undefined && this.#values.has(second)) return this.#values.get(second);
    return this.#outer?.get(path);
  }

  /** How the variable was declared; undefined for none of that name. */
  shape(name: string): Shape | undefined {
    return this.#shapes.get(name) ?? this.#outer?.shape(name);
  }

  set(target: string, value: Value): void {
    const path = target.split('.');
    const [first = '', second] = path;
    if (this.#values.has(first)) {
      if (second === undefined) {
        this.#values.set(first, value);
        return;
      }
      const record = this.#values.get(first);
      this.#values.set(first, new Map(record instanceof Map ? (record as Row) : []).set(second, value));
      return;
    }
    if (first === this.#label && second !== undefined) {
      this.#values.set(second, value);
      return;
    }
    if (this.#outer === undefined) this.#values.set(first, value);
    else this.#outer.set(target, value);
  }
}
