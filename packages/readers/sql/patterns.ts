import type { Excerpt } from './excerpt.ts';
import { parseStatement, type Node, type Parsed } from './grammar.ts';
import { KEYWORDS } from './keywords.ts';
import * as scan from './lexer-scan.ts';
import { BEYOND_ASCII } from './positions.ts';

/**
 * Migrations say the same things again and again: statements whose tokens differ in identifiers and plain strings
 * alone have trees that differ in those and in places alone. The second statement of a pattern leaves its tree behind,
 * and all later ones are filled into it. Keywords, numbers and operators belong to the pattern.
 */
interface Pattern {
  readonly tree: Node;
  /** What is filled in: the names and strings, and the places. */
  readonly values: readonly Gap[];
  readonly places: readonly Gap[];
}

/** A field of the tree that comes from a token. */
interface Gap {
  readonly of: Record<string, unknown>;
  readonly field: string;
  readonly token: number;
}

/** What two statements of one pattern have in common, and what of the tokens is each one's own (by token). */
interface Outline {
  readonly key: string;
  readonly values: readonly (string | undefined)[];
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
  const values: (string | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    const start = tokens.start(i);
    if (!take(text.slice(start, tokens.end(i)), text.charCodeAt(start), key, values)) return undefined;
  }
  return { key: key.join(' '), values };
}

/** Splits a token into what belongs to the pattern and what is the statement's own. False where only the grammar can tell. */
function take(token: string, code: number, key: string[], values: (string | undefined)[]): boolean {
  if (scan.CLASSES[code] === scan.WORD) {
    // E'…', U&"…" and the like.
    if (token.endsWith("'") || token.endsWith('"')) return false;
    const word = token.toLowerCase();
    return KEYWORDS.has(word) ? shared(word, key, values) : named(word, key, values);
  }
  if (code === scan.DOUBLE_QUOTE) return named(token.slice(1, -1).replaceAll('""', '"'), key, values);
  // The tree leaves empty strings out.
  if (code === scan.QUOTE && token.length > 2) {
    const inner = token.slice(1, -1);
    if (!inner.includes("'")) return own('s', inner, key, values);
    // A string in several parts is left to the grammar.
    return !inner.replaceAll("''", '').includes("'") && own('s', inner.replaceAll("''", "'"), key, values);
  }
  const tag = code === scan.DOLLAR ? scan.dollarTag(token, 0) : undefined;
  if (tag !== undefined && token.length > 2 * tag.length) return own('s', token.slice(tag.length, -tag.length), key, values);
  return shared(token, key, values);
}

function named(name: string, key: string[], values: (string | undefined)[]): boolean {
  if (TOLD_APART.has(name)) return shared(`"${name}"`, key, values);
  return name !== '' && name.length <= LONGEST_NAME && !BEYOND_ASCII.test(name) && own('i', name, key, values);
}

function shared(token: string, key: string[], values: (string | undefined)[]): true {
  key.push(token);
  values.push(undefined);
  return true;
}

function own(kind: 'i' | 's', value: string, key: string[], values: (string | undefined)[]): true {
  key.push(kind);
  values.push(value);
  return true;
}

function filled(pattern: Pattern, outline: Outline, e: Excerpt): Node {
  for (const { of, field, token } of pattern.values) of[field] = outline.values[token];
  for (const { of, field, token } of pattern.places) of[field] = e.byteOf(token);
  return pattern.tree;
}

/**
 * The tree of a statement with a name of its own in the place of each identifier and string: that tells which token
 * each field comes from. Undefined where a token leaves no trace or more than itself, or the tree of the given
 * statement does not come out.
 */
function patternOf(outline: Outline, e: Excerpt, tree: Node): Pattern | undefined {
  const tokenOf = new Map<string, number>();
  const starts = new Map<number, number>();
  let text = '';
  outline.values.forEach((value, token) => {
    starts.set(text.length, token);
    if (value === undefined) text += `${e.token(token)} `;
    else {
      const name = `zq${token}qz`;
      tokenOf.set(name, token);
      const code = e.text.charCodeAt(e.tokens.start(token));
      text += code === scan.QUOTE || code === scan.DOLLAR ? `'${name}' ` : `${name} `;
    }
  });
  const parsed = parseStatement(text);
  if (!parsed.ok) return undefined;
  const values: Gap[] = [];
  const places: Gap[] = [];
  const found = new Set<number>();
  const stack: Record<string, unknown>[] = [parsed.stmt as Record<string, unknown>];
  for (let of = stack.pop(); of !== undefined; of = stack.pop()) {
    for (const [field, value] of Object.entries(of)) {
      if (typeof value === 'object' && value !== null) stack.push(value as Record<string, unknown>);
      else if (typeof value === 'number' && isPlace(field) && value >= 0) {
        const token = starts.get(value);
        if (token === undefined) return undefined;
        places.push({ of, field, token });
      } else if (typeof value === 'string' && value.includes('zq')) {
        const token = tokenOf.get(value);
        if (token === undefined) return undefined;
        found.add(token);
        values.push({ of, field, token });
      }
    }
  }
  const pattern: Pattern = { tree: parsed.stmt, values, places };
  return found.size === tokenOf.size && same(filled(pattern, outline, e), tree) ? pattern : undefined;
}

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
