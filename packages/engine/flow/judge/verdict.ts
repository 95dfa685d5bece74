import { cases, type AbstractValue } from '@tenantlint/model';
import type { Certainty, Condition, Defect, EntryPoint, Formula, Reason, SiteVerdict, Span, Term, Truth, Value } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { toFormula } from '../queries/conditions.ts';
import { freeRows } from '../queries/formulas.ts';
import { snake, tenantNames } from '../queries/identity.ts';
import { closed } from '../queries/assemble.ts';
import { columnOf } from '../queries/rows.ts';
import type { Inserted, SiteRecord, Use } from '../queries/record.ts';
import { truthsSince } from '../state.ts';
import { ask, askClosed, supposing, untrusted } from './prove.ts';
import { bindings, repaired, sourceOf, trustOf } from './trust.ts';

export interface Judgement {
  readonly verdict: SiteVerdict;
  readonly certainty: Certainty;
  readonly why: readonly Reason[];
  readonly defect?: Defect;
  readonly defectAt?: Span;
}

/** Entry points that act for the system rather than for a tenant. */
const SYSTEM = new Set<EntryPoint['kind']>(['script', 'seed', 'test', 'cron']);

export function judge(f: Flow, record: SiteRecord, entry: EntryPoint | undefined, uses: readonly Use[]): Judgement {
  const { query, table } = record;
  const at = query.at;
  if (table === undefined) return { verdict: 'unknown', certainty: 'possible', why: [{ text: query.table.kind === 'unknown' ? query.table.why : 'the table is not known', at }] };
  const tenancy = f.input.tenancy.of.get(table);
  if (!f.input.tenancy.found) return byDesign('no tenancy was found', at);
  if (tenancy?.tenancy.kind === 'global') return byDesign(`rows of ${table} belong to nobody`, at);
  if (entry && (entry.kind === 'seed' || entry.kind === 'test' || entry.kind === 'script')) return byDesign(`${entry.kind} code acts for the system`, at);
  const parts: Judgement[] = [];
  if (query.verb !== 'insert') parts.push(reached(f, record, table, entry, uses));
  for (const one of record.inserted) parts.push(written(f, record, one, entry));
  return worst(parts) ?? byDesign('nothing is asked', at);
}

/** The prover's reasons, here: its answers serve all sites that ask alike. */
const placed = (because: readonly Reason[], at: Span): readonly Reason[] => because.map(({ text }) => ({ text, at }));

const byDesign = (text: string, at: Span): Judgement => ({ verdict: 'by-design', certainty: 'proven', why: [{ text, at }] });

const RANK: readonly SiteVerdict[] = ['by-design', 'injected', 'scoped', 'guarded', 'unknown', 'leak'];
export const worst = (of: readonly Judgement[]): Judgement | undefined => of.reduce((a: Judgement | undefined, b) => (!a || RANK.indexOf(b.verdict) > RANK.indexOf(a.verdict) ? b : a), undefined);

/** Rows that are read, changed or deleted: are they the caller's own? */
function reached(f: Flow, record: SiteRecord, table: string, entry: EntryPoint | undefined, uses: readonly Use[]): Judgement {
  const { query, row, formula } = record;
  const at = query.at;
  const truths = truthsSince(record.truths, undefined);
  const alone = ask(f, row, table, formula, [], 'reach', at);
  // Ids of rows that were fetched before are somebody's guard; naming the tenant itself is scope.
  if (alone.verdict === 'yes') return { verdict: namesOwner(f, record) || !restsOnRows(f, row, formula) ? 'scoped' : 'guarded', certainty: 'proven', why: placed(alone.because, at) };
  const known = ask(f, row, table, formula, truths, 'reach', at);
  if (known.verdict === 'yes') return { verdict: namesOwner(f, record) ? 'scoped' : 'guarded', certainty: 'proven', why: placed(known.because, at) };
  if (query.verb === 'select' || query.verb === 'count') {
    const checked = checkedAfterwards(f, record, table, formula, uses);
    if (checked) return checked;
  }
  return unproven(f, record, table, formula, truths, entry, query.condition);
}

