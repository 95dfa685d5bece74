import type { Comment, Span, Unread } from '@tenantlint/model';
import type { Name } from './syntax.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const DOT = 46;
const SLASH = 47;
const STAR = 42;

const wideSpace = /\p{Zs}/uy;
const wideStart = /\p{XID_Start}/uy;
const wideTail = /[\p{XID_Continue}-]+/uy;

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isTail = (code: number): boolean => isLetter(code) || isDigit(code) || code === 95 || code === 45;

/**
 * A position in one file, with what every production needs: blanks, comments, names, and the
 * places of what was read. The grammar of Prisma is bound to lines, so blanks never include one.
 */
export class Cursor {
  pos = 0;
  readonly comments: Comment[] = [];
  readonly problems: Unread[] = [];
  /** Set by the first block comment without an end, so that hostile input is searched only once. */
  private lastCommentEnds = false;

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    if (text.charCodeAt(0) === 0xfeff) this.pos = 1;
  }

  get atEnd(): boolean {
    return this.pos >= this.text.length;
  }

  get atLineEnd(): boolean {
    const code = this.text.charCodeAt(this.pos);
    return code === LF || code === CR || this.atEnd;
  }

  span(start: number, end = this.pos): Span {
    return { file: this.file, start, end };
  }

  problem(at: Span, reason: string): void {
    this.problems.push({ at, reason });
  }

  next(text: string): boolean {
    return this.text.startsWith(text, this.pos);
  }

  accept(text: string): boolean {
    if (!this.next(text)) return false;
    this.pos += text.length;
    return true;
  }

  /** Answers a question about what follows, and forgets that it was read. */
  lookAhead(answer: () => boolean): boolean {
    const { pos } = this;
    const comments = this.comments.length;
    const result = answer();
    this.pos = pos;
    this.comments.length = comments;
    return result;
  }

  blanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.pos);
      if (code === SPACE || code === TAB) this.pos++;
      else if (code > 127 && matches(wideSpace, this.text, this.pos) > 0) this.pos++;
      else return;
    }
  }

  /** Blanks, line ends and comments: what may stand between two blocks or two lines of a block. */
  blankLines(): void {
    for (;;) {
      this.blanks();
      const code = this.text.charCodeAt(this.pos);
      if (code === LF || code === CR) this.pos++;
      else if (code !== SLASH || !this.comment()) return;
    }
  }

  /** Reads a comment of any kind if one starts here. */
  comment(): boolean {
    const start = this.pos;
    if (this.text.charCodeAt(start) !== SLASH) return false;
    const second = this.text.charCodeAt(start + 1);
    let text: string;
    if (second === SLASH) {
      this.toLineEnd();
      text = this.text.slice(start + (this.text.charCodeAt(start + 2) === SLASH ? 3 : 2), this.pos);
    } else if (second === STAR) {
      const close = this.lastCommentEnds ? -1 : this.text.indexOf('*/', start + 2);
      if (close < 0) {
        this.lastCommentEnds = true;
        return false;
      }
      this.pos = close + 2;
      text = this.text.slice(start + 2, close);
    } else {
      return false;
    }
    this.comments.push({ at: this.span(start), text });
    return true;
  }

  toLineEnd(): void {
    while (!this.atLineEnd) this.pos++;
  }

  /** Reads a name; undefined, without moving, when none starts here. */
  name(): Name | undefined {
    const start = this.pos;
    const end = this.nameEnd(start);
    if (end === start) return undefined;
    this.pos = end;
    return { text: this.text.slice(start, end), at: this.span(start) };
  }

  /** Where the name that starts at `start` ends; `start` itself when none does. */
  nameEnd(start: number): number {
    const first = this.text.charCodeAt(start);
    let end = start;
    if (isLetter(first) || isDigit(first)) end++;
    else if (first > 127) end += matches(wideStart, this.text, start);
    if (end === start) return start;
    for (;;) {
      const code = this.text.charCodeAt(end);
      if (isTail(code)) end++;
      else if (code > 127) {
        const length = matches(wideTail, this.text, end);
        if (length === 0) return end;
        end += length;
      } else return end;
    }
  }

  /** Where names joined by dots, with nothing between them, end: `db.Uuid`. */
  pathEnd(start: number): number {
    let end = this.nameEnd(start);
    while (end > start && this.text.charCodeAt(end) === DOT) end = this.nameEnd(end + 1);
    return end;
  }
}

function matches(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
