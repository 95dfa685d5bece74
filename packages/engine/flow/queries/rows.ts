import { list, literal, type AbstractValue, type Formula, type Model, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { symbolProperty } from '../values/property.ts';
import { endOf, type End } from './ends.ts';

export { columnOf } from './ends.ts';

/** A row that the program asked for, and what its query asked of it. */
export interface RowDef {
  readonly id: number;
  readonly table: string | undefined;
  readonly model: Model | undefined;
  /** Holds of the row whenever it exists. */
  formula: Formula;
  readonly at: Span;
  /** Rows that exist whenever this one does. */
  with: readonly number[];
}

/** Row variables of one run. Numbers start at 1: 0 is left to policies. */
export class Rows {
  readonly #defs: RowDef[] = [];
  readonly #related = new Map<string, AbstractValue>();
  make(table: string | undefined, model: Model | undefined, formula: Formula, at: Span, along: readonly number[] = []): RowDef {
    const def: RowDef = { id: this.#defs.length + 1, table, model, formula, at, with: along };
    this.#defs.push(def);
    return def;
  }
  get(id: number): RowDef | undefined {
    return this.#defs[id - 1];
  }
  get size(): number {
    return this.#defs.length;
  }
  related(key: string, make: () => AbstractValue): AbstractValue {
    const known = this.#related.get(key);
    if (known) return known;
    const value = make();
    this.#related.set(key, value);
    return value;
  }
}

export const rowValue = (def: RowDef, at: Span, extra: ValueOf<'row'>['extra'] = []): AbstractValue => ({ kind: 'row', row: def.id, table: def.table ?? '', model: def.model?.name, extra, at });

/** A property of a row that its query did not compute: a column, or the row at the other end of a relation. */
export function rowProperty(f: Flow, of: ValueOf<'row'>, name: string, at: Span): AbstractValue {
  const def = f.rows.get(of.row);
  const field = def?.model?.fields.get(name);
  if (field?.kind === 'scalar') return { kind: 'column', row: of.row, column: field.column, at };
  const end = def && field && endOf(f, def.model, name, undefined);
  if (def && end) return f.rows.related(`${of.row}.${name}`, () => relatedValue(end, relatedRow(f, def, end, at), [], at));
  const table = def?.table === undefined ? undefined : f.input.schema.tables.get(def.table);
  if (!def?.model && (!table || table.columns.has(name))) return { kind: 'column', row: of.row, column: name, at };
  return symbolProperty({ kind: 'symbol', origin: { kind: 'unknown', why: `${name} of a row`, id: `row ${of.row}` }, path: [], at }, name, at);
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

