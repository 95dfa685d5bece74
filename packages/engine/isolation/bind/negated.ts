import type { Formula, SqlExpr } from '@tenantlint/model';
import { and, complement, exists, FALSE, or, TRUE } from '../logic/formula.ts';
import type { Bind } from './bind.ts';
import { openBranches } from './functions.ts';
import { pickRoutine } from './routine.ts';
import type { Meaning, Scope } from './scope.ts';
import { nullness, truth } from './truth.ts';

/** A test's negation is written out in full up to this many parts. */
const MOST_PARTS = 400;

/**
 * Where a test is not TRUE. That no row makes it TRUE says little of anybody; that some row makes it FALSE, as after
 * `if not is_member(…) then raise`, says who the caller is. Both are said where there are rows in it.
 */
export function notTrue(b: Bind, test: SqlExpr, found: Formula, scope: Scope): Formula {
  const plain = complement(found);
  if (!saysNoRow(plain)) return plain;
  return and([plain, or([truth(b, test, scope, false), mayBeNull(b, test, scope)])]);
}

function saysNoRow(formula: Formula): boolean {
  const stack: Formula[] = [formula];
  for (let next = stack.pop(), parts = 0; next !== undefined && parts < MOST_PARTS; next = stack.pop(), parts++) {
    if (next.kind === 'not') return true;
    if (next.kind === 'and' || next.kind === 'or') stack.push(...next.of);
    else if (next.kind === 'exists') stack.push(next.where);
  }
  return false;
}

/** Holds wherever the condition is NULL, and perhaps elsewhere. */
function mayBeNull(b: Bind, expr: SqlExpr, scope: Scope): Formula {
  if (!b.spend()) return TRUE;
  switch (expr.kind) {
    case 'literal': return expr.value === null ? TRUE : FALSE;
    case 'exists': case 'is-null': case 'is-bool': case 'distinct': return FALSE;
    case 'not': case 'cast': return mayBeNull(b, expr.of, scope);
    case 'and': case 'or': return or(expr.of.map((part) => mayBeNull(b, part, scope)));
    case 'coalesce': return and(expr.of.map((part) => mayBeNull(b, part, scope)));
    case 'operator': return or([mayBeNull(b, expr.left, scope), mayBeNull(b, expr.right, scope)]);
    case 'call': case 'column': case 'param': {
      const branches = openBranches(b, expr, scope);
      if (branches === undefined) return nullness(b, expr, scope);
      const some = branches.map((branch) => exists(branch.rows, and([branch.when, nullOf(b, branch.of, expr, scope)]), expr.at));
      // PL/pgSQL does not come to its end without a value; a query may have no row.
      const always = expr.kind !== 'call' || pickRoutine(b, expr, scope)?.language === 'plpgsql';
      return or([...some, always ? FALSE : complement(or(branches.map((branch) => exists(branch.rows, branch.when, expr.at))))]);
    }
    default: return nullness(b, expr, scope);
  }
}

function nullOf(b: Bind, meaning: Meaning, from: SqlExpr, scope: Scope): Formula {
  if (meaning.kind === 'expr') return mayBeNull(b, meaning.expr, meaning.scope);
  if (meaning.kind === 'branches') return or(meaning.of.map((branch) => exists(branch.rows, and([branch.when, nullOf(b, branch.of, from, scope)]), from.at)));
  if (meaning.kind === 'term' && meaning.term.kind === 'value' && meaning.term.value.kind === 'literal') return meaning.term.value.value === null ? TRUE : FALSE;
  return meaning.kind === 'term' ? { kind: 'null', of: meaning.term, negated: false, at: from.at } : FALSE;
}
