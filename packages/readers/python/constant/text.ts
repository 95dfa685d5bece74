import type { Span } from '@tenantlint/model';
import { unescaped } from '../lower/strings.ts';
import { textOf, type Value, type ValueOf } from './values.ts';

/** A piece of a text, with the place where it was written. */
export interface TextPart {
  readonly text: string;
  readonly at: Span;
  /** Its characters are those of the file at `at`, one by one. */
  readonly exact: boolean;
}

export function plainText(text: string, at: Span): ValueOf<'text'> {
  return { kind: 'text', parts: [{ text, at, exact: false }], at };
}

export function concat(values: readonly ValueOf<'text'>[], at: Span): ValueOf<'text'> {
  return { kind: 'text', parts: values.flatMap((v) => v.parts), at };
}

/** The characters from `start` to `end`, keeping where they came from. */
export function slice(value: ValueOf<'text'>, start: number, end: number): ValueOf<'text'> {
  const parts: TextPart[] = [];
  let offset = 0;
  for (const part of value.parts) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, part.text.length);
    if (from < to) {
      const { file, start: first } = part.at;
      parts.push({ text: part.text.slice(from, to), at: part.exact ? { file, start: first + from, end: first + to } : part.at, exact: part.exact });
    }
    offset += part.text.length;
  }
  return { kind: 'text', parts: parts.length > 0 ? parts : [{ text: '', at: value.at, exact: false }], at: value.at };
}

/** The same text with other characters of the same number, such as its lower case. */
export function mapped(value: ValueOf<'text'>, change: (text: string) => string): ValueOf<'text'> {
  return { ...value, parts: value.parts.map((p) => ({ ...p, text: change(p.text) })) };
}

/**
 * A string as the source spells it, cut into its parts at escapes and doubled braces, so that every other character
 * keeps its place.
 * @param at the place of the characters, inside the quotes
 */
export function spelled(source: string, text: string, at: Span, raw: boolean, braces: boolean): TextPart[] {
  const written = source.slice(at.start, at.end);
  if (written === text) return [{ text, at, exact: true }];
  const parts: TextPart[] = [];
  const pattern = raw ? (braces ? /\{\{|\}\}/g : undefined) : braces ? ESCAPES_AND_BRACES : ESCAPES;
  let from = 0;
  const push = (start: number, end: number, meaning?: string): void => {
    const exact = meaning === undefined;
    const chars = meaning ?? written.slice(start, end);
    if (chars !== '') parts.push({ text: chars, at: { file: at.file, start: at.start + start, end: at.start + end }, exact });
  };
  for (const match of pattern ? written.matchAll(pattern) : []) {
    push(from, match.index);
    push(match.index, match.index + match[0].length, unescaped(match[0]));
    from = match.index + match[0].length;
  }
  push(from, written.length);
  // Line ends and the like can still differ: then only the whole has a place.
  return parts.map((p) => p.text).join('') === text ? parts : [{ text, at, exact: false }];
}

const ESCAPES = /\\(?:\r\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|[^])/g;
const ESCAPES_AND_BRACES = new RegExp(`${ESCAPES.source}|\\{\\{|\\}\\}`, 'g');

/** Where characters `start` to `end` of a text stand in the files. */
export class TextPlaces {
  readonly #parts: readonly TextPart[];
  readonly #starts: number[] = [];
  readonly #home: Span;

  constructor(value: ValueOf<'text'>) {
    this.#parts = value.parts;
    this.#home = value.at;
    let offset = 0;
    for (const part of value.parts) {
      this.#starts.push(offset);
      offset += part.text.length;
    }
  }

  /** Exact where the characters were written in one piece; else the smallest stretch around them that was. */
  at(start: number, end: number): Span {
    const first = this.#partAt(start);
    const last = this.#partAt(Math.max(start, end - 1));
    const [a, b] = [this.#parts[first], this.#parts[last]];
    if (!a || !b) return this.#home;
    if (first === last) return this.#inside(first, start, end);
    // Parts that come from elsewhere, such as an element of a list, do not bound a stretch of this text.
    const within = (part: TextPart): boolean => part.at.file === this.#home.file && part.at.start >= this.#home.start && part.at.end <= this.#home.end;
    let from = first;
    while (from < last && !within(this.#parts[from] ?? a)) from++;
    let to = last;
    while (to > from && !within(this.#parts[to] ?? b)) to--;
    const [left, right] = [this.#parts[from], this.#parts[to]];
    if (!left || !right || !within(left) || !within(right)) return this.#home;
    const begin = from === first ? this.#inside(from, start, start + 1).start : left.at.start;
    const stop = to === last ? this.#inside(to, end - 1, end).end : right.at.end;
    return begin <= stop ? { file: left.at.file, start: begin, end: stop } : this.#home;
  }

  /** Whether the characters stand in the file just so. */
  verbatim(start: number, end: number): boolean {
    const first = this.#partAt(start);
    const part = this.#parts[first];
    return part?.exact === true && end <= (this.#starts[first] ?? 0) + part.text.length;
  }

  #inside(index: number, start: number, end: number): Span {
    const part = this.#parts[index];
    const offset = this.#starts[index] ?? 0;
    if (!part) return this.#home;
    if (!part.exact) return part.at;
    const { file, start: base } = part.at;
    return { file, start: base + start - offset, end: base + end - offset };
  }

  #partAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      // Empty parts have no characters: the last part that starts here has.
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** How a value prints; undefined where that is not known. */
export function printed(value: Value): ValueOf<'text'> | undefined {
  switch (value.kind) {
    case 'text': return value;
    case 'number': return plainText(String(value.value), value.at);
    case 'boolean': return plainText(value.value ? 'True' : 'False', value.at);
    case 'none': return plainText('None', value.at);
    case 'path': return plainText(value.path, value.at);
    case 'enum-member': {
      const text = textOf(value.value);
      return text === undefined ? undefined : value.value.kind === 'text' ? value.value : plainText(text, value.at);
    }
    default: return undefined;
  }
}

/** What `repr` gives, for what is put into SQL that way. */
export function quoted(value: Value): ValueOf<'text'> | undefined {
  const text = textOf(value);
  if (text === undefined) return printed(value);
  if (value.kind !== 'text' || /['\\\n]/.test(text)) return plainText(`'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`, value.at);
  return concat([plainText("'", value.at), value, plainText("'", value.at)], value.at);
}
