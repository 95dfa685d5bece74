import { list, literal, type AbstractValue, type Formula, type Model, type ModelField, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { symbolProperty } from '../values/property.ts';
import { and, columnsEqual, exists } from './formulas.ts';

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
  if (def && field) return f.rows.related(`${of.row}.${name}`, () => relatedValue(field, relatedRow(f, def, field, at), [], at));
  const table = def?.table === undefined ? undefined : f.input.schema.tables.get(def.table);
  if (!def?.model && (!table || table.columns.has(name))) return { kind: 'column', row: of.row, column: name, at };
  return symbolProperty({ kind: 'symbol', origin: { kind: 'unknown', why: `${name} of a row`, id: `row ${of.row}` }, path: [], at }, name, at);
}

type Relation = Extract<ModelField, { kind: 'relation' }>;

/** The row at the other end: exists whenever this one does, if the relation is required. */
export function relatedRow(f: Flow, from: RowDef, field: Relation, at: Span): RowDef {
  const to = f.input.models?.models.get(field.model);
  const def = f.rows.make(to?.table, to, { kind: 'true' }, at, [from.id]);
  def.formula = tie(from.model, from.id, field, to, def.id, at);
  return def;
}

/** What ties two rows of a relation together. */
export function tie(model: Model | undefined, from: number, field: Relation, to: Model | undefined, target: number, at: Span): Formula {
  if (field.on.length > 0) {
    const pairs = field.on.flatMap(([here, there]): Formula[] => {
      const a = columnOf(model, here);
      const b = columnOf(to, there);
      return a !== undefined && b !== undefined ? [columnsEqual(from, a, target, b, at)] : [];
    });
    if (pairs.length === field.on.length) return and(pairs);
  }
  if (field.through !== undefined && model && to) {
    // An implicit many-to-many: column A holds the key of the model that comes first in the alphabet.
    const first = model.name <= to.name;
    const join = -(from * 100_000 + target);
    return exists([{ id: join, table: field.through, alias: field.through, at }], and([columnsEqual(join, first ? 'A' : 'B', from, keyColumn(model), at), columnsEqual(join, first ? 'B' : 'A', target, keyColumn(to), at)]), at);
  }
  return { kind: 'opaque', text: field.name, why: 'the relation has no key that could be read', about: [from, target], at };
}

export function columnOf(model: Model | undefined, field: string): string | undefined {
  if (!model) return field;
  const found = model.fields.get(field);
  return found?.kind === 'scalar' ? found.column : undefined;
}

function keyColumn(model: Model): string {
  const id = model.fields.get('id');
  return id?.kind === 'scalar' ? id.column : 'id';
}

/** How the program sees the rows at the other end: one, one or null, or any number. */
export function relatedValue(field: Relation, to: RowDef, extra: ValueOf<'row'>['extra'], at: Span, filtered = false): AbstractValue {
  const row = rowValue(to, at, extra);
  if (field.list) return list(row, at);
  if (field.required && !filtered) return row;
  return { kind: 'union', of: [{ value: row, truths: [{ kind: 'row', row: to.id, at }] }, { value: literal(null, at), truths: [] }], at };
}

