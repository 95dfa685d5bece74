import { cases, list, literal, nothing, object, unknown, type AbstractValue, type Formula, type Included, type Model, type Query, type Span, type ValueEntry, type Written } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { and, column, equals, freeRows, or, TRUE } from './formulas.ts';
import { toFormula, given } from './conditions.ts';
import { asksForMany } from './found.ts';
import { columnOf, endOf, resolveTable } from './ends.ts';
import { rowsOfSql } from './sql.ts';
import { around, note, usedBy } from './record.ts';
import { credentialFacts } from './secrets.ts';
import { relatedRow, relatedValue, rowValue } from './rows.ts';
import { termOf } from './terms.ts';
import type { Inserted, SiteRecord } from './site-record.ts';
import type { RowDef } from './row-store.ts';
import { computed } from '../values/symbol.ts';

/** A query is sent: it is noted with what is known here, and its result is a row variable of its own. */
export function runQuery(f: Flow, query: Query): AbstractValue {
  if (!f.state.live) return nothing(query.at);
  if (!f.offline) f.met(query.at);
  if (query.sql) return rowsOfSql(f, query, query.sql);
  const { table, model } = resolveTable(f, query.table);
  const def = f.rows.make(table, model, TRUE, query.at);
  const formula = toFormula(f, query.condition, { row: def.id, model });
  const inserted = query.inserts.flatMap((written) => insert(f, written, table, model));
  const record: SiteRecord = { query, table, model, row: def.id, formula, inserted, others: [], truths: f.state.truths, ...around(f) };
  note(f, record);
  for (const written of [...query.inserts, ...query.changes]) for (const e of written.entries) if (e.kind === 'field') usedBy(f, e.value, e.at);
  const found = asksForMany(query.condition) ? toFormula(f, query.condition, { row: def.id, model, found: true }) : formula;
  def.formula = and([afterwards(query, found, def, model, f), ...credentialFacts(f, query.condition, def.id, table, model)]);
  if (query.verb === 'insert') return insertResult(f, query, inserted, def);
  const extra = includes(f, def, query.includes, model);
  return result(f, query, def, extra);
}

/** What holds of a row after the query: what it was asked for, except where the query itself changed it. */
function afterwards(query: Query, formula: Formula, def: RowDef, model: Model | undefined, f: Flow): Formula {
  if (query.changes.length === 0) return formula;
  const changed = query.changes.flatMap((w) => w.entries.flatMap((e) => (e.kind === 'field' ? [columnOf(model, e.field) ?? e.field] : [])));
  const written = and(query.changes.flatMap((w) => writtenFormulas(f, w, def.id, model)));
  return changed.some((c) => mentions(formula, def.id, c)) ? written : and([formula, written]);
}

function mentions(formula: Formula, row: number, name: string): boolean {
  if (!freeRows(formula).has(row)) return false;
  const work: unknown[] = [formula];
  while (work.length > 0) {
    const at = work.pop();
    if (typeof at !== 'object' || at === null) continue;
    const node = at as { kind?: string; row?: number; column?: string };
    if (node.kind === 'column' && node.row === row && node.column === name) return true;
    work.push(...Object.values(node));
  }
  return false;
}

/** A row that is inserted, and those nested in it. */
function insert(f: Flow, written: Written, table: string | undefined, model: Model | undefined): Inserted[] {
  const def = f.rows.make(table, model, TRUE, written.at);
  const nested: Inserted[] = [];
  const parts = writtenFormulas(f, written, def.id, model);
  for (const e of written.entries) {
    if (e.kind !== 'insert') continue;
    const field = model?.fields.get(e.field);
    const to = field?.kind === 'relation' ? f.input.models?.models.get(field.model) : undefined;
    const inner = insert(f, e.row, to?.table, to);
    const [child] = inner;
    if (child && field?.kind === 'relation' && field.on.length > 0) {
      const ties = field.on.flatMap(([here, there]): Formula[] => {
        const a = columnOf(model, here);
        const b = columnOf(to, there);
        return a !== undefined && b !== undefined ? [equals(column(def.id, a, e.at), column(child.row, b, e.at), e.at)] : [];
      });
      const childDef = f.rows.get(child.row);
      // The nested row belongs to this one, or this one to it: each is known through the other.
      if (childDef) childDef.formula = and([childDef.formula, ...ties, ...parts]);
      nested.push(...inner.map((i, n) => (n === 0 ? { ...i, formula: and([i.formula, ...ties, ...parts]) } : i)));
      if (!field.list) parts.push(...ties, child.formula);
    } else nested.push(...inner);
  }
  def.formula = and(parts);
  return [{ row: def.id, table, model, formula: def.formula, at: written.at }, ...nested];
}

