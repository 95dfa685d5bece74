import type { Formula, Row, Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { keyOf } from '../values/key.ts';
import { and, exists, freeRows, or } from './formulas.ts';

/** Truths as formulas, with what the rows behind them were asked for. */
export function expand(f: Flow, truths: readonly Truth[]): Formula[] {
  const rows = new Set<number>();
  const found: Formula[] = [];
  for (const truth of truths) {
    if (truth.kind === 'holds') found.push(truth.formula);
    else if (truth.kind === 'row') rows.add(truth.row);
    else if (truth.kind === 'any') found.push(or(truth.of.map((way) => and(expand(f, way)))));
  }
  for (const formula of found) for (const row of freeRows(formula)) rows.add(row);
  return [...found, ...definitions(f, rows)];
}

/** What is known of rows because they exist, and of the rows that these rest on. */
export function definitions(f: Flow, rows: ReadonlySet<number>, except?: number): Formula[] {
  const seen = new Set<number>();
  const found: Formula[] = [];
  const work = [...rows];
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (seen.has(id) || id === except) continue;
    seen.add(id);
    const def = f.rows.get(id);
    if (!def) continue;
    found.push(def.formula);
    work.push(...freeRows(def.formula), ...def.with);
  }
  return found;
}

/** A formula about one row, closed: the rows that it rests on are quantified, what is known of them is said. */
export function closed(f: Flow, row: number, formula: Formula, truths: readonly Truth[]): Formula {
  const known = and([formula, ...expand(f, relevant(f, formula, truths))]);
  const all = and([known, ...definitions(f, freeRows(known), row)]);
  const rows: Row[] = [...freeRows(all)].filter((id) => id !== row).sort((a, b) => a - b).flatMap((id) => {
    const def = f.rows.get(id);
    return def ? [{ id, table: def.table, alias: def.model?.name ?? def.table ?? 'row', at: def.at }] : [];
  });
  const at = f.rows.get(row)?.at;
  return rows.length > 0 && at ? exists(rows, all, at) : all;
}

/** Truths that share rows or values with the formula, directly or through each other; the rest cannot matter. */
function relevant(f: Flow, formula: Formula, truths: readonly Truth[]): Truth[] {
  const atoms = new Set<string>(atomsOf(f, formula));
  const left = truths.filter((t) => t.kind !== 'defined').map((truth) => ({ truth, atoms: truthAtoms(f, truth) }));
  const chosen: Truth[] = [];
  for (let grew = true; grew;) {
    grew = false;
    for (let i = left.length - 1; i >= 0; i--) {
      const one = left[i];
      if (!one || !one.atoms.some((a) => atoms.has(a))) continue;
      left.splice(i, 1);
      chosen.push(one.truth);
      for (const a of one.atoms) atoms.add(a);
      grew = true;
    }
  }
  // The caller's role may decide alone.
  for (const one of left) if (one.truth.kind === 'holds' && one.atoms.some((a) => a.startsWith('claim '))) chosen.push(one.truth);
  return chosen;
}

function truthAtoms(f: Flow, truth: Truth): string[] {
  switch (truth.kind) {
    case 'holds': return [...atomsOf(f, truth.formula), ...[...freeRows(truth.formula)].flatMap((row) => behind(f, row))];
    case 'row': return behind(f, truth.row);
    case 'any': return truth.of.flatMap((way) => way.flatMap((t) => truthAtoms(f, t)));
    case 'defined': return [keyOf(truth.of)];
  }
}

/** A row, and all that it rests on. */
function behind(f: Flow, row: number): string[] {
  const seen = new Set<number>();
  const found: string[] = [];
  const work = [row];
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    found.push(`row ${id}`);
    const def = f.rows.get(id);
    if (!def) continue;
    found.push(...atomsOf(f, def.formula));
    work.push(...freeRows(def.formula), ...def.with);
  }
  return found;
}

const atoms = new WeakMap<Formula, string[]>();

/** Rows and values that a formula speaks of. Literals and the caller connect nothing by themselves. */
function atomsOf(f: Flow, formula: Formula): string[] {
  const known = atoms.get(formula);
  if (known) return known;
  const found = new Set<string>();
  for (const row of freeRows(formula)) found.add(`row ${row}`);
  const work: unknown[] = [formula];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    if (Array.isArray(at)) {
      work.push(...at);
      continue;
    }
    const node = at as { kind?: string; value?: { kind?: string } };
    if (node.kind === 'value' && node.value && typeof node.value === 'object') {
      const { kind } = node.value;
      if (kind === 'param' || kind === 'input' || kind === 'unknown') found.add(JSON.stringify(node.value));
      else if (kind === 'claim') found.add(`claim ${JSON.stringify(node.value)}`);
      continue;
    }
    for (const [key, part] of Object.entries(node)) if (key !== 'at' && typeof part === 'object') work.push(part);
  }
  const list = [...found];
  atoms.set(formula, list);
  return list;
}
