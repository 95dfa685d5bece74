import type { Condition, EntryPoint, Formula, Term, Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { showsSecret } from '../known/signatures.ts';
import { equalities, namesCaller } from '../queries/belonging.ts';
import { isOfRoot, linkColumns, ownerColumns, tenantColumns } from './owners.ts';
import { freeRows, TRUE } from '../queries/formulas.ts';
import { snake } from '../queries/identity.ts';
import { perRun } from '../queries/per-run.ts';
import { byDesign, type Case, type Judgement } from './judgement.ts';

/** Code that other systems call: what they send is theirs to answer for. */
const SYSTEM = new Set<EntryPoint['kind']>(['cron', 'queue', 'webhook']);

/** Whoever gets here acts for the system, or for all tenants. */
export function systemCall(f: Flow, { entry, truths, at }: Case): Judgement | undefined {
  if (entry && SYSTEM.has(entry.kind)) return byDesign(`${entry.kind} code acts for the system`, at, 'likely');
  if (isStaff(f, truths)) return byDesign('only the platform\'s own staff gets here', at, 'likely');
  return hasSecret(truths) ? byDesign('only a system that knows the shared secret gets here', at, 'likely') : undefined;
}

/** The caller has shown a secret that only another system knows. */
export const hasSecret = (truths: readonly Truth[]): boolean => truths.some((truth) => {
  let shows = secrets.get(truth);
  if (shows === undefined) secrets.set(truth, (shows = showsSecret(truth)));
  return shows;
});
const secrets = new WeakMap<Truth, boolean>();

/** What only the makers of a product call themselves: an administrator of a tenant is none. */
export const STAFF = /^(?:is_?)?(?:super|platform|global|system|saas|internal)_?(?:admin(?:istrator)?|staff|user|owner|operator)?s?$/i;
const STAFF_ROLE = /^(?:super|platform|global|system|saas|internal|app)[-_ .:]?(?:admin(?:istrator)?|staff|user|owner|operator)s?$|^(?:superuser|staff|god)$/i;
const PLATFORM = /^(?:is_?)?(?:super_?|platform_?|global_?|system_?|site_?|instance_?)?(?:admin|staff|superuser|root)$/i;

/** The caller is one of the platform's own: a member of the tenant that the code names, or marked so on the user itself. */
export function isStaff(f: Flow, truths: readonly Truth[]): boolean {
  const known = staffOf(f);
  return truths.some((truth) => {
    let told = known.get(truth);
    if (told === undefined) known.set(truth, (told = tellsStaff(f, truth)));
    return told;
  });
}

const staffOf = perRun(() => new Map<Truth, boolean>());

function tellsStaff(f: Flow, t: Truth): boolean {
  switch (t.kind) {
    case 'row': return isHouseMember(f, t.row) || isStaffRow(f, t.row);
    case 'any': return t.of.every((way) => isStaff(f, way));
    case 'defined': return t.of.kind === 'symbol' && t.of.origin.kind === 'identity' && marksUser(f, t.of.path.at(-1) ?? '');
    case 'holds': return hasStaffRole(f, t.formula) || isMarked(f, t.formula) || marksCaller(f, t.formula);
    case 'falsy': case 'secret': case 'setting': case 'lost': return false;
  }
}

/** The user's own row is marked as the platform's. */
function marksCaller(f: Flow, of: Formula): boolean {
  const marked = of.kind === 'null' && of.negated ? of.of : of.kind === 'compare' && of.op === '=' && of.right.kind === 'value' && of.right.value.kind === 'literal' && of.right.value.value === true ? of.left : undefined;
  // Where the user's row names its one tenant, an administrator is that tenant's.
  return marked?.kind === 'column' && (carriesTenant(f) ? STAFF : PLATFORM).test(marked.column) && f.rows.get(marked.row)?.table === f.input.tenancy.users;
}

/** `session.user.admin === true`. */
function isMarked(f: Flow, of: Formula): boolean {
  if (of.kind !== 'compare' || of.op !== '=') return false;
  const [mark, value] = of.right.kind === 'value' && of.right.value.kind === 'literal' ? [of.left, of.right] : [of.right, of.left];
  return value.kind === 'value' && value.value.kind === 'literal' && value.value.value === true && mark.kind === 'value' && mark.value.kind === 'claim' && mark.value.trusted && marksUser(f, mark.value.path.split(/[.:]/).at(-1) ?? '');
}

/** What the session says of its user, as a name of staff or as the row of a user who is no tenant's is marked. */
function marksUser(f: Flow, name: string): boolean {
  if (STAFF.test(name)) return true;
  const columns = PLATFORM.test(name) && !carriesTenant(f) ? f.input.schema.tables.get(f.input.tenancy.users ?? '')?.columns : undefined;
  return columns !== undefined && [...columns.keys()].some((column) => snake(column) === snake(name));
}

/** Every user belongs to one tenant, which the row says. */
function carriesTenant(f: Flow): boolean {
  const { users = '' } = f.input.tenancy;
  const tenancy = f.input.tenancy.of.get(users)?.tenancy;
  return tenancy?.kind === 'membership' && isOfRoot(f, users) && f.input.schema.tables.get(users)?.columns.get(tenancy.tenant)?.notNull === true;
}

/** The condition as everybody but the platform's own staff meets it. */
export function askedOfOthers(f: Flow, of: Condition): Condition {
  switch (of.kind) {
    case 'all': case 'any': {
      const parts = of.of.map((c) => askedOfOthers(f, c));
      return parts.every((c, i) => c === of.of[i]) ? of : { ...of, of: parts };
    }
    case 'alternatives': {
      const others = of.of.filter((one) => !isStaff(f, one.truths));
      return others.length === 0 || others.length === of.of.length ? of : { ...of, of: others };
    }
    default: return of;
  }
}

const besides = new WeakMap<readonly Truth[], readonly Truth[]>();

/** What is known of everybody but the platform's own staff, to whom a check may give a way of their own. */
export function besidesStaff(f: Flow, truths: readonly Truth[]): readonly Truth[] {
  const known = besides.get(truths);
  if (known) return known;
  if (!truths.some((t) => t.kind === 'any')) return truths;
  let changed = false;
  const found = truths.flatMap((t): readonly Truth[] => {
    const others = t.kind === 'any' ? t.of.filter((way) => !isStaff(f, way)).map((way) => besidesStaff(f, way)) : [];
    if (t.kind !== 'any' || others.length === 0 || (others.length === t.of.length && others.every((way, i) => way === t.of[i]))) return [t];
    changed = true;
    return others.length === 1 && others[0] ? others[0] : [{ ...t, of: others }];
  });
  const told = changed ? found : truths;
  besides.set(truths, told);
  return told;
}

/** `role = 'super_admin'`, of a row or in the session: nobody gives that name to a member of a tenant. */
function hasStaffRole(f: Flow, of: Formula): boolean {
  if (of.kind !== 'compare' || of.op !== '=') return false;
  const [role, name] = of.right.kind === 'value' && of.right.value.kind === 'literal' ? [of.left, of.right] : [of.right, of.left];
  if (name.kind !== 'value' || name.value.kind !== 'literal' || typeof name.value.value !== 'string' || !STAFF_ROLE.test(name.value.value)) return false;
  if (role.kind === 'column') return ROLE.test(role.column) || ROLE.test(f.rows.get(role.row)?.table ?? '');
  if (role.kind !== 'value') return false;
  // A column that no migration adds, of a row that was fetched.
  return role.value.kind === 'claim' ? role.value.trusted : role.value.kind === 'unknown' && /^unknown row \d+\.\w*role$/i.test(role.value.why);
}
const ROLE = /role|type|level|access/i;

/** Administrators by the role that users have by themselves, where they have another in each tenant, or by a list of roles that names no tenant: they may be the platform's. */
export const mayBeStaff = (f: Flow, truths: readonly Truth[]): boolean => truths.some((t) => {
  switch (t.kind) {
    case 'any': return t.of.every((way) => mayBeStaff(f, way));
    case 'row': return isInList(f, t.row);
    case 'holds': return t.formula.kind === 'compare' && t.formula.op === '=' && ((isOwnRole(f, t.formula.left) && isAdmin(t.formula.right)) || (isOwnRole(f, t.formula.right) && isAdmin(t.formula.left)));
    default: return false;
  }
});

const isAdmin = (of: Term): boolean => of.kind === 'value' && of.value.kind === 'literal' && /^admin(?:istrator)?$/i.test(String(of.value.value));
const hasRole = (f: Flow, table: string): boolean => f.input.schema.tables.get(table)?.columns.has('role') === true;

function isOwnRole(f: Flow, of: Term): boolean {
  const { users = '', of: tenancies } = f.input.tenancy;
  const named = of.kind === 'column' ? of.column === 'role' && f.rows.get(of.row)?.table === users : of.kind === 'value' && of.value.kind === 'claim' && of.value.trusted && /(?:^|[.:])user[.:]role$/.test(of.value.path);
  return named && hasRole(f, users) && !carriesTenant(f) && [...tenancies.values()].some((t) => t.tenancy.kind === 'membership' && t.table !== users && hasRole(f, t.table));
}

function isInList(f: Flow, row: number): boolean {
  const def = f.rows.get(row);
  if (def?.table === undefined || tenantColumns(f, def.table).size > 0) return false;
  const asked = equalities(def.formula, row);
  return asked.some(([column, value]) => column === 'role' && isAdmin(value)) && asked.some(([, value]) => namesCaller(value));
}

/** A table of the platform's own people, which belongs to no tenant. */
const STAFF_TABLE = /^(?:platform|super|system|global|internal|site|instance|saas)_?(?:staff|admins?|users?|operators?|managers?)$|^(?:super_?users?|superadmins?|staff|staff_?(?:users?|members?)|operators?)$/;

/** The caller has a row among the platform's own people. */
function isStaffRow(f: Flow, row: number): boolean {
  const def = f.rows.get(row);
  if (!def || def.table === undefined || !STAFF_TABLE.test(snake(def.table.split('.').at(-1) ?? '')) || tenantColumns(f, def.table).size > 0) return false;
  const people = new Set([...(f.input.tenancy.userColumns.get(def.table) ?? []), ...ownerColumns(f, def.table), ...linkColumns(f, def.table)]);
  const [who] = equalities(def.formula, row).filter(([column]) => people.has(column)).map(([, value]) => value);
  if (who === undefined) return false;
  return who.kind === 'column' ? speaksOfCaller(f.rows.get(who.row)?.formula ?? TRUE) : namesCaller(who);
}

function isHouseMember(f: Flow, row: number): boolean {
  const def = f.rows.get(row);
  if (!def || def.table === undefined) return false;
  const tenants = tenantColumns(f, def.table);
  const asked = equalities(def.formula, row);
  return asked.some(([column, value]) => tenants.has(column) && value.kind === 'value' && (value.value.kind === 'literal' || (value.value.kind === 'unknown' && /^global process|#[A-Z][A-Z0-9_]+$/.test(value.value.why)))) && asked.some(([column, value]) => !tenants.has(column) && namesCaller(value));
}

/** Whether anything on the way here told who the caller is. */
/** Somebody is signed in; `surely`: whichever way was taken here. */
export function authenticated(f: Flow, { record, truths }: Pick<Case, 'record' | 'truths'>, surely = false): boolean {
  const rows = new Set<number>(freeRows(record.formula));
  const tells = (truth: Truth): boolean => {
    switch (truth.kind) {
      case 'defined': return truth.of.kind === 'symbol' && truth.of.origin.kind === 'identity';
      case 'holds':
        for (const row of freeRows(truth.formula)) rows.add(row);
        return speaksOfCaller(truth.formula);
      case 'row':
        rows.add(truth.row);
        return false;
      case 'any': return surely ? truth.of.every((way) => way.some(tells)) : truth.of.some((way) => way.some(tells));
      case 'falsy': case 'secret': case 'setting': case 'lost': return false;
    }
  };
  if (truths.some(tells) || speaksOfCaller(record.formula)) return true;
  const seen = new Set<number>();
  const work = [...rows];
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const def = f.rows.get(id);
    if (!def) continue;
    if (speaksOfCaller(def.formula)) return true;
    work.push(...freeRows(def.formula), ...def.with);
  }
  return false;
}

const speaking = new WeakMap<Formula, boolean>();

/** Whether the formula compares anything with the caller, its tenant or its claims. */
export function speaksOfCaller(formula: Formula): boolean {
  const known = speaking.get(formula);
  if (known !== undefined) return known;
  const found = speaks(formula);
  speaking.set(formula, found);
  return found;
}

function speaks(formula: Formula): boolean {
  const term = (t: Term): boolean => (t.kind === 'value' ? t.value.kind === 'caller' || t.value.kind === 'tenant' || t.value.kind === 'claim' : t.kind === 'apply' && t.of.some(term));
  switch (formula.kind) {
    case 'and': case 'or': return formula.of.some(speaksOfCaller);
    case 'not': return speaksOfCaller(formula.of);
    case 'exists': return speaksOfCaller(formula.where);
    case 'compare': return term(formula.left) || term(formula.right);
    case 'null': return term(formula.of);
    default: return false;
  }
}
