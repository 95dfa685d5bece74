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
  return mapFormula(formula, renaming(id));
}

type Exists = Extract<Formula, { kind: 'exists' }>;

/** A copy in which the given rows of the quantifier have fresh ids. */
export function renamed(formula: Exists, rows: readonly number[], fresh: { next: number }): Exists {
  const ids = new Map(rows.map((row) => [row, fresh.next++]));
  const to = renaming((old) => ids.get(old) ?? old);
  return { ...formula, rows: formula.rows.map(to.row), where: mapFormula(formula.where, to) };
}

/** A copy that speaks of other rows; rows that it introduces itself keep their ids. */
export const rowReplaced = (formula: Formula, to: (row: number) => number): Formula => mapFormula(formula, renaming(to));

interface Renaming {
  id(old: number): number;
  /** One row object stays one row object, wherever it stands: that is what makes two quantifiers speak of one row. */
  row(of: Row): Row;
}

function renaming(id: (old: number) => number): Renaming {
  const made = new Map<Row, Row>();
  return {
    id,
    row: (of) => {
      let row = made.get(of);
      if (row === undefined) made.set(of, (row = { ...of, id: id(of.id) }));
      return row;
    },
  };
}

function mapFormula(formula: Formula, to: Renaming): Formula {
  switch (formula.kind) {
    case 'true': case 'false': return formula;
    case 'and': case 'or': return { kind: formula.kind, of: formula.of.map((part) => mapFormula(part, to)) };
    case 'not': return { kind: 'not', of: mapFormula(formula.of, to) };
    case 'compare': return { ...formula, left: mapTerm(formula.left, to), right: mapTerm(formula.right, to) };
    case 'null': return { ...formula, of: mapTerm(formula.of, to) };
    case 'exists': return { ...formula, rows: formula.rows.map(to.row), where: mapFormula(formula.where, to) };
    case 'opaque': return { ...formula, about: formula.about.map(to.id) };
    default: return never(formula);
  }
}

function mapTerm(term: Term, to: Renaming): Term {
  switch (term.kind) {
    case 'column': return { ...term, row: to.id(term.row) };
    case 'value': return term;
    case 'apply': return { ...term, of: term.of.map((part) => mapTerm(part, to)) };
    default: return never(term);
  }
}
