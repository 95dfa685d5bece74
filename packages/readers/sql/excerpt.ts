import type { Span } from '@tenantlint/model';
import * as scan from './lexer-scan.ts';
import { positionsOf, type Positions } from './positions.ts';
import { StatementTokens, type Tokens } from './tokens.ts';

/** How deep expressions and selects may nest before they are given up as opaque: the walks over them recurse. */
export const DEEPEST = 1000;

/**
 * One statement as it was given to the parser, and where it stands in its file. Offsets are UTF-16 units
 * within the statement; only `span` speaks of the file.
 */
export class Excerpt {
  readonly file: string;
  readonly text: string;
  /** Offset of the text's first character in the file. */
  readonly base: number;
  depth = 0;
  #positions: Positions | undefined;
  #tokens: Tokens | undefined;

  constructor(file: string, text: string, base: number) {
    this.file = file;
    this.text = text;
    this.base = base;
  }

  /** Not asked of a statement that is cast from a mold. */
  get #places(): Positions {
    return (this.#positions ??= positionsOf(this.text));
  }

  get tokens(): Tokens {
    return (this.#tokens ??= new StatementTokens(this.text));
  }

  /** Where a node starts. The tree leaves a location of 0 out. */
  offset(location: number | undefined): number {
    return location === undefined ? 0 : this.#places.fromByte(location);
  }

  /** Index of the token at which a node starts. */
  tokenAt(location: number | undefined): number {
    return this.tokens.at(this.offset(location));
  }

  /** Index of the first token of a place in this statement. */
  firstToken(at: Span): number {
    return this.tokens.at(at.start - this.base);
  }

  lastToken(at: Span): number {
    return this.tokens.at(at.end - this.base - 1);
  }

  span(start: number, end: number): Span {
    return { file: this.file, start: this.base + start, end: this.base + end };
  }

  /** From the start of one token to the end of another. */
  between(first: number, last: number): Span {
    const tokens = this.tokens;
    return this.span(tokens.start(first), tokens.end(Math.max(first, last)));
  }

  whole(): Span {
    return this.span(0, this.text.length);
  }

  slice(at: Span): string {
    return this.text.slice(at.start - this.base, at.end - this.base);
  }

  /** The token as written. */
  token(i: number): string {
    if (i < 0 || i >= this.tokens.count) return '';
    return this.text.slice(this.tokens.start(i), this.tokens.end(i));
  }

  /** The token in lower case when it is a bare word, else the empty string. */
  word(i: number): string {
    if (i < 0 || i >= this.tokens.count) return '';
    const start = this.tokens.start(i);
    return scan.classOf(this.text, start) === scan.WORD ? this.text.slice(start, this.tokens.end(i)).toLowerCase() : '';
  }

  /** Whether the token is this word or symbol; words are given in lower case. */
  is(i: number, text: string): boolean {
    if (i < 0 || i >= this.tokens.count) return false;
    const start = this.tokens.start(i);
    if (this.tokens.end(i) - start !== text.length) return false;
    for (let k = 0; k < text.length; k++) {
      const code = this.text.charCodeAt(start + k);
      if ((code >= 65 && code <= 90 ? code | 32 : code) !== text.charCodeAt(k)) return false;
    }
    return true;
  }

  /** Index after the words when all of them follow each other from `i` on, else `i`. */
  skip(i: number, ...words: readonly string[]): number {
    for (let k = 0; k < words.length; k++) if (!this.is(i + k, words[k] ?? '')) return i;
    return i + words.length;
  }

  /** Index of the last token of the dotted name that starts at `i`. */
  nameEnd(i: number): number {
    while (this.is(i + 1, '.')) i += 2;
    return i;
  }

  /** The dotted name that starts at an offset. Most names are told without the statement's tokens. */
  nameFrom(offset: number): Span {
    const { text } = this;
    let end = identifierEnd(text, offset);
    for (;;) {
      let next = end;
      while (scan.classOf(text, next) === scan.BLANK) next++;
      const code = text.charCodeAt(next);
      if (end < 0 || code === scan.MINUS || code === scan.SLASH) return this.nameAt(this.tokens.at(offset));
      if (code !== scan.DOT) return this.span(offset, end);
      next++;
      while (scan.classOf(text, next) === scan.BLANK) next++;
      end = identifierEnd(text, next);
    }
  }

  /** The dotted name that starts at token `i`. */
  nameAt(i: number): Span {
    return this.between(i, this.nameEnd(i));
  }

  /** First token from `i` on, outside parentheses that open there, that is one of the words; `stop` when none is. */
  find(i: number, stop: number, ...words: readonly string[]): number {
    while (i < stop) {
      if (words.some((word) => this.is(i, word)) && !this.is(i - 1, '.')) return i;
      i = this.after(i);
    }
    return stop;
  }

  /** The next token, past a whole parenthesis when one opens at `i`. */
  after(i: number): number {
    return Math.max(this.tokens.partner(i), i) + 1;
  }

  /** Index of the last token of the list element that starts at `i`: before the comma or parenthesis that ends it. */
  elementEnd(i: number, stop: number = this.tokens.count): number {
    let last = i;
    while (i < stop && !this.is(i, ',') && !this.is(i, ')') && !this.is(i, ';')) {
      last = Math.max(this.tokens.partner(i), i);
      i = last + 1;
    }
    return last;
  }

  /** Tokens at which the elements of a comma-separated list start. */
  elements(i: number, stop: number): number[] {
    const starts: number[] = [];
    while (i < stop) {
      starts.push(i);
      i = this.elementEnd(i, stop) + 1;
      if (!this.is(i, ',')) break;
      i++;
    }
    return starts;
  }
}

/** Where the identifier ends that starts at an offset; -1 when none that is simple to tell does. */
function identifierEnd(text: string, offset: number): number {
  if (text.charCodeAt(offset) === scan.DOUBLE_QUOTE) return scan.quotedEnd(text, offset, '"');
  if (scan.classOf(text, offset) !== scan.WORD) return -1;
  const end = scan.wordEnd(text, offset);
  // U&"…"
  return text.charAt(end) === '&' ? -1 : end;
}
