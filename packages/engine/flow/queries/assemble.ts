import type { Formula, Row, Term, Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { belonging } from './belonging.ts';
import { keyOf } from '../values/key.ts';
import { and, exists, freeRows, opaque, or, TRUE } from './formulas.ts';

/**
 * Formulas of the program speak of rows freely; what a row's query asked of it is added only when a formula is closed,
 * at the outermost place where the row certainly exists: whoever compares a column of it has it.
 */

/** Column by which a formula says that a row exists, without saying anything else of it. */
const PRESENT = '#present';

/** Truths as formulas. */
export function formulasOf(truths: readonly Truth[]): Formula[] {
  return truths.flatMap((truth): Formula[] => {
    switch (truth.kind) {
      case 'holds': return [truth.formula];
      case 'row': return [{ kind: 'null', of: { kind: 'column', row: truth.row, column: PRESENT, at: truth.at }, negated: true, at: truth.at }];
      case 'any': return [or(truth.of.map((way) => and(formulasOf(way))))];
      case 'defined': case 'falsy': case 'secret': case 'setting': return [];
    }
  });
}

/** More than this cannot be looked through in reasonable time. */
const MOST_PARTS = 160;
/** What matters is near: facts farther away than this, or beyond this many, have never decided anything. */
const FARTHEST = 5;
const MOST_TRUTHS = 24;

interface Closing {
  readonly f: Flow;
  readonly row: number;
  parts: number;
}

/** A formula about one row, closed: the rows that it rests on are quantified, what is known of them is said. */
export function closed(f: Flow, row: number, formula: Formula, truths: readonly Truth[]): Formula {
  const at = f.rows.get(row)?.at;
  const closing: Closing = { f, row, parts: 0 };
  const near = relevant(f, formula, truths);
  const all = close(closing, and([formula, ...formulasOf(near), ...belonging(f, near)]), new Set([row]));
  if (closing.parts > MOST_PARTS && at) return opaque('too many rows are involved', '', [row], at);
  const rows: Row[] = [...freeRows(all)].filter((id) => id !== row).sort((a, b) => a - b).flatMap((id) => {
    const def = f.rows.get(id);
    return def ? [{ id, table: def.table, alias: def.model?.name ?? def.table ?? 'row', at: def.at }] : [];
  });
  return rows.length > 0 && at ? exists(rows, all, at) : all;
}

/** Adds to each conjunction what is known of the rows that it mentions; branches of a disjunction each have their own. */
function close(closing: Closing, formula: Formula, outside: ReadonlySet<number>): Formula {
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
      later.push(part);
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
    if (part.kind === 'or') return or(part.of.map((branch) => close(closing, branch, said)));
    if (part.kind === 'exists') return exists(part.rows, close(closing, part.where, new Set([...said, ...part.rows.map((r) => r.id)])), part.at);
    return part;
  })]);
}

/** Rows that exist wherever the formula holds: those it mentions outside of disjunctions. */
function mentioned(formula: Formula): ReadonlySet<number> {
  if (formula.kind !== 'exists' && formula.kind !== 'not') return freeRows(formula);
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
  return found;
}

/** Truths that share rows or values with the formula, directly or through each other; the rest cannot matter. */
export function relevant(f: Flow, formula: Formula, truths: readonly Truth[]): Truth[] {
  const atoms = new Set<string>([...atomsOf(formula), ...[...freeRows(formula)].flatMap((row) => behind(f, row))]);
  let left = decided(truths).flatMap((truth) => (truth.kind === 'defined' || truth.kind === 'falsy' || truth.kind === 'secret' || truth.kind === 'setting' ? [] : [{ truth, atoms: truthAtoms(f, truth) }]));
  const chosen: Truth[] = [];
  for (let distance = 0; distance < FARTHEST; distance++) {
    const rest: typeof left = [];
    const reached: typeof left = [];
    for (const one of left) (chosen.length + reached.length < MOST_TRUTHS && one.atoms.some((a) => atoms.has(a)) ? reached : rest).push(one);
    if (reached.length === 0) break;
    for (const one of reached) {
      chosen.push(one.truth);
      for (const a of one.atoms) atoms.add(a);
    }
    left = rest;
  }
  // The caller's role may decide alone.
  for (const one of left) if (one.truth.kind === 'holds' && one.atoms.some((a) => a.startsWith('claim '))) chosen.push(one.truth);
  return chosen;
}

