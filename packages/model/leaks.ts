import type { AccessCommand } from './access.ts';
import type { FunctionBody } from './plpgsql.ts';
import type { Escape, Formula, Row, Term, Value } from './formula.ts';
import { aboutCaller, callerWrites, each, rowsOf, sameTerm, valueIn } from './formulas.ts';
import type { Facts } from './rule.ts';
import type { Policy, Table } from './schema.ts';
import { walkBody } from './sql-walk.ts';
import type { Tenancy } from './tenancy.ts';

/** Why a policy leaks: one root cause each, told by logic, so that of several rules exactly one speaks. */

export interface Leak {
  readonly role: string;
  readonly command: AccessCommand;
  readonly side: 'using' | 'check';
  readonly escape: Escape;
}

/** Every way in which a policy lets rows of other tenants through, as the roles meet it. */
export function leaksOf(facts: Facts, table: Table, policy: Policy): readonly Leak[] {
  const found: Leak[] = [];
  for (const access of facts.access(table)) {
    if (access.verdict !== 'leak' || access.side === undefined) continue;
    const { role, command, side } = access;
    if (access.policy === policy.name && access.escape) found.push({ role, command, side, escape: access.escape });
    for (const other of access.others ?? []) if (other.policy === policy.name) found.push({ role, command, side, escape: other.escape });
  }
  return found;
}

export type Cause =
  /** A name of a sub-select was captured: the test compares a row with itself. */
  | { readonly kind: 'captured' }
  /** Nothing is asked of the row or of the caller. */
  | { readonly kind: 'everything' }
  /** Holds because nobody is signed in, or no tenant is set. */
  | { readonly kind: 'inverted'; readonly value: Value }
  /** Holds for the rows that are not the caller's. */
  | { readonly kind: 'opposite'; readonly column: string }
  /** What lets the row through stands in a policy of another table, which is read here, and is reported there. */
  | { readonly kind: 'inherited' }
  /** The row is no tenant's: everybody may see it, and here change it. */
  | { readonly kind: 'nobodys' }
  /** Rests on something that the caller writes. */
  | { readonly kind: 'client'; readonly value: Value }
  /** Names one tenant or one person by a literal. */
  | { readonly kind: 'literal'; readonly of: 'tenant' | 'person'; readonly literal: string }
  /** A membership is looked up that is not tied to the row, or not to the caller. */
  | { readonly kind: 'unbound'; readonly to: 'row' | 'caller' | 'both'; readonly row: Row }
  /** The table says who the caller is to other tables: whoever writes it opens those. */
  | { readonly kind: 'trusted'; readonly opens: readonly string[] }
  /** The row is marked as shared: by columns of its own or of what it hangs off (`is_public`), or by rows of another table. */
  | { readonly kind: 'predicate'; readonly columns: readonly string[]; readonly tables: readonly string[] }
  | { readonly kind: 'other' };

/** The causes of a policy's leaks, each with the leaks that it explains. */
export function causesOf(facts: Facts, table: Table, policy: Policy): readonly { readonly cause: Cause; readonly leaks: readonly [Leak, ...Leak[]] }[] {
  let known = causes.get(facts);
  if (known === undefined) causes.set(facts, (known = new WeakMap<Policy, Causes>()));
  const answered = known.get(policy);
  if (answered !== undefined) return answered;
  const leaks = leaksOf(facts, table, policy);
  const groups = new Map<Cause['kind'], { cause: Cause; leaks: [Leak, ...Leak[]] }>();
  for (const leak of [...leaks.filter((one) => one.side === 'using'), ...leaks.filter((one) => one.side === 'check')]) {
    // Where USING leaks and serves as the check as well, USING is the cause.
    const [blamed] = leak.side === 'check' && policy.check === undefined ? groups.values() : [];
    const cause = blamed?.cause ?? causeOf(facts, table, policy, leak);
    const group = groups.get(cause.kind);
    if (group === undefined) groups.set(cause.kind, { cause, leaks: [leak] });
    else group.leaks.push(leak);
  }
  const made = [...groups.values()];
  known.set(policy, made);
  return made;
}
type Causes = ReturnType<typeof causesOf>;
const causes = new WeakMap<Facts, WeakMap<Policy, Causes>>();

