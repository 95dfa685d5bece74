import type { Formula, Term, Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { showsSecret } from '../known/signatures.ts';
import { equalities, namesCaller } from '../queries/belonging.ts';
import { tenantColumns } from './owners.ts';
import { freeRows } from '../queries/formulas.ts';
import type { Case } from './judgement.ts';

/** The caller has shown a secret that only another system knows. */
export const hasSecret = (truths: readonly Truth[]): boolean => truths.some(showsSecret);

const PLATFORM = /^(?:is_?)?(?:super_?|platform_?|global_?|system_?|site_?|instance_?)?(?:admin|staff|superuser|root)$/i;

/** The caller is one of the platform's own: a member of the tenant that the code names, or marked so on the user itself. */
export function isStaff(f: Flow, truths: readonly Truth[]): boolean {
  return truths.some((t) => {
    if (t.kind === 'row') return isHouseMember(f, t.row);
    if (t.kind === 'any') return t.of.every((way) => isStaff(f, way));
    if (t.kind !== 'holds') return false;
    const marked = t.formula.kind === 'null' && t.formula.negated ? t.formula.of : t.formula.kind === 'compare' && t.formula.op === '=' && t.formula.right.kind === 'value' && t.formula.right.value.kind === 'literal' && t.formula.right.value.value === true ? t.formula.left : undefined;
    return marked?.kind === 'column' && PLATFORM.test(marked.column) && f.rows.get(marked.row)?.table === f.input.tenancy.users;
  });
}

function isHouseMember(f: Flow, row: number): boolean {
  const def = f.rows.get(row);
  if (!def || def.table === undefined) return false;
  const tenants = tenantColumns(f, def.table);
  const asked = equalities(def.formula, row);
  return asked.some(([column, value]) => tenants.has(column) && value.kind === 'value' && (value.value.kind === 'literal' || (value.value.kind === 'unknown' && /^global process|#[A-Z][A-Z0-9_]+$/.test(value.value.why)))) && asked.some(([column, value]) => !tenants.has(column) && namesCaller(value));
}

/** Whether anything on the way here told who the caller is. */
export function authenticated(f: Flow, { record, truths }: Case): boolean {
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
      case 'any': return truth.of.some((way) => way.some(tells));
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
