import { cases, type AbstractValue, type Condition, type Formula, type Span, type Term, type Value } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { authenticated } from './caller.ts';
import { isIdentity, isKey, isTenantField, ownerColumns, tenantColumns } from './owners.ts';
import { widened } from './blame.ts';
import { checkedOtherwise, isOfSession } from './compared.ts';
import { untrusted, valueKey } from './values.ts';
import { bindings, isDirect, isSent, named, sourceOf, trustOf } from './trust.ts';
import { vouched } from './vouched.ts';
import { inherit } from './inherit.ts';
import type { Inserted } from '../queries/site-record.ts';
import { columnOf } from '../queries/ends.ts';
import { byDesign, type Case, type Judgement } from './judgement.ts';

/** A read or write whose condition does not hold the caller's tenant: what is to blame, and how sure that is. */
export function unreached(f: Flow, of: Case): Judgement {
  const { record, table, entry, truths, at } = of;
  const { query } = record;
  const all = bindings(query.condition);
  const wider = widened(f, of);
  if (wider) return wider;
  const ids = all.filter((b) => !b.negated && (b.op === '=' || b.op === 'in') && isIdentity(f, record, b.field, b.related));
  const [fromInput] = ids.filter((b) => trustOf(b.value) === 'input');
  if (fromInput) {
    const value = sourceOf(fromInput.value);
    if (vouched(f, record.formula, truths)) return checkedElsewhere(value, fromInput.at);
    if (checkedOtherwise(f, of, fromInput.value)) return { verdict: 'unknown', certainty: 'possible', why: [{ text: `${value} is checked in another form`, at: fromInput.at }] };
    return { verdict: 'leak', certainty: isDirect(fromInput.value) ? 'proven' : 'likely', why: [{ text: `${value} comes from the request, and nothing ties it to the caller's tenant`, at: fromInput.at }], defect: { kind: 'unbound-id', value }, defectAt: fromInput.at };
  }
  const [fixed] = ids.filter((b) => isTenantField(f, record, b.field) && cases(b.value).some((c) => c.value.kind === 'literal' && c.value.value !== null));
  if (fixed && !hasOr(query.condition)) {
    return { verdict: entry ? 'leak' : 'unknown', certainty: 'likely', why: [{ text: 'the tenant is written down', at: fixed.at }], defect: { kind: 'fixed-tenant', value: sourceOf(fixed.value) }, defectAt: fixed.at };
  }
  const chosen = ids.find((b) => !b.related && isKey(f, record, b.field) && cases(b.value).every((c) => c.value.kind === 'literal' && c.value.value !== null));
  if (chosen && !hasOr(query.condition)) return byDesign('the code itself says which row it is', chosen.at, 'likely');
  if (query.sql) {
    const open = untrusted(record.formula);
    const brought = open.find((v) => v.kind === 'input' && !onlyRanges(record.formula, v));
    if (query.sql.holes.some((hole) => isOfSession(f, of, hole.value))) return { verdict: 'unknown', certainty: 'possible', why: [{ text: `it names what the session holds, and how rows of ${table} hang off that could not be told`, at }] };
    if (brought?.kind === 'input' && entry) {
      const value = named(brought.channel, brought.path.join('.'));
      return { verdict: 'leak', certainty: 'proven', why: [{ text: `${value} comes from the request, and nothing ties ${table} to the caller's tenant`, at }], defect: { kind: 'unbound-id', value } };
    }
    if (open.some((v) => v.kind !== 'input')) return { verdict: 'unknown', certainty: 'possible', why: [{ text: `where the values that select rows of ${table} come from could not be told`, at }] };
  }
  const [id] = ids.filter((b) => trustOf(b.value) === 'param' || trustOf(b.value) === 'unknown');
  if (id) {
    const from = trustOf(id.value);
    return { verdict: 'unknown', certainty: 'possible', why: [{ text: from === 'param' ? `${sourceOf(id.value)} is handed in by callers that were not read` : 'where the id comes from could not be told', at: id.at }] };
  }
  if (isOpaque(query.condition)) return { verdict: 'unknown', certainty: 'possible', why: [{ text: 'the condition comes from elsewhere', at }] };
  if (!entry) return { verdict: 'unknown', certainty: 'possible', why: [{ text: `nothing binds ${table} to a tenant, and no caller was read`, at }] };
  const [row] = ids.filter((b) => trustOf(b.value) === 'row');
  const inherited = inherit(f, of);
  if (inherited) return inherited;
  // An id of a row whose own query is at fault: that query is the root.
  return { verdict: 'leak', certainty: row ? 'likely' : 'proven', why: [{ text: row ? `${row.field} is that of a row that nothing ties to the caller's tenant` : `nothing binds ${table} to the caller's tenant`, at: row?.at ?? at }], defect: row ? { kind: 'unbound-id', value: sourceOf(row.value) } : { kind: 'unscoped' }, ...(row ? { defectAt: row.at } : {}) };
}

