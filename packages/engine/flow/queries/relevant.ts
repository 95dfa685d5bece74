import type { Formula, Term, Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { speaksOfCaller } from '../judge/caller.ts';
import { ownerColumns, tenantColumns } from '../judge/owners.ts';
import { keyOf } from '../values/key.ts';
import { freeRows } from './formulas.ts';
import type { RowDef } from './row-store.ts';

const FARTHEST = 5;
const MOST_TRUTHS = 16;
/** Longer ways than the shortest one are followed this much farther: the shortest need not be the one that holds. */
const SLACK = 1;

/**
 * Truths that can decide: those on a way from what the formula speaks of to what speaks of the caller or of a tenant,
 * over shared rows and values. The rest only makes the prover's work longer.
 */
export function relevant(f: Flow, formula: Formula, truths: readonly Truth[]): Truth[] {
  const { facts, fromCaller } = known(f, truths);
  if (facts.length === 0) return [];
  const fromFormula = distances(facts, startOf(f, formula));
  const ways = facts.map((_, i) => (fromFormula[i] ?? Infinity) + (fromCaller[i] ?? Infinity));
  const shortest = Math.min(Infinity, ...ways);
  const chosen = shortest === Infinity ? [] : facts.flatMap((fact, i) => ((ways[i] ?? Infinity) <= shortest + SLACK ? [{ fact, way: ways[i] ?? 0 }] : []));
  const near = chosen.length <= MOST_TRUTHS ? chosen : chosen.sort((x, y) => x.way - y.way).slice(0, MOST_TRUTHS);
  const found = near.map((one) => one.fact.truth);
  if (near.length < chosen.length && near[0]) found.push({ kind: 'lost', at: near[0].fact.truth.at });
  // The caller's role may decide alone.
  for (const fact of facts) if (fact.truth.kind === 'holds' && !found.includes(fact.truth) && fact.atoms.some((x) => x.startsWith('claim '))) found.push(fact.truth);
  return found;
}

interface Fact {
  readonly truth: Truth;
  readonly atoms: readonly string[];
  /** It speaks of the caller or of a tenant, itself or through a row. */
  readonly anchored: boolean;
}

interface Known {
  readonly facts: readonly Fact[];
  /** How far each is from what speaks of the caller or of a tenant. */
  readonly fromCaller: readonly (number | undefined)[];
}

const knownAt = new WeakMap<readonly Truth[], Known>();

function known(f: Flow, truths: readonly Truth[]): Known {
  const known = knownAt.get(truths);
  if (known) return known;
  const facts = factsOf(f, truths);
  const anchors = new Set<string>();
  for (const fact of facts) if (fact.anchored) for (const x of fact.atoms) anchors.add(x);
  const found = { facts, fromCaller: distances(facts, anchors) };
  knownAt.set(truths, found);
  return found;
}

/** Rows and values that a formula speaks of, and what those rest on. */
function startOf(f: Flow, formula: Formula): ReadonlySet<string> {
  const start = new Set(atomsOf(formula));
  for (const row of freeRows(formula)) for (const x of behind(f, row)) start.add(x);
  return start;
}

function factsOf(f: Flow, truths: readonly Truth[]): readonly Fact[] {
  // Each time that something is read of a row, it is known again that the row is there.
  return [...new Set(decided(truths))].flatMap((truth): Fact[] => (truth.kind === 'defined' || truth.kind === 'falsy' || truth.kind === 'secret' || truth.kind === 'setting' || truth.kind === 'lost' ? [] : [factOf(f, truth)]));
}

const factsByTruth = new WeakMap<Truth, Fact>();

/** Rows do not change any more once a run is judged. */
function factOf(f: Flow, truth: Truth): Fact {
  const known = factsByTruth.get(truth);
  if (known) return known;
  const fact = { truth, atoms: truthAtoms(f, truth), anchored: isAnchored(f, truth) };
  factsByTruth.set(truth, fact);
  return fact;
}

/** Steps from a set of atoms to each fact: facts that share an atom are one step apart. */
function distances(of: readonly Fact[], from: ReadonlySet<string>): (number | undefined)[] {
  const found: (number | undefined)[] = of.map(() => undefined);
  let front = from;
  for (let distance = 0; distance < FARTHEST && front.size > 0; distance++) {
    const next = new Set<string>();
    for (let i = 0; i < of.length; i++) {
      const { atoms } = of[i] ?? { atoms: [] };
      if (found[i] !== undefined || !atoms.some((x) => front.has(x))) continue;
      found[i] = distance;
      for (const x of atoms) next.add(x);
    }
    front = next;
  }
  return found;
}

function isAnchored(f: Flow, truth: Truth): boolean {
  switch (truth.kind) {
    case 'holds': return speaksOfCaller(truth.formula) || namesTenant(f, truth.formula) || [...freeRows(truth.formula)].some((row) => rowAnchored(f, row));
    case 'row': return rowAnchored(f, truth.row);
    case 'any': return truth.of.some((way) => way.some((t) => isAnchored(f, t)));
    default: return false;
  }
}

const anchoredRow = new WeakMap<RowDef, boolean>();

function rowAnchored(f: Flow, row: number): boolean {
  const first = f.rows.get(row);
  const known = first && anchoredRow.get(first);
  if (known !== undefined) return known;
  const seen = new Set<number>();
  const work = [row];
  let found = false;
  for (let id = work.pop(); id !== undefined && !found; id = work.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const def = f.rows.get(id);
    if (!def) continue;
    found = speaksOfCaller(def.formula) || namesTenant(f, def.formula);
    work.push(...freeRows(def.formula), ...def.with);
  }
  if (first) anchoredRow.set(first, found);
  return found;
}

const naming = new WeakMap<Formula, boolean>();

/** Whether a column that decides to whom its row belongs is compared. */
function namesTenant(f: Flow, formula: Formula): boolean {
  const known = naming.get(formula);
  if (known !== undefined) return known;
  const owner = (t: Term): boolean => {
    const table = t.kind === 'column' ? f.rows.get(t.row)?.table : undefined;
    return t.kind === 'column' && table !== undefined && (tenantColumns(f, table).has(t.column) || ownerColumns(f, table).has(t.column));
  };
  const found = ((): boolean => {
    switch (formula.kind) {
      case 'and': case 'or': return formula.of.some((part) => namesTenant(f, part));
      case 'not': return namesTenant(f, formula.of);
      case 'exists': return namesTenant(f, formula.where);
      case 'compare': return formula.op === '=' && (owner(formula.left) || owner(formula.right));
      default: return false;
    }
  })();
  naming.set(formula, found);
  return found;
}

/** Truths that share rows or values with the formula, directly or through each other, whatever they speak of. */
export function connected(f: Flow, formula: Formula, truths: readonly Truth[]): Truth[] {
  const all = known(f, truths).facts;
  const found = distances(all, startOf(f, formula));
  return all.flatMap((fact, i) => (found[i] === undefined ? [] : [fact.truth]));
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
      case 'defined': case 'falsy': case 'secret': case 'setting': case 'lost': return [];
    }
  })();
  truthsAtoms.set(truth, found);
  return found;
}
const truthsAtoms = new WeakMap<Truth, readonly string[]>();

const behindRow = new WeakMap<RowDef, readonly string[]>();

/** A row, and all that it rests on. */
function behind(f: Flow, row: number): readonly string[] {
  const first = f.rows.get(row);
  const known = first && behindRow.get(first);
  if (known) return known;
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
  const all = [...found];
  if (first) behindRow.set(first, all);
  return all;
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

