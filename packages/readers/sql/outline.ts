import type { Excerpt } from './excerpt.ts';
import { KEYWORDS } from './keywords.ts';
import * as scan from './lexer-scan.ts';
import { BEYOND_ASCII } from './positions.ts';

/** What a token says: a name as it is folded, a constant; undefined where the token belongs to the pattern. */
export type Value = string | number | undefined;

/** A statement as a pattern, and what it has to itself. */
export interface Outline {
  /** What all statements of the pattern have in common: keywords, operators, and of which kind its other tokens are. */
  readonly key: string;
  /** By token. */
  readonly values: readonly Value[];
}

/** Longer statements are data or unlike any other. */
const MOST_TOKENS = 400;
/** Longer identifiers are cut off, counted in bytes. */
const LONGEST_NAME = 63;

/**
 * Names that the grammar or a lowering compares, or keeps as the name of a field: a role of the first is none, and the
 * others are types by another name, settings that hold lists, options and languages. They belong to the pattern.
 */
const TOLD_APART = new Set(
  (
    'public none * pg_catalog bool bpchar char decimal float4 float8 int int2 int4 int8 interval time timestamp timestamptz timetz varbit varchar ' +
    'search_path temp_tablespaces session_preload_libraries shared_preload_libraries local_preload_libraries ' +
    'permissive restrictive security_barrier security_invoker fillfactor c internal plpgsql sql'
  ).split(' '),
);

/** Undefined where only the grammar can tell what is the pattern's and what the statement's. */
export function outlineOf(e: Excerpt): Outline | undefined {
  const { tokens, text } = e;
  const { count } = tokens;
  // What stands before the first token or behind the last is in no pattern.
  const tight = count > 0 && count <= MOST_TOKENS && tokens.start(0) === 0 && tokens.end(count - 1) === text.length;
  if (!tight || text.includes('\0')) return undefined;
  const key: string[] = [];
  const values: Value[] = [];
  for (let i = 0; i < count; i++) {
    const start = tokens.start(i);
    const end = tokens.end(i);
    const code = text.charCodeAt(start);
    const token = text.slice(start, end);
    const taken = scan.CLASSES[code] === scan.WORD ? word(token, text.charCodeAt(end - 1), key, values) : constant(token, code, key, values);
    if (!taken) return undefined;
  }
  return { key: key.join(' '), values };
}

// Each splits a token into what belongs to the pattern and what is the statement's own: false where only the grammar can tell.

function word(token: string, last: number, key: string[], values: Value[]): boolean {
  // E'…', U&"…" and the like.
  if (last === scan.QUOTE || last === scan.DOUBLE_QUOTE) return false;
  const folded = token.toLowerCase();
  return KEYWORDS.has(folded) ? shared(folded, key, values) : named(folded, key, values);
}

function constant(token: string, code: number, key: string[], values: Value[]): boolean {
  switch (code) {
    case scan.DOUBLE_QUOTE: {
      const name = within(token, '"');
      return name !== undefined && named(name.replaceAll('""', '"'), key, values);
    }
    case scan.QUOTE: {
      // The tree leaves empty strings out.
      if (token === "''") return shared(token, key, values);
      const text = within(token, "'");
      if (text === undefined) return false;
      // One with quotes in it does not stand as it is meant.
      return text.includes("'") ? own('quoted', text.replaceAll("''", "'"), key, values) : own("'", text, key, values);
    }
    case scan.DOLLAR: {
      const tag = scan.dollarTag(token, 0);
      if (tag === undefined || token.length === 2 * tag.length) return shared(token, key, values);
      return token.length > 2 * tag.length && token.endsWith(tag) && own(tag, token.slice(tag.length, -tag.length), key, values);
    }
    default:
      return scan.CLASSES[code] === scan.DIGIT ? number(token, key, values) : shared(token, key, values);
  }
}

/** What stands within the quotes, unless they are not closed or it is in several parts. */
function within(token: string, quote: string): string | undefined {
  const inner = token.slice(1, -1);
  const whole = token.length > 1 && token.endsWith(quote) && (!inner.includes(quote) || !inner.replaceAll(quote + quote, '').includes(quote));
  return whole ? inner : undefined;
}

function number(token: string, key: string[], values: Value[]): boolean {
  // The tree leaves zeros out, and larger numbers are no integers to it.
  if (/^0*[1-9]\d{0,8}$/.test(token) && token.length < 10) return own('n', Number(token), key, values);
  return /^\d{1,9}\.\d{1,9}$/.test(token) ? own('n.', token, key, values) : shared(token, key, values);
}

function named(name: string, key: string[], values: Value[]): boolean {
  if (TOLD_APART.has(name)) return shared(`"${name}"`, key, values);
  return name !== '' && name.length <= LONGEST_NAME && !BEYOND_ASCII.test(name) && own('i', name, key, values);
}

function shared(token: string, key: string[], values: Value[]): true {
  key.push(token);
  values.push(undefined);
  return true;
}

function own(kind: string, value: string | number, key: string[], values: Value[]): true {
  key.push(kind);
  values.push(value);
  return true;
}