/** The value only says from when on or up to what: it names no row. */
function onlyRanges(formula: Formula, value: Value): boolean {
  const key = valueKey(value);
  const is = (t: Term): boolean => t.kind === 'value' && valueKey(t.value) === key;
  let ranges = 0;
  const work: Formula[] = [formula];
  for (let part = work.pop(); part; part = work.pop()) {
    if (part.kind === 'and' || part.kind === 'or') work.push(...part.of);
    else if (part.kind === 'not') work.push(part.of);
    else if (part.kind === 'exists') work.push(part.where);
    else if (part.kind === 'compare' && (is(part.left) || is(part.right))) {
      if (part.op === '=' || part.op === '<>') return false;
      ranges++;
    }
  }
  return ranges > 0;
}

const checkedElsewhere = (value: string, at: Span): Judgement => ({ verdict: 'unknown', certainty: 'possible', why: [{ text: `${value} is checked against something that could not be read`, at }] });

const isOpaque = (of: Condition): boolean => of.kind === 'opaque' || ((of.kind === 'all' || of.kind === 'any') && of.of.some(isOpaque)) || (of.kind === 'alternatives' && of.of.some((one) => isOpaque(one.condition)));
const hasOr = (of: Condition): boolean => of.kind === 'any' || (of.kind === 'relation' && of.quantifier === 'every') || (of.kind === 'all' && of.of.some(hasOr)) || (of.kind === 'alternatives' && of.of.some((one) => hasOr(one.condition)));

/** A proxy that is no part of the product may set headers. */
const fromHeaders = (value: AbstractValue): boolean => cases(value).some((c) => c.value.kind === 'symbol' && c.value.origin.kind === 'input' && [c.value.origin.channel, ...c.value.path].some((p) => p === 'headers' || p === 'cookies'));

/** The row states its tenant, and then lets the caller state it again. */
export function overwrites(f: Flow, { record, entry }: Case): Judgement | undefined {
  for (const { entries } of record.query.inserts) {
    const stated = entries.findIndex((e) => e.kind === 'field' && isTenantField(f, record, e.field));
    const spread = stated < 0 ? undefined : entries.slice(stated + 1).find((e) => e.kind === 'spread' && trustOf(e.of) === 'input');
    const field = entries[stated];
    if (!entry || spread?.kind !== 'spread' || field?.kind !== 'field') continue;
    const by = sourceOf(spread.of);
    return { verdict: 'leak', certainty: isSent(spread.of) ? 'proven' : 'likely', why: [{ text: `${by} may bring ${field.field} again and replace it`, at: spread.at }], defect: { kind: 'tenant-overwritten', by }, defectAt: field.at };
  }
  return undefined;
}

