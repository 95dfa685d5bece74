import type { UserType } from './schema.ts';
import type { SqlExpr, TypeRef } from './sql.ts';

/** What ALTER COLUMN … TYPE does to the rows that are there. */
export type TypeWork = 'none' | 'rewrite';

const TEXTS: ReadonlySet<string> = new Set(['text', 'character varying']);

/**
 * Whether Postgres writes every row anew for a change of type. It does not where the stored bytes are already those of
 * the new type: a longer or unlimited varchar, text for varchar, more digits before the point, a domain that checks nothing.
 */
export function typeWork(from: TypeRef, to: TypeRef, column: string, using: SqlExpr | undefined, types: ReadonlyMap<string, UserType>): TypeWork {
  if (using !== undefined && !isColumn(using, column, to)) return 'rewrite';
  const [a, b] = [base(from, types), base(to, types)];
  if (a === undefined || b === undefined || a.dims !== b.dims) return 'rewrite';
  if (TEXTS.has(a.name) && TEXTS.has(b.name)) return lengthOf(b) >= lengthOf(a) ? 'none' : 'rewrite';
  if (a.name === 'cidr' && b.name === 'inet') return 'none';
  if (a.name !== b.name || (a.schema ?? 'public') !== (b.schema ?? 'public')) return 'rewrite';
  switch (a.name) {
    case 'numeric': {
      if (b.mods.length === 0) return 'none';
      if (a.mods.length === 0) return 'rewrite';
      return Number(b.mods[1] ?? 0) === Number(a.mods[1] ?? 0) && Number(b.mods[0]) >= Number(a.mods[0]) ? 'none' : 'rewrite';
    }
    case 'bit varying':
      return lengthOf(b) >= lengthOf(a) ? 'none' : 'rewrite';
    case 'character': case 'bit':
      return (lengthOf(a) === Infinity ? 1 : lengthOf(a)) === (lengthOf(b) === Infinity ? 1 : lengthOf(b)) ? 'none' : 'rewrite';
    case 'timestamp with time zone': case 'timestamp without time zone': case 'time with time zone': case 'time without time zone': case 'interval':
      return precision(b) >= precision(a) ? 'none' : 'rewrite';
    default:
      return a.mods.join() === b.mods.join() ? 'none' : 'rewrite';
  }
}

/** A domain that has something to check. */
export function isCheckedDomain(type: TypeRef, types: ReadonlyMap<string, UserType>): boolean {
  return base(type, types) === undefined;
}

/** The domain itself, or one that is made of it. */
export function isOfDomain(type: TypeRef, domain: string, types: ReadonlyMap<string, UserType>): boolean {
  let at = type;
  for (let depth = 0; depth < 16; depth++) {
    const key = `${at.schema ?? 'public'}.${at.name}`;
    if (key === domain) return true;
    const form = types.get(key)?.form;
    if (form?.is !== 'domain') return false;
    at = form.base;
  }
  return false;
}

/** The type that values are stored as; undefined for a domain that has something to check. */
function base(type: TypeRef, types: ReadonlyMap<string, UserType>): TypeRef | undefined {
  let at = type;
  for (let depth = 0; depth < 16; depth++) {
    const form = types.get(`${at.schema ?? 'public'}.${at.name}`)?.form;
    if (form?.is !== 'domain') return at;
    if (form.notNull || form.checks.size > 0) return undefined;
    at = { ...form.base, dims: form.base.dims + at.dims };
  }
  return undefined;
}

function lengthOf({ mods }: TypeRef): number {
  return mods[0] === undefined ? Infinity : Number(mods[0]);
}

function precision({ mods }: TypeRef): number {
  return mods[0] === undefined ? 6 : Number(mods.at(-1));
}

/** `using c` and `using c::type` say no more than no USING at all. */
function isColumn(expr: SqlExpr, column: string, to: TypeRef): boolean {
  const of = expr.kind === 'cast' && expr.type.name === to.name && expr.type.mods.join() === to.mods.join() ? expr.of : expr;
  return of.kind === 'column' && of.path.at(-1) === column;
}
