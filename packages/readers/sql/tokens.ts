import * as scan from './lexer-scan.ts';

/**
 * The tokens of one statement, with each parenthesis and bracket tied to its partner. The parse tree says
 * where things start; where they end is read off these.
 */
export interface Tokens {
  readonly count: number;
  start(i: number): number;
  end(i: number): number;
  /** Index of the partner of a parenthesis or bracket; -1 for any other token. */
  partner(i: number): number;
  /** Index of the innermost parenthesis or bracket around a token; -1 outside all. */
  around(i: number): number;
  /** Index of the token that covers the offset, or of the last one before it; -1 before the first. */
  at(offset: number): number;
}

const COLON = 58;
const COMMA = 44;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const AMPERSAND = 38;

const OPERATOR = new Uint8Array(128);
for (const char of '+-*/<>=~!@#%^&|`?') OPERATOR[char.charCodeAt(0)] = 1;

/** Four numbers a token: start, end, partner, around. */
const WIDTH = 4;

export class StatementTokens implements Tokens {
  count = 0;
  readonly #cells: number[] = [];
  #open = -1; // innermost parenthesis that is still open

  constructor(text: string) {
    for (let i = 0; i < text.length; ) {
      const code = text.charCodeAt(i);
      const kind = scan.CLASSES[code];
      if (kind === scan.BLANK) i++;
      else if (kind === scan.WORD) i = this.#push(i, wordTokenEnd(text, i, code));
      else if (kind === scan.DIGIT) i = this.#push(i, numberTokenEnd(text, i));
      else i = this.#punctuation(text, i, code);
    }
  }

  start(i: number): number {
    return this.#cells[i * WIDTH] ?? 0;
  }

  end(i: number): number {
    return this.#cells[i * WIDTH + 1] ?? 0;
  }

  partner(i: number): number {
    return this.#cells[i * WIDTH + 2] ?? -1;
  }

  around(i: number): number {
    return this.#cells[i * WIDTH + 3] ?? -1;
  }

  at(offset: number): number {
    const cells = this.#cells;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cells[middle * WIDTH] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #punctuation(text: string, i: number, code: number): number {
    const next = text.charCodeAt(i + 1);
    switch (code) {
      case scan.QUOTE:
        return this.#push(i, stringEnd(text, i));
      case scan.DOUBLE_QUOTE:
        return this.#push(i, closed(text, scan.quotedEnd(text, i, '"')));
      case scan.DOLLAR: {
        const tag = scan.dollarTag(text, i);
        if (tag !== undefined) return this.#push(i, closed(text, scan.dollarEnd(text, i, tag)));
        return this.#push(i, scan.classOf(text, i + 1) === scan.DIGIT ? scan.numberEnd(text, i + 1) : i + 1);
      }
      case scan.OPEN:
      case OPEN_BRACKET:
        this.#push(i, i + 1);
        this.#open = this.count - 1;
        return i + 1;
      case scan.CLOSE:
      case CLOSE_BRACKET:
        return this.#close(i);
      case scan.DOT:
        if (scan.classOf(text, i + 1) === scan.DIGIT) return this.#push(i, numberTokenEnd(text, i));
        return this.#push(i, next === scan.DOT ? i + 2 : i + 1);
      case COLON:
        return this.#push(i, next === COLON || next === 61 /* = */ ? i + 2 : i + 1);
      case scan.MINUS:
        if (next === scan.MINUS) return scan.lineEnd(text, i);
        break;
      case scan.SLASH:
        if (next === scan.STAR) return closed(text, scan.blockCommentEnd(text, i));
        break;
      default:
        break;
    }
    return this.#push(i, OPERATOR[code] === 1 ? operatorEnd(text, i) : i + 1);
  }

  #close(i: number): number {
    const open = this.#open;
    if (open >= 0) this.#open = this.around(open);
    this.#push(i, i + 1);
    const close = this.count - 1;
    if (open >= 0) {
      this.#cells[open * WIDTH + 2] = close;
      this.#cells[close * WIDTH + 2] = open;
    }
    return i + 1;
  }

  #push(start: number, end: number): number {
    this.#cells.push(start, end, -1, this.#open);
    this.count++;
    return end;
  }
}

function closed(text: string, end: number): number {
  return end < 0 ? text.length : end;
}

/** A word, or the string or identifier whose prefix it is: E'…', B'…', X'…', N'…', U&'…', U&"…". */
function wordTokenEnd(text: string, i: number, code: number): number {
  const next = text.charCodeAt(i + 1);
  const letter = code | 32;
  if (next === scan.QUOTE) {
    if (letter === 101 /* e */) return closed(text, scan.escapedEnd(text, i + 1));
    if (letter === 98 /* b */ || letter === 120 /* x */ || letter === 110 /* n */) return stringEnd(text, i + 1);
  }
  if (letter === 117 /* u */ && next === AMPERSAND) {
    const quote = text.charCodeAt(i + 2);
    if (quote === scan.QUOTE) return stringEnd(text, i + 2);
    if (quote === scan.DOUBLE_QUOTE) return closed(text, scan.quotedEnd(text, i + 2, '"'));
  }
  return scan.wordEnd(text, i);
}

/** A '…' string with the segments that continue it on further lines. */
function stringEnd(text: string, i: number): number {
  let end = scan.quotedEnd(text, i, "'");
  while (end >= 0) {
    const next = scan.continuation(text, end);
    if (next < 0) return end;
    end = scan.quotedEnd(text, next, "'");
  }
  return text.length;
}

/** `12`, `1.5`, `.5`, `1e-3`, `0xff`, `1_000`; in `1..3` the dots are a token of their own. */
function numberTokenEnd(text: string, i: number): number {
  let end = i;
  const digits = (): void => {
    while (scan.classOf(text, end) === scan.DIGIT || scan.classOf(text, end) === scan.WORD) {
      const exponent = (text.charCodeAt(end) | 32) === 101 && text.charCodeAt(i + 1) !== 120; /* x */
      end++;
      const sign = text.charCodeAt(end);
      if (exponent && (sign === 43 || sign === scan.MINUS) && scan.classOf(text, end + 1) === scan.DIGIT) end++;
    }
  };
  digits();
  if (text.charCodeAt(end) === scan.DOT && text.charCodeAt(end + 1) !== scan.DOT) {
    end++;
    digits();
  }
  return end;
}

/** An operator ends before a comment, and before a trailing sign unless it holds a character that permits one. */
function operatorEnd(text: string, i: number): number {
  let end = i;
  let permits = false;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code >= 128 || OPERATOR[code] !== 1) break;
    const next = text.charCodeAt(end + 1);
    if (code === scan.MINUS && next === scan.MINUS) break;
    if (code === scan.SLASH && next === scan.STAR) break;
    if ('~!@#%^&|`?'.includes(text.charAt(end))) permits = true;
  }
  if (!permits) {
    while (end > i + 1 && (text.charCodeAt(end - 1) === 43 || text.charCodeAt(end - 1) === scan.MINUS)) end--;
  }
  return end;
}

export { COMMA, OPEN_BRACKET };