const restsOnRows = (f: Flow, row: number, formula: Formula): boolean => [...freeRows(formula)].some((id) => id !== row && f.rows.get(id) !== undefined);

/** The condition speaks of the tenant or the user itself, here or along a relation. */
function namesOwner(f: Flow, record: SiteRecord): boolean {
  const names = tenantNames(f.input.tenancy);
  const own = record.table === undefined ? new Set<string>() : ownerColumns(f, record.table);
  const tenancy = record.table === undefined ? undefined : f.input.tenancy.of.get(record.table)?.tenancy;
  return bindings(record.query.condition).some((b) => {
    if (b.negated) return false;
    const name = columnOf(b.related ? undefined : record.model, b.field) ?? b.field;
    if (b.related) return names.has(snake(name)) || /user_?id$/i.test(name);
    if (tenancy?.kind === 'through') return names.has(snake(name));
    return own.has(name) || (tenancy?.kind === 'root' && name === tenancy.key);
  });
}

/** The row was read by id alone; is it compared before it goes anywhere? */
function checkedAfterwards(f: Flow, record: SiteRecord, table: string, formula: Formula, uses: readonly Use[]): Judgement | undefined {
  const own = uses.filter((u) => u.row === record.row);
  for (const use of own) {
    const truths = truthsSince(use.truths, undefined);
    const there: Truth = { kind: 'row', row: record.row, at: use.at };
    if (ask(f, record.row, table, formula, [there, ...truths], 'reach', use.at).verdict !== 'yes') return undefined;
  }
  const why = own.length > 0 ? 'the row is checked before it goes anywhere' : 'the row goes nowhere';
  return own.length > 0 || bindings(record.query.condition).length > 0 ? { verdict: 'guarded', certainty: own.length > 0 ? 'proven' : 'likely', why: [{ text: why, at: own[0]?.at ?? record.query.at }] } : undefined;
}

/** Rows that are left behind: do they belong to the caller's tenant? */
function written(f: Flow, record: SiteRecord, one: Inserted, entry: EntryPoint | undefined): Judgement {
  const { query } = record;
  if (one.table === undefined) return { verdict: 'unknown', certainty: 'possible', why: [{ text: 'the table is not known', at: one.at }] };
  const tenancy = f.input.tenancy.of.get(one.table)?.tenancy;
  if (!tenancy || tenancy.kind === 'global' || tenancy.kind === 'unknown') return byDesign(`rows of ${one.table} belong to nobody`, query.at);
  // A new tenant is nobody's yet.
  if (tenancy.kind === 'root') return byDesign('a tenant is made', query.at);
  const truths = truthsSince(record.truths, undefined);
  const alone = ask(f, one.row, one.table, one.formula, [], 'write', query.at);
  if (alone.verdict === 'yes') return { verdict: tenancy.kind === 'through' && restsOnRows(f, one.row, one.formula) ? 'guarded' : 'scoped', certainty: 'proven', why: placed(alone.because, query.at) };
  const known = ask(f, one.row, one.table, one.formula, truths, 'write', query.at);
  if (known.verdict === 'yes') return { verdict: 'guarded', certainty: 'proven', why: placed(known.because, query.at) };
  return unproven(f, record, one.table, one.formula, truths, entry, undefined, one);
}

