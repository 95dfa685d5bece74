import type { Formula, Row, Span, Term, Value } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { sameTerm } from '../prove/terms.ts';

export const TRUE: Formula = { kind: 'true' };
export const FALSE: Formula = { kind: 'false' };

export function and(parts: readonly Formula[]): Formula {
  // One formula stays the object it is, so that what is known of it is found again.
  const said = parts.filter((part) => part.kind !== 'true');
  if (said.length === 1 && said[0] !== undefined) return said[0];
  const of: Formula[] = [];
  for (const part of parts) {
    if (part.kind === 'false') return FALSE;
    if (part.kind === 'and') of.push(...part.of);
    else if (part.kind !== 'true') of.push(part);
  }
  return of.length === 0 ? TRUE : of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'and', of };
}

export function or(parts: readonly Formula[]): Formula {
  const of: Formula[] = [];
  for (const part of parts) {
    if (part.kind === 'true') return TRUE;
    if (part.kind === 'or') of.push(...part.of);
    else if (part.kind !== 'false') of.push(part);
  }
  return of.length === 0 ? FALSE : of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'or', of };
}

/** Without rows there is nothing to exist; what can never hold has no rows. */
export function exists(rows: readonly Row[], where: Formula, at: Span): Formula {
  if (rows.length === 0 || where.kind === 'false') return where;
  return { kind: 'exists', rows, where, at };
}

/** Holds exactly where the formula does not: its condition is FALSE or NULL. Parts that are shared stay shared. */
export function complement(formula: Formula): Formula {
  const known = complements.get(formula);
  if (known !== undefined) return known;
  const made = complemented(formula);
  complements.set(formula, made);
  return made;
}
const complements = new WeakMap<Formula, Formula>();

/** Nodes of the formula written out, counted up to a limit: shared parts make a small object a huge text. */
export function isLarger(formula: Formula, limit: number): boolean {
  const stack: Formula[] = [formula];
  let count = 0;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (++count > limit) return true;
    if (next.kind === 'and' || next.kind === 'or') {
      if (next.of.length > limit) return true;
      for (const part of next.of) stack.push(part);
    } else if (next.kind === 'not') stack.push(next.of);
    else if (next.kind === 'exists') stack.push(next.where);
  }
  return false;
}

function complemented(formula: Formula): Formula {
  switch (formula.kind) {
    case 'true': return FALSE;
    case 'false': return TRUE;
    case 'and': return or(formula.of.map(complement));
    case 'or': return and(formula.of.map(complement));
    case 'not': return formula.of;
    case 'compare': return or([{ ...formula, op: INVERSE[formula.op] }, isNull(formula.left, formula.at), isNull(formula.right, formula.at)]);
    case 'null': return { ...formula, negated: !formula.negated };
    case 'exists': return { kind: 'not', of: formula };
    case 'opaque': return { ...formula, text: `not (${formula.text})` };
    default: return never(formula);
  }
}

export const INVERSE = { '=': '<>', '<>': '=', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const;
export type Comparison = keyof typeof INVERSE;
export const MIRROR = { '=': '=', '<>': '<>', '<': '>', '>=': '<=', '>': '<', '<=': '>=' } as const;

/** What can be told of NULL without looking at rows: constants are or are not. */
export function isNull(term: Term, at: Span): Formula {
  if (term.kind === 'value' && term.value.kind === 'literal') return term.value.value === null ? TRUE : FALSE;
  return { kind: 'null', of: term, negated: false, at };
}

export function literal(value: string | number | boolean | null, at: Span): Term {
  return { kind: 'value', value: { kind: 'literal', value }, at };
}

export function valueTerm(value: Value, at: Span): Term {
  return { kind: 'value', value, at };
}

export function compare(op: Comparison, left: Term, right: Term, at: Span, output?: 'left' | 'right' | 'both'): Formula {
  if (left.kind === 'value' && right.kind === 'value' && left.value.kind === 'literal' && right.value.kind === 'literal') {
    const a = left.value.value;
    const b = right.value.value;
    if (a === null || b === null) return FALSE;
    // Numbers and text may meet through casts; only equality is decided, by spelling.
    if (op === '=') return String(a) === String(b) ? TRUE : FALSE;
    if (op === '<>') return String(a) === String(b) ? FALSE : TRUE;
    if (typeof a === 'number' && typeof b === 'number') return (op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b) ? TRUE : FALSE;
  }
  if (left.kind === 'value' && left.value.kind === 'literal' && left.value.value === null) return FALSE;
  if (right.kind === 'value' && right.value.kind === 'literal' && right.value.value === null) return FALSE;
  // Whatever it is, it equals itself unless it is NULL.
  if (sameTerm(left, right)) return op === '=' || op === '<=' || op === '>=' ? complement(isNull(left, at)) : FALSE;
  return output === undefined ? { kind: 'compare', op, left, right, at } : { kind: 'compare', op, left, right, output, at };
}

/** Columns of row 0 that are never NULL make their tests of NULL constant. */
export function withNotNull(formula: Formula, notNull: (column: string) => boolean): Formula {
  switch (formula.kind) {
    case 'and': return and(formula.of.map((part) => withNotNull(part, notNull)));
    case 'or': return or(formula.of.map((part) => withNotNull(part, notNull)));
    case 'not': {
      const of = withNotNull(formula.of, notNull);
      return of.kind === 'exists' ? { kind: 'not', of } : complement(of);
    }
    case 'exists': return exists(formula.rows, withNotNull(formula.where, notNull), formula.at);
    case 'null': return formula.of.kind === 'column' && formula.of.row === 0 && notNull(formula.of.column) ? (formula.negated ? TRUE : FALSE) : formula;
    case 'true': case 'false': case 'compare': case 'opaque': return formula;
    default: return never(formula);
  }
}
