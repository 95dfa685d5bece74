import type { Formula, Span, SqlExpr, SqlSelect, Term } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import type { Comparison } from '../logic/formula.ts';
import { and, complement, exists, FALSE, INVERSE, isNull, literal, or, TRUE, compare } from '../logic/formula.ts';
import type { Guarded } from './values.ts';
import { valuesOf } from './values.ts';
import type { Bind } from './bind.ts';
import { noteCapture } from './capture.ts';
import { elementsOf } from './elements.ts';
import { memberCall, openBranches, unknownCall } from './functions.ts';
import type { Meaning, Scope } from './scope.ts';
import { resolve } from './scope.ts';
import { bindSelect } from './select.ts';

type AnyArray = Extract<SqlExpr, { kind: 'any-array' | 'all-array' }>;

const MOST_LISTED = 40;

/** Where the expression is TRUE (`want`) or FALSE, exactly; where it is NULL, neither. */
export function truth(b: Bind, expr: SqlExpr, scope: Scope, want: boolean): Formula {
  if (!b.spend()) return opaque(expr, 'too large to be followed', [0]);
  switch (expr.kind) {
    case 'literal': return boolLiteral(expr.value) === want ? TRUE : FALSE;
    case 'and': case 'or': {
      const parts = expr.of.map((part) => truth(b, part, scope, want));
      return (expr.kind === 'and') === want ? and(parts) : or(parts);
    }
    case 'not': return truth(b, expr.of, scope, !want);
    case 'is-null': {
      const found = nullness(b, expr.of, scope, expr.at);
      return expr.negated === want ? complement(found) : found;
    }
    case 'is-bool': {
      const found = expr.is === 'unknown' ? nullnessOfTruth(b, expr.of, scope) : truth(b, expr.of, scope, expr.is === 'true');
      return expr.negated === want ? complement(found) : found;
    }
    case 'distinct': {
      const same = or([comparison(b, '=', expr.left, expr.right, scope, expr.at), and([nullness(b, expr.left, scope), nullness(b, expr.right, scope)])]);
      return expr.negated === want ? same : complement(same);
    }
    case 'operator': return operator(b, expr, scope, want);
    case 'in': {
      const equal = expr.negated !== want;
      // A long list of constants is one test: which of them it is binds nobody to anything.
      if (expr.list.length > MOST_LISTED && expr.list.every((one) => bare(one).kind === 'literal')) {
        return or(valuesOf(b, { kind: 'expr', expr: expr.left, scope }).map((one) => exists(one.rows, and([one.when, compare('=', { kind: 'apply', fn: `in a list of ${expr.list.length}`, of: [one.term], at: expr.at }, literal(equal, expr.at), expr.at)]), expr.at)));
      }
      const parts = expr.list.map((one) => comparison(b, equal ? '=' : '<>', expr.left, one, scope, expr.at));
      return equal ? or(parts) : and(parts);
    }
    case 'any-array': return anyArray(b, expr, scope, want);
    case 'all-array': {
      if (!isComparison(expr.op)) return opaqueTruth(b, expr, scope, want);
      // ALL fails where ANY of the inverse holds; over an unknown array "all" says nothing of any one element.
      const anyFails = anyArray(b, { kind: 'any-array', op: INVERSE[expr.op], left: expr.left, right: expr.right, at: expr.at }, scope, true);
      return want ? complement(anyFails) : anyFails;
    }
    case 'any-select': return anySelect(b, expr.op, expr.left, expr.select, scope, expr.at, want);
    case 'all-select': {
      if (!isComparison(expr.op)) return opaqueTruth(b, expr, scope, want);
      const anyFails = anySelect(b, INVERSE[expr.op], expr.left, expr.select, scope, expr.at, true);
      return want ? complement(anyFails) : anyFails;
    }
    case 'exists': {
      const found = or(bindSelect(b, expr.select, scope).map((one) => exists(one.rows, one.where, expr.at)));
      return want ? found : complement(found);
    }
    case 'prefix': return expr.op === '!' ? truth(b, expr.of, scope, !want) : opaqueTruth(b, expr, scope, want);
    case 'cast': return truth(b, expr.of, scope, want);
    case 'column': case 'param': case 'call': case 'keyword': case 'scalar': case 'case': case 'coalesce': case 'nullif':
    case 'greatest': case 'least': case 'array-select': case 'array': case 'row': case 'subscript': case 'field':
      return truthOfValue(b, expr, scope, want);
    case 'opaque': return opaque(expr, 'not understood', [0]);
    default: return never(expr);
  }
}

