import type { Formula, Term, Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { speaksOfCaller } from '../judge/caller.ts';
import { ownerColumns, tenantColumns } from '../judge/owners.ts';
import { keyOf } from '../values/key.ts';
import { freeRows } from './formulas.ts';
import { perRun } from './per-run.ts';
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
  const fromFormula = distances(indexOf(f), facts, startOf(f, formula));
  let shortest = Infinity;
  const ways = facts.map((_, i) => {
    const way = (fromFormula[i] ?? Infinity) + (fromCaller[i] ?? Infinity);
    if (way < shortest) shortest = way;
    return way;
  });
  const chosen = shortest === Infinity ? [] : facts.flatMap((fact, i) => ((ways[i] ?? Infinity) <= shortest + SLACK ? [{ fact, way: ways[i] ?? 0 }] : []));
  const near = chosen.length <= MOST_TRUTHS ? chosen : chosen.sort((x, y) => x.way - y.way).slice(0, MOST_TRUTHS);
  const found = near.map((one) => one.fact.truth);
  if (near.length < chosen.length && near[0]) found.push({ kind: 'lost', at: near[0].fact.truth.at });
  // The caller's role may decide alone.
  for (const fact of facts) if (fact.claims && fact.truth.kind === 'holds' && !found.includes(fact.truth)) found.push(fact.truth);
  return found;
}

interface Fact {
  readonly truth: Truth;
  readonly atoms: readonly Atom[];
  /** It speaks of the caller or of a tenant, itself or through a row. */
  readonly anchored: boolean;
  /** It speaks of what the caller's token says. */
  readonly claims: boolean;
}

interface Known {
  readonly facts: readonly Fact[];
  /** How far each is from what speaks of the caller or of a tenant. */
  readonly fromCaller: readonly (number | undefined)[];
}

/** A row or a value, by its number in the run. */
type Atom = number;

/** What the truths of a run speak of. */
class Index {
  readonly known = new Map<readonly Truth[], Known>();
  readonly facts = new Map<Truth, Fact>();
  readonly ofTruth = new Map<Truth, readonly Atom[]>();
  readonly ofFormula = new Map<Formula, readonly Atom[]>();
  readonly behind = new Map<number, readonly Atom[]>();
  readonly claims = new Set<Atom>();
  readonly #rows = new Map<number, Atom>();
  readonly #values = new Map<string, Atom>();
  /** When an atom was last met. */
  readonly #met: number[] = [];
  #round = 0;

