import { quoteIdent, quoteLiteral } from '../quote.ts';
import { isArray, NOT_DECIDED, textOf, Unknown, type Value } from './values.ts';

/** `format('%I %L %s %1$I %-10s', …)` as Postgres fills it in. */
export function format(written: string, args: readonly Value[]): Value {
  const template = unescaped(written, args.length);
  let next = 0;
  let undecided: Unknown | undefined;
  const text = template.replaceAll(/%(?:(\d+)\$)?(-)?(?:(\d+)|\*(?:(\d+)\$)?)?([sIL%])/g, (whole, position: string | undefined, left: string | undefined, width: string | undefined, _star: string | undefined, kind: string) => {
    if (kind === '%') return '%';
    const i = position === undefined ? next : Number(position) - 1;
    next = i + 1;
    const value = args[i] ?? null;
    if (value instanceof Unknown) {
      undecided = value;
      return whole;
    }
    const plain = value === null ? undefined : textOf(value);
    if (value !== null && plain === undefined) undecided = NOT_DECIDED;
    const filled = kind === 'I' ? quoteIdent(plain ?? '') : kind === 'L' ? (plain === undefined ? 'NULL' : quoteLiteral(plain)) : (plain ?? '');
    const size = Math.min(Number(width ?? 0), 10_000);
    return left === undefined ? filled.padStart(size) : filled.padEnd(size);
  });
  return undecided ?? text;
}

/** Files written for a driver that takes `%%` for `%`: every place doubled, and as many arguments as places. */
function unescaped(template: string, args: number): string {
  const doubled = template.match(/%%[ILs]/g)?.length ?? 0;
  return args > 0 && doubled === args && !/(^|[^%])(%%)*%[ILs\d]/.test(template) ? template.replaceAll('%%', '%') : template;
}

/** Texts longer than this are not built: they come from loops that double. */
export const LONGEST_TEXT = 4 * 1024 * 1024;

/** Whether the text matches a LIKE pattern. Linear in both: the pattern comes from the linted repository. */
export function like(text: string, pattern: string, ignoreCase: boolean): boolean {
  const parts = patternParts(ignoreCase ? pattern.toLowerCase() : pattern);
  const subject = [...(ignoreCase ? text.toLowerCase() : text)];
  const [first = [], ...rest] = parts;
  if (!standsAt(subject, 0, first)) return false;
  if (rest.length === 0) return subject.length === first.length;
  const last = rest.pop() ?? [];
  let from = first.length;
  for (const part of rest) {
    const found = findFrom(subject, from, part);
    if (found < 0) return false;
    from = found + part.length;
  }
  return subject.length - last.length >= from && standsAt(subject, subject.length - last.length, last);
}

/** What stands between the `%` signs, character by character; `undefined` is `_`. */
function patternParts(pattern: string): readonly (readonly (string | undefined)[])[] {
  const parts: (string | undefined)[][] = [[]];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i];
    const part = parts[parts.length - 1] ?? [];
    if (character === '%') parts.push([]);
    else if (character === '_') part.push(undefined);
    else part.push(character === '\\' && i + 1 < characters.length ? characters[++i] : character);
  }
  return parts;
}

function standsAt(subject: readonly string[], at: number, part: readonly (string | undefined)[]): boolean {
  if (at < 0 || at + part.length > subject.length) return false;
  return part.every((character, i) => character === undefined || subject[at + i] === character);
}

function findFrom(subject: readonly string[], from: number, part: readonly (string | undefined)[]): number {
  for (let at = from; at + part.length <= subject.length; at++) if (standsAt(subject, at, part)) return at;
  return -1;
}

/**
 * A Postgres regular expression as one of JavaScript; undefined for what the two write differently. A pattern comes
 * from the linted repository, so one that could take very long is not run either.
 */
