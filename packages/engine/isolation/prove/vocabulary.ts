import type { Term } from '@tenantlint/model';
import { columnsOf, ELEMENT, termKey, termTrust } from './terms.ts';

/** What is true of a term wherever it stands. */
export interface Word {
  readonly term: Term;
  /** Of a function that is not opened: its name, and the numbers of its arguments. */
  readonly fn: string | undefined;
  readonly parts: readonly number[] | undefined;
  /** A constant; `null` for NULL. */
  readonly literal: string | null | undefined;
  readonly trusted: boolean;
  /** It comes with the request. */
  readonly presented: boolean;
  readonly caller: boolean;
  readonly email: boolean;
  /** Only a signed-in user's token holds it. */
  readonly personal: boolean;
  /** It says something of its class that a column does not. */
  readonly telling: boolean;
  /** The one row that a computed term speaks of. */
  readonly source: number | undefined;
  /** The row whose array it is an element of. */
  readonly elementOf: number | undefined;
}

/** The terms of one question, by number. */
export class Vocabulary {
  private readonly words: Word[] = [];
  private readonly ids = new Map<string, number>();
  private readonly byTerm = new Map<Term, number>();
  private readonly columns = new Map<number, Map<string, number>>();

  number(term: Term): number {
    if (term.kind === 'column') return this.columnNumber(term);
    const known = this.byTerm.get(term);
    if (known !== undefined) return known;
    const key = termKey(term);
    let id = this.ids.get(key);
    if (id === undefined) {
      const parts = term.kind === 'apply' ? term.of.map((part) => this.number(part)) : undefined;
      id = this.words.push(describe(term, parts)) - 1;
      this.ids.set(key, id);
    }
    this.byTerm.set(term, id);
    return id;
  }

  private columnNumber(term: Extract<Term, { kind: 'column' }>): number {
    let of = this.columns.get(term.row);
    if (of === undefined) this.columns.set(term.row, (of = new Map<string, number>()));
    let id = of.get(term.column);
    if (id === undefined) of.set(term.column, (id = this.words.push(columnWord(term)) - 1));
    return id;
  }

  column(row: number, column: string): number | undefined {
    return this.columns.get(row)?.get(column);
  }

  columnsOf(row: number): ReadonlyMap<string, number> {
    return this.columns.get(row) ?? NO_COLUMNS;
  }

  of(id: number): Word {
    const word = this.words[id];
    if (word === undefined) throw new RangeError('a term of another question');
    return word;
  }
}

const NO_COLUMNS: ReadonlyMap<string, number> = new Map();

function describe(term: Exclude<Term, { kind: 'column' }>, parts: readonly number[] | undefined): Word {
  const trust = termTrust(term);
  const trusted = trust === 'trusted';
  const presented = trust === 'untrusted';
  if (term.kind === 'apply') {
    const array = term.fn.startsWith(ELEMENT) ? term.of[0] : undefined;
    return { term, trusted, presented, caller: false, email: false, personal: false, telling: trusted || presented, fn: term.fn, parts: parts ?? [], literal: undefined, source: soleRow(term), elementOf: array?.kind === 'column' ? array.row : undefined };
  }
  const { value } = term;
  const claim = value.kind === 'claim' ? value : undefined;
  const literal = value.kind !== 'literal' ? undefined : value.value === null ? null : String(value.value);
  return {
    term,
    trusted,
    presented,
    caller: value.kind === 'caller',
    email: claim?.trusted === true && /(^|[.:])email$/.test(claim.path),
    personal: value.kind === 'caller' || (claim !== undefined && !/^(request\.|role$|iss$|aud$|ref$|exp$|iat$|$)/.test(claim.path)),
    telling: trusted || presented || claim !== undefined || typeof literal === 'string',
    fn: undefined,
    parts: undefined,
    literal,
    source: undefined,
    elementOf: undefined,
  };
}

const columnWord = (term: Term): Word => ({ term, trusted: false, presented: false, caller: false, email: false, personal: false, telling: false, fn: undefined, parts: undefined, literal: undefined, source: undefined, elementOf: undefined });

/** The one row that a term speaks of. */
function soleRow(term: Term): number | undefined {
  const rows = new Set<number>();
  columnsOf(term, (row) => rows.add(row));
  const [only] = rows;
  return rows.size === 1 ? only : undefined;
}
