import type { Known } from './known.ts';
import type { Ownership } from './ownership.ts';
import type { Database, Question } from './question.ts';
import type { Term } from '@tenantlint/model';
import type { Atom } from './known.ts';

const STAFF_TABLE = /^((platform|super|system|global|internal|saas|site|app)_?(admins?|staff|operators?|users?)|admins?|admin_users?|super_?users?|staff_users?)$/;
const STAFF_COLUMN = /^is_?(super|platform|system|global|saas)_?(admin|user|staff)?$|^superadmin$|^platform_admin$/i;
const PRIVILEGED_NAME = /(super|platform|system|service|bypass|internal|root|god)/i;

/**
 * The atoms hold only for the platform's own staff or the server itself: a service mode that callers cannot switch on,
 * a platform role, a row of the caller's in a table of administrators that belongs to no tenant.
 */
export function privileged(atoms: readonly Atom[], known: Known, ownership: Ownership, question: Question, db: Database): string | undefined {
  for (const row of known.rows) {
    if (row.row.id === question.row || ownership.own(row.row.id) === undefined) continue;
    if (STAFF_TABLE.test(row.table.name) && row.table.tenantColumns.length === 0) return `a row of the caller's in ${row.table.name}`;
  }
  for (const atom of atoms) {
    if (atom.kind !== 'compare' || atom.op !== '=') continue;
    const literals = known.of(known.root(atom.left)).literals;
    for (const side of [atom.left, atom.right]) {
      const text = privilegedTerm(side, literals, ownership, question, db);
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

function privilegedTerm(term: Term, literals: ReadonlySet<string>, ownership: Ownership, question: Question, db: Database): string | undefined {
  const [literal] = literals;
  if (literal === undefined) return undefined;
  const admin = db.adminRoles.has(literal.toLowerCase());
  if (term.kind === 'column') {
    const whose = term.row === question.row ? undefined : ownership.own(term.row);
    if (whose === undefined) return undefined;
    if (admin) return `the caller's ${term.column} is ${literal}`;
    return STAFF_COLUMN.test(term.column) && literal === 'true' ? `the caller's ${term.column}` : undefined;
  }
  if (term.kind === 'apply') return term.of.map((part) => privilegedTerm(part, literals, ownership, question, db)).find((text) => text !== undefined);
  const { value } = term;
  switch (value.kind) {
    case 'setting':
      // An empty setting is a missing one: it fails open and is nobody's privilege.
      return !value.callerCanSet && literal !== '' ? `${value.name} is ${literal}, which only the server can set` : undefined;
    case 'claim': {
      if (!value.trusted) return undefined;
      return admin || (literal === 'true' && PRIVILEGED_NAME.test(value.path)) ? `${value.path} of the token is ${literal}` : undefined;
    }
    case 'role': return db.schema.roles.get(literal)?.options.bypassRls === true || admin || literal === 'postgres' ? `the database role is ${literal}` : undefined;
    default: return undefined;
  }
}
