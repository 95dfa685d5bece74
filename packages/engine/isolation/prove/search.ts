import type { Escape, Formula, Reason, Row } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { doubtsOf } from './doubts.ts';
import { reached } from './goal.ts';
import type { Atom } from './known.ts';
import { Known } from './known.ts';
import { Ownership } from './ownership.ts';
import { privileged } from './privileged.ts';
import type { Database, Question } from './question.ts';
import { complement } from '../logic/formula.ts';
import { renamed, shift } from '../logic/rename.ts';
import { Vocabulary } from './vocabulary.ts';
import { escapeOf } from './words.ts';

/** Nodes of the case tree that are looked at before the answer is "unknown": a bound on the normal form, and said. */
const MOST_NODES = 600;
/** Atoms looked at over all cases: a few thousand take a millisecond, and no hand-written policy needs more. */
const MOST_WORK = 6000;

interface Case {
  readonly pending: readonly Formula[];
  readonly choices: readonly (readonly Formula[])[];
  readonly atoms: readonly Atom[];
  readonly rows: readonly Row[];
  /** Rows whose own row level security has been taken into account. */
  readonly unfolded: number;
  /** Rows below this depth of unfolding are taken as they are. */
  readonly depth: number;
  /** What follows from the atoms before the last choice. */
  readonly before?: Known;
}

export type Found =
  | { readonly end: 'closed'; readonly why: readonly string[]; readonly vacuous: boolean }
  | { readonly end: 'escape'; readonly escape: Escape }
  | { readonly end: 'unknown'; readonly opaque: readonly Reason[]; readonly escape?: Escape };

/**
 * Case analysis over the disjunctive normal form, depth first. A case is left as soon as it cannot hold or the goal is
 * reached, so that only the disjunctions that matter are ever multiplied out.
 */
export function search(question: Question, db: Database): Found {
  const first: Row = { id: question.row, table: question.table, alias: question.table.slice(question.table.indexOf('.') + 1), at: question.at };
  const start: Case = { pending: [question.formula, ...(question.assume ?? [])], choices: [], atoms: [], rows: [first, ...(question.rows ?? [])], unfolded: 1, depth: 0 };
  const stack: Case[] = [start];
  const fresh = { next: 1_000_000 };
  const words = new Vocabulary();
  const why = new Set<string>();
  const unknown: Reason[] = [];
  let vacuous = true;
  let nodes = 0;
  let work = 0;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (++nodes > MOST_NODES) return { end: 'unknown', opaque: [{ text: `more than ${MOST_NODES} cases`, at: question.at }] };
    const flat = flatten(node, question, db, fresh);
    if (flat === undefined) continue;
    work += flat.atoms.length + flat.rows.length;
    if (work > MOST_WORK) return { end: 'unknown', opaque: [{ text: `too many conditions to tell the cases apart`, at: question.at }] };
    const known = new Known(flat.atoms, flat.rows, question, db, words, flat.before);
    if (known.contradiction !== undefined) continue;
    const ownership = new Ownership(known, question);
    const target = known.rows.find((row) => row.row.id === question.row);
    if (target === undefined) return { end: 'unknown', opaque: [{ text: 'the row has no table', at: question.at }] };
    const goal = reached(question, target, flat.atoms, known, ownership) ?? privileged(flat.atoms, known, ownership, question, db);
    if (goal !== undefined) {
      vacuous = false;
      why.add(goal);
      continue;
    }
    const [choice, ...choices] = flat.choices;
    if (choice !== undefined) {
      for (const branch of [...choice].reverse()) stack.push({ ...flat, pending: [branch], choices, before: known });
      continue;
    }
    const next = unfold(flat, question, db, fresh);
    if (next !== undefined) {
      stack.push({ ...next, before: known });
      continue;
    }
    vacuous = false;
    if (question.yesOnly === true) return { end: 'unknown', opaque: [] };
    const doubts = doubtsOf(flat, question, db, known, ownership);
    if (doubts.length === 0) {
      const escape = escapeOf(question, target, flat.atoms, flat.rows, known, ownership);
      if (target.table.tenancy.kind !== 'unknown') return { end: 'escape', escape };
      return { end: 'unknown', opaque: [{ text: `how ${question.table} belongs to tenants is not known`, at: question.at }], escape };
    }
    unknown.push(...doubts);
  }
  if (unknown.length > 0) return { end: 'unknown', opaque: unknown };
  return { end: 'closed', why: [...why], vacuous };
}

/** Conjunctions and existential rows are taken apart; disjunctions wait in `choices`, the smallest first. */
function flatten(node: Case, question: Question, db: Database, fresh: { next: number }): Case | undefined {
  const atoms = [...node.atoms];
  const rows = [...node.rows];
  const choices = [...node.choices];
  const stack: Formula[] = [...node.pending].reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    switch (next.kind) {
      case 'true': break;
      case 'false': return undefined;
      case 'and':
        for (let i = next.of.length - 1; i >= 0; i--) {
          const part = next.of[i];
          if (part !== undefined) stack.push(part);
        }
        break;
      case 'or':
        if (next.of.length === 0) return undefined;
        if (next.of.length === 1 && next.of[0] !== undefined) stack.push(next.of[0]);
        else choices.push(next.of);
        break;
      case 'exists': {
        const own = apart(next, rows, fresh);
        for (const row of own.rows) {
          if (rows.includes(row)) continue;
          rows.push(row);
          if (visibleTo(row, question, db)?.kind === 'false') return undefined;
        }
        stack.push(own.where);
        break;
      }
      case 'not': {
        const inner = complement(next.of);
        if (inner.kind === 'not') atoms.push(inner);
        else stack.push(inner);
        break;
      }
      case 'compare': case 'null': case 'opaque': atoms.push(next); break;
      default: return never(next);
    }
  }
  choices.sort((a, b) => a.length - b.length);
  return { ...node, pending: [], choices, atoms, rows };
}

/** One and the same row object is one row, read twice; another of the same id is another row and gets an id of its own. */
function apart(of: Extract<Formula, { kind: 'exists' }>, rows: readonly Row[], fresh: { next: number }): Extract<Formula, { kind: 'exists' }> {
  const taken = of.rows.filter((row) => rows.some((known) => known.id === row.id && known !== row));
  return taken.length === 0 ? of : renamed(of, taken.map((row) => row.id), fresh);
}

function visibleTo(row: Row, question: Question, db: Database): Formula | undefined {
  return row.definer === true || row.table === undefined ? undefined : db.visible?.(row, question.caller);
}

/** Adds what row level security says of one more row that is read in the caller's name. */
function unfold(node: Case, question: Question, db: Database, fresh: { next: number }): Case | undefined {
  for (let i = node.unfolded; i < node.rows.length; i++) {
    const row = node.rows[i];
    if (row === undefined || node.depth >= 3) continue;
    const formula = visibleTo(row, question, db);
    if (formula === undefined || formula.kind === 'true') continue;
    return { ...node, pending: [shift(formula, row.id, fresh)], unfolded: i + 1, depth: node.depth + 1 };
  }
  return undefined;
}