/** What is sent may bring a tenant for a row of the caller's, and so hand it to whoever it names. */
export function movable(f: Flow, { record, entry }: Case): Judgement[] {
  if (!entry || record.query.verb !== 'update' || record.query.clientKind === 'user' || record.query.clientKind === 'anon') return [];
  for (const { entries } of record.query.changes) {
    const sent = entries.findIndex((e) => e.kind === 'spread' && isSent(e.of));
    const spread = entries[sent];
    if (spread?.kind !== 'spread' || tenantColumns(f, record.table ?? '').size === 0 || entries.slice(sent + 1).some((e) => e.kind === 'field' && isTenantField(f, record, e.field))) continue;
    const by = sourceOf(spread.of);
    return [{ verdict: 'leak', certainty: 'likely', why: [{ text: `${by} may bring another tenant for the row`, at: spread.at }], defect: { kind: 'tenant-overwritten', by }, defectAt: spread.at }];
  }
  return [];
}

/** An inserted row whose tenant comes from nowhere, or from the request. */
export function unwritten(f: Flow, of: Case, one: Inserted): Judgement {
  const { record, entry, at } = of;
  const fields = record.query.inserts.flatMap((w) => w.entries);
  const keys = ownerColumns(f, one.table ?? '');
  const isKey = (field: string): boolean => keys.has(columnOf(one.model, field) ?? field);
  const [linked] = fields.flatMap((e) => {
    if (e.kind === 'link') return bindings(e.condition).filter((b) => trustOf(b.value) === 'input').map((b) => ({ field: e.field, value: b.value, at: e.at }));
    return e.kind === 'field' && isKey(e.field) && trustOf(e.value) === 'input' ? [{ field: e.field, value: e.value, at: e.at }] : [];
  });
  if (linked) {
    if (vouched(f, one.formula, of.truths)) return checkedElsewhere(sourceOf(linked.value), linked.at);
    if (entry && entry.kind !== 'action' && !authenticated(f, of)) return byDesign('nobody is signed in here', at, 'possible');
    return { verdict: entry ? 'leak' : 'unknown', certainty: isDirect(linked.value) && !fromHeaders(linked.value) ? 'proven' : 'likely', why: [{ text: `${sourceOf(linked.value)} comes from the request, and nothing ties it to the caller's tenant`, at: linked.at }], defect: { kind: 'linked', field: linked.field, to: linkTarget(f, one, linked.field), value: sourceOf(linked.value) }, defectAt: linked.at };
  }
  const states = fields.some((e) => e.kind === 'link' || (e.kind === 'field' && isKey(e.field)));
  const spread = fields.find((e) => e.kind === 'spread');
  if (spread?.kind === 'spread') {
    return trustOf(spread.of) === 'input' && entry
      ? { verdict: 'leak', certainty: isSent(spread.of) ? 'proven' : 'likely', why: [{ text: `${sourceOf(spread.of)} decides the tenant of the new row`, at: spread.at }], defect: { kind: 'tenant-overwritten', by: sourceOf(spread.of) }, defectAt: spread.at }
      : { verdict: 'unknown', certainty: 'possible', why: [{ text: 'the values come from elsewhere', at: spread.at }] };
  }
  if (states || !entry) return { verdict: 'unknown', certainty: 'possible', why: [{ text: 'where the tenant of the new row comes from could not be told', at }] };
  return { verdict: 'leak', certainty: 'likely', why: [{ text: 'nothing says which tenant the new row belongs to', at }], defect: { kind: 'tenant-missing-in-data' } };
}

/** The table that a key or relation of the new row leads to. */
function linkTarget(f: Flow, one: Inserted, field: string): string {
  const relation = one.model?.fields.get(field);
  const to = relation?.kind === 'relation' ? f.input.models?.models.get(relation.model)?.table : undefined;
  const name = columnOf(one.model, field) ?? field;
  const key = [...(f.input.schema.tables.get(one.table ?? '')?.constraints.values() ?? [])].find((c) => c.kind === 'foreign key' && c.columns.includes(name));
  return to ?? (key?.kind === 'foreign key' ? key.references : (one.table ?? ''));
}
