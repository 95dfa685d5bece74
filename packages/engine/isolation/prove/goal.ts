import type { Atom, Known, KnownRow } from './known.ts';
import type { Ownership } from './ownership.ts';
import type { Question } from './question.ts';

/** Why the row is the caller's to reach (or to leave behind), if it is. */
export function reached(question: Question, target: KnownRow, atoms: readonly Atom[], known: Known, ownership: Ownership): string | undefined {
  const id = question.row;
  const { table } = target;
  const common = forEverybody(question) ? bySharing(question, target, atoms, known) : undefined;
  if (common !== undefined) return common;
  if (question.goal === 'write') return left(target, known, ownership, id);
  if (ownership.mine(id) !== undefined) return `${subject(target)} belongs to a tenant of the caller's`;
  if (ownership.own(id) === 'direct') return 'the row is the caller\'s own';
  if (ownership.own(id) === 'child') return 'the row hangs off one that is the caller\'s own';
  if ((table.tenancy.kind === 'user-owned' || table.person !== undefined) && ownership.colleague(target)) return 'the row is of somebody who shares a tenant with the caller';
  return undefined;
}

function left(target: KnownRow, known: Known, ownership: Ownership, id: number): string | undefined {
  const { tenancy } = target.table;
  switch (tenancy.kind) {
    case 'root': return 'a tenant\'s own row cannot be made another tenant\'s';
    // A person's row is its own key: a second one for the same person cannot be made.
    case 'user-owned': return tenancy.path !== undefined ? ownership.belowOwn(target) ? `${tenancy.column} leads to a row of the caller's` : undefined : target.table.person === tenancy.column && target.table.uniques.some((key) => key.length === 1 && key[0] === tenancy.column) ? 'a person\'s own row cannot be made another\'s' : ownership.own(id) === 'direct' ? `${tenancy.column} is the caller` : ownership.mine(id) === 'strict' ? `${subject(target)} is bound to a tenant of the caller's` : undefined;
    case 'unknown': return ownership.mine(id) === 'strict' || ownership.own(id) === 'direct' ? 'the row is the caller\'s' : undefined;
    case 'global': return undefined;
    case 'through': return ownership.mine(id) === 'strict' ? `${tenancy.path[0]?.columns.join(', ') ?? ''} leads to a row of the caller's tenant` : undefined;
    default: return ownership.mine(id) === 'strict' ? `${target.table.tenantColumns.join(', ')} is bound to a tenant of the caller's` : undefined;
  }
}

/** Whoever may only look harms nobody. Behind a connection of its own it is the application that changes what is everybody's. */
function forEverybody({ goal, caller }: Question): boolean {
  return goal !== 'change' || caller?.signedIn === undefined;
}

/** Rows that are nobody's in particular: without a tenant, or declared to be for everybody. */
function bySharing(question: Question, target: KnownRow, atoms: readonly Atom[], known: Known): string | undefined {
  const { table } = target;
  for (const atom of atoms) {
    if (atom.kind !== 'null' || atom.negated || atom.of.kind !== 'column' || atom.of.row !== question.row) continue;
    if (table.tenantColumns.includes(atom.of.column) && table.tenancy.kind !== 'root') return `${atom.of.column} is null: the row is no tenant's`;
  }
  if (table.tenancy.kind !== 'shared' || question.goal === 'write') return undefined;
  const test = /^"?(\w+)"?(?:\s*=\s*'?([^']*)'?)?$/.exec(table.tenancy.predicate.trim());
  const column = test?.[1];
  if (column === undefined) return undefined;
  const root = known.closure.column(question.row, column);
  return root !== undefined && known.of(root).literals.has(test?.[2] ?? 'true') ? `rows with ${table.tenancy.predicate} are for everybody` : undefined;
}

export function subject(target: KnownRow): string {
  return target.table.tenantColumns.length > 0 ? target.table.tenantColumns.join(', ') : target.table.name;
}
