import { cases, type Formula, type Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { allTruths } from '../state.ts';
import { keyOf } from '../values/key.ts';
import { sourceOfRow } from './inherit.ts';
import { isIdentity, linkColumns } from './owners.ts';
import { bindings, trustOf } from './trust.ts';
import type { Case, Judgement } from './judgement.ts';

/**
 * The row, or the one that the same id named before, was compared with a row that the caller may have: `bounty.programId`
 * is the program of the caller's workspace. That this program is the workspace's own is for the data to keep.
 */
export function comparedWithRow(f: Flow, of: Case): Judgement | undefined {
  const { record, table, truths, uses, at } = of;
  const reads = record.query.verb === 'select' || record.query.verb === 'count';
  const own = reads ? uses.filter((u) => u.row === record.row) : [];
  const known = own.length > 0 ? own.every((u) => isTied(f, of, record.row, table, allTruths(u.truths))) : earlier(f, of).some((row) => isTied(f, of, row, table, truths));
  return known ? { verdict: 'guarded', certainty: 'likely', why: [{ text: 'it is compared with a row that the caller may have', at }] } : undefined;
}

/** Rows of the same table that the same id of the request named. */
function earlier(f: Flow, { record }: Case): number[] {
  const wanted = ids(f, record);
  return f.run.records.filter((r) => r !== record && r.table === record.table && [...ids(f, r)].some((k) => wanted.has(k))).map((r) => r.row);
}

function ids(f: Flow, record: Case['record']): ReadonlySet<string> {
  return new Set(bindings(record.query.condition).filter((b) => !b.negated && !b.related && (b.op === '=' || b.op === 'in') && isIdentity(f, record, b.field, false)).flatMap((b) => cases(b.value).map((c) => c.value)).filter((v) => trustOf(v) === 'input').map(keyOf));
}

function isTied(f: Flow, of: Case, row: number, table: string, truths: readonly Truth[]): boolean {
  return truths.some((t) => (t.kind === 'any' ? t.of.every((way) => isTied(f, of, row, table, way)) : t.kind === 'holds' && ties(f, of, row, table, t.formula)));
}

function ties(f: Flow, of: Case, row: number, table: string, formula: Formula): boolean {
  if (formula.kind === 'and') return formula.of.some((part) => ties(f, of, row, table, part));
  if (formula.kind !== 'compare' || formula.op !== '=') return false;
  const [mine, other] = formula.left.kind === 'column' && formula.left.row === row ? [formula.left, formula.right] : [formula.right, formula.left];
  if (mine.kind !== 'column' || mine.row !== row || other.kind !== 'column' || other.row === row) return false;
  if (!linkColumns(f, table).has(mine.column)) return false;
  const judgement = sourceOfRow(f, of, other.row);
  return judgement !== undefined && !judgement.unused && (judgement.verdict === 'scoped' || judgement.verdict === 'guarded' || judgement.verdict === 'injected');
}