export function regex(pattern: string, flags: string): RegExp | undefined {
  const risky = /\)[*+{]|[*+}][*+{]/.test(pattern) || (pattern.match(/[*+}]/g)?.length ?? 0) > 3;
  if (/\\[mMyYAZ]|\[\[:|\(\?/.test(pattern) || risky || pattern.length > 200) return undefined;
  try {
    return new RegExp(pattern, flags);
  } catch {
    return undefined;
  }
}

type TextFunction = (...args: readonly string[]) => Value;

/** Functions of strings only: each argument is its text, and a NULL gives NULL. */
export const TEXT_FUNCTIONS: Readonly<Record<string, TextFunction>> = {
  lower: (text = '') => text.toLowerCase(),
  upper: (text = '') => text.toUpperCase(),
  initcap: (text = '') => text.toLowerCase().replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  length: (text = '') => [...text].length,
  char_length: (text = '') => [...text].length,
  btrim: (text = '', set = ' ') => trimmed(trimmed(text, set, 'left'), set, 'right'),
  trim: (text = '', set = ' ') => trimmed(trimmed(text, set, 'left'), set, 'right'),
  ltrim: (text = '', set = ' ') => trimmed(text, set, 'left'),
  rtrim: (text = '', set = ' ') => trimmed(text, set, 'right'),
  replace: (text = '', from = '', to = '') => (from === '' ? text : text.length * (1 + to.length) > LONGEST_TEXT ? NOT_DECIDED : text.replaceAll(from, to)),
  reverse: (text = '') => [...text].reverse().join(''),
  repeat: (text = '', times = '0') => (Number(times) * text.length > 100_000 ? NOT_DECIDED : text.repeat(Math.max(0, Number(times)))),
  left: (text = '', n = '0') => (Number(n) < 0 ? [...text].slice(0, Number(n)).join('') : [...text].slice(0, Number(n)).join('')),
  right: (text = '', n = '0') => (Number(n) === 0 ? '' : Number(n) < 0 ? [...text].slice(-Number(n)).join('') : [...text].slice(-Number(n)).join('')),
  lpad: (text = '', n = '0', fill = ' ') => (Number(n) > 10_000 ? NOT_DECIDED : text.padStart(Number(n), fill).slice(0, Number(n))),
  rpad: (text = '', n = '0', fill = ' ') => (Number(n) > 10_000 ? NOT_DECIDED : text.padEnd(Number(n), fill).slice(0, Number(n))),
  substr: substring,
  substring,
  strpos: (text = '', part = '') => text.indexOf(part) + 1,
  position: (part = '', text = '') => text.indexOf(part) + 1,
  starts_with: (text = '', part = '') => text.startsWith(part),
  split_part: (text = '', separator = '', n = '1') => {
    const parts = text.split(separator);
    return parts.at(Number(n) > 0 ? Number(n) - 1 : Number(n)) ?? '';
  },
  quote_ident: (text = '') => quoteIdent(text),
  quote_literal: (text = '') => quoteLiteral(text),
  ascii: (text = '') => text.codePointAt(0) ?? 0,
  chr: (code = '0') => String.fromCodePoint(Number(code)),
  string_to_array: (text = '', separator = '') => (text === '' ? [] : text.split(separator)),
  string_to_table: (text = '', separator = '') => (text === '' ? [] : text.split(separator)),
  regexp_replace: (text = '', pattern = '', to = '', flags = '') => {
    const compiled = regex(pattern, flags.replaceAll(/[^gi]/g, ''));
    return compiled === undefined || text.length > 100_000 ? NOT_DECIDED : text.replace(compiled, to.replaceAll('$', '$$$$').replaceAll(/\\(\d|&)/g, (_whole, group: string) => (group === '&' ? '$&' : `$${group}`)));
  },
  regexp_match: (text = '', pattern = '', flags = '') => {
    const compiled = regex(pattern, flags.replaceAll(/[^i]/g, ''));
    if (compiled === undefined || text.length > 100_000) return NOT_DECIDED;
    const match = compiled.exec(text);
    if (match === null) return null;
    return match.length > 1 ? match.slice(1).map((group) => group ?? null) : [match[0]];
  },
  regexp_split_to_array: split,
  regexp_split_to_table: split,
};

function split(text = '', pattern = ''): Value {
  const compiled = regex(pattern, '');
  return compiled === undefined ? NOT_DECIDED : text.split(compiled);
}

function substring(text = '', from = '1', count?: string): Value {
  if (!/^-?\d+$/.test(from)) {
    const compiled = regex(from, '');
    if (compiled === undefined) return NOT_DECIDED;
    const match = compiled.exec(text);
    return match === null ? null : (match[1] ?? match[0]);
  }
  const start = Number(from) - 1;
  const end = count === undefined ? undefined : Math.max(0, start + Number(count));
  return [...text].slice(Math.max(0, start), end).join('');
}

function trimmed(text: string, set: string, side: 'left' | 'right'): string {
  let start = 0;
  let end = text.length;
  if (side === 'left') while (start < end && set.includes(text.charAt(start))) start++;
  else while (end > start && set.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Functions of arrays: the arguments as values, NULLs and all. */
export const ARRAY_FUNCTIONS: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
  array_length: ([array]) => (array !== undefined && isArray(array) ? (array.length === 0 ? null : array.length) : null),
  array_upper: ([array]) => (array !== undefined && isArray(array) && array.length > 0 ? array.length : null),
  array_lower: ([array]) => (array !== undefined && isArray(array) && array.length > 0 ? 1 : null),
  cardinality: ([array]) => (array !== undefined && isArray(array) ? array.length : null),
  array_append: ([array, value = null]) => [...(array !== undefined && isArray(array) ? array : []), value],
  array_prepend: ([value = null, array]) => [value, ...(array !== undefined && isArray(array) ? array : [])],
  array_cat: ([a, b]) => [...(a !== undefined && isArray(a) ? a : []), ...(b !== undefined && isArray(b) ? b : [])],
  array_remove: ([array, value = null]) => (array !== undefined && isArray(array) ? array.filter((item) => textOf(item) !== textOf(value)) : null),
  array_position: ([array, value = null]) => {
    if (array === undefined || !isArray(array)) return null;
    const i = array.findIndex((item) => textOf(item) === textOf(value));
    return i < 0 ? null : i + 1;
  },
  array_to_string: ([array, separator = null, missing = null]) => {
    if (array === undefined || !isArray(array)) return null;
    const parts = array.flatMap((item) => (item === null ? (missing === null ? [] : [textOf(missing) ?? '']) : [textOf(item)]));
    return parts.some((part) => part === undefined) ? NOT_DECIDED : parts.join(textOf(separator) ?? '');
  },
  concat: (args) => {
    const parts = args.map((value) => (value === null ? '' : typeof value === 'boolean' ? (value ? 't' : 'f') : textOf(value)));
    return parts.some((part) => part === undefined) ? NOT_DECIDED : parts.join('');
  },
  concat_ws: ([separator = null, ...args]) => {
    const parts = args.flatMap((value) => (value === null ? [] : [textOf(value)]));
    return parts.some((part) => part === undefined) ? NOT_DECIDED : parts.join(textOf(separator) ?? '');
  },
  quote_nullable: ([value = null]) => (value === null ? 'NULL' : quoteLiteral(textOf(value) ?? '')),
};
