import type { AbstractValue, Condition, Span } from '@tenantlint/model';
import { negation, operator } from './operators.ts';
import { hasHole, pieces } from './pieces.ts';

/** One filter of `or=(…)`, as PostgREST reads it. */
export type Logic =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Logic[]; readonly negated: boolean }
  | { readonly kind: 'filter'; readonly column: string; readonly operator: string; readonly value: string; readonly negated: boolean };

/** `a.eq.1,and(b.is.null,not.or(c.gt.2,d.in.(1,2)))`; undefined where the text is no such list. */
export function parseLogic(text: string): readonly Logic[] | undefined {
  const parser = new Parser(text);
  const of = parser.list();
  return of && parser.atEnd ? of : undefined;
}

const DEEPEST = 60;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#skip() >= this.#text.length;
  }

  list(): readonly Logic[] | undefined {
    if (this.#depth++ > DEEPEST) return undefined;
    const of: Logic[] = [];
    do {
      const one = this.#one();
      if (!one) return undefined;
      of.push(one);
    } while (this.#take(','));
    this.#depth--;
    return of;
  }

  #one(): Logic | undefined {
    this.#skip();
    const group = /(?:not\.)?(and|or)\s*\(/y;
    group.lastIndex = this.#at;
    const found = group.exec(this.#text);
    if (!found) return this.#filter();
    this.#at = group.lastIndex;
    const of = this.list();
    if (!of || !this.#take(')')) return undefined;
    return { kind: found[1] === 'and' ? 'and' : 'or', of, negated: found[0].startsWith('not.') };
  }

  #filter(): Logic | undefined {
    const column = this.#column();
    if (column === undefined || !this.#take('.')) return undefined;
    const op = /(not\.)?(\w+(?:\((?:any|all|\w+)\))?)\./y;
    op.lastIndex = this.#at;
    const found = op.exec(this.#text);
    if (!found?.[2]) return undefined;
    this.#at = op.lastIndex;
    const value = this.#value();
    return value === undefined ? undefined : { kind: 'filter', column, operator: found[2], value, negated: found[1] !== undefined };
  }

  /** A name, quoted or not, JSON arrows included. */
  #column(): string | undefined {
    const name = /(?:"(?:[^"\\]|\\.)*"|[^\s.,()":])+/y;
    name.lastIndex = this.#at;
    const found = name.exec(this.#text);
    if (!found) return undefined;
    this.#at = name.lastIndex;
    return found[0];
  }

  /** Quoted text, a list in parentheses or braces, or anything up to the next comma or parenthesis. */
  #value(): string | undefined {
    const start = this.#at;
    const first = this.#text[this.#at];
    if (first === '"') return this.#quoted() ? this.#text.slice(start, this.#at) : undefined;
    if (first === '(' || first === '{' || first === '[') return this.#balanced() ? this.#text.slice(start, this.#at) : undefined;
    while (this.#at < this.#text.length && !/[,)]/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #quoted(): boolean {
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      if (this.#text[this.#at] === '\\') this.#at++;
      else if (this.#text[this.#at] === '"') {
        this.#at++;
        return true;
      }
    }
    return false;
  }

  #balanced(): boolean {
    let depth = 0;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] ?? '';
      if (char === '"') {
        if (!this.#quoted()) return false;
        continue;
      }
      this.#at++;
      if ('({['.includes(char)) depth++;
      else if (')}]'.includes(char) && --depth === 0) return true;
    }
    return false;
  }

  #take(char: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #skip(): number {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#at;
  }
}

/** `.or(text)` as a condition. `filter` says what one filter means; it may be about rows embedded under a name. */
export function orCondition(value: AbstractValue, at: Span, filter: (column: string, condition: (field: string) => Condition) => Condition): Condition {
  const opaque: Condition = { kind: 'opaque', value, why: 'the filters of .or() are put together elsewhere', at };
  const parts = pieces(value);
  const logic = parts && parseLogic(parts.text);
  if (!parts || !logic) return opaque;
  const { holes } = parts;
  const open = holes.some(spliced);
  const one = (of: Logic): Condition => {
    if (of.kind === 'filter') {
      if (hasHole(of.column) || hasHole(of.operator)) return opaque;
      const condition = filter(of.column, (field) => operator(field, of.operator, of.value, holes, at));
      return of.negated ? negation(condition, at) : condition;
    }
    const all: Condition = { kind: of.kind === 'and' ? 'all' : 'any', of: of.of.map(one) };
    return of.negated ? { kind: 'not', of: all, at } : all;
  };
  const any: Condition = { kind: 'any', of: logic.map(one) };
  // Text of the request may hold commas and parentheses, and so filters of its own.
  return open ? { kind: 'any', of: [...any.of, { kind: 'opaque', value, why: 'text of the request can add filters here', at }] } : any;
}

/** Text that whoever sends the request writes as they like. */
function spliced(value: AbstractValue): boolean {
  switch (value.kind) {
    case 'symbol': return value.origin.kind === 'input' || (value.origin.kind === 'computed' && value.origin.of.some(spliced));
    case 'union': return value.of.some((c) => spliced(c.value));
    case 'text': return value.values.some(spliced);
    default: return false;
  }
}
