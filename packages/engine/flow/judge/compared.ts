import { cases, type AbstractValue, type Formula, type Span, type Term, type Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { equalities } from '../queries/belonging.ts';
import { snake } from '../queries/identity.ts';
import { perRun } from '../queries/per-run.ts';
import { allTruths } from '../state.ts';
import { termOf } from '../queries/terms.ts';
import { keyOf, sameValue } from '../values/key.ts';
import { sourceOfRow } from './inherit.ts';
import { isIdentity, isOnlyKey, leadsTo, linkColumns } from './owners.ts';
import { columnOf } from '../queries/ends.ts';
import { bindings, sourceOf, trustOf } from './trust.ts';
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
  const there = [record.row, ...earlier(f, of).filter((row) => truths.some((t) => t.kind === 'row' && t.row === row))];
  if (!known && there.some((row) => hangsOff(f, of, row, table))) return HANGS(at);
  return known ? { verdict: 'guarded', certainty: 'likely', why: [{ text: 'it is compared with a row that the caller may have', at }] } : undefined;
}

export const HANGS = (at: Span): Judgement => ({ verdict: 'guarded', certainty: 'likely', why: [{ text: 'it hangs off a row that the caller may have', at }] });

/** Rows of the same table that the same id of the request named. */
export function earlier(f: Flow, { record }: Pick<Case, 'record'>): number[] {
  const wanted = ids(f, record);
  return f.run.records.filter((r) => r !== record && r.table === record.table && [...ids(f, r)].some((k) => wanted.has(k))).map((r) => r.row);
}

function ids(f: Flow, record: Case['record']): ReadonlySet<string> {
  let known = idsOf(f).get(record);
  if (!known) idsOf(f).set(record, (known = idsIn(f, record)));
  return known;
}
const idsOf = perRun(() => new Map<Case['record'], ReadonlySet<string>>());

function idsIn(f: Flow, record: Case['record']): ReadonlySet<string> {
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
  return isChecked(f, of, other.row);
}

/**
 * A key of the row names another row that was checked before: itself, as `project.id`, or by the same value, as
 * `sessions.find({ id, environmentId })` after the environment.
 */
export function hangsOff(f: Flow, of: Case, row: number, table: string): boolean {
  // What the query itself writes is true of the row only afterwards.
  const formula = row === of.record.row ? of.record.formula : f.rows.get(row)?.formula;
  return hangs(f, of, row, table, formula ?? { kind: 'true' }) === 'checked';
}

/** Of several ways each must, by what holds there; one of them may name what the session says instead. */
function hangs(f: Flow, of: Case, row: number, table: string, formula: Formula): 'checked' | 'session' | undefined {
  if (formula.kind === 'and' || formula.kind === 'or') {
    const here: Case = formula.kind === 'and' ? { ...of, truths: [...of.truths, { kind: 'holds', formula, at: of.at }] } : of;
    const parts = formula.of.map((part) => hangs(f, here, row, table, part));
    if (formula.kind === 'or' && parts.some((part) => part === undefined)) return undefined;
    return parts.includes('checked') ? 'checked' : parts.find((part) => part !== undefined);
  }
  for (const [column, term] of equalities(formula, row)) {
    const leads = leading(f, table, column);
    const named = (other: number, byKey: (to: string) => boolean): boolean => {
      const to = f.rows.get(other)?.table;
      return other !== row && to !== undefined && leads(to) && byKey(to) && isChecked(f, of, other);
    };
    if (term.kind === 'value' && term.value.kind === 'claim' && term.value.trusted && linkColumns(f, table).has(column)) return 'session';
    if (term.kind === 'column' && named(term.row, (to) => isOnlyKey(f, to, term.column))) return 'checked';
    if (term.kind === 'value' && term.value.kind === 'input' && of.truths.some((t) => t.kind === 'row' && named(t.row, (to) => isNamed(f, t.row, to, term)))) return 'checked';
  }
  return undefined;
}

/** Which tables a column may lead to: what its foreign key says, or its name where there is none. */
function leading(f: Flow, table: string, column: string): (to: string) => boolean {
  const to = leadsTo(f, table, column);
  if (to !== undefined) return (other) => other === to && linkColumns(f, table).has(column);
  const stem = /^(.+)_id$/.exec(snake(column))?.[1];
  return (other) => stem !== undefined && [stem, `${stem}s`].includes(snake(other.split('.').at(-1) ?? other));
}

