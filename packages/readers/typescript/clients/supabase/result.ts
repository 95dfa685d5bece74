import { cases, isNullish, list, literal, object, type AbstractValue, type ClientContext, type Span, type Truth, type ValueCase } from '@tenantlint/model';
import type { Builder } from './state.ts';

/** `{ data, error, count, … }`: either data or an error, never both. */
export function answer(builder: Builder, value: AbstractValue, context: ClientContext): AbstractValue {
  const { at } = context;
  const ways = builder.throws ? [] : [failed(at)];
  const success = (data: AbstractValue, truths: readonly Truth[]): ValueCase => ({ value: response(data, literal(null, at), countOf(builder, value, data, at), at), truths });
  if (builder.head) return { kind: 'union', of: [success(literal(null, at), []), ...ways], at };
  if (!builder.columns) return { kind: 'union', of: [success(literal(null, at), []), ...ways], at };
  // A single row that is not there is an error; one that may be missing is not.
  const found = cases(value).filter((c) => builder.single !== 'one' || !isNullish(c.value));
  // Text that is made of rows takes them along.
  const data = (one: AbstractValue): AbstractValue => (builder.form === 'text' && !isNullish(one) ? computed('text of rows', at, [one]) : one);
  return { kind: 'union', of: [...found.map((c) => success(data(c.value), c.truths)), ...ways], at };
}

/** As services other than the tables answer. */
export function replied(data: AbstractValue, at: Span, otherwise: AbstractValue = literal(null, at), truths: readonly Truth[] = []): AbstractValue {
  return { kind: 'union', of: [{ value: object({ data, error: literal(null, at) }, at), truths }, { value: object({ data: otherwise, error: errorAt(at) }, at), truths: [] }], at };
}

function failed(at: Span): ValueCase {
  return { value: response(literal(null, at), errorAt(at), literal(null, at), at), truths: [] };
}

function response(data: AbstractValue, error: AbstractValue, count: AbstractValue, at: Span): AbstractValue {
  return object({ data, error, count, status: computed('status', at), statusText: computed('status text', at) }, at);
}

/** An object, so that it is true wherever there is one. */
export function errorAt(at: Span): AbstractValue {
  return object({ message: computed('error message', at), details: computed('error details', at), hint: computed('error hint', at), code: computed('error code', at), status: computed('error status', at), name: computed('error name', at) }, at);
}

export const computed = (op: string, at: Span, of: readonly AbstractValue[] = []): AbstractValue => ({ kind: 'symbol', origin: { kind: 'computed', op, of }, path: [], at });

/** How many rows there are that match, on this page or not. */
function countOf(builder: Builder, value: AbstractValue, data: AbstractValue, at: Span): AbstractValue {
  if (!builder.counted) return literal(null, at);
  if (builder.head) return value;
  const rows = data.kind === 'list' ? data : data.kind === 'row' ? list(data, at) : undefined;
  return rows ? { kind: 'test', test: { kind: 'size', of: rows }, at } : computed('count', at);
}
