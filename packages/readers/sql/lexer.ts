import * as scan from './lexer-scan.ts';
import { isBoundary } from './lexer-markers.ts';
import { commandAt } from './lexer-psql.ts';
import { Shape } from './lexer-shape.ts';

interface Stretch {
  /** UTF-16, half-open. */
  readonly start: number;
  readonly end: number;
}

/** One piece of an SQL file. Blanks, comments and semicolons around it belong to no chunk. */
export type Chunk =
  /** `terminated` by a semicolon or by a psql command that sends it; false at the end of the text or of a section. */
  | (Stretch & { readonly kind: 'statement'; readonly terminated: boolean })
  /** A backslash command with its arguments. */
  | (Stretch & { readonly kind: 'psql'; readonly terminated: true })
  /** The rows after COPY … FROM STDIN, with the line `\.` that ends them. */
  | (Stretch & { readonly kind: 'copy-data'; readonly terminated: true })
  /** Text that cannot be read as a statement; `at` is the place of the reason (the quote that never closes, …). */
  | (Stretch & { readonly kind: 'problem'; readonly terminated: boolean; readonly at: number; readonly reason: string });

/** A comment outside every string and function body; `text` is what stands between its delimiters. */
export interface Comment extends Stretch {
  readonly kind: 'line' | 'block';
  readonly text: string;
}

export interface Split {
  /** In the order of the text; none overlaps another. */
  readonly chunks: readonly Chunk[];
  readonly comments: readonly Comment[];
}

/**
 * Cuts a file into statements the way psql and the server together do, in one pass and without a grammar.
 * A statement may be any nonsense; only what would make its end unknowable is a problem.
 */
export function splitStatements(text: string): Split {
  const splitter = new Splitter(text);
  splitter.run();
  return { chunks: withNulProblems(text, splitter.chunks, splitter.comments), comments: splitter.comments };
}

const BYTE_ORDER_MARK = 0xfeff;

