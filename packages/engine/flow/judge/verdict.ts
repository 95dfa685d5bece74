import type { EntryPoint, Formula, Isolation, Reason, SiteVerdict, Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { closed, isShortened } from '../queries/assemble.ts';
import { equalities, tenantsOf } from '../queries/belonging.ts';
import { toFormula } from '../queries/conditions.ts';
import { columnOf, OBJECTS } from '../queries/ends.ts';
import { secretOf } from '../queries/secrets.ts';
import { allTruths } from '../state.ts';
import { askedOfOthers, authenticated, besidesStaff, systemCall } from './caller.ts';
import { isOpen } from './open.ts';
import { maybeUndefined, replaced, supposed } from './supposed.ts';
import { blamed } from './blame.ts';
import { comparedWithRow, hangsOff, HANGS, namedBySession } from './compared.ts';
import { storedObject } from './objects.ts';
import { movable, overwrites, unreached, unwritten } from './defects.ts';
import { inherit, inheritKeys } from './inherit.ts';
import { isOfRoot, isOnlyKey, namesOwner, statesOwner, tenantColumns } from './owners.ts';
import { ask, askClosed, restsOnRows } from './prove.ts';
import { calledRoutine } from './routines.ts';
import { cautious } from './sure.ts';
import { secured } from './policies.ts';
import { extraOf } from './shape.ts';
import { bindings } from './trust.ts';
import type { Inserted, Judged, SiteRecord, Use } from '../queries/site-record.ts';
import { byDesign, type Case, type Judgement } from './judgement.ts';

/** Code that nobody's request reaches. */
const OFFLINE = new Set<EntryPoint['kind']>(['script', 'seed', 'test']);

/** Judges a query once per run, whoever asks first: the run itself, or a query that rests on its rows. */
export function judge(f: Flow, record: SiteRecord, entry: EntryPoint | undefined, uses: readonly Use[]): Judgement {
  const known = f.verdicts.get(record);
  if (known) return known;
  // Until it is told, a row that rests on itself tells nothing.
  f.verdicts.set(record, undefined);
  const judgement = { ...cautious(f, record, entry, uses, decide(f, record, entry, uses)), extra: extraOf(f, record, entry) };
  f.verdicts.set(record, judgement);
  return judgement;
}

function decide(f: Flow, record: SiteRecord, entry: EntryPoint | undefined, uses: readonly Use[]): Judgement {
  const { query, table } = record;
  const at = query.at;
  if (query.routine && f.input.tenancy.found && !(entry && OFFLINE.has(entry.kind))) return calledRoutine(f, record, query.routine, entry);
  if (table === undefined) return { verdict: 'unknown', certainty: 'possible', why: [{ text: query.table.kind === 'unknown' ? query.table.why : 'the table is not known', at }] };
  if (!f.input.tenancy.found) return byDesign('no tenancy was found', at);
  if (f.input.tenancy.of.get(table)?.tenancy.kind === 'global') return byDesign(`rows of ${table} belong to nobody`, at);
  if (entry && OFFLINE.has(entry.kind)) return byDesign(`${entry.kind} code acts for the system`, at);
  const of: Case = { record, table, entry, truths: besidesStaff(f, allTruths(record.truths)), uses, at };
  if (table === OBJECTS) return storedObject(f, of);
  const parts: Judgement[] = [];
  if (query.verb !== 'insert') parts.push(reached(f, of));
  for (const other of record.others) if (!isBroughtAlong(f, record, other, parts[0]) && other.table !== undefined && f.input.tenancy.of.get(other.table)?.tenancy.kind !== 'global') parts.push(reached(f, { ...of, table: other.table, record: { ...record, row: other.row, table: other.table, formula: other.formula, others: [] } }));
  for (const one of record.inserted) parts.push(written(f, of, one));
  if (!parts.some((p) => p.verdict === 'leak' || p.verdict === 'by-design')) parts.push(...movable(f, of));
  const told = worst(parts) ?? byDesign('nothing is asked', at);
  const judgement: Judgement = told.verdict === 'leak' && query.verb !== 'insert' && (f.input.tenancy.of.get(table)?.tenancy.kind ?? 'unknown') === 'unknown'
    ? { verdict: 'unknown', certainty: 'possible', why: [{ text: f.input.schema.tables.has(table) ? `how ${table} belongs to tenants is not known` : `nothing that was read makes ${table}`, at }] }
    : told;
  // Helpers stand in files of actions as well: whoever calls them inside the product says more.
  return judgement.verdict === 'leak' && entry?.kind === 'action' && entry.framework === 'next' && !authenticated(f, of) ? { ...judgement, weak: true, certainty: judgement.certainty === 'proven' ? 'likely' : judgement.certainty } : judgement;
}

/** A row that one of the statement's own names by its key comes with that one: `left join users u on u.id = c.author_id`. */
function isBroughtAlong(f: Flow, { row }: SiteRecord, other: Judged, main: Judgement | undefined): boolean {
  const { users } = f.input.tenancy;
  if (other.table === undefined || other.table !== users || !main || main.verdict === 'leak' || main.verdict === 'unknown') return false;
  return equalities(f.rows.get(other.row)?.formula ?? other.formula, other.row).some(([column, term]) => isOnlyKey(f, other.table ?? '', column) && term.kind === 'column' && term.row === row);
}

const RANK: readonly SiteVerdict[] = ['by-design', 'scoped', 'injected', 'guarded', 'unknown', 'leak'];
const worst = (of: readonly Judgement[]): Judgement | undefined => of.reduce((a: Judgement | undefined, b) => (!a || RANK.indexOf(b.verdict) > RANK.indexOf(a.verdict) ? b : a), undefined);

/** The prover's reasons, here: its answers serve all sites that ask alike. */
const placed = (because: readonly Reason[], at: Span): readonly Reason[] => because.map(({ text }) => ({ text, at }));

/** Rows that are read, changed or deleted: are they the caller's own? */
function reached(f: Flow, of: Case): Judgement {
  const { record, table, truths, at } = of;
  const { query, row } = record;
  const asked = askedOfOthers(f, query.condition);
  const formula = asked === query.condition ? record.formula : toFormula(f, asked, { row, model: record.model });
  const whole = closed(f, row, formula, truths);
  const answer = askClosed(f, row, table, whole, 'reach', at);
  // Naming the owner is scope; ids of rows that were fetched or checked before are somebody's guard.
  const stated = namesOwner(f, record, query.stated ?? query.condition);
  const injected = query.stated !== undefined && !stated;
  if (answer.verdict === 'yes') {
    return { verdict: injected ? 'injected' : stated || (!restsOnRows(f, row, formula) && ask(f, row, table, formula, [], 'reach', at).verdict === 'yes') ? 'scoped' : 'guarded', certainty: 'proven', why: placed(answer.because, at) };
  }
  // The row that names the caller beside a tenant is how the tenant is checked.
  const secret = secretOf(f, query.condition, table, record.model, 'capability');
  if (!secret && tenantsOf(f, row).length > 0) return { verdict: 'scoped', certainty: 'proven', why: [{ text: 'the row names the caller', at }] };
  // What the call itself says comes before what stands around it.
  const suppose = (): Judgement | undefined => supposed(f, of, row, table, whole, 'reach');
  const handed = stated ? suppose() : undefined;
  if (handed?.verdict === 'scoped') return handed;
  const guard = secured(f, of);
  if (guard) return stated ? { ...guard, verdict: 'scoped' } : guard;
  const system = systemCall(f, of);
  if (system) return system;
  if (secret) return byDesign(`whoever has ${secret.column} may have the row`, secret.at, 'likely');
  // What a row of the caller's points to is the caller's to reach, whatever else the condition asks.
  const referred = inherit(f, of);
  if (referred && referred.verdict !== 'unknown' && !(referred.verdict === 'by-design' && handed?.byAddress)) return referred;
  const reads = query.verb === 'select' || query.verb === 'count';
  const checked = reads ? (checkedAfterwards(f, of) ?? comparedWithRow(f, of) ?? nowhere(of)) : comparedWithRow(f, of);
  if (checked) return checked;
  const named = namedBySession(f, of, bindings(query.condition).filter((b) => !b.negated && !b.related && b.op === '='));
  if (named) return named;
  if (isTooMuch(f, of, whole, answer)) return tooMuch(at);
  return blamed(f, of, replaced(f, of) ?? handedIn(f, of, stated ? handed : suppose(), injected) ?? maybeUndefined(f, of) ?? stranger(f, of) ?? unreached(f, of));
}

const tooMuch = (at: Span): Judgement => ({ verdict: 'unknown', certainty: 'possible', why: [{ text: 'too much is known here to be told apart', at }] });

/** The prover gave up, here or where the row is used: what it did not come to may be the check. */
function isTooMuch(f: Flow, { record, table, uses }: Case, whole: Formula, answer: Isolation): boolean {
  const gaveUp = (of: Formula, said: Isolation): boolean => isShortened(of) || (said.verdict === 'unknown' && said.opaque.length > 0);
  const seen = new Set<Use['truths']>();
  return gaveUp(whole, answer) || uses.some((use) => {
    if (use.row !== record.row || seen.has(use.truths)) return false;
    seen.add(use.truths);
    const there = closed(f, record.row, record.formula, allTruths(use.truths));
    return gaveUp(there, askClosed(f, record.row, table, there, 'reach', use.at));
  });
}

/** Where policies ask for the same tenant that the request named, somebody thought of it: the check may stand where we did not look. */
const doubted = (f: Flow, of: Case, judgement: Judgement): Judgement => (judgement.verdict === 'leak' && secured(f, of, true) ? { ...judgement, certainty: 'likely' } : judgement);

const handedIn = (f: Flow, of: Case, judgement: Judgement | undefined, injected: boolean): Judgement | undefined => (judgement?.verdict === 'scoped' && injected ? { ...judgement, verdict: 'injected' } : judgement && doubted(f, of, judgement));

/** The row was read by id alone, and is compared before it goes anywhere. */
function checkedAfterwards(f: Flow, { record, table, uses }: Case): Judgement | undefined {
  const own = uses.filter((u) => u.row === record.row);
  const [first] = own;
  if (!first) return undefined;
  const seen = new Set<Use['truths']>();
  for (const use of own) {
    if (seen.has(use.truths)) continue;
    seen.add(use.truths);
    if (ask(f, record.row, table, record.formula, besidesStaff(f, allTruths(use.truths)), 'reach', use.at).verdict !== 'yes') return undefined;
  }
  return { verdict: 'guarded', certainty: 'proven', why: [{ text: 'the row is checked before it goes anywhere', at: first.at }] };
}

/** Only whether the row is there decides anything. */
function nowhere({ record, uses, at }: Case): Judgement | undefined {
  if (uses.some((u) => u.row === record.row) || bindings(record.query.condition).length === 0) return undefined;
  return { verdict: 'guarded', certainty: 'likely', why: [{ text: 'the row goes nowhere', at }], unused: true };
}

/** Nobody is signed in: whoever has the id may have the row. Actions are called by the product's own pages, for a user. */
function stranger(f: Flow, of: Case): Judgement | undefined {
  const { entry, record, at } = of;
  if (!entry || entry.kind === 'action' || entry.kind === 'library' || authenticated(f, of)) return undefined;
  if (bindings(record.query.condition).length === 0) return undefined;
  const open = byDesign('nobody is signed in here: whoever has the id may have the row', at, 'possible');
  if (f.python || isOpen(entry.at.file) || !isOfRoot(f, of.table)) return open;
  const leak = unreached(f, of);
  return leak.verdict === 'leak' && leak.defect?.kind === 'unbound-id' ? { ...open, unusual: { ...leak, certainty: 'likely', why: [...leak.why, { text: 'nobody is signed in here, as nearly everywhere else', at: entry.at }] } } : open;
}

/** Rows that are left behind: do they belong to the caller's tenant? */
function written(f: Flow, of: Case, one: Inserted): Judgement {
  const { record, truths, at } = of;
  if (one.table === undefined) return { verdict: 'unknown', certainty: 'possible', why: [{ text: 'the table is not known', at: one.at }] };
  const tenancy = f.input.tenancy.of.get(one.table)?.tenancy;
  if (!tenancy || tenancy.kind === 'global' || tenancy.kind === 'unknown') return byDesign(`rows of ${one.table} belong to nobody`, at);
  // A new tenant is nobody's yet.
  if (tenancy.kind === 'root') return byDesign('a tenant is made', at);
  const whole = closed(f, one.row, one.formula, truths);
  const answer = askClosed(f, one.row, one.table, whole, 'write', at);
  if (answer.verdict === 'yes') {
    const stated = statesOwner(f, record, record.query.inserts) || (!restsOnRows(f, one.row, one.formula) && ask(f, one.row, one.table, one.formula, [], 'write', at).verdict === 'yes');
    return { verdict: stated ? 'scoped' : 'guarded', certainty: 'proven', why: placed(answer.because, at) };
  }
  const handed = supposed(f, of, one.row, one.table, whole, 'write');
  if (handed?.verdict === 'scoped') return handed;

  const guard = secured(f, of);
  if (guard) return statesOwner(f, record, record.query.inserts) ? { ...guard, verdict: 'scoped' } : guard;
  const system = systemCall(f, of) ?? overwrites(f, of);
  if (system) return system;
  const referred = inheritKeys(f, of, one);
  return (referred?.verdict === 'unknown' ? undefined : referred) ?? (tenancy.kind === 'through' && hangsOff(f, of, one.row, one.table) ? HANGS(at) : undefined) ?? namedBySession(f, { ...of, table: one.table }, record.query.inserts.flatMap((w) => w.entries.flatMap((e) => (e.kind === 'field' ? [e] : [])))) ?? handed ?? filledByHook(f, of, one) ?? (isTooMuch(f, of, whole, answer) ? tooMuch(at) : unwritten(f, of, one));
}

/** A hook of the session puts the tenant into what the code leaves without one. */
function filledByHook(f: Flow, { record, at }: Case, one: Inserted): Judgement | undefined {
  const own = [...tenantColumns(f, one.table ?? '')];
  const given = record.query.inserts.some((w) => w.entries.some((e) => e.kind === 'spread' || (e.kind === 'field' && own.includes(columnOf(one.model, e.field) ?? e.field))));
  const column = given ? undefined : own.find((name) => f.filled.has(name));
  return column === undefined ? undefined : { verdict: 'injected', certainty: 'likely', why: [{ text: `a hook fills ${column} when the row is written`, at }] };
}
