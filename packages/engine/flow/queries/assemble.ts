import type { Formula, Row, Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { belonging } from './belonging.ts';
import { relevant } from './relevant.ts';
import { and, exists, freeRows, opaque, or, TRUE } from './formulas.ts';
import { perRun } from './per-run.ts';

/**
 * Formulas of the program speak of rows freely; what a row's query asked of it is added only when a formula is closed,
 * at the outermost place where the row certainly exists: whoever compares a column of it has it.
 */

/** Column by which a formula says that a row exists, without saying anything else of it. */
const PRESENT = '#present';

/** Truths as formulas: the same formula for the same truth, so that what is found out about it is found out once. */
export function formulasOf(truths: readonly Truth[]): Formula[] {
  const found: Formula[] = [];
  for (const truth of truths) {
    const formula = truth.kind === 'holds' ? truth.formula : stated.get(truth) ?? state(truth);
    if (formula) found.push(formula);
  }
  return found;
}

const stated = new WeakMap<Truth, Formula>();

function state(truth: Exclude<Truth, { kind: 'holds' }>): Formula | undefined {
  if (truth.kind !== 'row' && truth.kind !== 'any') return undefined;
  const formula: Formula = truth.kind === 'row' ? { kind: 'null', of: { kind: 'column', row: truth.row, column: PRESENT, at: truth.at }, negated: true, at: truth.at } : or(truth.of.map((way) => and(formulasOf(way))));
  stated.set(truth, formula);
  return formula;
}

/** More than this cannot be looked through in reasonable time. */
const MOST_PARTS = 160;
/** What a condition is where more hangs together with it than can be put before the prover. */
const TOO_MUCH = 'too many rows are involved';

interface Closing {
  readonly f: Flow;
  /** Disjunctions are left out: what follows without them follows with them. */
  readonly plain: boolean;
  readonly row: number;
  parts: number;
}

const known = new WeakMap<readonly Truth[], { readonly row: number; readonly formula: Formula; readonly closed: Formula }[]>();

/** A formula about one row, closed: the rows that it rests on are quantified, what is known of them is said. */
export function closed(f: Flow, row: number, formula: Formula, truths: readonly Truth[]): Formula {
  // Whatever is known from the start belongs to no run; the rest is asked for again at each place where a row is used.
  if (truths.length === 0) return close(f, row, formula, truths);
  const there = known.get(truths) ?? [];
  known.set(truths, there);
  const same = there.find((one) => one.row === row && one.formula === formula);
  if (same) return same.closed;
  const made = close(f, row, formula, truths);
  there.push({ row, formula, closed: made });
  return made;
}

function close(f: Flow, row: number, formula: Formula, truths: readonly Truth[]): Formula {
  // Most of what is learnt between two places has nothing to do with the formula.
  const near = relevant(f, formula, truths).filter((t) => t.kind !== 'lost');
  const answers = answersOf(f);
  const there = answers.get(formula) ?? [];
  answers.set(formula, there);
  const same = there.find((one) => one.row === row && one.near.length === near.length && one.near.every((t, i) => t === near[i]));
  if (same) return same.closed;
  const made = quantified(f, row, formula, near);
  there.push({ row, near, closed: made });
  return made;
}

const answersOf = perRun(() => new Map<Formula, { readonly row: number; readonly near: readonly Truth[]; readonly closed: Formula }[]>());

function quantified(f: Flow, row: number, formula: Formula, near: readonly Truth[]): Formula {
  const at = f.rows.get(row)?.at;
  const said = and([formula, ...formulasOf(near), ...belonging(f, near)]);
  const closing: Closing = { f, row, plain: false, parts: 0 };
  const whole = complete(closing, said, new Set([row]));
  if (closing.parts <= MOST_PARTS || !at) return overRows(f, row, whole);
  const plain: Closing = { f, row, plain: true, parts: 0 };
  const part = complete(plain, said, new Set([row]));
  // A formula of its own: what it is made of may be the whole truth elsewhere.
  const told: Formula = plain.parts > MOST_PARTS ? opaque(TOO_MUCH, '', [row], at) : { kind: 'and', of: [overRows(f, row, part)] };
  shortened.add(told);
  return told;
}

/** Closed formulas that say less than is known: where the goal does not follow from them, it may follow from the rest. */
const shortened = new WeakSet<Formula>();
export const isShortened = (of: Formula): boolean => shortened.has(of);

function overRows(f: Flow, row: number, all: Formula): Formula {
  const at = f.rows.get(row)?.at;
  const rows: Row[] = [...freeRows(all)].filter((id) => id !== row).sort((a, b) => a - b).flatMap((id) => {
    const def = f.rows.get(id);
    return def ? [{ id, table: def.table, alias: def.model?.name ?? def.table ?? 'row', at: def.at }] : [];
  });
  return rows.length > 0 && at ? exists(rows, all, at) : all;
}

/** Adds to each conjunction what is known of the rows that it mentions; branches of a disjunction each have their own. */
function complete(closing: Closing, formula: Formula, outside: ReadonlySet<number>): Formula {
  const said = new Set(outside);
  const work: Formula[] = [formula];
  const certain: Formula[] = [];
  const later: Formula[] = [];
  const keys = new Set<Formula>();
  for (let part = work.pop(); part; part = work.pop()) {
    if (part.kind === 'and') {
      work.push(...part.of);
      continue;
    }
    if (part.kind === 'true' || keys.has(part)) continue;
    keys.add(part);
    if (++closing.parts > MOST_PARTS) return TRUE;
    if (part.kind === 'or') {
      if (!closing.plain) later.push(part);
      continue;
    }
    const presence = part.kind === 'null' && part.of.kind === 'column' && part.of.column === PRESENT;
    if (part.kind === 'exists') later.push(part);
    else if (!presence) certain.push(part);
    for (const id of mentioned(part)) {
      if (said.has(id)) continue;
      said.add(id);
      const def = closing.f.rows.get(id);
      if (!def) continue;
      work.push(def.formula);
      for (const other of def.with) work.push({ kind: 'null', of: { kind: 'column', row: other, column: PRESENT, at: def.at }, negated: true, at: def.at });
    }
  }
  return and([...certain.reverse(), ...later.map((part): Formula => {
    if (part.kind === 'or') return or(part.of.map((branch) => complete(closing, branch, said)));
    if (part.kind === 'exists') return exists(part.rows, complete(closing, part.where, new Set([...said, ...part.rows.map((r) => r.id)])), part.at);
    return part;
  })]);
}

/** Rows that exist wherever the formula holds: those it mentions outside of disjunctions. */
function mentioned(formula: Formula): ReadonlySet<number> {
  if (formula.kind !== 'exists' && formula.kind !== 'not') return freeRows(formula);
  const known = certainly.get(formula);
  if (known) return known;
  const found = new Set<number>();
  const bound = new Set<number>();
  const work: Formula[] = [formula];
  for (let at = work.pop(); at; at = work.pop()) {
    if (at.kind === 'and') work.push(...at.of);
    else if (at.kind === 'not') work.push(at.of);
    else if (at.kind === 'exists') {
      for (const r of at.rows) bound.add(r.id);
      work.push(at.where);
    } else if (at.kind !== 'or') for (const id of freeRows(at)) found.add(id);
  }
  for (const id of bound) found.delete(id);
  certainly.set(formula, found);
  return found;
}
const certainly = new WeakMap<Formula, ReadonlySet<number>>();