/** What stands in the way, and who is to blame. */
function unproven(f: Flow, record: SiteRecord, table: string, formula: Formula, truths: readonly Truth[], entry: EntryPoint | undefined, condition: Condition | undefined, inserted?: Inserted): Judgement {
  const { query } = record;
  const row = inserted?.row ?? record.row;
  const goal = inserted ? 'write' : 'reach';
  const at = query.at;
  if (entry && SYSTEM.has(entry.kind)) return { verdict: 'by-design', certainty: 'likely', why: [{ text: `${entry.kind} code acts for the system`, at: entry.at }] };
  const whole = closed(f, row, formula, truths);
  const holds = (of: Formula): boolean => askClosed(f, row, table, of, goal, at).verdict === 'yes';

  if (condition) {
    for (const repair of ['overwritten', 'undefined'] as const) {
      const mended = closed(f, row, toFormula(f, repaired(condition, repair), { row, model: record.model }), truths);
      const verdict = holds(mended) || bound(f, row, table, mended, holds) !== undefined;
      if (!verdict) continue;
      const culprit = blamed(condition, repair);
      if (!culprit) continue;
      const untold = repair === 'undefined' && trustOf(culprit.value) === 'unknown';
      return repair === 'overwritten'
        ? { verdict: trustOf(culprit.value) === 'input' ? 'leak' : 'unknown', certainty: 'proven', why: [{ text: `${sourceOf(culprit.value)} may bring the same name and replace it`, at: culprit.at }], defect: { kind: 'replaced', by: sourceOf(culprit.value) }, defectAt: culprit.at }
        : { verdict: entry && !untold ? 'leak' : 'unknown', certainty: 'likely', why: [{ text: `${culprit.field} may be undefined, and is then dropped from the condition`, at: culprit.at }], defect: { kind: 'maybe-undefined', value: culprit.field }, defectAt: culprit.at };
    }
  }
  const supposed = bound(f, row, table, whole, holds);
  if (supposed) {
    const { value } = supposed;
    if (value.kind === 'input') {
      return { verdict: 'leak', certainty: 'proven', why: [{ text: `the tenant is taken from ${value.channel}.${value.path.join('.')}, and nothing tells that the caller belongs to it`, at }], defect: { kind: 'tenant-from-client', value: [value.channel, ...value.path].join('.') } };
    }
    return { verdict: 'scoped', certainty: 'likely', why: [{ text: supposed.as === 'tenant' ? 'bound to a tenant that is handed in' : 'bound to a user that is handed in', at }] };
  }
  return inserted ? unwritten(f, record, inserted, entry) : unreached(f, record, table, entry);
}

/** A value that, taken for the caller's tenant or the caller, makes the formula isolate. */
function bound(f: Flow, row: number, table: string, formula: Formula, holds: (of: Formula) => boolean): { readonly value: Exclude<ReturnType<typeof untrusted>[number], never>; readonly as: 'tenant' | 'caller' } | undefined {
  const values = untrusted(formula).slice(0, 8);
  for (const value of values) {
    const compared = comparedWith(f, formula, row, table, value);
    for (const [as, is] of [['tenant', { kind: 'tenant', from: 'supposed' }], ['caller', { kind: 'caller' }]] as const) {
      if (compared.has(as) && holds(supposing<Formula>(formula, value, is satisfies Value))) return { value, as };
    }
  }
  return undefined;
}

/** Whether the value is compared with a column that holds a tenant, or a user. */
function comparedWith(f: Flow, formula: Formula, row: number, table: string, value: Value): ReadonlySet<'tenant' | 'caller'> {
  const found = new Set<'tenant' | 'caller'>();
  const key = JSON.stringify(value);
  const tables = new Map<number, string | undefined>([[row, table]]);
  const side = (term: Term, other: Term): void => {
    if (term.kind !== 'column' || other.kind !== 'value' || JSON.stringify(other.value) !== key) return;
    const of = tables.get(term.row) ?? f.rows.get(term.row)?.table;
    if (of === undefined) return;
    const tenancy = f.input.tenancy.of.get(of)?.tenancy;
    if (tenancy?.kind === 'root' ? tenancy.key === term.column : tenancy?.kind !== 'user-owned' && ownerColumns(f, of).has(term.column) && tenancy?.kind !== 'through') found.add('tenant');
    if ((tenancy?.kind === 'membership' && tenancy.user === term.column) || (tenancy?.kind === 'user-owned' && tenancy.column === term.column) || f.input.tenancy.userColumns.get(of)?.includes(term.column)) found.add('caller');
  };
  const work: Formula[] = [formula];
  for (let at = work.pop(); at; at = work.pop()) {
    if (at.kind === 'and' || at.kind === 'or') work.push(...at.of);
    else if (at.kind === 'not') work.push(at.of);
    else if (at.kind === 'exists') {
      for (const r of at.rows) tables.set(r.id, r.table);
      work.push(at.where);
    } else if (at.kind === 'compare' && at.op === '=') {
      side(at.left, at.right);
      side(at.right, at.left);
    }
  }
  return found;
}

