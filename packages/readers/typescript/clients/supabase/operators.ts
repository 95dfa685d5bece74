import { cases, isNullish, literal, mapCases, type AbstractValue, type CompareOp, type Condition, type Span, type WhenUndefined } from '@tenantlint/model';
import { joined, valueOf } from './pieces.ts';

export const ALWAYS: Condition = { kind: 'all', of: [] };
export const NEVER: Condition = { kind: 'any', of: [] };

const COMPARES: Readonly<Record<string, CompareOp>> = { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' };

export function isComparison(operator: string): boolean {
  return Object.hasOwn(COMPARES, operator);
}

/** What an operator of PostgREST asks of a column, its value given as text: `.filter(column, operator, value)`, `or=(column.operator.value)`. */
export function operator(field: string, name: string, text: string, holes: readonly AbstractValue[], at: Span): Condition {
  const op = COMPARES[name];
  if (op) return compare(field, op, valueOf(unquoted(text), holes, at), at);
  switch (name) {
    case 'is': return is(field, valueOf(text, holes, at), at);
    case 'in': return among(field, listed(text, holes, at), at);
    case 'eq(any)': return among(field, listed(text, holes, at), at);
    default: return other(field, valueOf(text, holes, at), at);
  }
}

/** Values are sent as text: null is the word, and so is undefined, except where `whenUndefined` says otherwise. */
export function compare(field: string, op: CompareOp, value: AbstractValue, at: Span, whenUndefined: WhenUndefined = op === '=' ? 'sent' : 'dropped'): Condition {
  const sent = mapCases(value, (one) => (one.kind === 'literal' && one.value === null ? literal('null', one.at) : one));
  return isJson(field) ? other(field, value, at) : { kind: 'compare', field: bare(field), op, value: sent, whenUndefined, at };
}

export function among(field: string, values: AbstractValue, at: Span): Condition {
  return isJson(field) ? other(field, values, at) : { kind: 'compare', field: bare(field), op: 'in', value: values, whenUndefined: 'sent', at };
}

/** `is.null`, `is.true`. */
export function is(field: string, value: AbstractValue, at: Span): Condition {
  const all = cases(value);
  const words = all.map(({ value: one }) => (one.kind === 'literal' ? String(one.value) : one.kind));
  if (isJson(field) || new Set(words).size !== 1) return other(field, value, at);
  switch (words[0]) {
    case 'null': case 'unknown': return { kind: 'compare', field: bare(field), op: 'null', value: literal(null, at), whenUndefined: 'sent', at };
    case 'not_null': return { kind: 'compare', field: bare(field), op: 'not-null', value: literal(null, at), whenUndefined: 'sent', at };
    case 'true': case 'false': return { kind: 'compare', field: bare(field), op: '=', value: literal(words[0] === 'true', at), whenUndefined: 'sent', at };
    // PostgREST refuses the request.
    case 'undefined': return NEVER;
    default: return other(field, value, at);
  }
}

/** A comparison that says nothing about identity. */
export function other(field: string, value: AbstractValue, at: Span): Condition {
  return { kind: 'compare', field: bare(field), op: 'other', value: isNullish(value) ? literal('', at) : value, whenUndefined: 'sent', at };
}

/** `not.is.null` has a name of its own, and so has `not.in`. */
export function negation(of: Condition, at: Span): Condition {
  if (of.kind === 'compare' && of.op === 'null') return { ...of, op: 'not-null' };
  if (of.kind === 'compare' && of.op === 'in') return { ...of, op: 'not-in' };
  return { kind: 'not', of, at };
}

/** `(a,b,"c")` or `{a,b}`, as the list of its elements. */
function listed(text: string, holes: readonly AbstractValue[], at: Span): AbstractValue {
  const inner = text.trim().replace(/^[({]([^]*)[)}]$/, '$1');
  const whole = joined(valueOf(inner, holes, at), at);
  if (whole) return whole;
  const items = inner === '' ? [] : elements(inner).map((element) => ({ value: valueOf(unquoted(element), holes, at), spread: false }));
  return { kind: 'array', items: items.map((item) => (joined(item.value, at) ? { value: joined(item.value, at) ?? item.value, spread: true } : item)), at };
}

function elements(text: string): string[] {
  return [...text.matchAll(/(?:^|,)((?:"(?:[^"\\]|\\.)*"|[^,"])*)/g)].map((m) => m[1] ?? '');
}

export function unquoted(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(text.trim())?.[1];
  return quoted === undefined ? text : quoted.replace(/\\(.)/g, '$1');
}

const isJson = (field: string): boolean => field.includes('->');

/** The column itself, without quotes and without the path into its JSON. */
export function bare(field: string): string {
  return unquoted((field.split('->')[0] ?? field).trim());
}