function boolLiteral(value: string | number | boolean | null): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim().toLowerCase();
  if (/^(t|true|y|yes|on|1)$/.test(text)) return true;
  return /^(f|false|n|no|off|0)$/.test(text) ? false : undefined;
}

function truthOfValue(b: Bind, expr: SqlExpr, scope: Scope, want: boolean): Formula {
  if (expr.kind === 'call') {
    const member = memberCall(b, expr, scope);
    if (member !== undefined) return want ? member : complement(member);
  }
  const branches = openBranches(b, expr, scope);
  if (branches !== undefined) return or(branches.map((branch) => exists(branch.rows, and([branch.when, truthOfMeaning(b, branch.of, expr, want)]), expr.at)));
  if (expr.kind === 'call' && unknownCall(b, expr, scope)) return opaqueTruth(b, expr, scope, want);
  const found = resolveBoolean(expr, scope);
  if (found !== undefined) return truthOfMeaning(b, found, expr, want);
  return or(valuesOf(b, { kind: 'expr', expr, scope }).map((one) => exists(one.rows, and([one.when, compare('=', one.term, literal(want, expr.at), expr.at)]), expr.at)));
}

function resolveBoolean(expr: SqlExpr, scope: Scope): Meaning | undefined {
  if (expr.kind === 'column') return resolve(expr.path, scope, expr.at)?.meaning;
  if (expr.kind === 'param') return scopeParam(expr.index, scope);
  return undefined;
}

export function scopeParam(index: number, scope: Scope): Meaning | undefined {
  for (let here: Scope | undefined = scope; here !== undefined; here = here.outer) {
    const found = here.params[index - 1];
    if (found !== undefined) return found;
  }
  return undefined;
}

function truthOfMeaning(b: Bind, meaning: Meaning, from: SqlExpr, want: boolean): Formula {
  switch (meaning.kind) {
    case 'expr': return truth(b, meaning.expr, meaning.scope, want);
    case 'branches': return or(meaning.of.map((branch) => exists(branch.rows, and([branch.when, truthOfMeaning(b, branch.of, from, want)]), from.at)));
    case 'term':
      if (meaning.term.kind === 'value' && meaning.term.value.kind === 'literal') return boolLiteral(meaning.term.value.value) === want ? TRUE : FALSE;
      if (meaning.term.kind === 'value' && meaning.term.value.kind === 'unknown') return { kind: 'opaque', text: meaning.term.value.why, why: 'its value is not known', about: [0], at: from.at };
      return compare('=', meaning.term, literal(want, from.at), from.at);
    case 'row': return opaque(from, 'a whole row is no condition', [0]);
    default: return never(meaning);
  }
}

/** Where the expression is NULL. */
export function nullness(b: Bind, expr: SqlExpr, scope: Scope, at = expr.at): Formula {
  if (isBoolean(expr)) return nullnessOfTruth(b, expr, scope);
  const values = valuesOf(b, { kind: 'expr', expr, scope });
  const some = values.map((one) => exists(one.rows, and([one.when, isNull(one.term, at)]), at));
  const only = values.length === 1 ? values[0] : undefined;
  if (only !== undefined && only.rows.length === 0 && only.when.kind === 'true') return or(some);
  // No branch applies: a sub-select without rows, a CASE without a match.
  return or([...some, complement(or(values.map((one) => exists(one.rows, one.when, expr.at))))]);
}

function nullnessOfTruth(b: Bind, expr: SqlExpr, scope: Scope): Formula {
  return and([complement(truth(b, expr, scope, true)), complement(truth(b, expr, scope, false))]);
}

export function isBoolean(expr: SqlExpr): boolean {
  switch (expr.kind) {
    case 'and': case 'or': case 'not': case 'is-null': case 'is-bool': case 'distinct': case 'in':
    case 'any-array': case 'all-array': case 'any-select': case 'all-select': case 'exists': return true;
    case 'operator': return isComparison(expr.op) || /^(~~|!~~|~~\*|!~~\*|~|~\*|!~|!~\*|@>|<@|&&|\?|\?\||\?&)$/.test(expr.op);
    case 'literal': return typeof expr.value === 'boolean';
    default: return false;
  }
}

export function isComparison(op: string): op is Comparison {
  return op in INVERSE;
}