class Splitter {
  readonly chunks: Chunk[] = [];
  readonly comments: Comment[] = [];
  readonly #text: string;
  readonly #shape = new Shape();
  #start = -1; // of the open statement; -1 between statements
  #end = -1; // of its last token
  #trouble: { at: number; reason: string } | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    const text = this.#text;
    let i = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
    while (i < text.length) {
      const code = text.charCodeAt(i);
      const kind = scan.CLASSES[code];
      if (kind === scan.BLANK) i++;
      else if (kind === scan.WORD) i = this.#word(i);
      else if (kind === scan.DIGIT) i = this.#token(i, scan.numberEnd(text, i), '');
      else i = this.#punctuation(i, code);
    }
    this.#finish(false);
  }

  #punctuation(i: number, code: number): number {
    const text = this.#text;
    switch (code) {
      case scan.SEMICOLON:
        return this.#semicolon(i);
      case scan.QUOTE:
        this.#shape.other();
        return this.#token(i, scan.quotedEnd(text, i, "'"), 'string is never closed');
      case scan.DOUBLE_QUOTE:
        this.#shape.other();
        return this.#token(i, scan.quotedEnd(text, i, '"'), 'quoted identifier is never closed');
      case scan.DOLLAR: {
        const tag = scan.dollarTag(text, i);
        if (tag === undefined) return this.#token(i, i + 1, '');
        return this.#token(i, scan.dollarEnd(text, i, tag), `dollar quote ${tag} is never closed`);
      }
      case scan.MINUS:
        return text.charCodeAt(i + 1) === scan.MINUS ? this.#lineComment(i) : this.#token(i, i + 1, '');
      case scan.SLASH:
        return text.charCodeAt(i + 1) === scan.STAR ? this.#blockComment(i) : this.#token(i, i + 1, '');
      case scan.BACKSLASH:
        return this.#psql(i);
      default:
        this.#shape.punctuation(code, i);
        return this.#token(i, i + 1, '');
    }
  }

  /** Takes one token into the open statement, or opens one with it. A negative end: it never ends. */
  #token(start: number, end: number, reason: string): number {
    if (this.#start < 0) this.#start = start;
    if (end < 0) {
      this.#trouble ??= { at: start, reason };
      end = this.#text.length;
    }
    this.#end = end;
    return end;
  }

  #word(i: number): number {
    const text = this.#text;
    const end = scan.wordEnd(text, i);
    if (end === i + 1 && (text.charCodeAt(i) | 32) === 101 /* e */ && text.charCodeAt(end) === scan.QUOTE) {
      return this.#token(i, scan.escapedEnd(text, end), 'string is never closed');
    }
    if (this.#shape.curious) this.#shape.word(text, i, end);
    return this.#token(i, end, '');
  }

  #semicolon(i: number): number {
    if (this.#shape.open !== undefined) return this.#token(i, i + 1, '');
    const copies = this.#start >= 0 && this.#shape.copiesFromStdin;
    this.#finish(true);
    return copies ? this.#copyData(i + 1) : i + 1;
  }

  #lineComment(i: number): number {
    const end = scan.lineEnd(this.#text, i);
    const text = this.#text.slice(i + 2, end);
    this.comments.push({ start: i, end, kind: 'line', text });
    if (isBoundary(text)) this.#finish(false);
    return end;
  }

  #blockComment(i: number): number {
    const end = scan.blockCommentEnd(this.#text, i);
    if (end < 0) return this.#token(i, end, 'comment is never closed');
    this.comments.push({ start: i, end, kind: 'block', text: this.#text.slice(i + 2, end - 2) });
    return end;
  }

  #psql(i: number): number {
    const command = commandAt(this.#text, i);
    if (command.kind === 'semicolon' && this.#shape.open === undefined) {
      this.#finish(true);
      return command.end;
    }
    if (this.#start >= 0 && command.kind !== 'send') {
      this.#trouble ??= { at: i, reason: 'psql command inside a statement' };
      this.#end = command.end;
      return command.next;
    }
    const copies = this.#start >= 0 && this.#shape.copiesFromStdin;
    this.#finish(true);
    this.chunks.push({ kind: 'psql', start: i, end: command.end, terminated: true });
    return copies || command.kind === 'copy-from-stdin' ? this.#copyData(command.next) : command.next;
  }

  /** Rows start on the line after the command and end with a line that is exactly `\.`. */
  #copyData(i: number): number {
    const text = this.#text;
    const rest = scan.lineEnd(text, i);
    const tail = text.slice(i, rest).trim();
    if (tail.startsWith('--')) {
      const start = text.indexOf('--', i);
      this.comments.push({ start, end: rest, kind: 'line', text: text.slice(start + 2, rest) });
    } else if (tail !== '') {
      const start = i + text.slice(i, rest).indexOf(tail);
      const reason = 'text after COPY … FROM STDIN on its line';
      this.chunks.push({ kind: 'problem', start, end: start + tail.length, terminated: false, at: start, reason });
    }
    const start = scan.afterNewline(text, rest);
    for (let line = start; line < text.length; ) {
      const end = scan.lineEnd(text, line);
      if (end === line + 2 && text.startsWith('\\.', line)) {
        this.chunks.push({ kind: 'copy-data', start, end, terminated: true });
        return end;
      }
      line = scan.afterNewline(text, end);
    }
    const end = start + text.slice(start).trimEnd().length;
    if (end > start) {
      const reason = 'COPY data is never ended by a line with \\.';
      this.chunks.push({ kind: 'problem', start, end, terminated: false, at: start, reason });
    }
    return text.length;
  }

  #finish(terminated: boolean): void {
    if (this.#start >= 0) {
      this.#trouble ??= this.#shape.open;
      const place = { start: this.#start, end: this.#end, terminated };
      if (this.#trouble === undefined) this.chunks.push({ kind: 'statement', ...place });
      else this.chunks.push({ kind: 'problem', ...place, ...this.#trouble });
    }
    this.#start = -1;
    this.#trouble = undefined;
    this.#shape.reset();
  }
}

/** The parser stops at a NUL as if the text ended there, and Postgres takes none: wherever one stands is a problem. */
function withNulProblems(text: string, chunks: readonly Chunk[], comments: readonly Comment[]): readonly Chunk[] {
  let at = text.indexOf('\0');
  if (at < 0) return chunks;
  const reason = 'NUL byte';
  const result: Chunk[] = [];
  let next = 0;
  const commentNul = (before: number): void => {
    // Between chunks a NUL can only stand in a comment: elsewhere it opens a statement.
    while (at >= 0 && at < before) {
      while (next < comments.length && (comments[next]?.end ?? 0) <= at) next++;
      const end = comments[next]?.end ?? before;
      result.push({ kind: 'problem', start: at, end, terminated: false, at, reason });
      at = text.indexOf('\0', end);
    }
  };
  for (const chunk of chunks) {
    commentNul(chunk.start);
    if (at >= 0 && at < chunk.end) {
      const { start, end, terminated } = chunk;
      result.push(chunk.kind === 'problem' ? chunk : { kind: 'problem', start, end, terminated, at, reason });
      at = text.indexOf('\0', chunk.end);
    } else {
      result.push(chunk);
    }
  }
  commentNul(text.length);
  return result;
}
