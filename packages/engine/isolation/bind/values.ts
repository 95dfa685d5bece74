import type { Formula, Row, Span, SqlExpr, Term } from '@tenantlint/model';
import { and, literal, TRUE, valueTerm } from '../logic/formula.ts';
import type { Bind } from './bind.ts';
import { isAggregate, isPure } from './builtin.ts';
import { openBranches } from './functions.ts';
import { claimAt, identityOf, keywordValue } from './identity.ts';
import type { Branch, Meaning, Scope } from './scope.ts';
import { columnOf, resolve } from './scope.ts';
import { describe, isComparison, scopeParam, truth } from './truth.ts';

/** One value that an expression may have: this term, if such rows exist and `when` holds. */
export interface Guarded {
  readonly rows: readonly Row[];
  readonly when: Formula;
  readonly term: Term;
}

/** More alternatives than this of one expression are not told apart. */
const MOST_VALUES = 48;

export function valuesOf(b: Bind, meaning: Meaning): readonly Guarded[] {
  switch (meaning.kind) {
    case 'term': return [{ rows: [], when: TRUE, term: meaning.term }];
    case 'expr': return values(b, meaning.expr, meaning.scope);
    case 'branches': return capped(meaning.of.flatMap((branch) => under(branch, valuesOf(b, branch.of))), undefined);
    case 'row': return meaning.source.kind === 'row' ? [{ rows: [], when: TRUE, term: { kind: 'column', row: meaning.source.row.id, column: '*', at: meaning.source.row.at } }] : [];
  }
}

function under(branch: Branch, inner: readonly Guarded[]): readonly Guarded[] {
  if (branch.rows.length === 0 && branch.when.kind === 'true') return inner;
  return inner.map((one) => ({ rows: [...branch.rows, ...one.rows], when: and([branch.when, one.when]), term: one.term }));
}

function capped(all: readonly Guarded[], expr: SqlExpr | undefined): readonly Guarded[] {
  const first = all[0];
  if (all.length <= MOST_VALUES || first === undefined) return all;
  return [{ rows: [], when: TRUE, term: unknown('too many alternatives', expr?.at ?? first.term.at) }];
}

function values(b: Bind, expr: SqlExpr, scope: Scope): readonly Guarded[] {
  if (!b.spend()) return one(unknown('too large to be followed', expr.at));
  const branches = openBranches(b, expr, scope);
  if (branches !== undefined) return capped(branches.flatMap((branch) => under(branch, valuesOf(b, branch.of))), expr);
  switch (expr.kind) {
    case 'literal': return one(literal(expr.value, expr.at));
    case 'column': {
      const found = resolve(expr.path, scope, expr.at);
      return found === undefined ? one(unknown(`${expr.path.join('.')} is no known column`, expr.at)) : valuesOf(b, found.meaning);
    }
    case 'param': {
      const found = scopeParam(expr.index, scope);
      return found === undefined ? one(valueTerm({ kind: 'param', fn: '', index: expr.index - 1, path: [] }, expr.at)) : valuesOf(b, found);
    }
    case 'cast': return values(b, expr.of, scope).map((value) => ({ ...value, term: noteCast(value.term, expr.type.name, expr.type.dims) }));
    case 'keyword': return one(keywordValue(expr.name, scope, expr.at));
    case 'call': return callValues(b, expr, scope);
    case 'operator': return isComparison(expr.op) ? boolean(b, expr, scope) : binary(b, expr.op, expr.left, expr.right, scope, expr.at);
    case 'prefix': return apply(b, expr.op, [expr.of], scope, expr.at);
    case 'array': return apply(b, 'array', expr.of, scope, expr.at);
    case 'row': return apply(b, 'row', expr.of, scope, expr.at);
    case 'subscript': return apply(b, '[]', [expr.of, ...expr.index], scope, expr.at);
    case 'field': return field(b, expr.of, expr.name, scope, expr.at);
    case 'greatest': case 'least': return apply(b, expr.kind, expr.of, scope, expr.at);
    case 'scalar': case 'array-select': case 'case': case 'coalesce': case 'nullif': case 'opaque': return one(unknown(describe(expr), expr.at));
    default: return boolean(b, expr, scope);
  }
}

/** A condition used as a value is true or false, or neither. */
function boolean(b: Bind, expr: SqlExpr, scope: Scope): readonly Guarded[] {
  return [true, false].map((value) => ({ rows: [], when: truth(b, expr, scope, value), term: literal(value, expr.at) })).filter((value) => value.when.kind !== 'false');
}

