import type { Formula, Term, Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { tenantColumns } from '../judge/owners.ts';
import { equals } from './formulas.ts';
import { perRun } from './per-run.ts';

/**
 * A row that names the caller beside a tenant says that the caller belongs there, whatever the table is called:
 * the value by which it was found is a tenant of the caller's.
 */
export function belonging(f: Flow, truths: readonly Truth[]): Formula[] {
  const told = toldOf(f);
  return truths.flatMap((truth) => {
    if (truth.kind !== 'row' && truth.kind !== 'any') return [];
    const known = told.get(truth);
    if (known) return known;
    const found = tenantsTold(f, truth).map((tenant) => equals(tenant, { kind: 'value', value: { kind: 'tenant', from: 'membership' }, at: truth.at }, truth.at));
    told.set(truth, found);
    return found;
  });
}

const toldOf = perRun(() => new Map<Truth, readonly Formula[]>());

function tenantsTold(f: Flow, truth: Extract<Truth, { kind: 'row' | 'any' }>): readonly Term[] {
  if (truth.kind === 'row') return tenantsOf(f, truth.row);
  const ways = truth.of.map((way) => way.flatMap((t) => (t.kind === 'row' ? tenantsOf(f, t.row) : [])));
  const [first] = ways;
  return (first ?? []).filter((tenant) => ways.every((way) => way.some((t) => same(t, tenant))));
}

const same = (a: Term, b: Term): boolean => a.kind === 'value' && b.kind === 'value' && JSON.stringify(a.value) === JSON.stringify(b.value);

const tenantsByRow = perRun(() => new Map<number, readonly Term[]>());

/** The tenants that a row names beside the caller. */
export function tenantsOf(f: Flow, row: number): readonly Term[] {
  const known = tenantsByRow(f).get(row);
  if (known) return known;
  const found = tenantsNamed(f, row);
  tenantsByRow(f).set(row, found);
  return found;
}

function tenantsNamed(f: Flow, row: number): readonly Term[] {
  const def = f.rows.get(row);
  if (!def || def.table === undefined) return [];
  const tenants = tenantColumns(f, def.table);
  const asked = equalities(def.formula, row);
  return asked.some(([column, value]) => !tenants.has(column) && namesCaller(value)) ? asked.flatMap(([column, value]) => (tenants.has(column) && value.kind === 'value' && value.value.kind !== 'literal' ? [value] : [])) : [];
}

const WHO = /(?:id|sub|uid|email|username|login|handle)$/i;
export const namesCaller = (of: Term): boolean => of.kind === 'value' && (of.value.kind === 'caller' || (of.value.kind === 'claim' && of.value.trusted && WHO.test(of.value.path)));

/** Columns of the row that certainly equal a value. */
export function equalities(formula: Formula, row: number): [string, Term][] {
  if (formula.kind === 'and') return formula.of.flatMap((part) => equalities(part, row));
  if (formula.kind !== 'compare' || formula.op !== '=') return [];
  const { left, right } = formula;
  if (left.kind === 'column' && left.row === row) return [[left.column, right]];
  return right.kind === 'column' && right.row === row ? [[right.column, left]] : [];
}