function blamed(condition: Condition, repair: 'undefined' | 'overwritten'): { readonly field: string; readonly value: AbstractValue; readonly at: Span } | undefined {
  const work: Condition[] = [condition];
  for (let c = work.pop(); c; c = work.pop()) {
    switch (c.kind) {
      case 'all': case 'any': work.push(...c.of); break;
      case 'not': work.push(c.of); break;
      case 'relation': work.push(c.where); break;
      case 'alternatives': work.push(...c.of.map((one) => one.condition)); break;
      case 'overwritten':
        if (repair === 'overwritten') return { field: c.field, value: c.by, at: c.at };
        work.push(c.condition);
        break;
      case 'compare':
        if (repair === 'undefined' && (c.value.kind === 'undefined' || (c.value.kind === 'union' && c.value.of.some((one) => one.value.kind === 'undefined')))) return { field: c.field, value: c.value, at: c.at };
        break;
      default:
    }
  }
  return undefined;
}

/** A read or write whose condition does not hold the caller's tenant. */
function unreached(f: Flow, record: SiteRecord, table: string, entry: EntryPoint | undefined): Judgement {
  const { query } = record;
  const at = query.at;
  const all = bindings(query.condition);
  const ids = all.filter((b) => !b.negated && (b.op === '=' || b.op === 'in') && isIdentity(f, record, b.field, b.related));
  const [fromInput] = ids.filter((b) => trustOf(b.value) === 'input');
  if (fromInput) {
    const value = sourceOf(fromInput.value);
    return { verdict: 'leak', certainty: 'proven', why: [{ text: `${value} comes from the request, and nothing ties it to the caller's tenant`, at: fromInput.at }], defect: { kind: 'unbound-id', value }, defectAt: fromInput.at };
  }
  const [fixed] = ids.filter((b) => isTenantField(f, record, b.field) && cases(b.value).some((c) => c.value.kind === 'literal' && c.value.value !== null));
  if (fixed && !hasOr(query.condition)) {
    return { verdict: entry && entry.kind !== 'library' ? 'leak' : 'unknown', certainty: 'likely', why: [{ text: 'the tenant is written down', at: fixed.at }], defect: { kind: 'tenant-hard-coded', value: sourceOf(fixed.value) }, defectAt: fixed.at };
  }
  const [id] = ids.filter((b) => trustOf(b.value) === 'param' || trustOf(b.value) === 'unknown');
  if (id) {
    const from = trustOf(id.value);
    return { verdict: 'unknown', certainty: 'possible', why: [{ text: from === 'param' ? `${sourceOf(id.value)} is handed in by callers that were not read` : 'where the id comes from could not be told', at: id.at }] };
  }
  if (isOpaque(query.condition)) return { verdict: 'unknown', certainty: 'possible', why: [{ text: 'the condition comes from elsewhere', at }] };
  if (!entry || entry.kind === 'library') return { verdict: 'unknown', certainty: 'possible', why: [{ text: `nothing binds ${table} to a tenant, and no caller was read`, at }] };
  const widened = all.some((b) => trustOf(b.value) === 'identity') && hasOr(query.condition);
  return { verdict: 'leak', certainty: widened ? 'likely' : 'proven', why: [{ text: `nothing binds ${table} to the caller's tenant`, at }], defect: widened ? { kind: 'widened', branch: 'OR' } : { kind: 'unscoped' } };
}

function isTenantField(f: Flow, record: SiteRecord, field: string): boolean {
  const tenancy = record.table === undefined ? undefined : f.input.tenancy.of.get(record.table)?.tenancy;
  const name = columnOf(record.model, field) ?? field;
  return tenancy?.kind === 'root' ? tenancy.key === name : tenancy?.kind !== 'through' && tenancy?.kind !== 'user-owned' && record.table !== undefined && ownerColumns(f, record.table).has(name);
}

