import type { Excerpt } from './excerpt.ts';
import { parseStatement, type Node, type Parsed } from './grammar.ts';
import { KEYWORDS } from './keywords.ts';
import * as scan from './lexer-scan.ts';
import { BEYOND_ASCII } from './positions.ts';

/**
 * Migrations say the same things again and again, dumps all the more: statements whose tokens differ in identifiers and
 * plain constants alone have trees that differ in those and in places alone. The second statement of a pattern leaves
 * its tree behind, and all later ones are filled into it. Keywords and operators belong to the pattern.
 */
interface Pattern {
  readonly tree: Node;
  /** What is filled in: the names and constants, and the places. */
  readonly values: readonly Gap[];
  readonly places: readonly Gap[];
}

/** A field of the tree that comes from a token. */
interface Gap {
  readonly of: Record<string, unknown>;
  readonly field: string;
  readonly token: number;
  /** The grammar folds a minus sign into the number after it. */
  readonly negative?: boolean;
}

/** What a statement has to itself, by token: undefined where the token belongs to the pattern. */
type Values = (string | number | undefined)[];

interface Outline {
  /** What all statements of the pattern have in common. */
  readonly key: string;
  readonly values: Readonly<Values>;
}

/** Longer statements are data or unlike any other. */
const MOST_TOKENS = 400;
/** Far more than a product has. */
const MOST_PATTERNS = 4096;

/** Patterns by their key; `once` was seen a single time, `never` is told apart by more than its tokens. */
const patterns = new Map<string, Pattern | 'once' | 'never'>();

/** Parses exactly one SQL statement. The tree holds until the next one is parsed: it is lowered at once and never kept. */
export function parse(e: Excerpt): Parsed {
  const outline = outlineOf(e);
  const known = outline === undefined ? 'never' : patterns.get(outline.key);
  if (outline !== undefined && typeof known === 'object') return { ok: true, stmt: filled(known, outline, e) };
  const parsed = parseStatement(e.text);
  if (!parsed.ok || outline === undefined || known === 'never') return parsed;
  if (known === 'once') patterns.set(outline.key, patternOf(outline, e, parsed.stmt) ?? 'never');
  else if (patterns.size < MOST_PATTERNS) patterns.set(outline.key, 'once');
  return parsed;
}

/** Names that the grammar itself compares, so that they belong to the pattern: a role of that name is none. */
const TOLD_APART = new Set(['public', 'none']);
/** Longer identifiers are cut off, counted in bytes. */
const LONGEST_NAME = 63;