function causeOf(facts: Facts, table: Table, policy: Policy, { role, command, side, escape }: Leak): Cause {
  const { atoms } = escape;
  const within = (at: Escape['at'], other: Escape['at']) => at.file === other.file && other.start <= at.start && at.end <= other.end;
  const captured = facts.captures(table, policy).some((capture) => atoms.some((atom) => 'at' in atom && within(capture.at, atom.at)) || within(capture.at, escape.at));
  if (captured) return { kind: 'captured' };
  const asked = atoms.filter((atom) => !alwaysHolds(atom, table));
  if (asked.length === 0) return { kind: 'everything' };
  const keys = tenantColumnsOf(facts.tenancyOf(table).tenancy);
  if (side === 'using' && command !== 'select' && asked.some((atom) => atom.kind === 'null' && !atom.negated && atom.of.kind === 'column' && atom.of.row === 0 && keys.includes(atom.of.column))) return { kind: 'nobodys' };
  for (const atom of asked) {
    const missing = missingCaller(atom);
    if (missing) return elsewhere(facts, table, atom) ? { kind: 'inherited' } : { kind: 'inverted', value: missing };
  }
  for (const atom of asked) {
    if (atom.kind !== 'compare') continue;
    for (const [one, other] of [[atom.left, atom.right], [atom.right, atom.left]] as const) {
      const value = valueIn(other);
      if (atom.op === '<>' && one.kind === 'column' && one.row === 0 && value && aboutCaller(value) && (keys.includes(one.column) || (facts.tenancy.userColumns.get(table.key) ?? []).includes(one.column))) return { kind: 'opposite', column: one.column };
      if (atom.op === '=' && value && callerWrites(value)) return elsewhere(facts, table, atom) ? { kind: 'inherited' } : { kind: 'client', value };
    }
  }
  const own = rowsOf(facts.formula(table, policy, side) ?? { kind: 'true' });
  const inner = escape.rows.filter((row) => row.id !== 0 && own.some((known) => known.at.file === row.at.file && known.at.start === row.at.start));
  const ties = tiesOf(atoms);
  for (const atom of asked) {
    if (atom.kind !== 'compare' || atom.op !== '=') continue;
    for (const [one, other] of [[atom.left, atom.right], [atom.right, atom.left]] as const) {
      if (other.kind !== 'value' || other.value.kind !== 'literal' || typeof other.value.value === 'boolean' || other.value.value === '') continue;
      const literal = String(other.value.value);
      if (one.kind === 'value' && one.value.kind === 'caller') return { kind: 'literal', of: 'person', literal };
      if (one.kind !== 'column') continue;
      const of = one.row === 0 ? table.key : inner.find((row) => row.id === one.row)?.table;
      const target = of === undefined ? undefined : facts.schema.tables.get(of);
      if (target && tenantColumnsOf(facts.tenancyOf(target).tenancy).includes(one.column) && (one.row === 0 || ties.get('caller') === ties.get(String(one.row)))) return { kind: 'literal', of: 'tenant', literal };
    }
  }
  const free = unbound(facts, inner, ties);
  if (free) return free;
  // A row that may be changed as it stands leaks by its own policy; it is what may be left behind that others believe.
  const opens = side === 'check' && (command === 'insert' || command === 'update') ? openedBy(facts, table.key, role) : [];
  return opens.length > 0 ? { kind: 'trusted', opens } : (predicate(facts, atoms, escape.rows) ?? { kind: 'other' });
}

/** The atom is none of the table's own policies', nor of a function that they call: row level security of a table that they read asks it. */
function elsewhere(facts: Facts, table: Table, atom: Formula): boolean {
  if (!('at' in atom)) return false;
  let own = places.get(table);
  if (own === undefined) {
    const found = new Set<string>();
    for (const policy of table.policies.values()) {
      for (const side of ['using', 'check'] as const) each(facts.formula(table, policy, side) ?? { kind: 'true' }, (part) => { if ('at' in part) found.add(`${part.at.file}:${part.at.start}`); });
    }
    places.set(table, (own = found));
  }
  return !own.has(`${atom.at.file}:${atom.at.start}`);
}
const places = new WeakMap<Table, ReadonlySet<string>>();

/** Tables whose isolation rests on rows of this one, which the role may write. */
export function openedBy(facts: Facts, key: string, role: string): readonly string[] {
  let known = opened.get(facts);
  if (known === undefined) {
    known = new Map<string, Set<string>>();
    opened.set(facts, known);
    for (const table of facts.schema.tables.values()) {
      for (const access of facts.access(table)) {
        if (access.escalation === undefined) continue;
        const of = `${access.escalation.table}|${access.role}`;
        const tables = known.get(of) ?? new Set<string>();
        tables.add(table.key);
        known.set(of, tables);
      }
    }
  }
  return [...(known.get(`${key}|${role}`) ?? [])].sort();
}
const opened = new WeakMap<Facts, Map<string, Set<string>>>();

const VERBS: Readonly<Record<AccessCommand, string>> = { select: 'read', insert: 'insert', update: 'change', delete: 'delete' };

