import { cases, type EntryPoint, type Formula, type Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { SiteRecord, Use } from '../queries/site-record.ts';
import { relevant } from '../queries/relevant.ts';
import { snake, tenantNames } from '../queries/identity.ts';
import { columnOf } from '../queries/ends.ts';
import { holdsCredentials } from '../queries/secrets.ts';
import { allTruths } from '../state.ts';
import { authenticated, mayBeStaff, STAFF } from './caller.ts';
import { isOpen } from './open.ts';
import { isOfRoot, isOnlyKey, isTenantField } from './owners.ts';
import { bindings, trustOf } from './trust.ts';
import { earlier } from './compared.ts';
import type { Judgement } from './judgement.ts';

/** A leak is proven only where nothing is left that may make it right; otherwise it is likely. */
export function cautious(f: Flow, record: SiteRecord, entry: EntryPoint | undefined, uses: readonly Use[], judgement: Judgement): Judgement {
  if (judgement.verdict !== 'leak' || judgement.certainty !== 'proven') return judgement;
  return isLost(f, record, uses) || isForEverybody(f, record, judgement) || isAdminArea(f, record, entry) || !isTenants(f, record) || isHeadcount(f, record) || isMeantForAll(record, judgement) || searchesCredentials(f, record) || isPublicName(f, record) || isHalfChecked(f, record, entry, uses) || asksStaff(f, record) || mayBeStaff(f, allTruths(record.truths)) || isForGuests(f, record, entry, judgement) || isForOne(f, allTruths(record.truths)) ? { ...judgement, certainty: 'likely' } : judgement;
}

/** Guests get there as well, and whoever has the id may have the row; whoever was sent an invitation has its id. */
const isForGuests = (f: Flow, record: SiteRecord, entry: EntryPoint | undefined, { defect }: Judgement): boolean =>
  defect?.kind === 'unbound-id' && isRead(record) && ((entry !== undefined && (entry.kind === 'page' || isOpen(entry.at.file)) && !authenticated(f, { record, truths: allTruths(record.truths) }, true)) || (record.table !== undefined && /invit(?:e|ation)s?$/i.test(record.table) && isOnlyKeyAsked(f, record)));

const isOnlyKeyAsked = (f: Flow, { query, table = '', model }: SiteRecord): boolean => bindings(query.condition).some((b) => !b.negated && !b.related && isOnlyKey(f, table, columnOf(model, b.field) ?? b.field));

/** Where more was known than could be followed, the check may be among what was let go. */
function isLost(f: Flow, record: SiteRecord, uses: readonly Use[]): boolean {
  const places = [record.truths, ...uses.filter((u) => u.row === record.row).map((u) => u.truths)].map(allTruths);
  return f.fuel <= 0 || places.some((truths) => truths.some(isLossy) || relevant(f, record.formula, truths).some(isLossy));
}

const isLossy = (truth: Truth): boolean => truth.kind === 'lost' || (truth.kind === 'any' && truth.of.some((way) => way.some(isLossy)));

/** The rows are those of tenants: not of users, who may share what they made, nor of another kind of party, who deals with several tenants. */
function isTenants(f: Flow, record: SiteRecord): boolean {
  const { table } = record;
  return table === undefined || (f.input.tenancy.of.get(table)?.tenancy.kind !== 'user-owned' && isOfRoot(f, table));
}

const isRead = ({ query }: SiteRecord): boolean => query.verb === 'select' || query.verb === 'count';

/** Rows that some people may see who are no members: of a table of which some rows are for all, of people, or where nobody is asked who they are. */
function isForEverybody(f: Flow, record: SiteRecord, { defect }: Judgement): boolean {
  const tenancy = record.table === undefined ? undefined : f.input.tenancy.of.get(record.table)?.tenancy;
  if (!isRead(record)) return false;
  if ((tenancy?.kind === 'shared' && defect?.kind === 'unbound-id') || (tenancy?.kind === 'membership' && isOnlyKey(f, record.table ?? '', tenancy.user))) return true;
  return (defect?.kind === 'unscoped' || defect?.kind === 'chosen-tenant' || defect?.kind === 'bypasses-rls') && !authenticated(f, { record, truths: allTruths(record.truths) });
}

const ADMIN = /(?:^|\/)(?:app|pages)\/(?:[\w()@.-]+\/)*(?:admin|administration|superadmin|super-admin|backoffice|back-office|internal|staff)\//i;

/** An area of its own for administrators, which asks for their role: the makers' own, or every tenant's. */
function isAdminArea(f: Flow, record: SiteRecord, entry: EntryPoint | undefined): boolean {
  return entry !== undefined && ADMIN.test(entry.at.file) && asksRole(allTruths(record.truths));
}

const asksRole = (truths: readonly Truth[]): boolean => truths.some((t) => {
  if (t.kind === 'any') return t.of.every(asksRole);
  if (t.kind === 'defined') return t.of.kind === 'symbol' && /^is_?\w*admin$|^admin_?\w*$/i.test(t.of.path.at(-1) ?? '');
  if (t.kind !== 'holds' || t.formula.kind !== 'compare' || t.formula.op !== '=') return false;
  return [t.formula.left, t.formula.right].some((side) => side.kind === 'value' && ((side.value.kind === 'literal' && typeof side.value.value === 'string' && /admin|staff/i.test(side.value.value)) || (side.value.kind === 'claim' && side.value.trusted && /admin\w*$/i.test(side.value.path))));
});

/** How many tenants there are is asked to decide something, as whether the first one is being set up. */
const isHeadcount = (f: Flow, { query, table }: SiteRecord): boolean => query.verb === 'count' && table !== undefined && table === f.input.tenancy.root && bindings(query.condition).length === 0;

/** All keys are gone through for the one that was presented, as where each is encrypted by itself. */
const searchesCredentials = (f: Flow, { query, table }: SiteRecord): boolean => query.verb === 'select' && table !== undefined && holdsCredentials(f, table) && bindings(query.condition).length === 0;

/** Applications that sign in with others' products are known to everybody by their client id. */
const isPublicName = (f: Flow, record: SiteRecord): boolean => record.query.verb === 'select' && record.table !== undefined && bindings(record.query.condition).some((b) => !b.negated && !b.related && /^client_?id$/i.test(columnOf(record.model, b.field) ?? b.field) && [...(f.input.schema.tables.get(record.table ?? '')?.columns.keys() ?? [])].some((c) => /^(?:client_?)?(?:hashed_?)?secret(?:_?hash)?$/i.test(c)));

/** The row was found before, by the same id and by what may have tied it to the tenant. */
function isHalfChecked(f: Flow, record: SiteRecord, entry: EntryPoint | undefined, uses: readonly Use[]): boolean {
  const there = new Set(allTruths(record.truths).flatMap((t) => (t.kind === 'row' ? [t.row] : [])));
  return earlier(f, { record }).some((row) => {
    const other = there.has(row) ? f.recordOf.get(row) : undefined;
    if (!other || !bindings(other.query.condition).some((b) => !b.negated && isTenantField(f, other, b.field))) return false;
    const judgement = f.judge(other, entry, uses);
    return judgement.unused !== true && (judgement.verdict === 'unknown' || (judgement.verdict === 'leak' && judgement.certainty !== 'proven'));
  });
}

/** A row was found that only the makers' own people have, of whichever of them. */
const asksStaff = (f: Flow, record: SiteRecord): boolean => allTruths(record.truths).some((t) => t.kind === 'row' && marksStaff(f.rows.get(t.row)?.formula, 0));

function marksStaff(of: Formula | undefined, depth: number): boolean {
  if (!of || depth > DEEPEST) return false;
  switch (of.kind) {
    case 'and': case 'or': return of.of.some((part) => marksStaff(part, depth + 1));
    case 'exists': return marksStaff(of.where, depth + 1);
    case 'compare': return of.op === '=' && of.left.kind === 'column' && STAFF.test(of.left.column) && of.right.kind === 'value' && of.right.value.kind === 'literal' && of.right.value.value === true;
    default: return false;
  }
}
const DEEPEST = 8;

const PUBLISHED = /public|publish|marketplace|shared|template|listed|featured|visib/i;

/** It asks for rows that were published, or in one of its branches for the caller's own. */
function isMeantForAll(record: SiteRecord, { defect }: Judgement): boolean {
  const { query, model } = record;
  if (query.verb === 'insert' || (defect?.kind !== 'unscoped' && defect?.kind !== 'unbound-id')) return false;
  return bindings(query.condition).some((b) => {
    if (b.related) return false;
    if (!b.negated && trustOf(b.value) === 'identity') return true;
    if (!isRead(record) || !PUBLISHED.test(columnOf(model, b.field) ?? b.field)) return false;
    if (b.op === 'not-null') return !b.negated;
    return cases(b.value).every(({ value }) => value.kind === 'literal' && value.value !== null && (value.value === false) === b.negated);
  });
}

/** What the request names was compared with one value that the program knows: the makers' own tenant, as a rule. */
function isForOne(f: Flow, truths: readonly Truth[]): boolean {
  const names = tenantNames(f.input.tenancy);
  return truths.some((t) => {
    if (t.kind === 'any') return t.of.every((way) => isForOne(f, way));
    if (t.kind !== 'holds' || t.formula.kind !== 'compare' || t.formula.op !== '=') return false;
    const sides = [t.formula.left, t.formula.right].map((side) => (side.kind === 'value' ? side.value : undefined));
    const brought = sides.find((v) => v?.kind === 'input');
    const fixed = sides.find((v) => v !== brought);
    return brought?.kind === 'input' && names.has(snake(brought.path.at(-1) ?? '')) && (fixed?.kind === 'literal' || (fixed?.kind === 'unknown' && /^global process|#[A-Z][A-Z0-9_]+$/.test(fixed.why)));
  });
}
