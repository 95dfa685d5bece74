import { CLOSE, DOT, OPEN } from './lexer-scan.ts';

type Form = 'start' | 'create' | 'rule' | 'routine' | 'body' | 'copy' | 'plain';

/**
 * What the words of a statement say about where it may end. Only three forms matter: CREATE RULE may hold
 * semicolons in parentheses, CREATE FUNCTION/PROCEDURE may hold them in BEGIN ATOMIC … END, and
 * COPY … FROM STDIN is followed by data. In every other statement a semicolon ends it, even within an
 * open parenthesis, so that one missing `)` does not swallow the rest of the file.
 */
export class Shape {
  #form: Form = 'start';
  #words = 0;
  #parens = 0;
  #firstParen = 0;
  #blocks = 0;
  #firstBlock = 0;
  #previous = '';
  copiesFromStdin = false;

  reset(): void {
    this.#form = 'start';
    this.#words = 0;
    this.#parens = 0;
    this.#blocks = 0;
    this.#previous = '';
    this.copiesFromStdin = false;
  }

  /** Whether further words of this statement can change anything. */
  get curious(): boolean {
    return this.#form !== 'plain';
  }

  /** The construct within which a semicolon does not end the statement, for the case that it never closes. */
  get open(): { at: number; reason: string } | undefined {
    if (this.#form === 'body') return { at: this.#firstBlock, reason: 'BEGIN ATOMIC is never ended by END' };
    if (this.#form === 'rule' && this.#parens > 0) {
      return { at: this.#firstParen, reason: 'parenthesis of CREATE RULE is never closed' };
    }
    return undefined;
  }

  word(text: string, start: number, end: number): void {
    const word = end - start > LONGEST ? '' : text.slice(start, end).toLowerCase();
    switch (this.#form) {
      case 'start':
        this.#form = word === 'create' ? 'create' : word === 'copy' ? 'copy' : 'plain';
        break;
      case 'create':
        this.#form = this.#created(word);
        break;
      case 'routine':
        if (word === 'atomic' && this.#previous === 'begin' && this.#parens === 0) {
          this.#form = 'body';
          this.#blocks = 1;
        } else if (word === 'begin') {
          this.#firstBlock = start;
        }
        break;
      case 'body':
        this.#block(word);
        break;
      case 'copy':
        if (word === 'stdin' && this.#previous === 'from' && this.#parens === 0) this.copiesFromStdin = true;
        break;
      case 'rule':
      case 'plain':
        break;
      default:
        this.#form satisfies never;
    }
    this.#previous = word;
  }

  /** A token that is no word: whatever keyword follows does not follow the word before it. */
  other(): void {
    if (this.#form === 'start') this.#form = 'plain';
    this.#previous = '';
  }

  punctuation(code: number, at: number): void {
    if (code === OPEN && this.#parens++ === 0) this.#firstParen = at;
    else if (code === CLOSE && this.#parens > 0) this.#parens--;
    this.other();
    if (code === DOT) this.#previous = '.';
  }

  #created(word: string): Form {
    this.#words++;
    if (word === 'function' || word === 'procedure') return 'routine';
    if (word === 'rule') return 'rule';
    return (this.#words === 1 && word === 'or') || (this.#words === 2 && word === 'replace') ? 'create' : 'plain';
  }

  /** CASE … END nests in a body; after AS or a dot both words are names. */
  #block(word: string): void {
    if (this.#previous === 'as' || this.#previous === '.') return;
    if (word === 'case') this.#blocks++;
    else if (word === 'end' && --this.#blocks === 0) this.#form = 'plain';
  }
}

const LONGEST = 'procedure'.length;