const isOpaque = (of: Condition): boolean => of.kind === 'opaque' || ((of.kind === 'all' || of.kind === 'any') && of.of.some(isOpaque)) || (of.kind === 'alternatives' && of.of.some((one) => isOpaque(one.condition)));
const hasOr = (of: Condition): boolean => of.kind === 'any' || (of.kind === 'relation' && of.quantifier === 'every') || (of.kind === 'all' && of.of.some(hasOr)) || (of.kind === 'alternatives' && of.of.some((one) => hasOr(one.condition)));

/** Fields that say which row or whose: keys and foreign keys, not states and dates. */
function isIdentity(f: Flow, record: SiteRecord, field: string, related: boolean): boolean {
  if (related) return true;
  const model = record.model;
  const name = columnOf(model, field);
  const table = record.table === undefined ? undefined : f.input.schema.tables.get(record.table);
  if (name === undefined || !table) return true;
  for (const c of table.constraints.values()) if ((c.kind === 'primary key' || c.kind === 'unique' || c.kind === 'foreign key') && c.columns.includes(name)) return true;
  for (const i of table.indexes.values()) if (i.unique && i.keys.some((k) => 'column' in k && k.column === name)) return true;
  const scalar = model?.fields.get(field);
  return (scalar?.kind === 'scalar' && scalar.unique) || /(?:^|_)id$|Id$/.test(field);
}

/** An inserted row whose tenant comes from nowhere, or from the request. */
function unwritten(f: Flow, record: SiteRecord, one: Inserted, entry: EntryPoint | undefined): Judgement {
  const at = record.query.at;
  const fields = record.query.inserts.flatMap((w) => w.entries);
  const keys = ownerColumns(f, one.table ?? '');
  const [linked] = fields.flatMap((e) => {
    if (e.kind === 'link') return bindings(e.condition).filter((b) => trustOf(b.value) === 'input').map((b) => ({ field: e.field, value: b.value, at: e.at }));
    return e.kind === 'field' && keys.has(columnOf(one.model, e.field) ?? e.field) && trustOf(e.value) === 'input' ? [{ field: e.field, value: e.value, at: e.at }] : [];
  });
  if (linked) return { verdict: 'leak', certainty: 'proven', why: [{ text: `${sourceOf(linked.value)} comes from the request, and nothing ties it to the caller's tenant`, at: linked.at }], defect: { kind: 'linked', field: linked.field, to: one.table ?? '' }, defectAt: linked.at };
  const states = fields.some((e) => e.kind === 'link' || (e.kind === 'field' && keys.has(columnOf(one.model, e.field) ?? e.field)));
  const spread = fields.find((e) => e.kind === 'spread');
  if (spread?.kind === 'spread') {
    return trustOf(spread.of) === 'input'
      ? { verdict: 'leak', certainty: 'proven', why: [{ text: `${sourceOf(spread.of)} decides the tenant of the new row`, at: spread.at }], defect: { kind: 'tenant-overwritten', by: sourceOf(spread.of) }, defectAt: spread.at }
      : { verdict: 'unknown', certainty: 'possible', why: [{ text: 'the values come from elsewhere', at: spread.at }] };
  }
  if (states || !entry || entry.kind === 'library') return { verdict: 'unknown', certainty: 'possible', why: [{ text: 'where the tenant of the new row comes from could not be told', at }] };
  return { verdict: 'leak', certainty: 'likely', why: [{ text: 'nothing says which tenant the new row belongs to', at }], defect: { kind: 'tenant-missing-in-data' } };
}

/** Columns that decide to whom a row belongs: tenant columns, and the keys that lead to an owner. */
export function ownerColumns(f: Flow, table: string): ReadonlySet<string> {
  const tenancy = f.input.tenancy.of.get(table)?.tenancy;
  switch (tenancy?.kind) {
    case 'keyed': case 'pre-tenant': case 'shared': return new Set(tenancy.columns);
    case 'membership': return new Set([tenancy.tenant]);
    case 'user-owned': return new Set([tenancy.column]);
    case 'through': return new Set(tenancy.path[0]?.columns ?? []);
    default: return new Set();
  }
}