/** The value is the key of a row that was checked before. */
export function namesChecked(f: Flow, of: Case, value: AbstractValue): boolean {
  const term = termOf(f, value, of.at);
  return term !== undefined && of.truths.some((t) => {
    const table = t.kind === 'row' ? f.rows.get(t.row)?.table : undefined;
    return t.kind === 'row' && table !== undefined && isNamed(f, t.row, table, term) && isChecked(f, of, t.row);
  });
}

const isNamed = (f: Flow, row: number, table: string, value: Term): boolean => equalities(f.rows.get(row)?.formula ?? { kind: 'true' }, row).some(([column, term]) => isOnlyKey(f, table, column) && same(term, value));

function isChecked(f: Flow, of: Case, row: number): boolean {
  const judgement = sourceOfRow(f, of, row);
  return judgement !== undefined && !judgement.unused && (judgement.verdict === 'scoped' || judgement.verdict === 'guarded' || judgement.verdict === 'injected');
}

const same = (a: Term, b: Term): boolean => a.kind === 'value' && b.kind === 'value' && JSON.stringify(a.value) === JSON.stringify(b.value);

/** What the request brings was checked in another form: `normalize(id)` is a tenant of the caller's, and `id` is asked for. That one of several ids is there is no form of it. */
export function checkedOtherwise(f: Flow, of: Case, value: AbstractValue): boolean {
  const wanted = inputsOf(value);
  return wanted.size > 0 && of.truths.some((t) => {
    const other = t.kind === 'row' ? f.recordOf.get(t.row) : undefined;
    if (t.kind !== 'row' || !other || other === of.record || (other.table !== of.table && other.table !== f.input.tenancy.root)) return false;
    const asked = bindings(other.query.condition).some((b) => !b.negated && !b.related && (b.op === '=' || (b.op === 'in' && !sameValue(b.value, value))) && isIdentity(f, other, b.field, false) && [...inputsOf(b.value)].some((i) => wanted.has(i)));
    if (!asked) return false;
    return isChecked(f, of, t.row);
  });
}

/** What was made of the value is the key of a row that was checked: `path.split('/')[1]` is a folder of the caller's. */
export function partChecked(f: Flow, of: Case, value: AbstractValue): boolean {
  const whole = inputsOf(value);
  return of.truths.some((t) => {
    const other = t.kind === 'row' ? f.recordOf.get(t.row) : undefined;
    if (t.kind !== 'row' || !other || other === of.record) return false;
    const asked = bindings(other.query.condition).some((b) => !b.negated && !b.related && b.op === '=' && isIdentity(f, other, b.field, false) && [...inputsOf(b.value)].some((i) => whole.has(i)));
    return asked && isChecked(f, of, t.row);
  });
}

/**
 * What the request brings was found in the session: `session.projects.find((p) => p.id === input.projectId)`. By it the
 * condition names the row itself, or what it hangs off.
 */
export function namedBySession(f: Flow, of: Case, fields: readonly { readonly field: string; readonly value: AbstractValue }[]): Judgement | undefined {
  const { record, at, table } = of;
  const own = fields.filter(({ field }) => linkColumns(f, table).has(columnOf(record.model, field) ?? field) || isOnlyKey(f, table, columnOf(record.model, field) ?? field));
  const found = own.find(({ value }) => isOfSession(f, of, value));
  return found && { verdict: 'guarded', certainty: 'likely', why: [{ text: `${sourceOf(found.value)} is one that the session names`, at }] };
}

/** What the request brings equals an id of the session. */
export function isOfSession(f: Flow, { truths, at }: Case, value: AbstractValue): boolean {
  const term = value.kind === 'symbol' && value.origin.kind === 'input' ? termOf(f, value, at) : undefined;
  return term !== undefined && truths.some((t) => t.kind === 'holds' && t.formula.kind === 'compare' && t.formula.op === '=' && ((same(t.formula.left, term) && isClaim(t.formula.right)) || (same(t.formula.right, term) && isClaim(t.formula.left))));
}

const isClaim = (of: Term): boolean => of.kind === 'value' && of.value.kind === 'claim' && of.value.trusted && /(?:^|[._])id$|Id$/.test(of.value.path);

/** Places of the request that the value is made from. */
function inputsOf(value: AbstractValue, depth = 0, found = new Set<string>()): ReadonlySet<string> {
  if (depth > 4) return found;
  switch (value.kind) {
    case 'symbol':
      if (value.origin.kind === 'input') found.add(keyOf(value));
      else if (value.origin.kind === 'computed') for (const part of value.origin.of) inputsOf(part, depth + 1, found);
      break;
    case 'union':
      for (const c of value.of) inputsOf(c.value, depth + 1, found);
      break;
    case 'text':
      for (const part of value.values) inputsOf(part, depth + 1, found);
      break;
    default:
  }
  return found;
}
