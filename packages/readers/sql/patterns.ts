import { Excerpt } from './excerpt.ts';
import * as scan from './lexer-scan.ts';
import { moldOf, type Mold } from './mold.ts';
import { outlineOf, type Outline, type Value } from './outline.ts';
import { read, type Lowering, type Read } from './read.ts';

/**
 * Migrations say the same things again and again, dumps all the more: statements whose tokens differ in identifiers and
 * plain constants alone are lowered to what differs in those and in places alone. The second statement of a pattern
 * leaves a mold behind, and all later ones are neither parsed nor lowered but cast.
 */
type Known = Mold | 'once' | 'never';

/** Far more than a product has. */
const MOST_PATTERNS = 4096;

/** By what is made of a statement, and by the outline's key. */
const patterns = new Map<string, Map<string, Known>>();

/** What the lowering makes of one SQL statement: plain data, of names, constants and places. `what` names the lowering. */
export function recall<T>(what: string, e: Excerpt, lower: Lowering<T>): Read<T> {
  const outline = outlineOf(e);
  if (outline === undefined) return read(e, lower);
  const known = knownOf(what);
  const pattern = known.get(outline.key);
  // Made by this very lowering.
  if (typeof pattern === 'function') return { ok: true, value: pattern(e, outline.values) as T };
  const made = read(e, lower);
  if (made.ok && pattern !== 'never') learn(known, outline, e, lower, made.value);
  return made;
}

/** The same for a text that is read as part of another as long as its pattern is new. */
export function recallKnown<T>(what: string, e: Excerpt, lower: Lowering<T>): T | undefined {
  const outline = outlineOf(e);
  if (outline === undefined) return undefined;
  const known = knownOf(what);
  const pattern = known.get(outline.key);
  if (typeof pattern === 'function') return pattern(e, outline.values) as T;
  const made = pattern === 'once' ? read(e, lower) : undefined;
  if (made?.ok === false) known.set(outline.key, 'never');
  else if (pattern !== 'never') learn(known, outline, e, lower, made?.value);
  return made?.ok === true ? made.value : undefined;
}

function knownOf(what: string): Map<string, Known> {
  const known = patterns.get(what) ?? new Map<string, Known>();
  patterns.set(what, known);
  return known;
}

/** `made` is what the lowering made of the statement. */
function learn(known: Map<string, Known>, outline: Outline, e: Excerpt, lower: Lowering<unknown>, made: unknown): void {
  if (known.get(outline.key) === 'once') {
    const other = otherOf(e, outline);
    const madeOfOther = read(other.e, lower);
    const mold = madeOfOther.ok ? moldOf({ e, values: outline.values, made }, { ...other, made: madeOfOther.value }) : undefined;
    known.set(outline.key, mold ?? 'never');
  } else if (known.size < MOST_PATTERNS) known.set(outline.key, 'once');
}

/** How a statement is written that shares with others of its pattern what belongs to the pattern, and nothing else. */
const wild = {
  /** Whatever folds a name or a string, quotes it or looks into it shows here. */
  text: (token: number): string => `Zr, ${token}"'.*`,
  number: (token: number): number => 700_000_000 + token,
  /** So does what a text is cut out for. */
  word: (written: string): string => written.replace(/[A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) ^ 32)),
  gap: ' \f\n',
};

/** The same statement with other names, constants and gaps. */
function otherOf(e: Excerpt, { values }: Outline): { readonly e: Excerpt; readonly values: readonly Value[] } {
  const others: Value[] = [];
  const tokens = values.map((value, token) => {
    const written = e.token(token);
    const isNumber = scan.classOf(written, 0) === scan.DIGIT;
    const other = value === undefined ? undefined : typeof value === 'number' ? wild.number(token) : isNumber ? `${wild.number(token)}.25` : wild.text(token);
    others.push(other);
    if (other === undefined) return written.startsWith('"') ? written : wild.word(written);
    if (isNumber || typeof other === 'number') return String(other);
    if (written.startsWith("'")) return `'${other.replaceAll("'", "''")}'`;
    const tag = scan.dollarTag(written, 0);
    return written.startsWith('$') && tag !== undefined ? `${tag}${other}${tag}` : `"${other.replaceAll('"', '""')}"`;
  });
  return { e: new Excerpt('', tokens.join(wild.gap), 0), values: others };
}
