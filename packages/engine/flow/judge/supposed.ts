import { never, type AbstractValue, type Condition, type Defect, type Formula, type Span, type Term, type Truth, type Value } from '@tenantlint/model';
import type { Goal } from '../../isolation/index.ts';
import type { Flow } from '../flow.ts';
import { closed, isShortened } from '../queries/assemble.ts';
import { equalities, namesCaller } from '../queries/belonging.ts';
import { speaksOf } from '../entries/gateway.ts';
import { toFormula } from '../queries/conditions.ts';
import { snake, tenantNames } from '../queries/identity.ts';
import { authenticated } from './caller.ts';
import { isOpen } from './open.ts';
import { sourceRecord } from './inherit.ts';
import { comparedWith, isOfRoot, tenantColumns, type Held } from './owners.ts';
import { vouched } from './vouched.ts';
import { askClosed, questionKey } from './prove.ts';
import { supposing, untrusted, valueKey, type Untrusted } from './values.ts';
import { bindings, isMissing, isSent, named, repaired, sourceOf, trustOf } from './trust.ts';
import type { Case, Judgement } from './judgement.ts';

interface Supposition {
  readonly value: Untrusted;
  readonly as: 'tenant' | 'caller';
}

/** Of the values that nobody vouches for, this one by number. */
interface Found {
  readonly value: number;
  readonly as: Supposition['as'];
}

const foundBy = new WeakMap<Flow, Map<string, Found | undefined>>();
const MOST_VALUES = 8;

/** A value that, taken for the caller's tenant or the caller, makes the formula isolate. */
/** `unused`: nothing comes of the row, so that rows of which nothing comes may vouch for it. */
export function bound(f: Flow, row: number, table: string, formula: Formula, goal: Goal, at: Span, unused = false): Supposition | undefined {
  const key = questionKey(row, table, formula, goal);
  let all = foundBy.get(f);
  if (!all) foundBy.set(f, (all = new Map<string, Found | undefined>()));
  const values = untrusted(formula).slice(0, MOST_VALUES);
  let found = all.get(key);
  if (!found && !all.has(key)) all.set(key, (found = suppose(f, row, table, formula, goal, at, values)));
  const value = found && values[found.value];
  if (found && value) return { value, as: found.as };
  // Whether a row is answered for where it is fetched is another question in each run.
  const rows = ofRows(f, row, table, formula, unused);
  return rows && askClosed(f, row, table, rows, goal, at).verdict === 'yes' ? { value: { kind: 'unknown', why: 'the tenant of a row' }, as: 'tenant' } : undefined;
}

function suppose(f: Flow, row: number, table: string, formula: Formula, goal: Goal, at: Span, values: readonly Untrusted[]): Found | undefined {
  const holds = (of: Formula): boolean => askClosed(f, row, table, of, goal, at).verdict === 'yes';
  const tenant: Value = { kind: 'tenant', from: 'supposed' };
  const compared = values.length > 0 ? comparedWith(f, formula, row, table) : undefined;
  const isHeld = (value: Value, as: Held): boolean => compared?.get(valueKey(value))?.has(as) === true;
  const told = (value: Untrusted, as: Supposition['as']): Found => ({ value: values.indexOf(value), as });
  const tenants = values.filter((v) => isHeld(v, 'tenant'));
  for (const value of tenants) if (holds(supposing(formula, value, tenant))) return told(value, 'tenant');
  if (tenants.length > 1) {
    // Several ways to hand it in: what the request brings is to blame, if anything is.
    const handed = tenants.filter((v) => v.kind !== 'input');
    const [first] = handed;
    const all = handed.reduce((of: Formula, v) => supposing(of, v, tenant), formula);
    if (first && holds(all)) return told(first, 'tenant');
    const [brought] = tenants.filter((v) => v.kind === 'input');
    if (brought && holds(tenants.reduce((of: Formula, v) => supposing(of, v, tenant), formula))) return told(brought, 'tenant');
  }
  for (const value of values) {
    if (isHeld(value, 'caller') && holds(supposing(formula, value, { kind: 'caller' }))) return told(value, 'caller');
  }
  return undefined;
}

/**
 * The formula with every row's tenant that is compared with another row's taken for the caller's: where the row that it
 * came from is at fault, it is judged where it is fetched. It may be a third row that names both: the one that was
 * checked before its id was used again.
 */
