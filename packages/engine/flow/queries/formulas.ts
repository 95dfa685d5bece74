import type { Formula, Row, Span, Term } from '@tenantlint/model';

export const TRUE: Formula = { kind: 'true' };
export const FALSE: Formula = { kind: 'false' };

export function and(of: readonly Formula[]): Formula {
  const flat = of.flatMap((x) => (x.kind === 'and' ? x.of : x.kind === 'true' ? [] : [x]));
  const [only] = flat;
  return flat.some((x) => x.kind === 'false') ? FALSE : !only ? TRUE : flat.length === 1 ? only : { kind: 'and', of: flat };
}

export function or(of: readonly Formula[]): Formula {
  const flat = of.flatMap((x) => (x.kind === 'or' ? x.of : x.kind === 'false' ? [] : [x]));
  const [only] = flat;
  return flat.some((x) => x.kind === 'true') ? TRUE : !only ? FALSE : flat.length === 1 ? only : { kind: 'or', of: flat };
}

export function not(of: Formula): Formula {
  if (of.kind === 'true') return FALSE;
  if (of.kind === 'false') return TRUE;
  return of.kind === 'not' ? of.of : { kind: 'not', of };
}

export const column = (row: number, name: string, at: Span): Term => ({ kind: 'column', row, column: name, at });
export const equals = (left: Term, right: Term, at: Span): Formula => ({ kind: 'compare', op: '=', left, right, at });
export const columnsEqual = (a: number, x: string, b: number, y: string, at: Span): Formula => equals(column(a, x, at), column(b, y, at), at);
export const exists = (rows: readonly Row[], where: Formula, at: Span): Formula => (where.kind === 'false' ? FALSE : { kind: 'exists', rows, where, at });
export const opaque = (why: string, text: string, about: readonly number[], at: Span): Formula => ({ kind: 'opaque', text, why, about, at });

const free = new WeakMap<Formula, ReadonlySet<number>>();
const NONE: ReadonlySet<number> = new Set();

/** Row variables that a formula mentions and does not bind itself. */
export function freeRows(formula: Formula): ReadonlySet<number> {
  if (formula.kind === 'true' || formula.kind === 'false') return NONE;
  const known = free.get(formula);
  if (known) return known;
  const found = new Set<number>();
  const term = (t: Term): void => {
    if (t.kind === 'column') found.add(t.row);
    else if (t.kind === 'apply') for (const part of t.of) term(part);
  };
  switch (formula.kind) {
    case 'and': case 'or': for (const part of formula.of) for (const row of freeRows(part)) found.add(row); break;
    case 'not': for (const row of freeRows(formula.of)) found.add(row); break;
    case 'compare': term(formula.left); term(formula.right); break;
    case 'null': term(formula.of); break;
    case 'exists':
      for (const row of freeRows(formula.where)) found.add(row);
      for (const row of formula.rows) found.delete(row.id);
      break;
    case 'opaque': for (const row of formula.about) found.add(row); break;
    default: return NONE;
  }
  free.set(formula, found);
  return found;
}