/** `read, change and delete`, in the order in which people say it. */
export function verbsOf(leaks: readonly Pick<Leak, 'command'>[]): string {
  return listed((['select', 'insert', 'update', 'delete'] as const).filter((command) => leaks.some((leak) => leak.command === command)).map((command) => VERBS[command]));
}

export function rolesOf(leaks: readonly Pick<Leak, 'role'>[]): string {
  return listed([...new Set(leaks.map((leak) => leak.role))]);
}

/** `a, b and c`; at most `most` are named. */
export function listed(names: readonly string[], most = 4): string {
  if (names.length > most) return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] ?? ''}`;
}

/** A row of the caller's own that says nothing of the row that is judged, or a list of members that does not name the caller. */
function unbound(facts: Facts, inner: readonly Row[], ties: ReadonlyMap<string, string>): Cause | undefined {
  const component = (of: string) => ties.get(of) ?? of;
  const caller = component('caller');
  const judged = component('0');
  if (caller === judged) return undefined;
  const users = (row: Row) => row.table !== undefined && (facts.tenancy.userColumns.get(row.table) ?? []).length > 0;
  const mine = inner.filter((row) => component(String(row.id)) === caller);
  const [first] = [...mine.filter(users), ...mine];
  if (first) return { kind: 'unbound', to: 'row', row: first };
  const members = inner.filter((row) => users(row) && row.table !== undefined && (facts.tenancy.links.has(row.table) || facts.tenancy.of.get(row.table)?.tenancy.kind === 'membership'));
  const listed = members.find((row) => component(String(row.id)) === judged);
  if (listed) return { kind: 'unbound', to: 'caller', row: listed };
  const [any] = members;
  return any ? { kind: 'unbound', to: 'both', row: any } : undefined;
}

/** Only constants are asked, of the row or of what it hangs off, and nothing of the caller but to be there. */
function predicate(facts: Facts, atoms: readonly Formula[], rows: readonly Row[]): Cause | undefined {
  const columns = new Set<string>();
  const tables = new Set<string>();
  const of = new Map(rows.map((row) => [row.id, row]));
  const plain = (term: Term): boolean => term.kind === 'column' || (term.kind === 'value' ? term.value.kind === 'literal' || (term.value.kind === 'claim' && term.value.path === 'role') : term.of.every(plain));
  for (const atom of atoms) {
    if (atom.kind === 'null' && atom.negated && atom.of.kind === 'value') continue;
    if (atom.kind !== 'compare' && atom.kind !== 'null') return undefined;
    const terms = atom.kind === 'compare' ? [atom.left, atom.right] : [atom.of];
    if (!terms.every(plain)) return undefined;
    const [column, ...more] = terms.filter((term) => term.kind === 'column');
    if (more.length > 0) for (const one of [column, ...more]) if (one?.kind === 'column' && one.row !== 0 && pointsAway(facts, of.get(one.row)?.table, one.column)) tables.add(of.get(one.row)?.table ?? '');
    // One that is not deleted, or has any token, is not thereby for everybody.
    if (column?.kind !== 'column' || more.length > 0 || SECRET_NAME.test(column.column)) continue;
    const marks = atom.kind === 'compare' ? terms.some((term) => term.kind === 'value') : atom.negated && PUBLIC_NAME.test(column.column);
    if (marks) columns.add(column.row === 0 ? column.column : `${of.get(column.row)?.alias ?? 'row'}.${column.column}`);
  }
  return columns.size + tables.size === 0 ? undefined : { kind: 'predicate', columns: [...columns].sort(), tables: [...tables].sort() };
}
/** The column is a foreign key of its table, which therefore says something of the row, and is not what the row hangs off. */
function pointsAway(facts: Facts, key: string | undefined, column: string): boolean {
  const table = key === undefined ? undefined : facts.schema.tables.get(key);
  return table !== undefined && [...table.constraints.values()].some((one) => one.kind === 'foreign key' && one.columns.includes(column));
}

const SECRET_NAME = /(^|_)(token|secret|code|key|hash|otp|pin)s?$/i;
const PUBLIC_NAME = /publi|shar|visib|open|releas|listed/i;

/**
 * The row is tied to something that only the server says of the caller, by a column of which it is not known that it
 * tells tenants apart: another tenant's share, a region, a circle of people.
 */
export function tiedElsewhere(escape: Escape): boolean {
  return escape.atoms.some((atom) => atom.kind === 'compare' && atom.op === '=' && [[atom.left, atom.right], [atom.right, atom.left]].some(([one, other]) => one?.kind === 'column' && other?.kind === 'value' && ((other.value.kind === 'setting' && !other.value.callerCanSet) || other.value.kind === 'tenant')));
}

/** Holds whatever the row: `a = a` and `a is not null` where `a` cannot be NULL, `1 = 1`. */
export function alwaysHolds(formula: Formula, table: Table): boolean {
  switch (formula.kind) {
    case 'true': return true;
    case 'and': return formula.of.every((part) => alwaysHolds(part, table));
    case 'or': return formula.of.some((part) => alwaysHolds(part, table)) || formula.of.some((part) => part.kind === 'null' && formula.of.some((other) => other.kind === 'null' && other.negated !== part.negated && sameTerm(other.of, part.of)));
    case 'compare': return /^(=|<=|>=)$/.test(formula.op) && formula.left.kind === 'column' && formula.left.row === 0 && sameTerm(formula.left, formula.right) && table.columns.get(formula.left.column)?.notNull === true;
    case 'null': return formula.negated && formula.of.kind === 'column' && formula.of.row === 0 && table.columns.get(formula.of.column)?.notNull === true;
    default: return false;
  }
}

/** Columns that say whose row it is: the tenant's, or the way to it. */
export function tenantColumnsOf(tenancy: Tenancy): readonly string[] {
  switch (tenancy.kind) {
    case 'root': return [tenancy.key];
    case 'keyed': case 'pre-tenant': case 'shared': return tenancy.columns;
    case 'membership': return [tenancy.tenant];
    case 'through': return tenancy.path[0]?.columns ?? [];
    case 'user-owned': return [tenancy.column];
    case 'global': case 'unknown': return [];
  }
}

/**
 * A trigger before the event names one of the columns: it may refuse what a policy allows, or put another value in its
 * place. What it does with them is not decided.
 */
export function triggerNames(facts: Facts, table: Table, event: 'insert' | 'update', columns: readonly string[]): boolean {
  for (const trigger of table.triggers.values()) {
    const routine = trigger.enabled && trigger.timing === 'before' && trigger.events.includes(event) ? facts.schema.functions.get(trigger.function) : undefined;
    if (routine !== undefined && namesColumn(facts.body(routine), columns)) return true;
  }
  return false;
}

function namesColumn(body: FunctionBody, columns: readonly string[]): boolean {
  let found = false;
  const see = (name: string | undefined): void => {
    if (name !== undefined && columns.includes(name)) found = true;
  };
  walkBody(body, {
    expr: (expr) => { if (expr.kind === 'column') see(expr.path[expr.path.length - 1]); },
    pl: (statement) => { if (statement.kind === 'assign') see(statement.target.slice(statement.target.lastIndexOf('.') + 1)); },
  });
  return found;
}

/** What of the caller is missing where the atom holds: nobody signed in, no tenant set. */
function missingCaller(atom: Formula): Value | undefined {
  if (atom.kind === 'null' && !atom.negated) {
    const value = valueIn(atom.of);
    return value && aboutCaller(value) ? value : undefined;
  }
  if (atom.kind !== 'compare' || atom.op !== '=') return undefined;
  for (const [one, other] of [[atom.left, atom.right], [atom.right, atom.left]] as const) {
    if (one.kind === 'value' && aboutCaller(one.value) && other.kind === 'value' && other.value.kind === 'literal' && other.value.value === '') return one.value;
  }
  return undefined;
}

/** Which rows, and the caller, are tied together by equalities: a representative for each. */
function tiesOf(atoms: readonly Formula[]): ReadonlyMap<string, string> {
  const parent = new Map<string, string>();
  const find = (id: string): string => {
    let root = id;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    return root;
  };
  for (const atom of atoms) {
    if (atom.kind !== 'compare' || atom.op !== '=') continue;
    const [first, ...rest] = [...mentioned(atom.left), ...mentioned(atom.right)];
    if (first === undefined) continue;
    if (!parent.has(first)) parent.set(first, first);
    for (const other of rest) {
      if (!parent.has(other)) parent.set(other, other);
      parent.set(find(other), find(first));
    }
  }
  return new Map([...parent.keys()].map((id) => [id, find(id)]));
}

function mentioned(term: Term): readonly string[] {
  if (term.kind === 'column') return [String(term.row)];
  if (term.kind === 'apply') return term.of.flatMap(mentioned);
  return aboutCaller(term.value) ? ['caller'] : [];
}

/** Columns whose value only those know who were given it: finding a row by it is a way of being allowed to. */
const SECRET = /token|secret|hash|fingerprint|magic|nonce|otp|api_?key|signature|(^|_)code$/i;

/** The row, or one that leads to it, is found by a secret that the caller brought. */
export function isBySecret({ atoms }: Escape): boolean {
  return atoms.some((atom) => atom.kind === 'compare' && atom.op === '=' && [[atom.left, atom.right], [atom.right, atom.left]].some(([one, other]) => one?.kind === 'column' && SECRET.test(one.column) && other !== undefined && other.kind !== 'column'));
}