/** Ways that what is known excludes are gone: what was tested before is tested again and came out the same. */
function decided(truths: readonly Truth[]): readonly Truth[] {
  if (!truths.some((t) => t.kind === 'any')) return truths;
  const there = new Set(truths.flatMap((t) => (t.kind === 'defined' ? [keyOf(t.of)] : [])));
  const gone = new Set(truths.flatMap((t) => (t.kind === 'falsy' ? [keyOf(t.of)] : [])));
  return truths.flatMap((truth): readonly Truth[] => {
    if (truth.kind !== 'any') return [truth];
    const ways = truth.of.filter((way) => !way.some((t) => (t.kind === 'falsy' && there.has(keyOf(t.of))) || (t.kind === 'defined' && gone.has(keyOf(t.of)))));
    const [only] = ways;
    return ways.length === 1 && only ? only : ways.length === 0 ? [] : [{ ...truth, of: ways }];
  });
}

function truthAtoms(f: Flow, truth: Truth): readonly string[] {
  const known = truthsAtoms.get(truth);
  if (known) return known;
  const found = ((): readonly string[] => {
    switch (truth.kind) {
      case 'holds': return [...new Set([...atomsOf(truth.formula), ...[...freeRows(truth.formula)].flatMap((row) => behind(f, row))])];
      case 'row': return behind(f, truth.row);
      case 'any': return [...new Set(truth.of.flatMap((way) => way.flatMap((t) => truthAtoms(f, t))))];
      case 'defined': case 'falsy': case 'secret': case 'setting': return [];
    }
  })();
  truthsAtoms.set(truth, found);
  return found;
}
const truthsAtoms = new WeakMap<Truth, readonly string[]>();

/** A row, and all that it rests on. */
function behind(f: Flow, row: number): string[] {
  const seen = new Set<number>();
  const found = new Set<string>();
  const work = [row];
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    found.add(`row ${id}`);
    const def = f.rows.get(id);
    if (!def) continue;
    for (const atom of atomsOf(def.formula)) found.add(atom);
    work.push(...freeRows(def.formula), ...def.with);
  }
  return [...found];
}

const atoms = new WeakMap<Formula, readonly string[]>();

/** Rows and values that a formula speaks of. Literals and the caller connect nothing by themselves. */
function atomsOf(formula: Formula): readonly string[] {
  const known = atoms.get(formula);
  if (known) return known;
  const found = new Set<string>();
  for (const row of freeRows(formula)) found.add(`row ${row}`);
  const term = (t: Term): void => {
    if (t.kind === 'apply') for (const part of t.of) term(part);
    else if (t.kind === 'value') {
      const { value } = t;
      if (value.kind === 'param') found.add(`param ${value.fn} ${value.index} ${value.path.join('.')}`);
      else if (value.kind === 'input') found.add(`input ${value.channel} ${value.path.join('.')}`);
      else if (value.kind === 'unknown') found.add(`unknown ${value.why}`);
      else if (value.kind === 'claim') found.add(`claim ${value.path}`);
    }
  };
  switch (formula.kind) {
    case 'and': case 'or': for (const part of formula.of) for (const atom of atomsOf(part)) found.add(atom); break;
    case 'not': for (const atom of atomsOf(formula.of)) found.add(atom); break;
    case 'exists': for (const atom of atomsOf(formula.where)) found.add(atom); break;
    case 'compare': term(formula.left); term(formula.right); break;
    case 'null': term(formula.of); break;
    default:
  }
  const list = [...found];
  atoms.set(formula, list);
  return list;
}

