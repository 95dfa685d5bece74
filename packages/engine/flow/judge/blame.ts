import { cases, type AbstractValue, type Condition, type Defect, type Formula, type Reason, type Span, type Term, type Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { closed } from '../queries/assemble.ts';
import { tenantsOf } from '../queries/belonging.ts';
import { toFormula } from '../queries/conditions.ts';
import { and } from '../queries/formulas.ts';
import { perRun } from '../queries/per-run.ts';
import { secretOf } from '../queries/secrets.ts';
import { allTruths } from '../state.ts';
import { keyOf } from '../values/key.ts';
import { isIdentity, linkColumns, namesOwner, ownerColumns, tenantColumns } from './owners.ts';
import { ask, askClosed } from './prove.ts';
import { bound } from './supposed.ts';
import { bindings, sourceOf, trustOf } from './trust.ts';
import type { SiteRecord } from '../queries/site-record.ts';
import type { Case, Judgement } from './judgement.ts';

/** The root cause of a leak, as near to what has to be mended as can be told: one site has one. */
export function blamed(f: Flow, of: Case, judgement: Judgement): Judgement {
  const { defect } = judgement;
  if (defect?.kind !== 'unscoped' && defect?.kind !== 'unbound-id') return judgement;
  const [dropped] = of.record.query.dropped ?? [];
  if (dropped) return { ...judgement, defect: { kind: 'dropped', by: dropped.by }, defectAt: dropped.at, why: [{ text: `${dropped.by} keeps one side of the condition only`, at: dropped.at }] };
  const incomplete = extension(f, of);
  if (incomplete) return { ...judgement, why: [{ text: incomplete.open ? 'an extension binds this operation only where it is told a tenant' : 'an extension binds other operations of this client, and not this one', at: incomplete.extension }], defect: incomplete };
  const relation = outside(f, of);
  if (relation) return { ...judgement, defect: { kind: 'related-unscoped', relation: relation.text }, why: [{ text: `the tenant is asked of ${relation.text} only, which is joined whether or not it matches`, at: relation.at }] };
  const bypasses = pastPolicies(f, of);
  if (defect.kind === 'unscoped') return bypasses ? { ...judgement, defect: { kind: 'bypasses-rls' } } : judgement;
  const against = inForce(f, of);
  if (against) return { verdict: 'unknown', certainty: 'possible', why: [{ text: 'it is compared with a value whose tenant could not be told', at: against }] };
  const guard = idle(f, of);
  if (guard) return { ...judgement, certainty: decidesSomewhere(f, of, guard.at) ? 'likely' : judgement.certainty, defect: { kind: 'idle-guard', value: defect.value, guard }, why: [...judgement.why, guard] };
  const beside = checked(f, of);
  if (beside) return { ...judgement, defect: { ...defect, beside }, why: [...judgement.why, beside] };
  return bypasses ? { ...judgement, defect: { kind: 'bypasses-rls', value: defect.value } } : judgement;
}

/** What an extension of the client adds would have done, had it been added here. */
function extension(f: Flow, { record, table, truths, at }: Case): Extract<Defect, { kind: 'extension-incomplete' }> | undefined {
  const { beside, stated } = record.query;
  if (beside) {
    const whole = closed(f, record.row, and([record.formula, toFormula(f, beside.condition, { row: record.row, model: record.model })]), truths);
    if (askClosed(f, record.row, table, whole, 'reach', at).verdict === 'yes' || bound(f, record.row, table, whole, 'reach', at)) return { kind: 'extension-incomplete', extension: beside.at, open: false };
  }
  if (stated === undefined || !record.query.extension) return undefined;
  const bind = f.run.records.some((r) => r !== record && r.query.stated !== undefined && r.query.at.start === at.start && r.query.at.file === at.file && binds(f, r, table));
  return bind ? { kind: 'extension-incomplete', extension: record.query.extension, open: true } : undefined;
}

function binds(f: Flow, { row, formula, truths, query }: SiteRecord, table: string): boolean {
  const whole = closed(f, row, formula, allTruths(truths));
  return askClosed(f, row, table, whole, 'reach', query.at).verdict === 'yes' || bound(f, row, table, whole, 'reach', query.at) !== undefined;
}

/** The table has policies, and the client is one that they do not hold. */
const pastPolicies = (f: Flow, { record, table }: Case): boolean => record.query.clientKind === 'service-role' && f.input.schema.tables.get(table)?.rls?.value === true;

const ids = (f: Flow, record: SiteRecord): AbstractValue[] => bindings(record.query.condition).filter((b) => !b.negated && (b.op === '=' || b.op === 'in') && isIdentity(f, record, b.field, b.related)).flatMap((b) => cases(b.value).map((c) => c.value));

/** Ids that the request brings. */
function keys(f: Flow, record: SiteRecord): ReadonlySet<string> {
  let known = keysOf(f).get(record);
  if (!known) keysOf(f).set(record, (known = new Set(ids(f, record).filter((v) => trustOf(v) === 'input').map(keyOf))));
  return known;
}
const keysOf = perRun(() => new Map<SiteRecord, ReadonlySet<string>>());

/** A check of the same id that decides nothing: compared when it is too late or whatever comes of it, looked up and never read. */
function idle(f: Flow, of: Case): Reason | undefined {
  const { record, truths, at } = of;
  const wanted = keys(f, record);
  if (wanted.size === 0) return undefined;
  const same = f.run.records.filter((r) => r === record || [...keys(f, r)].some((k) => wanted.has(k)));
  const rows = new Map(same.map((r) => [r.row, r]));
  const reads = record.query.verb === 'select' || record.query.verb === 'count';
  for (const c of f.run.compared) {
    const own = [c.left, c.right].some((side) => side.kind === 'column' && rows.has(side.row) && isOwner(f, rows.get(side.row)?.table, side.column));
    if (!own) continue;
    const late = !reads && c.at.file === at.file && c.at.start > at.start;
    return { text: late ? 'whose row it is is asked only afterwards' : 'whose row it is is asked, and it goes on whatever the answer', at: c.at };
  }
  const known = rowsOf(truths);
  const earlier = same.find((r) => r !== record && r.query.at.file === at.file && r.query.at.start < at.start && r.query.verb !== 'insert' && !known.has(r.row) && namesOwner(f, r, r.query.condition) && r.table !== undefined && ask(f, r.row, r.table, r.formula, truths, 'reach', at).verdict === 'yes');
  return earlier && { text: `${earlier.query.operation} asks for it under the tenant, and nothing depends on whether it is there`, at: earlier.query.at };
}

/** On some way the comparison does hold afterwards: that it does not here may be what was not followed. */
function decidesSomewhere(f: Flow, { uses }: Case, at: Span): boolean {
  const here = (t: Truth): boolean => (t.kind === 'any' ? t.of.some((way) => way.some(here)) : t.kind === 'holds' && t.formula.kind === 'compare' && t.formula.op === '=' && t.at.file === at.file && t.at.start <= at.end && at.start <= t.at.end);
  return [...uses, ...f.run.records].some(({ truths }) => allTruths(truths).some(here));
}

/** A comparison of whose row it is that holds wherever the row is used: with something that is not the request's own word. */
function inForce(f: Flow, { record, truths, uses }: Case): Span | undefined {
  const wanted = keys(f, record);
  const rows = new Map(f.run.records.filter((r) => r === record || (r.table === record.table && [...keys(f, r)].some((k) => wanted.has(k)))).map((r) => [r.row, r]));
  const reads = record.query.verb === 'select' || record.query.verb === 'count';
  const own = reads ? uses.filter((u) => u.row === record.row) : [];
  const places = own.length > 0 ? own.map((u) => allTruths(u.truths)) : [truths];
  const found = places.map((at) => comparison(f, rows, at));
  return found.every((at) => at !== undefined) ? found[0] : undefined;
}

function comparison(f: Flow, rows: ReadonlyMap<number, SiteRecord>, truths: readonly Truth[]): Span | undefined {
  for (const t of truths) {
    if (t.kind === 'any') {
      const ways = t.of.map((way) => comparison(f, rows, way));
      if (ways.length > 0 && ways.every((at) => at !== undefined)) return ways[0];
    }
    if (t.kind !== 'holds' || t.formula.kind !== 'compare' || t.formula.op !== '=') continue;
    const { left, right } = t.formula;
    for (const [mine, other] of [[left, right], [right, left]] as const) {
      const table = mine.kind === 'column' ? rows.get(mine.row)?.table : undefined;
      if (mine.kind !== 'column' || table === undefined || !linkColumns(f, table).has(mine.column)) continue;
      if (other.kind === 'column' ? !rows.has(other.row) : other.kind === 'value' && other.value.kind !== 'input' && other.value.kind !== 'literal') return t.at;
    }
  }
  return undefined;
}

const isOwner = (f: Flow, table: string | undefined, column: string): boolean => table !== undefined && (tenantColumns(f, table).has(column) || ownerColumns(f, table).has(column));

/** Rows that certainly exist. */
function rowsOf(truths: readonly Truth[]): ReadonlySet<number> {
  return new Set(truths.flatMap((t) => (t.kind === 'row' ? [t.row] : [])));
}

/** Another id of the request, which the code did check. */
function checked(f: Flow, of: Case): Reason | undefined {
  const { record, truths, at } = of;
  const own = keys(f, record);
  for (const row of rowsOf(truths)) {
    const other = f.recordOf.get(row);
    if (!other || other === record || other.table === undefined) continue;
    const brought = bindings(other.query.condition).filter((b) => !b.negated && (b.op === '=' || b.op === 'in') && cases(b.value).some((c) => trustOf(c.value) === 'input' && !isAmbient(c.value) && !own.has(keyOf(c.value))));
    const [first] = brought;
    if (!first || secretOf(f, other.query.condition, other.table, other.model, 'credential')) continue;
    const def = f.rows.get(row);
    if (!def || (tenantsOf(f, row).length === 0 && ask(f, row, other.table, def.formula, truths, 'reach', at).verdict !== 'yes')) continue;
    return { text: `${sourceOf(first.value)} is checked here`, at: first.at };
  }
  return undefined;
}

/** Headers and cookies say for which tenant the whole request is; they are no id beside the others. */
const isAmbient = (value: AbstractValue): boolean => value.kind === 'symbol' && value.origin.kind === 'input' && [value.origin.channel, ...value.path].some((p) => /^(?:headers|cookies|host|hostname)$/.test(p));

/** What is joined whether or not it matches removes no row. */
function outside(f: Flow, of: Case): Reason | undefined {
  const { record, truths, at } = of;
  for (const other of record.query.sql ? record.others : []) {
    if (other.table !== undefined && isOptional(f, other.row, record) && ask(f, other.row, other.table, other.formula, truths, 'reach', at).verdict === 'yes') return { text: other.table.split('.').at(-1) ?? other.table, at };
  }
  if (record.query.client === 'prisma') return undefined;
  const included = record.query.includes.find((i) => !i.required && !i.counted && bindings(i.condition).some((b) => !b.negated && (trustOf(b.value) === 'identity' || trustOf(b.value) === 'row')));
  return included && { text: included.field, at: included.at };
}

/** Asked of one row and not of the one beside it: what stands in the ON of an outer join. */
const isOptional = (f: Flow, row: number, record: SiteRecord): boolean => record.formula.kind !== 'false' && !mentions(record.formula, row) && f.rows.get(row) !== undefined;

function mentions(formula: Formula, row: number): boolean {
  const term = (t: Term): boolean => (t.kind === 'column' ? t.row === row : t.kind === 'apply' && t.of.some(term));
  const work: Formula[] = [formula];
  for (let part = work.pop(); part; part = work.pop()) {
    if (part.kind === 'and' || part.kind === 'or') work.push(...part.of);
    else if (part.kind === 'not') work.push(part.of);
    else if (part.kind === 'exists') work.push(part.where);
    else if (part.kind === 'compare' ? term(part.left) || term(part.right) : part.kind === 'null' && term(part.of)) return true;
  }
  return false;
}

/** Would it isolate with one branch of its OR alone, or if `every` asked for one at least? The other branches are the way out. */
export function widened(f: Flow, of: Case): Judgement | undefined {
  const { record, table, truths, at, entry } = of;
  const { condition } = record.query;
  for (const way of narrower(condition)) {
    const whole = closed(f, record.row, toFormula(f, way.condition, { row: record.row, model: record.model }), truths);
    if (askClosed(f, record.row, table, whole, 'reach', at).verdict !== 'yes' || !namesOwner(f, record, way.condition)) continue;
    const brought = way.left.flatMap((c) => bindings(c)).some((b) => !b.negated && trustOf(b.value) === 'input');
    const defect: Defect = { kind: 'widened', branch: way.branch };
    return { verdict: entry ? 'leak' : 'unknown', certainty: brought && !way.every ? 'proven' : 'likely', why: [{ text: way.every ? 'every holds of a row without any such rows as well' : `a row for which ${way.branch} holds is reached whosever it is`, at: way.at }], defect, defectAt: way.at };
  }
  return undefined;
}

interface Narrower {
  readonly condition: Condition;
  readonly branch: string;
  /** Branches that were taken away. */
  readonly left: readonly Condition[];
  readonly every: boolean;
  readonly at: Span;
}

/** The condition with one branch for each OR, and `some` for `every`. */
function narrower(of: Condition): Narrower[] {
  switch (of.kind) {
    case 'all': return of.of.flatMap((part, i) => narrower(part).map((n) => ({ ...n, condition: { ...of, of: of.of.with(i, n.condition) } })));
    case 'any': return of.of.length < 2 ? of.of.flatMap(narrower) : of.of.flatMap((kept, i): Narrower[] => {
      const left = of.of.filter((_, j) => j !== i);
      const at = placeOf(left);
      return at ? [{ condition: kept, branch: nameOf(left), left, every: false, at }] : [];
    });
    case 'relation': return of.quantifier === 'every' ? [{ condition: { ...of, quantifier: 'some' }, branch: of.field, left: [], every: true, at: of.at }] : narrower(of.where).map((n) => ({ ...n, condition: { ...of, where: n.condition } }));
    case 'alternatives': return of.of.flatMap((one, i) => narrower(one.condition).map((n) => ({ ...n, condition: { ...of, of: of.of.with(i, { ...one, condition: n.condition }) } })));
    default: return [];
  }
}

const placeOf = (of: readonly Condition[]): Span | undefined => of.map((c) => ('at' in c ? c.at : placeOf(c.of))).find((at) => at !== undefined);
const nameOf = (of: readonly Condition[]): string => [...new Set(of.flatMap((c) => bindings(c).map((b) => b.field)))].slice(0, 3).join(', ') || 'another branch';