/** What the written values say of the row: later entries win. */
export function writtenFormulas(f: Flow, written: Written, row: number, model: Model | undefined): Formula[] {
  const found = new Map<string, Formula>();
  let open: { of: AbstractValue; at: Span }[] = [];
  for (let i = written.entries.length - 1; i >= 0; i--) {
    const e = written.entries[i];
    if (!e) continue;
    if (e.kind === 'spread') open = [...open, { of: e.of, at: e.at }];
    else if (e.kind === 'field') {
      const name = columnOf(model, e.field);
      if (name === undefined || found.has(name)) continue;
      const stated = or(cases(e.value).map((c) => given(c.truths, assigned(f, row, name, c.value, e.at))));
      const overwritten = open.flatMap((o): Formula[] => {
        const brought = termOf(f, o.of.kind === 'symbol' ? { ...o.of, path: [...o.of.path, e.field] } : o.of, o.at);
        return brought ? [equals(column(row, name, o.at), brought, o.at)] : [];
      });
      found.set(name, or([stated, ...overwritten]));
    } else if (e.kind === 'link') {
      const field = model?.fields.get(e.field);
      if (field?.kind !== 'relation' || field.list) continue;
      const to = f.input.models?.models.get(field.model);
      const parent = f.rows.make(to?.table, to, TRUE, e.at);
      parent.formula = toFormula(f, e.condition, { row: parent.id, model: to });
      for (const [here, there] of field.on) {
        const a = columnOf(model, here);
        const b = columnOf(to, there);
        if (a !== undefined && b !== undefined) found.set(a, and([equals(column(row, a, e.at), column(parent.id, b, e.at), e.at), parent.formula]));
      }
    }
  }
  return [...found.values()];
}

function assigned(f: Flow, row: number, name: string, value: AbstractValue, at: Span): Formula {
  // Left out: the column takes its default.
  if (value.kind === 'undefined') return TRUE;
  if (value.kind === 'literal' && value.value === null) return { kind: 'null', of: column(row, name, at), negated: false, at };
  const term = termOf(f, value, at);
  return term ? equals(column(row, name, at), term, at) : TRUE;
}

function insertResult(f: Flow, query: Query, inserted: readonly Inserted[], def: RowDef): AbstractValue {
  const [first] = inserted;
  const made = first && f.rows.get(first.row);
  if (!made) return result(f, query, def, []);
  f.state.learn([{ kind: 'row', row: made.id, at: query.at }]);
  return result(f, query, made, includes(f, made, query.includes, made.model));
}

/** Included relations become properties of the row. */
export function includes(f: Flow, def: RowDef, of: readonly Included[], model: Model | undefined): ValueEntry[] {
  const counted: ValueEntry[] = [];
  const found = of.flatMap((one): ValueEntry[] => {
    const end = endOf(f, model, one.field, one.to);
    if (!end) return [];
    const to = relatedRow(f, def, end, one.at);
    const filtered = one.condition.kind !== 'all' || one.condition.of.length > 0;
    if (filtered) to.formula = and([to.formula, toFormula(f, one.condition, { row: to.id, model: to.model, found: true })]);
    if (one.required) def.with = [...def.with, to.id];
    const value = relatedValue(one.required ? { ...end, required: true } : end, to, includes(f, to, one.includes, to.model), one.at, filtered && !one.required);
    if (one.counted) {
      counted.push({ kind: 'property', name: one.field, nameAt: one.at, value: { kind: 'test', test: { kind: 'size', of: value }, at: one.at } });
      return [];
    }
    return [{ kind: 'property', name: one.field, nameAt: one.at, value }];
  });
  return counted.length > 0 ? [...found, { kind: 'property', name: '_count', nameAt: counted[0]?.kind === 'property' ? counted[0].nameAt : def.at, value: { kind: 'object', entries: counted, at: def.at } }] : found;
}

function result(f: Flow, query: Query, def: RowDef, extra: readonly ValueEntry[]): AbstractValue {
  const { at } = query;
  const row = rowValue(def, at, extra);
  const there = { kind: 'row', row: def.id, at } as const;
  switch (query.result) {
    case 'row':
      f.thrown++;
      f.state.learn([there]);
      return row;
    case 'row-or-null': return { kind: 'union', of: [{ value: row, truths: [there] }, { value: literal(null, at), truths: [] }], at };
    case 'rows': return list(row, at);
    case 'groups': return list(object({ ...Object.fromEntries(query.selects?.map((name) => [name, columnValue(def, name, at)]) ?? []), _count: unknown('aggregate', at) }, at), at);
    case 'count': return { kind: 'test', test: { kind: 'size', of: list(row, at) }, at };
    case 'void': return nothing(at);
    // Sums and counts tell of the rows that they were made of.
    case 'unknown': return query.verb === 'count' ? computed(query.operation, [row], '', at) : unknown(`result of ${query.operation}`, at);
    default: return unknown(query.operation, at);
  }
}

function columnValue(def: RowDef, name: string, at: Span): AbstractValue {
  const read = columnOf(def.model, name);
  return read === undefined ? unknown(name, at) : { kind: 'column', row: def.id, column: read, at };
}
