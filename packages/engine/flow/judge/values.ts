import { never, type Formula, type Term, type Value } from '@tenantlint/model';

/** A value that nobody vouches for. */
export type Untrusted = Extract<Value, { kind: 'param' | 'input' | 'unknown' }>;

const keys = new WeakMap<Value, string>();

/** Equal for two values that are the same. */
export function valueKey(value: Value): string {
  const known = keys.get(value);
  if (known !== undefined) return known;
  const key = JSON.stringify(value);
  keys.set(value, key);
  return key;
}

const NONE: readonly Untrusted[] = [];
const found = new WeakMap<Formula, readonly Untrusted[]>();

/** Values of a formula that nobody vouches for, each once; those that come last in it first. */
export function untrusted(formula: Formula): readonly Untrusted[] {
  switch (formula.kind) {
    case 'true': case 'false': case 'opaque': return NONE;
    case 'not': return untrusted(formula.of);
    case 'exists': return untrusted(formula.where);
    case 'and': case 'or': case 'compare': case 'null': {
      const known = found.get(formula);
      if (known) return known;
      const values = formula.kind === 'compare' ? inTerms([formula.left, formula.right]) : formula.kind === 'null' ? inTerms([formula.of]) : once(formula.of.toReversed().map(untrusted));
      found.set(formula, values);
      return values;
    }
    default: return never(formula);
  }
}

function inTerms(terms: readonly Term[]): readonly Untrusted[] {
  return once(terms.toReversed().map((t): readonly Untrusted[] => {
    if (t.kind === 'apply') return inTerms(t.of);
    return t.kind === 'value' && (t.value.kind === 'param' || t.value.kind === 'input' || t.value.kind === 'unknown') ? [t.value] : NONE;
  }));
}

function once(lists: readonly (readonly Untrusted[])[]): readonly Untrusted[] {
  const some = lists.filter((list) => list.length > 0);
  const [only] = some;
  if (!only) return NONE;
  if (some.length === 1) return only;
  const all = new Map<string, Untrusted>();
  for (const list of some) for (const value of list) all.set(valueKey(value), value);
  return [...all.values()];
}

/** The formula with one value taken for another: "what if the caller could be trusted with it?" */
export function supposing(formula: Formula, value: Value, is: Value): Formula {
  const key = valueKey(value);
  const term = (t: Term): Term => {
    if (t.kind === 'value') return t.value.kind === value.kind && valueKey(t.value) === key ? { ...t, value: is } : t;
    if (t.kind !== 'apply') return t;
    const of = t.of.map(term);
    return of.every((part, i) => part === t.of[i]) ? t : { ...t, of };
  };
  const visit = (at: Formula): Formula => {
    switch (at.kind) {
      case 'true': case 'false': case 'opaque': return at;
      case 'and': case 'or': {
        const of = at.of.map(visit);
        return of.every((part, i) => part === at.of[i]) ? at : { ...at, of };
      }
      case 'not': {
        const of = visit(at.of);
        return of === at.of ? at : { ...at, of };
      }
      // Rows stay what they are to one another only within one quantifier.
      case 'exists': return { ...at, rows: at.rows.map((row) => ({ ...row })), where: visit(at.where) };
      case 'compare': {
        const left = term(at.left);
        const right = term(at.right);
        return left === at.left && right === at.right ? at : { ...at, left, right };
      }
      case 'null': {
        const of = term(at.of);
        return of === at.of ? at : { ...at, of };
      }
      default: return never(at);
    }
  };
  return visit(formula);
}
