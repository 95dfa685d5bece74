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
  readonly #defs = new Map<number, RowDef>();
  readonly #related = new Map<string, AbstractValue>();
  /** Rows that end with what is being run, and what was read of them. */
  #passing: Passing | undefined;
  #last = 0;
  make(table: string | undefined, model: Model | undefined, formula: Formula, at: Span, along: readonly number[] = []): RowDef {
    const def: RowDef = { id: ++this.#last, table, model, formula, at, with: along };
    this.#defs.set(def.id, def);
    this.#passing?.ids.push(def.id);
    return def;
  }
  get(id: number): RowDef | undefined {
    return this.#defs.get(id);
  }
  related(key: string, make: () => AbstractValue): AbstractValue {
    const known = this.#related.get(key);
    if (known) return known;
    const value = make();
    this.#related.set(key, value);
    this.#passing?.related.push(key);
    return value;
  }
  /** From here on rows belong to one run; `undefined`: to all. Gives back what was so far, for whoever only interrupts it. */
  belong(to: Passing | undefined): Passing | undefined {
    const before = this.#passing;
    this.#passing = to;
    return before;
  }
  /** Forgets the rows of a run that is over. Returns their numbers. */
  forget(of: Passing): readonly number[] {
    for (const id of of.ids) this.#defs.delete(id);
    for (const key of of.related) this.#related.delete(key);
    return of.ids;
  }
}

/** Rows of one run. */
export interface Passing {
  readonly ids: number[];
  readonly related: string[];
}

export const rowValue = (def: RowDef, at: Span, extra: ValueOf<'row'>['extra'] = []): AbstractValue => ({ kind: 'row', row: def.id, table: def.table ?? '', model: def.model?.name, extra, at });

/** A property of a row that its query did not compute: a column, or the row at the other end of a relation. */
export function rowProperty(f: Flow, of: ValueOf<'row'>, name: string, at: Span): AbstractValue {
  const def = f.rows.get(of.row);
  // SQLAlchemy's way to await what is loaded when it is read.
  if (f.python && name === 'awaitable_attrs') return of;
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

