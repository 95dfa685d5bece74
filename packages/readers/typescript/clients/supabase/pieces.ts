import { cases, literal, type AbstractValue, type Span } from '@tenantlint/model';

/**
 * Text in PostgREST's small languages, with holes where the program splices values in: each is one character of the
 * private use area, so that the parsers need to know nothing of values.
 */
export interface Pieces {
  readonly text: string;
  readonly holes: readonly AbstractValue[];
}

const FIRST = 0xe000;
const MOST = 0x1800;

export const isHole = (char: string): boolean => char >= '\ue000' && char <= '\uf8ff';
export const hasHole = (text: string): boolean => /[\ue000-\uf8ff]/.test(text);

/** Undefined where not even the outline can be told. */
export function pieces(value: AbstractValue): Pieces | undefined {
  const text: string[] = [];
  const holes: AbstractValue[] = [];
  const add = (part: AbstractValue): boolean => {
    if (part.kind === 'literal') {
      text.push(String(part.value));
      return true;
    }
    if (part.kind === 'text') return part.texts.every((t, i) => (text.push(t), part.values[i] === undefined || hole(part.values[i])));
    return false;
  };
  const hole = (part: AbstractValue): boolean => {
    if (part.kind === 'literal' || part.kind === 'text') return add(part);
    if (holes.length >= MOST) return false;
    text.push(String.fromCharCode(FIRST + holes.length));
    holes.push(part);
    return true;
  };
  return add(value) ? { text: text.join(''), holes } : undefined;
}

/** A part of the text as a value: the hole that it is, or text around holes. */
export function valueOf(text: string, holes: readonly AbstractValue[], at: Span): AbstractValue {
  const texts = text.split(/[\ue000-\uf8ff]/);
  const values = [...text].filter(isHole).flatMap((c) => holes[c.charCodeAt(0) - FIRST] ?? []);
  const [only] = values;
  if (!only) return literal(text, at);
  if (values.length === 1 && texts.every((t) => t === '')) return only;
  return { kind: 'text', texts, values, at };
}

/** What was joined with commas, where the text is nothing else: `(${ids.join(',')})`. */
export function joined(value: AbstractValue, at: Span): AbstractValue | undefined {
  if (value.kind === 'list' || value.kind === 'array') return value;
  if (value.kind !== 'symbol' || value.origin.kind !== 'computed' || value.origin.op !== 'join' || value.path.length > 0) return undefined;
  const [of] = value.origin.of;
  return of && unquoted(of, at);
}

/** Elements written as `"${id}"` are the ids. */
function unquoted(of: AbstractValue, at: Span): AbstractValue {
  if (of.kind === 'list') return { ...of, of: unquotedText(of.of, at) };
  if (of.kind === 'array') return { ...of, items: of.items.map((i) => (i.spread ? i : { ...i, value: unquotedText(i.value, at) })) };
  return of;
}

function unquotedText(of: AbstractValue, at: Span): AbstractValue {
  if (of.kind === 'union') return { ...of, of: cases(of).map((c) => ({ ...c, value: unquotedText(c.value, at) })) };
  const [only] = of.kind === 'text' ? of.values : [];
  return of.kind === 'text' && of.values.length === 1 && only && of.texts.every((t) => /^["']?$/.test(t)) ? only : of;
}