function callValues(b: Bind, expr: Extract<SqlExpr, { kind: 'call' }>, scope: Scope): readonly Guarded[] {
  const identity = identityOf(b, expr);
  if (identity !== undefined) return one(identity);
  if (!isPure(expr.name) && !b.world.routines.has(expr.name.name)) return one(unknown(`${describe(expr)} is not known`, expr.at));
  if (!isPure(expr.name)) return one(unknown(`${describe(expr)} could not be opened`, expr.at));
  const made = apply(b, expr.name.name, expr.args, scope, expr.at);
  if (isAggregate(expr.name.name)) {
    const rows = scope.sources.flatMap((source) => (source.kind === 'row' ? [source.row] : []));
    // What stands behind a sub-select or a view cannot be told from here.
    if (rows.length > 0 && scope.sources.every((source) => source.kind !== 'derived')) for (const value of made) b.counted.set(value.term, rows);
  }
  return made;
}

function binary(b: Bind, op: string, left: SqlExpr, right: SqlExpr, scope: Scope, at: Span): readonly Guarded[] {
  if (!/^(->|->>|#>|#>>)$/.test(op)) return apply(b, op, [left, right], scope, at);
  const key = pathOf(right);
  return capped(
    values(b, left, scope).map((value) => {
      if (isNullLiteral(value.term)) return value;
      const claim = key === undefined ? undefined : claimAt(value.term, key, at);
      const term: Term = claim ?? { kind: 'apply', fn: op, of: [value.term, literal(key?.join('.') ?? '?', at)], at };
      return { ...value, term };
    }),
    undefined,
  );
}

/** Steps of a jsonb path given as a constant. */
function pathOf(expr: SqlExpr): readonly string[] | undefined {
  if (expr.kind === 'cast') return pathOf(expr.of);
  if (expr.kind === 'literal' && (typeof expr.value === 'string' || typeof expr.value === 'number')) {
    const text = String(expr.value);
    return /^\{.*\}$/.test(text) ? text.slice(1, -1).split(',').map((part) => part.trim().replace(/^"|"$/g, '')) : [text];
  }
  if (expr.kind === 'array') {
    const parts = expr.of.map((part) => pathOf(part));
    return parts.every((part) => part !== undefined) ? parts.flatMap((part) => part ?? []) : undefined;
  }
  return undefined;
}

function apply(b: Bind, fn: string, args: readonly SqlExpr[], scope: Scope, at: Span): readonly Guarded[] {
  let out: { readonly rows: readonly Row[]; readonly when: Formula; readonly of: readonly Term[] }[] = [{ rows: [], when: TRUE, of: [] }];
  for (const arg of args) {
    const next: typeof out = [];
    for (const value of values(b, arg, scope)) {
      for (const base of out) next.push({ rows: [...base.rows, ...value.rows], when: and([base.when, value.when]), of: [...base.of, value.term] });
    }
    if (next.length > MOST_VALUES) return one(unknown('too many alternatives', at));
    out = next;
  }
  // Operators give NULL for NULL; what a function gives is its own affair.
  const strict = !/^[\w.]|^\[/.test(fn);
  return out.map((value) => ({ rows: value.rows, when: value.when, term: strict && value.of.some(isNullLiteral) ? literal(null, at) : { kind: 'apply', fn, of: value.of, at } }));
}

function isNullLiteral(term: Term): boolean {
  return term.kind === 'value' && term.value.kind === 'literal' && term.value.value === null;
}

function field(b: Bind, of: SqlExpr, name: string, scope: Scope, at: Span): readonly Guarded[] {
  if (of.kind === 'column') {
    const found = resolve(of.path, scope, of.at)?.meaning;
    const meaning = found?.kind === 'row' ? columnOf(found.source, name, at) : undefined;
    if (meaning !== undefined) return valuesOf(b, meaning);
  }
  return apply(b, `.${name}`, [of], scope, at);
}

function noteCast(term: Term, type: string, dims: number): Term {
  return term.kind === 'column' && term.cast === undefined ? { ...term, cast: dims > 0 ? `${type}[]` : type } : term;
}

function one(term: Term): readonly Guarded[] {
  return [{ rows: [], when: TRUE, term }];
}

export function unknown(why: string, at: Span): Term {
  return valueTerm({ kind: 'unknown', why }, at);
}
