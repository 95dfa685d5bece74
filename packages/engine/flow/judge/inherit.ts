import { cases, type AbstractValue, type Condition } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { isIdentity, ownerColumns } from './owners.ts';
import { ask } from './prove.ts';
import type { Inserted, SiteRecord } from '../queries/site-record.ts';
import { columnOf } from '../queries/ends.ts';
import { byDesign, type Case, type Judgement } from './judgement.ts';

/** Ids of rows are as good as the queries that the rows came from. */
export function inherit(f: Flow, of: Case): Judgement | undefined {
  return fromRows(f, of, certain(of.record.query.condition).filter((c) => isIdentity(f, of.record, c.field, false)).map((c) => c.value));
}

/** A new row hangs off rows that its keys name. */
export function inheritKeys(f: Flow, of: Case, one: Inserted): Judgement | undefined {
  const keys = ownerColumns(f, one.table ?? '');
  return fromRows(f, of, of.record.query.inserts.flatMap((w) => w.entries.flatMap((e) => (e.kind === 'field' && keys.has(columnOf(one.model, e.field) ?? e.field) ? [e.value] : []))));
}

/** What is named by columns of rows is as good as the queries that the rows came from. */
export function fromRows(f: Flow, of: Case, values: readonly AbstractValue[]): Judgement | undefined {
  const rows = new Set(values.flatMap(rowsOf));
  if (rows.size === 0) return undefined;
  const { at } = of;
  const sources = [...rows].map((row) => sourceOfRow(f, of, row));
  if (sources.some((j) => j?.verdict === 'leak' || j?.unused)) return undefined;
  if (sources.every((j) => j?.verdict === 'by-design')) return byDesign('the id is that of a row that the system looked up', at, 'likely');
  const unclear = sources.some((j) => !j || j.verdict === 'unknown');
  return unclear
    ? { verdict: 'unknown', certainty: 'possible', why: [{ text: 'the id is that of a row, and whose it is could not be told', at }] }
    : { verdict: 'guarded', certainty: 'likely', why: [{ text: 'the id is that of a row that the caller may have', at }] };
}

/** What is known of the query that a row came from, by itself, or by what was checked since and holds here. */
export function sourceOfRow(f: Flow, { entry, uses, truths, at }: Case, row: number): Judgement | undefined {
  const source = sourceRecord(f, row);
  if (!source) return undefined;
  const judgement = f.verdicts.has(source) ? f.verdicts.get(source) : f.judge(source, entry, uses);
  const settled = judgement && !judgement.unused && judgement.verdict !== 'leak' && judgement.verdict !== 'unknown';
  if (settled || source.table === undefined || ask(f, source.row, source.table, source.formula, truths, 'reach', at).verdict !== 'yes') return judgement;
  return { verdict: 'guarded', certainty: 'proven', why: [{ text: 'the row is checked before its columns are used', at }] };
}

/** Rows that the value is certainly an id of; none where it may be something else. */
function rowsOf(value: AbstractValue): number[] {
  const rows = cases(value).map((c) => (c.value.kind === 'column' ? c.value.row : c.value.kind === 'list' && c.value.of.kind === 'column' ? c.value.of.row : undefined));
  return rows.some((r) => r === undefined) ? [] : rows.filter((r) => r !== undefined);
}

/** The query that a row came from, itself or as what it was included in. */
export function sourceRecord(f: Flow, row: number): SiteRecord | undefined {
  const seen = new Set<number>();
  const work = [row];
  for (let id = work.shift(); id !== undefined; id = work.shift()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const record = f.recordOf.get(id);
    if (record) return record;
    work.push(...(f.rows.get(id)?.with ?? []));
  }
  return undefined;
}

/** Comparisons that hold whatever else does. */
function certain(of: Condition): Extract<Condition, { kind: 'compare' }>[] {
  switch (of.kind) {
    case 'all': return of.of.flatMap(certain);
    case 'relation': return of.quantifier === 'some' || of.quantifier === 'is' ? certain(of.where) : [];
    case 'compare': return of.op === '=' || of.op === 'in' ? [of] : [];
    default: return [];
  }
}