function ofRows(f: Flow, row: number, table: string, formula: Formula, unused: boolean): Formula | undefined {
  const tables = new Map<number, string | undefined>([[row, table]]);
  const isTenant = (t: Term): boolean => {
    if (t.kind !== 'column' || (!unused && goesNowhere(f, t.row, table))) return false;
    const of = tables.get(t.row) ?? f.rows.get(t.row)?.table;
    // Of a table that no migration makes, the name of the column is all there is.
    return of === undefined || !f.input.schema.tables.has(of) ? tenantNames(f.input.tenancy).has(snake(t.column)) : tenantColumns(f, of).has(t.column);
  };
  let found = false;
  const visit = (of: Formula): Formula => {
    switch (of.kind) {
      case 'and': case 'or': return { ...of, of: of.of.map(visit) };
      case 'not': return { ...of, of: visit(of.of) };
      case 'exists':
        for (const r of of.rows) tables.set(r.id, r.table);
        return { ...of, where: visit(of.where) };
      case 'compare': {
        if (of.op !== '=' || of.left.kind !== 'column' || of.right.kind !== 'column' || of.left.row === of.right.row || !isTenant(of.left) || !isTenant(of.right)) return of;
        found = true;
        const tenant: Term = { kind: 'value', value: { kind: 'tenant', from: 'supposed' }, at: of.at };
        return { kind: 'and', of: [{ ...of, right: tenant }, { ...of, left: of.right, right: tenant }] };
      }
      default: return of;
    }
  };
  const changed = visit(formula);
  return found ? changed : undefined;
}

/** The request chose it, and nobody answers for whose it is where it is fetched: it is let pass there, as nothing comes of it. */
function goesNowhere(f: Flow, row: number, table: string): boolean {
  const source = sourceRecord(f, row);
  return source?.table === table && f.verdicts.get(source)?.unused === true && bindings(source.query.condition).some((b) => trustOf(b.value) === 'input');
}

/** Names that stand in addresses, and are no secret. */
const ADDRESS = /(?:^|_)(?:slug|handle|subdomain|path|permalink)$/;

/** Somebody is signed in, and what the request calls a tenant by is all that chose it: it was handed to nobody who may have asked. */
function namedTenant(f: Flow, whole: Formula, of: Pick<Case, 'record' | 'truths' | 'uses' | 'at'>): string | undefined {
  if (!authenticated(f, of) || asksMembership(f, of.truths)) return undefined;
  for (const row of rowsWithin(whole)) {
    const source = f.recordOf.get(row);
    if (source?.row !== row || source.table !== f.input.tenancy.root || of.uses.some((u) => u.row === row && u.at.file === of.at.file && u.at.start < of.at.start)) continue;
    const [by] = bindings(source.query.condition).filter((b) => !b.negated && !b.related && b.op === '=' && ADDRESS.test(snake(b.field)) && trustOf(b.value) === 'input');
    if (by) return sourceOf(by.value);
  }
  return undefined;
}

/** On some way here a membership was found, or more was known than is kept: it may be the caller's in this tenant. */
const asksMembership = (f: Flow, truths: readonly Truth[]): boolean => truths.some((t) => {
  if (t.kind === 'any') return t.of.some((way) => asksMembership(f, way));
  if (t.kind === 'lost') return true;
  const table = t.kind === 'row' ? f.rows.get(t.row)?.table : undefined;
  return table !== undefined && f.input.tenancy.of.get(table)?.tenancy.kind === 'membership';
});

function rowsWithin(of: Formula): readonly number[] {
  switch (of.kind) {
    case 'and': case 'or': return of.of.flatMap(rowsWithin);
    case 'not': return rowsWithin(of.of);
    case 'exists': return [...of.rows.map((r) => r.id), ...rowsWithin(of.where)];
    default: return [];
  }
}

/** Set by the server's own proxy or middleware as often as by the caller. */
export const isAmbient = (value: Supposition['value']): boolean => value.kind === 'input' && [value.channel, ...value.path].some((p) => /^(?:headers|cookies|host|hostname)$/.test(p));

/** Which site was asked for: whoever names another one gets what that one shows to everybody. */
const isRouting = (value: Supposition['value']): boolean => value.kind === 'input' && [value.channel, ...value.path].some((p) => /^(?:host|hostname|x-forwarded-host|origin|referer)$/i.test(p));

/** The caller's own row was read, and names the one tenant of theirs: what a header says beside it is the caller's word. */
function knowsOwn(f: Flow, truths: readonly Truth[]): boolean {
  return truths.some((t) => {
    if (t.kind === 'any') return t.of.every((way) => knowsOwn(f, way));
    const def = t.kind === 'row' ? f.rows.get(t.row) : undefined;
    if (!def || def.table === undefined || def.table !== f.input.tenancy.users || f.input.tenancy.of.get(def.table)?.tenancy.kind !== 'membership') return false;
    return equalities(def.formula, def.id).some(([, value]) => namesCaller(value));
  });
}

