import { never, type Formula, type Row, type Span, type Term } from '@tenantlint/model';

export const TRUE: Formula = { kind: 'true' };
export const FALSE: Formula = { kind: 'false' };

export function and(of: readonly Formula[]): Formula {
  const flat: Formula[] = [];
  for (const part of of) {
    if (part.kind === 'and') for (const inner of part.of) flat.push(inner);
    else if (part.kind !== 'true') flat.push(part);
  }
  const [only] = flat;
  return flat.some((x) => x.kind === 'false') ? FALSE : !only ? TRUE : flat.length === 1 ? only : { kind: 'and', of: flat };
}

export function or(of: readonly Formula[]): Formula {
  const flat: Formula[] = [];
  for (const part of of) {
    if (part.kind === 'or') for (const inner of part.of) flat.push(inner);
    else if (part.kind !== 'false') flat.push(part);
  }
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
  const found = rowsOf(formula);
  free.set(formula, found);
  return found;
}

function rowsOf(formula: Formula): ReadonlySet<number> {
  switch (formula.kind) {
    case 'true': case 'false': return NONE;
    case 'and': case 'or': return united(formula.of);
    case 'not': return freeRows(formula.of);
    case 'exists': {
      const inside = freeRows(formula.where);
      if (!formula.rows.some((row) => inside.has(row.id))) return inside;
      const found = new Set(inside);
      for (const row of formula.rows) found.delete(row.id);
      return found;
    }
    case 'opaque': return new Set(formula.about);
    case 'compare': case 'null': {
      const found = new Set<number>();
      const term = (t: Term): void => {
        if (t.kind === 'column') found.add(t.row);
        else if (t.kind === 'apply') for (const part of t.of) term(part);
      };
      if (formula.kind === 'null') term(formula.of);
      else {
        term(formula.left);
        term(formula.right);
      }
      return found;
    }
    default: return never(formula);
  }
}

/** Rows of all of them. Most parts speak of rows that were named before. */
function united(parts: readonly Formula[]): ReadonlySet<number> {
  const [first, ...rest] = parts;
  const shared = first ? freeRows(first) : NONE;
  let own: Set<number> | undefined;
  for (const part of rest) {
    for (const row of freeRows(part)) {
      if ((own ?? shared).has(row)) continue;
      own ??= new Set(shared);
      own.add(row);
    }
  }
  return own ?? shared;
}