  row(id: number): Atom {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    this.#rows.set(id, this.#met.length);
    return this.#met.push(0) - 1;
  }
  value(key: string): Atom {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    this.#values.set(key, this.#met.length);
    return this.#met.push(0) - 1;
  }
  /** From here on nothing was met yet. */
  begin(): void {
    this.#round++;
  }
  /** Whether it is met for the first time. */
  meet(atom: Atom): boolean {
    if (this.#met[atom] === this.#round) return false;
    this.#met[atom] = this.#round;
    return true;
  }
  hasMet(atoms: readonly Atom[]): boolean {
    for (const atom of atoms) if (this.#met[atom] === this.#round) return true;
    return false;
  }
  /** Each once, in the order in which they come. */
  merged(lists: readonly (readonly Atom[])[]): readonly Atom[] {
    const [only] = lists;
    if (only && lists.length === 1) return only;
    this.begin();
    const found: Atom[] = [];
    for (const list of lists) for (const atom of list) if (this.meet(atom)) found.push(atom);
    return found;
  }
}

const indexOf = perRun(() => new Index());

function known(f: Flow, truths: readonly Truth[]): Known {
  const index = indexOf(f);
  const known = index.known.get(truths);
  if (known) return known;
  const facts = factsOf(f, truths);
  const found = { facts, fromCaller: distances(index, facts, index.merged(facts.flatMap((fact) => (fact.anchored ? [fact.atoms] : [])))) };
  index.known.set(truths, found);
  return found;
}

/** Rows and values that a formula speaks of, and what those rest on. */
const startOf = (f: Flow, formula: Formula): readonly Atom[] => indexOf(f).merged([atomsOf(f, formula), ...[...freeRows(formula)].map((row) => behind(f, row))]);

function factsOf(f: Flow, truths: readonly Truth[]): readonly Fact[] {
  const found: Fact[] = [];
  // Each time that something is read of a row, it is known again that the row is there.
  for (const truth of new Set(decided(truths))) {
    if (truth.kind === 'holds' || truth.kind === 'row' || truth.kind === 'any') found.push(factOf(f, truth));
  }
  return found;
}

function factOf(f: Flow, truth: Truth): Fact {
  const index = indexOf(f);
  const known = index.facts.get(truth);
  if (known) return known;
  const atoms = truthAtoms(f, truth);
  const fact = { truth, atoms, anchored: isAnchored(f, truth), claims: atoms.some((atom) => index.claims.has(atom)) };
  index.facts.set(truth, fact);
  return fact;
}

/** Steps from a set of atoms to each fact: facts that share an atom are one step apart. */
function distances(index: Index, of: readonly Fact[], from: readonly Atom[]): (number | undefined)[] {
  const found: (number | undefined)[] = of.map(() => undefined);
  index.begin();
  for (const atom of from) index.meet(atom);
  let open = of.map((_, i) => i);
  for (let distance = 0; distance < FARTHEST && open.length > 0; distance++) {
    const here: number[] = [];
    const later: number[] = [];
    for (const i of open) (index.hasMet(of[i]?.atoms ?? []) ? here : later).push(i);
    if (here.length === 0) break;
    for (const i of here) {
      found[i] = distance;
      for (const atom of of[i]?.atoms ?? []) index.meet(atom);
    }
    open = later;
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
  const found = distances(indexOf(f), all, startOf(f, formula));
  return all.flatMap((fact, i) => (found[i] === undefined ? [] : [fact.truth]));
}

/** Ways that what is known excludes are gone: what was tested before is tested again and came out the same. */
function decided(truths: readonly Truth[]): readonly Truth[] {
  if (!truths.some((t) => t.kind === 'any' && (t.of.length < 2 || t.of.some((way) => way.some((one) => one.kind === 'falsy' || one.kind === 'defined'))))) return truths;
  const there = new Set<string>();
  const gone = new Set<string>();
  for (const t of truths) {
    if (t.kind === 'defined') there.add(keyOf(t.of));
    else if (t.kind === 'falsy') gone.add(keyOf(t.of));
  }
  const isOut = (t: Truth): boolean => (t.kind === 'falsy' && there.has(keyOf(t.of))) || (t.kind === 'defined' && gone.has(keyOf(t.of)));
  return truths.flatMap((truth): readonly Truth[] => {
    if (truth.kind !== 'any') return [truth];
    const ways = truth.of.filter((way) => !way.some(isOut));
    const [only] = ways;
    return ways.length === 1 && only ? only : ways.length === 0 ? [] : [ways.length === truth.of.length ? truth : { ...truth, of: ways }];
  });
}

function truthAtoms(f: Flow, truth: Truth): readonly Atom[] {
  const index = indexOf(f);
  const known = index.ofTruth.get(truth);
  if (known) return known;
  const found = ((): readonly Atom[] => {
    switch (truth.kind) {
      case 'holds': return startOf(f, truth.formula);
      case 'row': return behind(f, truth.row);
      case 'any': return index.merged(truth.of.flatMap((way) => way.map((t) => truthAtoms(f, t))));
      case 'defined': case 'falsy': case 'secret': case 'setting': case 'lost': return [];
    }
  })();
  index.ofTruth.set(truth, found);
  return found;
}

/** A row, and all that it rests on. */
function behind(f: Flow, row: number): readonly Atom[] {
  const index = indexOf(f);
  const known = index.behind.get(row);
  if (known) return known;
  const seen = new Set<number>();
  const lists: (readonly Atom[])[] = [];
  const work = [row];
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    lists.push([index.row(id)]);
    const def = f.rows.get(id);
    if (!def) continue;
    lists.push(atomsOf(f, def.formula));
    work.push(...freeRows(def.formula), ...def.with);
  }
  const all = index.merged(lists);
  index.behind.set(row, all);
  return all;
}

/** Rows and values that a formula speaks of. Literals and the caller connect nothing by themselves. */
function atomsOf(f: Flow, formula: Formula): readonly Atom[] {
  const index = indexOf(f);
  const known = index.ofFormula.get(formula);
  if (known) return known;
  const found = new Set<Atom>();
  for (const row of freeRows(formula)) found.add(index.row(row));
  const term = (t: Term): void => {
    if (t.kind === 'apply') for (const part of t.of) term(part);
    else if (t.kind === 'value') {
      const { value } = t;
      if (value.kind === 'param') found.add(index.value(`param ${value.fn} ${value.index} ${value.path.join('.')}`));
      else if (value.kind === 'input') found.add(index.value(`input ${value.channel} ${value.path.join('.')}`));
      else if (value.kind === 'unknown') found.add(index.value(`unknown ${value.why}`));
      else if (value.kind === 'claim') {
        const claim = index.value(`claim ${value.path}`);
        index.claims.add(claim);
        found.add(claim);
      }
    }
  };
  switch (formula.kind) {
    case 'and': case 'or': for (const part of formula.of) for (const atom of atomsOf(f, part)) found.add(atom); break;
    case 'not': for (const atom of atomsOf(f, formula.of)) found.add(atom); break;
    case 'exists': for (const atom of atomsOf(f, formula.where)) found.add(atom); break;
    case 'compare': term(formula.left); term(formula.right); break;
    case 'null': term(formula.of); break;
    default:
  }
  const list = [...found];
  index.ofFormula.set(formula, list);
  return list;
}
