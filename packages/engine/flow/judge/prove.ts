import type { Formula, Isolation, Span, Truth } from '@tenantlint/model';
import type { Goal } from '../../isolation/index.ts';
import type { Flow } from '../flow.ts';
import { closed } from '../queries/assemble.ts';
import { freeRows } from '../queries/formulas.ts';
import { alike } from './alike.ts';

/** Asks the prover about one row, with what the program knows there. */
export function ask(f: Flow, row: number, table: string, formula: Formula, truths: readonly Truth[], goal: Goal, at: Span): Isolation {
  return askClosed(f, row, table, closed(f, row, formula, truths), goal, at);
}

export function askClosed(f: Flow, row: number, table: string, formula: Formula, goal: Goal, at: Span): Isolation {
  const key = questionKey(row, table, formula, goal);
  const known = f.proofs.get(key);
  if (known) return known;
  const answer = f.input.prove({ formula, row, table, goal, at, yesOnly: true }, f.database);
  f.proofs.set(key, answer);
  return answer;
}

/** The formula speaks of rows that the program has fetched or made. */
export const restsOnRows = (f: Flow, row: number, formula: Formula): boolean => [...freeRows(formula)].some((id) => id !== row && f.rows.get(id) !== undefined);

/** Equal for two questions with one answer. */
export const questionKey = (row: number, table: string, formula: Formula, goal: Goal): string => `${goal} ${table} ${alike(formula, row)}`;