/** The condition is right if the value is: a tenant that is handed in binds, one that the request brings does not. */
export function supposed(f: Flow, { record, at, entry, truths, uses }: Case, row: number, table: string, whole: Formula, goal: Goal): Judgement | undefined {
  const reads = record.query.verb === 'select' || record.query.verb === 'count';
  const found = bound(f, row, table, whole, goal, at, reads && !uses.some((u) => u.row === row));
  if (!found) return undefined;
  const { value, as } = found;
  if (value.kind === 'input') {
    // Among what was too much to be said may be what tells that the caller belongs to it.
    if (isShortened(whole)) return undefined;
    const name = named(value.channel, value.path.join('.'));
    const defect: Defect = as === 'tenant' ? { kind: 'chosen-tenant', value: name } : { kind: 'unbound-id', value: name };
    if (isAmbient(value) && as === 'tenant' && entry && knowsOwn(f, truths)) return { verdict: 'leak', certainty: 'likely', why: [{ text: `the tenant is taken from ${name}, and not from the row of the caller that was read`, at }], defect };
    const role = as === 'tenant' ? 'tenant' : 'user';
    if (isAmbient(value) && (f.python || isRouting(value))) return { verdict: 'scoped', certainty: 'possible', why: [{ text: `the ${role} is taken from ${name}`, at }], defect };
    if (isAmbient(value) && entry && speaksOf(f, entry.at.file, value.path)) return { verdict: 'scoped', certainty: 'possible', why: [{ text: `the ${role} is taken from ${name}, which the gateway sets`, at }], defect };
    if (vouched(f, whole, truths)) return { verdict: 'unknown', certainty: 'possible', why: [{ text: `${name} is checked against something that could not be read`, at }] };
    // A proxy that is no part of the product may set it.
    return { verdict: entry ? 'leak' : 'unknown', certainty: isOfRoot(f, table) && !isAmbient(value) ? 'proven' : 'likely', why: [{ text: `the ${as === 'tenant' ? 'tenant' : 'user'} is taken from ${name}, and nothing tells that the caller belongs to it`, at }], defect };
  }
  const slug = as === 'tenant' && entry && !isShortened(whole) && !isOpen(entry.at.file) ? namedTenant(f, whole, { record, truths, uses, at }) : undefined;
  if (slug !== undefined && !vouched(f, whole, truths)) return { verdict: 'leak', certainty: 'likely', why: [{ text: `the tenant is the one that ${slug} names, and nothing tells that the caller belongs to it`, at }], defect: { kind: 'chosen-tenant', value: slug }, byAddress: true };
  return { verdict: 'scoped', certainty: 'likely', why: [{ text: as === 'tenant' ? 'bound to a tenant that is handed in' : 'bound to a user that is handed in', at }] };
}

/** Would it isolate if the later spread did not bring the name again? */
export function replaced(f: Flow, of: Case): Judgement | undefined {
  const culprit = mended(f, of, 'overwritten');
  if (!culprit) return undefined;
  const by = sourceOf(culprit.value);
  return { verdict: trustOf(culprit.value) === 'input' ? 'leak' : 'unknown', certainty: isSent(culprit.value) ? 'proven' : 'likely', why: [{ text: `${by} may bring ${culprit.field} again and replace it`, at: culprit.at }], defect: { kind: 'replaced', by }, defectAt: culprit.at };
}

/** Would it isolate if every value were there? */
export function maybeUndefined(f: Flow, of: Case): Judgement | undefined {
  const culprit = mended(f, of, 'undefined');
  if (!culprit) return undefined;
  return { verdict: of.entry ? 'leak' : 'unknown', certainty: 'likely', why: [{ text: `${culprit.field} may be undefined, and is then dropped from the condition`, at: culprit.at }], defect: { kind: 'maybe-undefined', value: culprit.field }, defectAt: culprit.at };
}

interface Culprit {
  readonly field: string;
  readonly value: AbstractValue;
  readonly at: Span;
}

function mended(f: Flow, { record, table, truths, at }: Case, repair: 'undefined' | 'overwritten'): Culprit | undefined {
  const { condition } = record.query;
  const culprit = blamed(condition, repair);
  if (!culprit) return undefined;
  const whole = closed(f, record.row, toFormula(f, repaired(condition, repair), { row: record.row, model: record.model }), truths);
  return askClosed(f, record.row, table, whole, 'reach', at).verdict === 'yes' || bound(f, record.row, table, whole, 'reach', at) ? culprit : undefined;
}

function blamed(condition: Condition, repair: 'undefined' | 'overwritten'): Culprit | undefined {
  switch (condition.kind) {
    case 'all': case 'any':
      for (const c of condition.of) {
        const found = blamed(c, repair);
        if (found) return found;
      }
      return undefined;
    case 'not': return blamed(condition.of, repair);
    case 'relation': return blamed(condition.where, repair);
    case 'alternatives': {
      for (const one of condition.of) {
        const found = blamed(one.condition, repair);
        if (found) return found;
      }
      const missing = repair === 'undefined' && condition.of.length > 1 ? condition.of.flatMap((one) => one.truths.filter(isMissing))[0] : undefined;
      return missing?.kind === 'falsy' ? { field: sourceOf(missing.of), value: missing.of, at: missing.at } : undefined;
    }
    case 'overwritten': return repair === 'overwritten' ? { field: condition.field, value: condition.by, at: condition.at } : blamed(condition.condition, repair);
    case 'compare': {
      const { value } = condition;
      const missing = value.kind === 'undefined' || (value.kind === 'union' && value.of.some((one) => one.value.kind === 'undefined'));
      return repair === 'undefined' && missing ? { field: condition.field, value, at: condition.at } : undefined;
    }
    case 'narrowing': case 'opaque': return undefined;
    default: return never(condition);
  }
}
