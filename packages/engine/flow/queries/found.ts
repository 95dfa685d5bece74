import type { AbstractValue, Condition, Formula, Span, Term, Truth } from '@tenantlint/model';
import { rowReplaced } from '../../isolation/index.ts';
import type { Flow } from '../flow.ts';
import { column, equals, freeRows } from './formulas.ts';
import { rowsIn } from './record.ts';

/** A row that a query found under many values has one of them: that it is there says nothing of the others. */
export const oneOf = (row: number, value: Term): Term => ({ kind: 'apply', fn: ONE_OF, of: [value, column(row, '#found', value.at)], at: value.at });
const ONE_OF = 'one of those asked for';

/** Whether rows are asked for under a collection of values. */
export function asksForMany(of: Condition): boolean {
  switch (of.kind) {
    case 'all': case 'any': return of.of.some(asksForMany);
    case 'not': return asksForMany(of.of);
    case 'compare': return of.op === 'in' || of.op === 'not-in';
    case 'relation': return asksForMany(of.where);
    case 'alternatives': return of.of.some((one) => asksForMany(one.condition));
    case 'overwritten': return asksForMany(of.condition);
    case 'narrowing': case 'opaque': return false;
  }
}

/** As many rows as values: each value has its row. */
export const eachFound = (f: Flow, of: AbstractValue, at: Span): readonly Truth[] => [...rowsIn(of)].flatMap((row) => values(f.rows.get(row)?.formula, row, at));

/** What holds of all rows holds of the row of each value, where nothing else was asked for. */
export function allFound(f: Flow, element: AbstractValue, at: Span): readonly Truth[] {
  return [...rowsIn(element)].flatMap((row) => {
    const formula = f.rows.get(row)?.formula;
    return formula?.kind === 'compare' ? values(formula, row, at) : [];
  });
}

function values(formula: Formula | undefined, row: number, at: Span): readonly Truth[] {
  switch (formula?.kind) {
    case 'and': return formula.of.flatMap((part) => values(part, row, at));
    case 'compare': {
      const { right } = formula;
      const [value, of] = right.kind === 'apply' && right.fn === ONE_OF ? right.of : [];
      return value && of?.kind === 'column' && of.row === row ? [{ kind: 'holds', formula: equals(right, value, at), at }] : [];
    }
    default: return [];
  }
}

/** What is true of some row of a collection, told of a row of its own: the others are not known to be like it. */
export function ofSome(f: Flow, rows: Iterable<number>, truths: readonly Truth[]): readonly Truth[] {
  const copies = new Map<number, number>();
  const copy = (row: number): void => {
    const def = f.rows.get(row);
    if (!def || copies.has(row)) return;
    const made = f.rows.make(def.table, def.model, def.formula, def.at, def.with);
    copies.set(row, made.id);
  };
  for (const row of rows) copy(row);
  // Rows that hang off it are other rows as well.
  const mentioned = new Set(truths.flatMap(rowsOf));
  for (let grown = -1; grown < copies.size;) {
    grown = copies.size;
    for (const row of mentioned) if ([...freeRows(f.rows.get(row)?.formula ?? { kind: 'true' })].some((other) => copies.has(other))) copy(row);
  }
  const to = (row: number): number => copies.get(row) ?? row;
  for (const made of copies.values()) {
    const def = f.rows.get(made);
    if (!def) continue;
    def.formula = rowReplaced(def.formula, to);
    def.with = def.with.map(to);
  }
  return truths.flatMap((truth) => told(truth, to));
}

function rowsOf(truth: Truth): readonly number[] {
  switch (truth.kind) {
    case 'row': return [truth.row];
    case 'holds': return [...freeRows(truth.formula)];
    case 'any': return truth.of.flatMap((way) => way.flatMap(rowsOf));
    default: return [];
  }
}

function told(truth: Truth, to: (row: number) => number): readonly Truth[] {
  switch (truth.kind) {
    case 'row': return [{ ...truth, row: to(truth.row) }];
    case 'holds': return [{ ...truth, formula: rowReplaced(truth.formula, to) }];
    case 'any': return [{ ...truth, of: truth.of.map((way) => way.flatMap((one) => told(one, to))) }];
    default: return [truth];
  }
}
