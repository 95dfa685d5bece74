import { aboutCaller, each, grantedOn, sameTerm, tablesOfRows, triggerNames, valueIn, type Facts, type Formula, type Policy, type Span, type Table } from '@tenantlint/model';
import { free } from './free.ts';

/** A column of a person's own row that policies compare with a constant: a role, a level, a flag. */
export interface Decisive {
  readonly column: string;
  readonly literals: readonly string[];
  /** Keys of the tables whose policies look there. */
  readonly tables: readonly string[];
  readonly at: Span;
}

interface Found {
  readonly literals: Set<string>;
  readonly tables: Set<string>;
  readonly at: Span;
}

const memo = new WeakMap<Facts, ReadonlyMap<string, readonly Decisive[]>>();

export function decisiveColumns(facts: Facts, table: Table): readonly Decisive[] {
  let all = memo.get(facts);
  if (all === undefined) memo.set(facts, (all = collect(facts)));
  const read = all.get(table.key) ?? [];
  const { tenancy } = facts.tenancyOf(table);
  // A role that no policy reads is read by something else: the code, or what makes the token.
  if (read.length > 0 || tenancy.kind !== 'membership' || tenancy.role === undefined) return read;
  return [{ column: tenancy.role, literals: [], tables: [], at: table.columns.get(tenancy.role)?.at ?? table.at }];
}

function collect(facts: Facts): ReadonlyMap<string, readonly Decisive[]> {
  const found = new Map<string, Map<string, Found>>();
  for (const table of facts.schema.tables.values()) {
    for (const policy of table.policies.values()) {
      for (const side of ['using', 'check'] as const) {
        const formula = facts.formula(table, policy, side);
        if (formula) lookups(facts, table, formula, policy.at, found);
      }
    }
  }
  const out = new Map<string, readonly Decisive[]>();
  for (const [key, columns] of found) out.set(key, [...columns].map(([column, f]) => ({ column, literals: [...f.literals].sort(), tables: [...f.tables].sort(), at: f.at })));
  return out;
}

function lookups(facts: Facts, table: Table, formula: Formula, at: Span, found: Map<string, Map<string, Found>>): void {
  const rows = tablesOfRows(formula, '');
  const own = new Set<number>();
  const tests: { row: number; column: string; literal: string }[] = [];
  each(formula, (part) => {
    if (part.kind !== 'compare' || part.op !== '=') return;
    for (const [one, other] of [[part.left, part.right], [part.right, part.left]] as const) {
      if (one.kind !== 'column' || one.row === 0) continue;
      const value = valueIn(other);
      if (value && aboutCaller(value) && userColumns(facts, rows.get(one.row)).includes(one.column)) own.add(one.row);
      if (other.kind === 'value' && other.value.kind === 'literal' && other.value.value !== null) tests.push({ row: one.row, column: one.column, literal: String(other.value.value) });
    }
  });
  for (const { row, column, literal } of tests) {
    const key = rows.get(row);
    if (key === undefined || !own.has(row) || userColumns(facts, key).includes(column)) continue;
    const columns = found.get(key) ?? new Map<string, Found>();
    const known = columns.get(column) ?? { literals: new Set<string>(), tables: new Set<string>(), at };
    known.literals.add(literal);
    known.tables.add(table.key);
    columns.set(column, known);
    found.set(key, columns);
  }
}

/** May a role change the column of its own row under this policy, without holding what the column gives? */
export function mayPromote(facts: Facts, table: Table, policy: Policy, column: string): { readonly roles: readonly string[]; readonly guarded: boolean } | undefined {
  const using = facts.formula(table, policy, 'using');
  const check = facts.formula(table, policy, 'check');
  if (!using || !check || table.columns.get(column)?.generated) return undefined;
  const others = [...table.policies.values()].filter((other) => !other.permissive && (other.command === 'all' || other.command === 'update'));
  const asked = (side: 'using' | 'check'): Formula => ({ kind: 'and', of: [side === 'using' ? using : check, ...others.flatMap((other) => facts.formula(table, other, side) ?? [])] });
  const roles = facts.access(table).filter(({ role, command, verdict }) => command === 'update' && (verdict === 'isolated' || verdict === 'leak') && (policy.roles.includes('public') || policy.roles.includes(role)) && grantedOn(table, role, 'update', column))
    .map(({ role }) => role)
    .filter((role) => reachesOwn(facts, table, using) && free(asked('using'), table.key, column, role) && free(asked('check'), table.key, column, role));
  if (roles.length === 0) return undefined;
  return { roles, guarded: triggerNames(facts, table, 'update', [column]) };
}

/** The policy is about the caller's own row, or about rows of the tenant, the own one among them. */
function reachesOwn(facts: Facts, table: Table, using: Formula): boolean {
  const columns = userColumns(facts, table.key);
  let tied = false;
  let tested = false;
  each(using, (part) => {
    if (part.kind !== 'compare') return;
    for (const [one, other] of [[part.left, part.right], [part.right, part.left]] as const) {
      if (one.kind !== 'column' || one.row !== 0 || !columns.includes(one.column)) continue;
      tested = true;
      const value = valueIn(other);
      if (part.op === '=' && ((value && aboutCaller(value)) || sameTerm(one, other))) tied = true;
    }
  });
  return tied || !tested;
}

function userColumns(facts: Facts, key: string | undefined): readonly string[] {
  return key === undefined ? [] : (facts.tenancy.userColumns.get(key) ?? []);
}
