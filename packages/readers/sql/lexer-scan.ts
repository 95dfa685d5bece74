/**
 * The ends of Postgres' tokens, as far as they matter for finding the ends of statements. Every function
 * takes the place of a token's first character and returns the place after its last, or -1 when the text
 * ends first.
 */

export const NEWLINE = 10;
export const CARRIAGE_RETURN = 13;
export const DOUBLE_QUOTE = 34;
export const DOLLAR = 36;
export const QUOTE = 39;
export const OPEN = 40;
export const CLOSE = 41;
export const STAR = 42;
export const MINUS = 45;
export const DOT = 46;
export const SLASH = 47;
export const SEMICOLON = 59;
export const BACKSLASH = 92;

export const OTHER = 0;
export const BLANK = 1;
export const WORD = 2;
export const DIGIT = 3;

/** Character classes; everything beyond ASCII is a letter to Postgres, blanks such as U+00A0 included. */
export const CLASSES: Uint8Array = classes();

function classes(): Uint8Array {
  const table = new Uint8Array(0x10000).fill(WORD, 0x80);
  for (const blank of ' \t\n\r\f\v') table[blank.charCodeAt(0)] = BLANK;
  for (let i = 0; i < 10; i++) table[48 + i] = DIGIT;
  for (let i = 0; i < 26; i++) table[65 + i] = table[97 + i] = WORD;
  table[95] = WORD;
  return table;
}

export function classOf(text: string, i: number): number {
  return CLASSES[text.charCodeAt(i)] ?? OTHER;
}

/** Where the line ends: at its newline (LF, CR or CRLF), or at the end of the text. */
export function lineEnd(text: string, i: number): number {
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === NEWLINE || code === CARRIAGE_RETURN) return i;
  }
  return text.length;
}

/** Past the newline that stands at `i`; CRLF is one newline. */
export function afterNewline(text: string, i: number): number {
  if (text.charCodeAt(i) === CARRIAGE_RETURN && text.charCodeAt(i + 1) === NEWLINE) return i + 2;
  return Math.min(i + 1, text.length);
}

export function wordEnd(text: string, i: number): number {
  for (i++; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = CLASSES[code];
    if (kind !== WORD && kind !== DIGIT && code !== DOLLAR) break;
  }
  return i;
}

/** A number with whatever letters cling to it; a dollar sign after it opens a quote. */
export function numberEnd(text: string, i: number): number {
  for (i++; i < text.length; i++) {
    const kind = classOf(text, i);
    if (kind !== WORD && kind !== DIGIT) break;
  }
  return i;
}

/** A '…' string or "…" identifier; the quote doubled stands for itself. */
export function quotedEnd(text: string, i: number, quote: string): number {
  const code = quote.charCodeAt(0);
  for (;;) {
    i = text.indexOf(quote, i + 1);
    if (i < 0) return -1;
    i++;
    if (text.charCodeAt(i) !== code) return i;
  }
}

/** An E'…' string, `i` at its quote: backslash escapes, and segments on further lines belong to it. */
export function escapedEnd(text: string, i: number): number {
  for (i++; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) {
      if (text.charCodeAt(i + 1) === QUOTE) i++;
      else {
        const next = continuation(text, i + 1);
        if (next < 0) return i + 1;
        i = next;
      }
    }
  }
  return -1;
}

/** Place of the quote that continues a string: after blanks and line comments with a newline among them, else -1. */
export function continuation(text: string, i: number): number {
  let newline = false;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === NEWLINE || code === CARRIAGE_RETURN) newline = true;
    else if (code === QUOTE) return newline ? i : -1;
    else if (code === MINUS && text.charCodeAt(i + 1) === MINUS) i = lineEnd(text, i) - 1;
    else if (CLASSES[code] !== BLANK) return -1;
  }
  return -1;
}

/** A block comment; they nest. */
export function blockCommentEnd(text: string, i: number): number {
  let depth = 1;
  for (i += 2; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === STAR && text.charCodeAt(i + 1) === SLASH) {
      i++;
      if (--depth === 0) return i + 1;
    } else if (code === SLASH && text.charCodeAt(i + 1) === STAR) {
      i++;
      depth++;
    }
  }
  return -1;
}

/** The opening `$tag$` at `i`; undefined when the dollar sign opens no quote (a parameter, an operator). */
export function dollarTag(text: string, i: number): string | undefined {
  let end = i + 1;
  if (classOf(text, end) === WORD) {
    while (classOf(text, end) === WORD || classOf(text, end) === DIGIT) end++;
  }
  return text.charCodeAt(end) === DOLLAR ? text.slice(i, end + 1) : undefined;
}

export function dollarEnd(text: string, i: number, tag: string): number {
  const close = text.indexOf(tag, i + tag.length);
  return close < 0 ? -1 : close + tag.length;
}
