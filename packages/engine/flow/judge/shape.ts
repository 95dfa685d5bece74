import { cases, type AbstractValue, type EntryPoint, type Included, type IncludedRows, type Model, type Span, type SplicedText, type Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { columnOf, endOf, OBJECTS } from '../queries/ends.ts';
import { perRun } from '../queries/per-run.ts';
import { allTruths } from '../state.ts';
import { keyOf } from '../values/key.ts';
import { linked } from './links.ts';
import { isIdentity, tenantColumns } from './owners.ts';
import { bindings, sourceOf, trustOf } from './trust.ts';
import type { SiteRecord } from '../queries/site-record.ts';
import type { Extra } from './judgement.ts';

export function extraOf(f: Flow, record: SiteRecord, entry: EntryPoint | undefined): Extra {
  return { unbounded: isUnbounded(f, record), linked: linked(f, record, entry), included: included(f, record.query.includes, record.table, record.model), spliced: spliced(record), follows: follows(f, record) };
}

/** A list read without a limit, of rows that are not named one by one. */
function isUnbounded(f: Flow, record: SiteRecord): boolean {
  const { query } = record;
  if (query.verb !== 'select' || query.limited || query.result === 'row' || query.result === 'row-or-null' || query.result === 'count') return false;
  return !bindings(query.condition).some((b) => !b.negated && !b.related && b.op === 'in' && isIdentity(f, record, b.field, false));
}

const DEEPEST = 6;

function included(f: Flow, of: readonly Included[], table: string | undefined, model: Model | undefined, depth = 0): IncludedRows[] {
  if (depth > DEEPEST) return [];
  return of.flatMap((one): IncludedRows[] => {
    const end = endOf(f, model, one.field, one.to);
    if (end?.table === undefined) return [];
    const own = { relation: one.field, table: end.table, several: end.list, wholeRecord: one.whole === true, counted: one.counted, untied: untied(f, one, table, end.table, model), at: one.at };
    return [own, ...included(f, one.includes, end.table, end.model, depth + 1)];
  });
}

/** The related rows name a tenant themselves, and neither the key nor a condition says that it is the same one. */
function untied(f: Flow, of: Included, table: string | undefined, to: string, model: Model | undefined): boolean {
  const tenants = tenantColumns(f, to);
  if (tenants.size === 0 || f.input.tenancy.of.get(to)?.tenancy.kind === 'root' || table === undefined || tenantColumns(f, table).size === 0 || f.input.tenancy.of.get(table)?.tenancy.kind === 'root') return false;
  const end = endOf(f, model, of.field, of.to);
  if (!end?.keyed && !end?.list) return false;
  if (bindings(of.condition).some((b) => !b.negated && (b.related || tenants.has(columnOf(end.model, b.field) ?? b.field)))) return false;
  const [here, there] = [f.input.schema.tables.get(table), f.input.schema.tables.get(to)];
  const tied = [...(here?.constraints.values() ?? []), ...(there?.constraints.values() ?? [])].some((c) => c.kind === 'foreign key' && (c.references === to || c.references === table) && c.columns.length > 1 && (c.columns.some((name) => tenants.has(name)) || c.referenced.some((name) => tenants.has(name))));
  return !tied && here !== undefined && there !== undefined;
}

/** Text that is put into SQL as it stands, and is none of a few that the code knows. */
function spliced(record: SiteRecord): SplicedText | undefined {
  const { sql, at } = record.query;
  const truths = allTruths(record.truths);
  for (const hole of sql?.holes ?? []) {
    if (hole.bound) continue;
    const open = cases(hole.value).filter((c) => isOpen(c.value) && !isListed(c.value, [...truths, ...c.truths]));
    const [first] = open;
    if (!first) continue;
    return { value: sourceOf(first.value), from: trustOf(first.value) === 'input' ? 'request' : 'elsewhere', at };
  }
  return undefined;
}

function isOpen(value: AbstractValue): boolean {
  const trust = trustOf(value);
  return trust === 'input' || ((trust === 'param' || trust === 'unknown') && !isNumber(value));
}

/** Positions of parameters, counts, dates and the like. */
const isNumber = (value: AbstractValue): boolean => value.kind === 'symbol' && value.origin.kind === 'computed' && /^[-+*/%]$|length|size/.test(value.origin.op);

/** It equals one of the texts that the code spells out. */
function isListed(value: AbstractValue, truths: readonly Truth[]): boolean {
  if (value.kind === 'text') return value.values.every((v) => !isOpen(v) || isListed(v, truths));
  const key = keyOf(value);
  return truths.some((t) => {
    if (t.kind === 'any') return t.of.every((way) => isListed(value, way));
    if (t.kind !== 'holds' || t.formula.kind !== 'compare' || t.formula.op !== '=' || value.kind !== 'symbol' || value.origin.kind !== 'input') return false;
    const { left, right } = t.formula;
    const input = [left, right].find((side) => side.kind === 'value' && side.value.kind === 'input');
    const fixed = [left, right].find((side) => side !== input);
    return input?.kind === 'value' && input.value.kind === 'input' && fixed?.kind === 'value' && fixed.value.kind === 'literal' && key.endsWith([input.value.channel, ...input.value.path].join('.'));
  });
}

const WRITES = new Set(['insert', 'update', 'delete', 'upsert']);

/** An earlier write of the same function, outside of a transaction that could have held both, that is about the same row or made the row that this one names. */
function follows(f: Flow, record: SiteRecord): Span | undefined {
  const { query, frame } = record;
  if (!WRITES.has(query.verb) || isTogether(f, record) || frame?.fn === undefined || record.table === OBJECTS) return undefined;
  let before: SiteRecord | undefined;
  for (const other of f.run.records) {
    if (other === record) break;
    if (other.frame?.fn !== frame.fn || !WRITES.has(other.query.verb) || other.table === OBJECTS || isTogether(f, other) || other.query.at.start === query.at.start || other.query.at.file !== query.at.file) continue;
    if (other.table !== record.table && isApart(other, record)) continue;
    if (share(f, other, record)) before = other;
  }
  return before?.query.at;
}

const isTogether = (f: Flow, { query }: SiteRecord): boolean => query.transaction || f.run.together.some((at) => at.file === query.at.file && at.start <= query.at.start && query.at.end <= at.end);

/** In branches of which only one is taken, neither follows the other. */
const isApart = (a: SiteRecord, b: SiteRecord): boolean => a.query.at.start > b.query.at.start;

function share(f: Flow, a: SiteRecord, b: SiteRecord): boolean {
  const left = named(f, a);
  for (const one of named(f, b)) if (left.has(one)) return true;
  return false;
}

/** Rows that a write names or makes, and ids that it is given. */
function named(f: Flow, record: SiteRecord): ReadonlySet<string> {
  let known = namedBy(f).get(record);
  if (!known) namedBy(f).set(record, (known = namesIn(f, record)));
  return known;
}
const namedBy = perRun(() => new Map<SiteRecord, ReadonlySet<string>>());

function namesIn(f: Flow, record: SiteRecord): ReadonlySet<string> {
  const found = new Set<string>([`row ${record.row}`, ...record.inserted.map((i) => `row ${i.row}`)]);
  const add = (field: string, value: AbstractValue): void => {
    const name = columnOf(record.model, field) ?? field;
    if (record.table === undefined || tenantColumns(f, record.table).has(name) || !isIdentity(f, record, field, false)) return;
    for (const c of cases(value)) {
      if (c.value.kind === 'column') found.add(`row ${c.value.row}`);
      else if (c.value.kind === 'symbol' && c.value.origin.kind !== 'identity') found.add(keyOf(c.value));
    }
  };
  for (const b of bindings(record.query.condition)) if (!b.negated && !b.related) add(b.field, b.value);
  for (const w of [...record.query.inserts, ...record.query.changes]) for (const e of w.entries) if (e.kind === 'field') add(e.field, e.value);
  return found;
}
