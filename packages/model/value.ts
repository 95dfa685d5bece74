import type { CodeClass, CodeFunction, CodeType } from './code.ts';
import type { Formula } from './formula.ts';
import type { Span } from './span.ts';

/**
 * What an expression of the program can be, as far as it can be told without running it. `at` is the expression that
 * produced the value; two values are the same whatever their places. Plain immutable data: a change makes a new value.
 */
export type AbstractValue = { readonly at: Span } & (
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'undefined' }
  /** Entries in source order: a later one replaces an earlier one of the same name. */
  | { readonly kind: 'object'; readonly entries: readonly ValueEntry[]; /** Named arguments of a call rather than an object of their own. */ readonly named?: true }
  | { readonly kind: 'array'; readonly items: readonly ValueItem[] }
  /** Any number of elements, each of them like `of`: rows of a query, elements of an input array, the result of a map. `ifEmpty`: what holds of all that it was picked from, where none was picked. */
  | { readonly kind: 'list'; readonly of: AbstractValue; readonly ifEmpty?: readonly Truth[] }
  /** One of these; which one is decided at run time. "Maybe undefined" is a union with an `undefined` case. */
  | { readonly kind: 'union'; readonly of: readonly ValueCase[] }
  /** Something that came from elsewhere, and the path of properties read from it. `[]` in the path is any element. */
  | { readonly kind: 'symbol'; readonly origin: Origin; readonly path: readonly string[] }
  /** A row that a query returned or wrote. `extra` are its included relations and computed fields. */
  | { readonly kind: 'row'; readonly row: number; readonly table: string; readonly model: string | undefined; readonly extra: readonly ValueEntry[] }
  /** A column of a row. */
  | { readonly kind: 'column'; readonly row: number; readonly column: string }
  | { readonly kind: 'function'; readonly fn: CodeFunction; readonly file: string; readonly scope: Scope; readonly self?: AbstractValue }
  | { readonly kind: 'class'; readonly class: CodeClass; readonly file: string; readonly scope: Scope }
  | { readonly kind: 'instance'; readonly class: CodeClass; readonly file: string; readonly scope: Scope; readonly fields: readonly ValueEntry[] }
  /** A namespace import or `import()` of a file of the project. */
  | { readonly kind: 'module'; readonly file: string }
  /** A handle of a database client: connection, delegate, builder, whatever the adapter makes of `state`. */
  | { readonly kind: 'client'; readonly client: string; readonly state: ClientState }
  /** Text with holes: template literals and concatenations. `texts.length === values.length + 1`. */
  | { readonly kind: 'text'; readonly texts: readonly string[]; readonly values: readonly AbstractValue[]; /** Where each of `texts` stands, if it stands in the source as it is. */ readonly places?: readonly Span[] }
  /** A boolean whose truth tells something. */
  | { readonly kind: 'test'; readonly test: Test }
);

export type ValueEntry =
  | { readonly kind: 'property'; readonly name: string; readonly nameAt: Span; readonly value: AbstractValue }
  | { readonly kind: 'computed'; readonly key: AbstractValue; readonly value: AbstractValue; readonly at: Span }
  | { readonly kind: 'spread'; readonly of: AbstractValue; readonly at: Span };

export interface ValueItem {
  readonly value: AbstractValue;
  readonly spread: boolean;
}

/** One alternative of a union, and what is true whenever it is the one. */
export interface ValueCase {
  readonly value: AbstractValue;
  readonly truths: readonly Truth[];
}

/** What is known at a point of the program, over row variables of the whole run. */
export type Truth =
  /** The row exists: what its query asked of it holds. */
  | { readonly kind: 'row'; readonly row: number; readonly at: Span }
  | { readonly kind: 'holds'; readonly formula: Formula; readonly at: Span }
  /** Neither null nor undefined. */
  | { readonly kind: 'defined'; readonly of: AbstractValue; readonly at: Span }
  /** Null, undefined, empty, zero or false. */
  | { readonly kind: 'falsy'; readonly of: AbstractValue; readonly at: Span }
  /** A setting of the database connection has this value, until the transaction ends; without value: it has none. */
  | { readonly kind: 'setting'; readonly name: string; readonly value: AbstractValue | undefined; readonly at: Span }
  /** Whoever called has shown a secret that only another system knows. */
  | { readonly kind: 'secret'; readonly at: Span }
  /** More was known on each of the ways here than is kept: what does not follow from the rest may follow from that. */
  | { readonly kind: 'lost'; readonly at: Span }
  /** All of one of these. */
  | { readonly kind: 'any'; readonly of: readonly (readonly Truth[])[]; readonly at: Span };

