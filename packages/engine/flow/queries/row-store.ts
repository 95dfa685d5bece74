import type { AbstractValue, Formula, Model, Span } from '@tenantlint/model';

/** A row that the program asked for, and what its query asked of it. */
export interface RowDef {
  readonly id: number;
  readonly table: string | undefined;
  readonly model: Model | undefined;
  /** Holds of the row whenever it exists. */
  formula: Formula;
  readonly at: Span;
  /** Rows that exist whenever this one does. */
  with: readonly number[];
}

/** Row variables of one run. Numbers start at 1: 0 is left to policies. */
export class Rows {
  readonly #defs = new Map<number, RowDef>();
  readonly #related = new Map<string, AbstractValue>();
  /** Rows that end with what is being run, and what was read of them. */
  #passing: Passing | undefined;
  #last = 0;
  make(table: string | undefined, model: Model | undefined, formula: Formula, at: Span, along: readonly number[] = []): RowDef {
    const def: RowDef = { id: ++this.#last, table, model, formula, at, with: along };
    this.#defs.set(def.id, def);
    this.#passing?.ids.push(def.id);
    return def;
  }
  get(id: number): RowDef | undefined {
    return this.#defs.get(id);
  }
  related(key: string, make: () => AbstractValue): AbstractValue {
    const known = this.#related.get(key);
    if (known) return known;
    const value = make();
    this.#related.set(key, value);
    this.#passing?.related.push(key);
    return value;
  }
  /** From here on rows belong to one run; `undefined`: to all. Gives back what was so far, for whoever only interrupts it. */
  belong(to: Passing | undefined): Passing | undefined {
    const before = this.#passing;
    this.#passing = to;
    return before;
  }
  /** Forgets the rows of a run that is over. Returns their numbers. */
  forget(of: Passing): readonly number[] {
    for (const id of of.ids) this.#defs.delete(id);
    for (const key of of.related) this.#related.delete(key);
    return of.ids;
  }
}

/** Rows of one run. */
export interface Passing {
  readonly ids: number[];
  readonly related: string[];
}
