import type { Formula, Row, Term } from '@tenantlint/model';
import { never } from '@tenantlint/model';

/** A copy of a formula over row 0 that speaks of `row` instead, with fresh ids for the rows it introduces. */
export function shift(formula: Formula, row: number, fresh: { next: number }): Formula {
  const ids = new Map<number, number>([[0, row]]);
  const id = (old: number): number => {
    const known = ids.get(old);
    if (known !== undefined) return known;
    const made = fresh.next++;
    ids.set(old, made);
    return made;
  };
  return mapFormula(formula, id);
}

type Exists = Extract<Formula, { kind: 'exists' }>;

/** A copy in which the given rows of the quantifier have fresh ids. */
export function renamed(formula: Exists, rows: readonly number[], fresh: { next: number }): Exists {
  const ids = new Map(rows.map((row) => [row, fresh.next++]));
  const id = (old: number): number => ids.get(old) ?? old;
  return { ...formula, rows: formula.rows.map((row): Row => ({ ...row, id: id(row.id) })), where: mapFormula(formula.where, id) };
}

function mapFormula(formula: Formula, id: (old: number) => number): Formula {
  switch (formula.kind) {
    case 'true': case 'false': return formula;
    case 'and': case 'or': return { kind: formula.kind, of: formula.of.map((part) => mapFormula(part, id)) };
    case 'not': return { kind: 'not', of: mapFormula(formula.of, id) };
    case 'compare': return { ...formula, left: mapTerm(formula.left, id), right: mapTerm(formula.right, id) };
    case 'null': return { ...formula, of: mapTerm(formula.of, id) };
    case 'exists': return { ...formula, rows: formula.rows.map((row): Row => ({ ...row, id: id(row.id) })), where: mapFormula(formula.where, id) };
    case 'opaque': return { ...formula, about: formula.about.map(id) };
    default: return never(formula);
  }
}

function mapTerm(term: Term, id: (old: number) => number): Term {
  switch (term.kind) {
    case 'column': return { ...term, row: id(term.row) };
    case 'value': return term;
    case 'apply': return { ...term, of: term.of.map((part) => mapTerm(part, id)) };
    default: return never(term);
  }
}
