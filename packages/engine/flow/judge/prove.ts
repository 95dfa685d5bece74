import { never, type Formula, type Isolation, type Span, type Term, type Truth, type Value } from '@tenantlint/model';
import type { Goal } from '../../isolation/index.ts';
import type { Flow } from '../flow.ts';
import { closed } from '../queries/assemble.ts';
import { freeRows } from '../queries/formulas.ts';

/** Asks the prover about one row, with what the program knows there. */
export function ask(f: Flow, row: number, table: string, formula: Formula, truths: readonly Truth[], goal: Goal, at: Span): Isolation {
  return askClosed(f, row, table, closed(f, row, formula, truths), goal, at);
}

export function askClosed(f: Flow, row: number, table: string, formula: Formula, goal: Goal, at: Span): Isolation {
  const key = `${goal} ${table} ${shapeOf(formula, row)}`;
  const known = f.proofs.get(key);
  if (known) return known;
  const answer = f.input.prove({ formula, row, table, goal, at, yesOnly: true }, f.database);
  f.proofs.set(key, answer);
  return answer;
}

/** The formula speaks of rows that the program has fetched or made. */
export const restsOnRows = (f: Flow, row: number, formula: Formula): boolean => [...freeRows(formula)].some((id) => id !== row && f.rows.get(id) !== undefined);

const shapes = new WeakMap<Formula, { readonly row: number; readonly shape: string }>();

/** Equal for two formulas that differ in places and in the numbers of their rows only. */
function shapeOf(formula: Formula, row: number): string {
  const known = shapes.get(formula);
  if (known?.row === row) return known.shape;
  const shape = makeShape(formula, row);
  shapes.set(formula, { row, shape });
  return shape;
}

function makeShape(formula: Formula, row: number): string {
  const numbers = new Map<number, number>([[row, 0]]);
  const number = (id: number): number => {
    const known = numbers.get(id) ?? numbers.size;
    numbers.set(id, known);
    return known;
  };
  const term = (t: Term): string => (t.kind === 'column' ? `${number(t.row)}.${t.column}` : t.kind === 'apply' ? `${t.fn}(${t.of.map(term).join()})` : JSON.stringify(t.value));
  const visit = (at: Formula): string => {
    switch (at.kind) {
      case 'true': case 'false': return at.kind;
      case 'and': case 'or': return `(${at.of.map(visit).join(at.kind === 'and' ? '&' : '|')})`;
      case 'not': return `!${visit(at.of)}`;
      case 'compare': return `${term(at.left)}${at.op}${term(at.right)}`;
      case 'null': return `${term(at.of)}${at.negated ? ' is there' : ' is null'}`;
      case 'exists': return `E${at.rows.map((r) => `${number(r.id)}:${r.table}`).join()}[${visit(at.where)}]`;
      case 'opaque': return `?${at.text}${at.about.map(number).join()}`;
      default: return never(at);
    }
  };
  return visit(formula);
}

/** Values of a formula that nobody vouches for. */
export function untrusted(formula: Formula): Extract<Value, { kind: 'param' | 'input' | 'unknown' }>[] {
  const found = new Map<string, Extract<Value, { kind: 'param' | 'input' | 'unknown' }>>();
  const work: unknown[] = [formula];
  while (work.length > 0) {
    const at = work.pop();
    if (typeof at !== 'object' || at === null) continue;
    if (Array.isArray(at)) {
      work.push(...at);
      continue;
    }
    const node = at as Partial<Extract<Term, { kind: 'value' }>>;
    if (node.kind === 'value' && node.value) {
      const { value } = node;
      if (value.kind === 'param' || value.kind === 'input' || value.kind === 'unknown') found.set(JSON.stringify(value), value);
      continue;
    }
    for (const [key, part] of Object.entries(node)) if (key !== 'at') work.push(part);
  }
  return [...found.values()];
}

/** The formula with one value taken for another: "what if the caller could be trusted with it?" */
export function supposing<T>(node: T, value: Value, is: Value): T {
  const key = JSON.stringify(value);
  const visit = (at: unknown): unknown => {
    if (typeof at !== 'object' || at === null) return at;
    if (Array.isArray(at)) return at.map(visit);
    const term = at as Partial<Extract<Term, { kind: 'value' }>>;
    if (term.kind === 'value' && term.value) return JSON.stringify(term.value) === key ? { ...term, value: is } : at;
    return Object.fromEntries(Object.entries(at).map(([name, part]) => [name, name === 'at' ? part : visit(part)]));
  };
  return visit(node) as T;
}