function outlineOf(e: Excerpt): Outline | undefined {
  const { tokens, text } = e;
  const { count } = tokens;
  if (count === 0 || count > MOST_TOKENS || tokens.start(0) !== 0 || text.includes('\0')) return undefined;
  const key: string[] = [];
  const values: Values = [];
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

function word(token: string, last: number, key: string[], values: Values): boolean {
  // E'…', U&"…" and the like.
  if (last === scan.QUOTE || last === scan.DOUBLE_QUOTE) return false;
  const folded = token.toLowerCase();
  return KEYWORDS.has(folded) ? shared(folded, key, values) : named(folded, key, values);
}

function constant(token: string, code: number, key: string[], values: Values): boolean {
  if (code === scan.DOUBLE_QUOTE) return named(token.slice(1, -1).replaceAll('""', '"'), key, values);
  // The tree leaves empty strings out.
  if (code === scan.QUOTE && token.length > 2) {
    const inner = token.slice(1, -1);
    if (!inner.includes("'")) return own('s', inner, key, values);
    // A string in several parts is left to the grammar.
    return !inner.replaceAll("''", '').includes("'") && own('s', inner.replaceAll("''", "'"), key, values);
  }
  if (scan.CLASSES[code] === scan.DIGIT) return number(token, key, values);
  const tag = code === scan.DOLLAR ? scan.dollarTag(token, 0) : undefined;
  if (tag !== undefined && token.length > 2 * tag.length) return own('s', token.slice(tag.length, -tag.length), key, values);
  return shared(token, key, values);
}

function number(token: string, key: string[], values: Values): boolean {
  // The tree leaves zeros out, and larger numbers are no integers to it.
  if (/^0*[1-9]\d{0,8}$/.test(token) && token.length < 10) return own('n', Number(token), key, values);
  return /^\d{1,9}\.\d{1,9}$/.test(token) ? own('d', token, key, values) : shared(token, key, values);
}

function named(name: string, key: string[], values: Values): boolean {
  if (TOLD_APART.has(name)) return shared(`"${name}"`, key, values);
  return name !== '' && name.length <= LONGEST_NAME && !BEYOND_ASCII.test(name) && own('i', name, key, values);
}

function shared(token: string, key: string[], values: Values): true {
  key.push(token);
  values.push(undefined);
  return true;
}

function own(kind: 'i' | 's' | 'n' | 'd', value: string | number, key: string[], values: Values): true {
  key.push(kind);
  values.push(value);
  return true;
}

function filled(pattern: Pattern, outline: Outline, e: Excerpt): Node {
  for (const { of, field, token, negative } of pattern.values) {
    const value = outline.values[token];
    of[field] = negative !== true ? value : typeof value === 'number' ? -value : `-${value ?? ''}`;
  }
  for (const { of, field, token } of pattern.places) of[field] = e.byteOf(token);
  return pattern.tree;
}

/**
 * The tree of a statement with a stand-in for each identifier and constant: that tells which token each field comes
 * from. Undefined where a token leaves no trace or more than itself, or the tree of the given statement does not come out.
 */
function patternOf(outline: Outline, e: Excerpt, tree: Node): Pattern | undefined {
  const tokenOf = new Map<unknown, number>();
  const starts = new Map<number, number>();
  let text = '';
  outline.values.forEach((value, token) => {
    starts.set(text.length, token);
    if (value === undefined) {
      text += `${e.token(token)} `;
      return;
    }
    const code = e.text.charCodeAt(e.tokens.start(token));
    const standIn = typeof value === 'number' ? FIRST_NUMBER + token : scan.CLASSES[code] === scan.DIGIT ? `${FIRST_NUMBER + token}.25` : `zq${token}qz`;
    tokenOf.set(standIn, token);
    text += code === scan.QUOTE || code === scan.DOLLAR ? `'${standIn}' ` : `${standIn} `;
  });
  const parsed = parseStatement(text);
  if (!parsed.ok) return undefined;
  const values: Gap[] = [];
  const places: Gap[] = [];
  const stack: Record<string, unknown>[] = [parsed.stmt as Record<string, unknown>];
  for (let of = stack.pop(); of !== undefined; of = stack.pop()) {
    for (const [field, value] of Object.entries(of)) {
      if (typeof value === 'object' && value !== null) stack.push(value as Record<string, unknown>);
      else if (typeof value === 'number' && isPlace(field) && value >= 0) {
        const token = starts.get(value);
        if (token === undefined) return undefined;
        places.push({ of, field, token });
      } else {
        const negative = (typeof value === 'number' && value < 0) || (typeof value === 'string' && value.startsWith('-'));
        const token = tokenOf.get(!negative ? value : typeof value === 'number' ? -value : value.slice(1));
        if (token !== undefined) values.push({ of, field, token, negative });
        else if (typeof value === 'string' && value.includes('zq')) return undefined;
      }
    }
  }
  const pattern: Pattern = { tree: parsed.stmt, values, places };
  return new Set(values.map(({ token }) => token)).size === tokenOf.size && same(filled(pattern, outline, e), tree) ? pattern : undefined;
}

/** Stand-ins for numbers are counted from here. */
const FIRST_NUMBER = 900_000_000;

/** Fields of the tree that count bytes. */
function isPlace(field: string): boolean {
  return field === 'location' || field.endsWith('_location') || field.endsWith('_start') || field.endsWith('_end');
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