function operator(b: Bind, expr: Extract<SqlExpr, { kind: 'operator' }>, scope: Scope, want: boolean): Formula {
  if (expr.op === '!=') return operator(b, { ...expr, op: '<>' }, scope, want);
  if (isComparison(expr.op)) return comparison(b, want ? expr.op : INVERSE[expr.op], expr.left, expr.right, scope, expr.at);
  const { left, right } = expr;
  if (expr.op === '@>' || expr.op === '<@' || expr.op === '&&') {
    const contained = containment(b, expr.op, left, right, scope, expr.at);
    if (contained !== undefined) return want ? contained : complement(contained);
  }
  if (/^!?~~\*?$/.test(expr.op) && right.kind === 'literal' && typeof right.value === 'string' && !/[%_\\]/.test(right.value) && !expr.op.endsWith('*')) {
    const equal = expr.op.startsWith('!') !== want;
    return comparison(b, equal ? '=' : '<>', left, right, scope, expr.at);
  }
  if (/^!?~~\*?$/.test(expr.op) && right.kind === 'literal' && right.value === '%' && !expr.op.startsWith('!')) return want ? complement(nullness(b, left, scope)) : FALSE;
  return opaqueTruth(b, expr, scope, want);
}

export function comparison(b: Bind, op: Comparison, left: SqlExpr, right: SqlExpr, scope: Scope, at: Span): Formula {
  const l = bare(left);
  const r = bare(right);
  if (l.kind === 'row' && r.kind === 'row' && (op === '=' || op === '<>') && l.of.length === r.of.length) {
    const parts = l.of.map((one, index) => comparison(b, op, one, r.of[index] ?? one, scope, at));
    return op === '=' ? and(parts) : or(parts);
  }
  const counted = countTest(b, op, l, r, scope, at);
  if (counted !== undefined) return counted;
  for (const [one, other] of [[l, r], [r, l]] as const) {
    if (other.kind === 'literal' && typeof other.value === 'boolean' && (op === '=' || op === '<>') && (isBoolean(one) || one.kind === 'call' || one.kind === 'scalar')) {
      return truth(b, one, scope, (op === '=') === other.value);
    }
  }
  noteCapture(b, left, right, scope);
  return compareMeanings(b, op, { kind: 'expr', expr: left, scope }, { kind: 'expr', expr: right, scope }, at);
}

export function compareMeanings(b: Bind, op: Comparison, left: Meaning, right: Meaning, at: Span): Formula {
  const parts: Formula[] = [];
  const rights = valuesOf(b, right);
  for (const one of valuesOf(b, left)) {
    for (const other of rights) {
      parts.push(exists([...one.rows, ...other.rows], and([one.when, other.when, compare(op, one.term, other.term, at, outputs(one, other))]), at));
    }
  }
  return or(parts);
}

/** Which sides come out of a sub-select: a column of a row that the value brings along. */
function outputs(left: Guarded, right: Guarded): 'left' | 'right' | 'both' | undefined {
  const l = brought(left);
  const r = brought(right);
  return l && r ? 'both' : l ? 'left' : r ? 'right' : undefined;
}

function brought({ rows, term }: Guarded): boolean {
  return term.kind === 'column' && rows.some((row) => row.id === term.row);
}

function bare(expr: SqlExpr): SqlExpr {
  let out = expr;
  while (out.kind === 'cast') out = out.of;
  return out;
}

/** `(select count(*) from …) > 0` is an EXISTS in other words. */
function countTest(b: Bind, op: Comparison, left: SqlExpr, right: SqlExpr, scope: Scope, at: Span): Formula | undefined {
  if (left.kind !== 'scalar' || right.kind !== 'literal' || typeof right.value !== 'number') return undefined;
  const target = left.select.targets[0]?.expr;
  if (target?.kind !== 'call' || target.name.name !== 'count' || left.select.groupBy.length > 0) return undefined;
  const n = right.value;
  const some = (op === '>' && n === 0) || (op === '>=' && n === 1) || (op === '<>' && n === 0);
  const none = (op === '=' && n === 0) || (op === '<' && n === 1) || (op === '<=' && n === 0);
  const atLeastOne = (op === '=' || op === '>' || op === '>=') && n >= 1;
  if (!some && !none && !atLeastOne) return undefined;
  const found = or(bindSelect(b, left.select, scope).map((one) => exists(one.rows, one.where, at)));
  return none ? complement(found) : found;
}