export type Test =
  | { readonly kind: 'compare'; readonly op: '=' | '<>' | '<' | '<=' | '>' | '>='; readonly left: AbstractValue; readonly right: AbstractValue }
  | { readonly kind: 'not'; readonly of: AbstractValue }
  /** Number of elements of a list or of counted rows. */
  | { readonly kind: 'size'; readonly of: AbstractValue };

export type Origin =
  | { readonly kind: 'param'; readonly fn: string; readonly index: number }
  /** The request: body, query, params, headers, cookies, form, args, … */
  | { readonly kind: 'input'; readonly channel: string }
  /** The signed-in caller's session or verified token, as `library` hands it out. */
  | { readonly kind: 'identity'; readonly library: string }
  /** Something imported from a package. */
  | { readonly kind: 'package'; readonly package: string; readonly name: string }
  /** A global or a name that is bound nowhere: `process`, `Math`, `fetch`. */
  | { readonly kind: 'global'; readonly name: string }
  /** Result of a call that was not opened. `call` tells two calls apart; empty for pure functions. */
  | { readonly kind: 'call'; readonly callee: AbstractValue; readonly args: readonly AbstractValue[]; readonly construct: boolean; readonly call: string; /** Type arguments, as written. */ readonly types?: readonly CodeType[] }
  /** A computation over other values: arithmetic, an unknown element, a comprehension. */
  | { readonly kind: 'computed'; readonly op: string; readonly of: readonly AbstractValue[] }
  /** `id` tells two unknowns apart. */
  | { readonly kind: 'unknown'; readonly why: string; readonly id: string };

/** State of a handle: plain data, which may hold values. */
export type ClientState = { readonly [key: string]: Stored };
export type Stored = string | number | boolean | undefined | null | object;

/** Names of a function's surroundings. The engine's own; adapters only pass it on. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly file: string;
}

export type ValueOf<K extends AbstractValue['kind']> = Extract<AbstractValue, { readonly kind: K }>;

/** The alternatives of a value; a value that is no union is its own only one. */
export function cases(value: AbstractValue): readonly ValueCase[] {
  return value.kind === 'union' ? value.of : [{ value, truths: [] }];
}

/** A union, flattened; one case without truths is just that value. */
export function union(of: readonly ValueCase[], at: Span): AbstractValue {
  const flat: ValueCase[] = [];
  for (const one of of) {
    if (one.value.kind !== 'union') flat.push(one);
    else for (const inner of one.value.of) flat.push({ value: inner.value, truths: one.truths.length ? [...one.truths, ...inner.truths] : inner.truths });
  }
  const [only] = flat;
  return flat.length === 1 && only && only.truths.length === 0 ? only.value : { kind: 'union', of: flat, at };
}

/** Applies `change` to each alternative and keeps what is true of each. */
export function mapCases(value: AbstractValue, change: (value: AbstractValue) => AbstractValue): AbstractValue {
  if (value.kind !== 'union') return change(value);
  return union(value.of.map((one) => ({ value: change(one.value), truths: one.truths })), value.at);
}

export const isNullish = (value: AbstractValue): boolean => value.kind === 'undefined' || (value.kind === 'literal' && value.value === null);

/** The text that the value is certain to be. */
export function constantText(value: AbstractValue): string | undefined {
  if (value.kind === 'literal' && typeof value.value === 'string') return value.value;
  if (value.kind !== 'text') return undefined;
  let text = value.texts[0] ?? '';
  for (const [i, hole] of value.values.entries()) {
    const inner = hole.kind === 'literal' ? String(hole.value) : constantText(hole);
    if (inner === undefined) return undefined;
    text += inner + (value.texts[i + 1] ?? '');
  }
  return text;
}

export const literal = (value: string | number | boolean | null, at: Span): AbstractValue => ({ kind: 'literal', value, at });
export const nothing = (at: Span): AbstractValue => ({ kind: 'undefined', at });
export const unknown = (why: string, at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'unknown', why, id: `${at.file}:${at.start}:${at.end}` }, path: [], at });
export const list = (of: AbstractValue, at: Span): AbstractValue => ({ kind: 'list', of, at });

export function object(fields: Readonly<Record<string, AbstractValue>>, at: Span): AbstractValue {
  return { kind: 'object', entries: Object.entries(fields).map(([name, value]) => ({ kind: 'property', name, nameAt: value.at, value })), at };
}
