import type { Span } from '@tenantlint/model';
import type { Excerpt } from './excerpt.ts';
import type { Value } from './outline.ts';
import { isSpan } from './relocate.ts';

/** Makes what was lowered of one statement from the names, constants and places of another. */
export type Mold = (e: Excerpt, values: readonly Value[]) => unknown;

/** One statement and what a lowering made of it. */
export interface Sample {
  readonly e: Excerpt;
  readonly values: readonly Value[];
  readonly made: unknown;
}

/**
 * What two statements of one pattern have in common, with gaps where they differ. They differ in every name, constant
 * and place, and in the other one no two are alike, so that it tells what comes from which token. Undefined where
 * something differs that is neither a place nor all of a token's value: a text that was cut out, or put together.
 */
export function moldOf(one: Sample, other: Sample): Mold | undefined {
  return new Caster(one, other).cast(one.made, other.made);
}

/** Larger ones come from values that are used in several places, of which a mold would make as many copies. */
const MOST_PARTS = 5000;

/** How a field is made from a token's value. */
type Turn = (value: Value) => Value;

const AS_IT_IS: Turn = (value) => value;

/** Of a number also as text, and negative: the grammar folds a minus sign into what follows it. */
const OF_NUMBERS: readonly Turn[] = [Number, (value) => -Number(value), String, (value) => `-${value ?? ''}`];

class Caster {
  readonly #one: Sample;
  readonly #other: Sample;
  readonly #tokens = new Map<unknown, { readonly token: number; readonly turn: Turn }>();
  #parts = 0;

  constructor(one: Sample, other: Sample) {
    this.#one = one;
    this.#other = other;
    other.values.forEach((value, token) => {
      if (value === undefined) return;
      if (!Number.isNaN(Number(value))) for (const turn of OF_NUMBERS) this.#tokens.set(turn(value), { token, turn });
      this.#tokens.set(value, { token, turn: AS_IT_IS });
    });
  }

  /** Undefined where the two cannot be told apart by their tokens. */
  cast(a: unknown, b: unknown): Mold | undefined {
    if (++this.#parts > MOST_PARTS) return undefined;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b ? constant(a) : this.#value(a, b);
    if (isSpan(a)) return isSpan(b) ? this.#place(a, b) : undefined;
    if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length ? this.#list(a, b) : undefined;
    const prototype: unknown = Object.getPrototypeOf(a);
    return prototype === Object.prototype && Object.getPrototypeOf(b) === prototype ? this.#record(a, b) : undefined;
  }

  #list(a: readonly unknown[], b: readonly unknown[]): Mold | undefined {
    const parts: Mold[] = [];
    for (const [i, item] of a.entries()) {
      const part = this.cast(item, b[i]);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts.every(isConstant) ? constant(a) : (e, values) => parts.map((part) => part(e, values));
  }

  #record(a: object, b: object): Mold | undefined {
    const fields = Object.keys(a);
    if (fields.length !== Object.keys(b).length) return undefined;
    const gaps: { readonly field: string; readonly part: Mold }[] = [];
    for (const field of fields) {
      const part = Object.hasOwn(b, field) ? this.cast((a as Fields)[field], (b as Fields)[field]) : undefined;
      if (part === undefined) return undefined;
      if (!isConstant(part)) gaps.push({ field, part });
    }
    if (gaps.length === 0) return constant(a);
    return (e, values) => {
      const made: Fields = { ...a };
      for (const { field, part } of gaps) made[field] = part(e, values);
      return made;
    };
  }

  #value(a: unknown, b: unknown): Mold | undefined {
    const from = this.#tokens.get(b);
    if (from === undefined || from.turn(this.#one.values[from.token]) !== a) return undefined;
    const { token, turn } = from;
    return (_, values) => turn(values[token]);
  }

  /** From within one token to within another, as far from their ends as in both statements. */
  #place(a: Span, b: Span): Mold | undefined {
    const { base, tokens } = this.#one.e;
    const others = this.#other.e.tokens;
    const first = others.at(b.start);
    const last = others.at(b.end - 1);
    const skipped = b.start - others.start(first);
    const left = others.end(last) - b.end;
    // Behind a token is a gap, which is as wide as somebody likes.
    if (first < 0 || last < first || b.start >= others.end(first) || left < 0) return undefined;
    if (a.start - base !== tokens.start(first) + skipped || a.end - base !== tokens.end(last) - left) return undefined;
    return (e) => e.span(e.tokens.start(first) + skipped, e.tokens.end(last) - left);
  }
}

type Fields = Record<string, unknown>;

const constants = new WeakSet<Mold>();

/** What all statements of the pattern share: one value serves them all. */
function constant(value: unknown): Mold {
  const mold: Mold = () => value;
  constants.add(mold);
  return mold;
}

function isConstant(mold: Mold): boolean {
  return constants.has(mold);
}