function anyArray(b: Bind, expr: AnyArray, scope: Scope, want: boolean): Formula {
  if (!isComparison(expr.op)) return opaqueTruth(b, expr, scope, want);
  const { op } = expr;
  if (!want) {
    const list = bare(expr.right);
    if (list.kind === 'array') return and(list.of.map((one) => comparison(b, INVERSE[op], expr.left, one, scope, expr.at)));
    return complement(anyArray(b, expr, scope, true));
  }
  return or(elementsOf(b, expr.right, scope).map((one) => exists(one.rows, and([one.when, compareMeanings(b, op, { kind: 'expr', expr: expr.left, scope }, one.of, expr.at)]), expr.at)));
}

function anySelect(b: Bind, op: string, left: SqlExpr, select: SqlSelect, scope: Scope, at: Span, want: boolean): Formula {
  if (!isComparison(op)) return { kind: 'opaque', text: `${op} any (select …)`, why: 'not a comparison', about: [0], at };
  const found = or(
    bindSelect(b, select, scope).map((one) => {
      const l = bare(left);
      const columns = l.kind === 'row' ? l.of : [left];
      const parts = columns.map((column, index) => {
        const target = one.targets[index];
        return target === undefined ? FALSE : compareMeanings(b, op, { kind: 'expr', expr: column, scope }, { kind: 'branches', of: [{ rows: one.rows, when: TRUE, of: target.meaning }] }, at);
      });
      return exists(one.rows, and([one.where, ...parts]), at);
    }),
  );
  return want ? found : complement(found);
}

/** Containment of arrays tells of elements; of jsonb it is left as it is. */
function containment(b: Bind, op: string, left: SqlExpr, right: SqlExpr, scope: Scope, at: Span): Formula | undefined {
  const big = op === '<@' ? right : left;
  const small = op === '<@' ? left : right;
  const list = bare(small);
  if (op !== '&&' && list.kind === 'array') return and(list.of.map((one) => anyArray(b, { kind: 'any-array', op: '=', left: one, right: big, at }, scope, true)));
  if (op !== '&&') return undefined;
  const parts: Formula[] = [];
  for (const one of elementsOf(b, left, scope)) {
    for (const other of elementsOf(b, right, scope)) {
      parts.push(exists([...one.rows, ...other.rows], and([one.when, other.when, compareMeanings(b, '=', one.of, other.of, at)]), at));
    }
  }
  return or(parts);
}

/**
 * A test that is not opened. Over columns, constants and arguments it is kept as a comparison, so that the prover can
 * tell what it may bind; over anything else it is opaque.
 */
function opaqueTruth(b: Bind, expr: SqlExpr, scope: Scope, want: boolean): Formula {
  const test = asOperator(expr);
  const values = test === undefined ? [] : valuesOf(b, { kind: 'expr', expr: test, scope });
  if (values.length === 0 || !values.every((one) => one.term.kind === 'apply' && isPlain(one.term))) return opaque(expr, 'not opened', [0]);
  return or(values.map((one) => exists(one.rows, and([one.when, compare('=', one.term, literal(want, expr.at), expr.at)]), expr.at)));
}

/** `name ilike any (patterns)` is a test of two values like any other. */
function asOperator(expr: SqlExpr): SqlExpr | undefined {
  switch (expr.kind) {
    case 'operator': case 'prefix': case 'call': return expr;
    case 'any-array': case 'all-array': return { kind: 'operator', op: `${expr.kind === 'any-array' ? 'any' : 'all'} ${expr.op}`, left: expr.left, right: expr.right, at: expr.at };
    default: return undefined;
  }
}

function isPlain(term: Term): boolean {
  switch (term.kind) {
    case 'column': return true;
    case 'value': return term.value.kind === 'literal' || (term.value.kind === 'param' && term.value.fn !== '');
    case 'apply': return term.of.every(isPlain);
    default: return never(term);
  }
}

export function opaque(expr: SqlExpr, why: string, about: readonly number[]): Formula {
  return { kind: 'opaque', text: describe(expr), why, about, at: expr.at };
}

export function describe(expr: SqlExpr): string {
  switch (expr.kind) {
    case 'call': return `${expr.name.schema === undefined ? '' : `${expr.name.schema}.`}${expr.name.name}(${expr.args.length === 0 ? '' : '…'})`;
    case 'opaque': return expr.text;
    case 'operator': return `… ${expr.op} …`;
    case 'column': return expr.path.join('.');
    default: return expr.kind;
  }
}
