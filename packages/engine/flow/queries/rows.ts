import { list, literal, type AbstractValue, type ModelField, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { symbolProperty } from '../values/symbol.ts';
import { endOf, type End } from './ends.ts';
import type { RowDef } from './row-store.ts';

export const rowValue = (def: RowDef, at: Span, extra: ValueOf<'row'>['extra'] = []): AbstractValue => ({ kind: 'row', row: def.id, table: def.table ?? '', model: def.model?.name, extra, at });

/** A property of a row that its query did not compute: a column, or the row at the other end of a relation. */
export function rowProperty(f: Flow, of: ValueOf<'row'>, name: string, at: Span): AbstractValue {
  const def = f.rows.get(of.row);
  // SQLAlchemy's way to await what is loaded when it is read.
  if (f.python && name === 'awaitable_attrs') return of;
  const field = def?.model?.fields.get(name);
  if (field?.kind === 'scalar') return { kind: 'column', row: of.row, column: field.column, at };
  const end = def && field && endOf(f, def.model, name, undefined);
  if (def && end && field?.kind === 'relation') lazily(f, of.row, field, end, at);
  if (def && end) return f.rows.related(`${of.row}.${name}`, () => relatedValue(end, relatedRow(f, def, end, at), [], at));
  const table = def?.table === undefined ? undefined : f.input.schema.tables.get(def.table);
  if (!def?.model && (!table || table.columns.has(name))) return { kind: 'column', row: of.row, column: name, at };
  return symbolProperty({ kind: 'symbol', origin: { kind: 'unknown', why: `${name} of a row`, id: `row ${of.row}` }, path: [], at }, name, at);
}

/** Python's rows fetch what they hang together with when it is read, unless their query brought it along. */
function lazily(f: Flow, row: number, field: Extract<ModelField, { kind: 'relation' }>, end: End, at: Span): void {
  const { frame } = f;
  if (!f.python || f.offline || !frame?.turn.has(row) || end.table === undefined || !/^(?:select|true|dynamic|write_only)$/i.test(field.lazy ?? 'select')) return;
  f.input.tell?.({ kind: 'lazy', relation: field.name, table: end.table, at, loop: frame.loop ?? at });
}

/** The row at the other end: exists whenever this one does, if the relation is required. */
export function relatedRow(f: Flow, from: RowDef, end: End, at: Span): RowDef {
  const def = f.rows.make(end.table, end.model, { kind: 'true' }, at, [from.id]);
  def.formula = end.tied(from.id, def.id, at);
  return def;
}

/** How the program sees the rows at the other end: one, one or null, or any number. */
export function relatedValue(end: End, to: RowDef, extra: ValueOf<'row'>['extra'], at: Span, filtered = false): AbstractValue {
  const row = rowValue(to, at, extra);
  if (end.list) return list(row, at);
  if (end.required && !filtered) return row;
  return { kind: 'union', of: [{ value: row, truths: [{ kind: 'row', row: to.id, at }] }, { value: literal(null, at), truths: [] }], at };
}

