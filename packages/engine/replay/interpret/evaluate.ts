import type { SqlExpr } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import type { Context } from './context.ts';
import { callFunction } from './functions.ts';
import { cast } from './cast.ts';
import { operate } from './operators.ts';
import { select } from './query.ts';
import { equal, isArray, isRow, NOT_DECIDED, order, toBoolean, Unknown, type Value } from './values.ts';

/** The value of an expression, as far as the repository decides it. */
export function evaluate(expr: SqlExpr, context: Context): Value {
  context.budget.spend();
  switch (expr.kind) {
    case 'literal':
      return expr.value;
    case 'column':
      return column(expr.path, context);
    case 'param':
      return decided(context.params[expr.index - 1]);
    case 'call':
      return callFunction(expr, context);
    case 'keyword':
      return keyword(expr.name, context);
    case 'cast':
      return cast(context.world, evaluate(expr.of, context), expr.type);
    case 'and':
      return logical(expr.of, context, false);
    case 'or':
      return logical(expr.of, context, true);
    case 'not':
      return negate(toBoolean(evaluate(expr.of, context)));
    case 'operator':
      return operate(expr.op, evaluate(expr.left, context), evaluate(expr.right, context));
    case 'prefix': {
      const value = evaluate(expr.of, context);
      if (typeof value !== 'number') return value instanceof Unknown || value === null ? value : NOT_DECIDED;
      return expr.op === '-' ? -value : expr.op === '+' ? value : NOT_DECIDED;
    }
    case 'is-null': {
      const value = evaluate(expr.of, context);
      return value instanceof Unknown ? value : (value === null) !== expr.negated;
    }
    case 'is-bool': {
      const value = toBoolean(evaluate(expr.of, context));
      if (value instanceof Unknown) return value;
      const wanted = expr.is === 'unknown' ? null : expr.is === 'true';
      return (value === wanted) !== expr.negated;
    }
    case 'distinct': {
      const [left, right] = [evaluate(expr.left, context), evaluate(expr.right, context)];
      if (left instanceof Unknown) return left;
      if (right instanceof Unknown) return right;
      const same = left === null || right === null ? left === right : equal(left, right);
      return same instanceof Unknown || same === null ? NOT_DECIDED : same === expr.negated;
    }
    case 'in': {
      const left = evaluate(expr.left, context);
      const found = any(expr.list.map((item) => equal(left, evaluate(item, context))));
      return expr.negated ? negate(found) : found;
    }
    case 'any-array':
    case 'all-array': {
      const left = evaluate(expr.left, context);
      const right = evaluate(expr.right, context);
      const items = right !== null && !(right instanceof Unknown) ? elements(right, context) : undefined;
      if (items === undefined) return right === null ? null : NOT_DECIDED;
      const tests = items.map((item) => toBoolean(operate(expr.op, left, item)));
      return expr.kind === 'any-array' ? any(tests) : all(tests);
    }
    case 'any-select':
    case 'all-select': {
      const left = evaluate(expr.left, context);
      const { rows, open } = select(expr.select, context);
      const tests: (boolean | null | Unknown)[] = rows.map(({ values, certain }) => (certain ? toBoolean(operate(expr.op, left, values[0] ?? null)) : NOT_DECIDED));
      if (open) tests.push(NOT_DECIDED);
      return expr.kind === 'any-select' ? any(tests) : all(tests);
    }
    case 'exists': {
      const { rows, open } = select(expr.select, context);
      if (rows.some(({ certain }) => certain)) return true;
      return open || rows.length > 0 ? NOT_DECIDED : false;
    }
    case 'scalar': {
      const { rows, open } = select(expr.select, context);
      if (open || rows.some(({ certain }) => !certain)) return NOT_DECIDED;
      return rows[0]?.values[0] ?? null;
    }
    case 'array-select': {
      const { rows, open } = select(expr.select, context);
      if (open || rows.some(({ certain }) => !certain)) return NOT_DECIDED;
      return rows.map(({ values }) => values[0] ?? null);
    }
    case 'case':
      return choose(expr, context);
    case 'coalesce': {
      for (const part of expr.of) {
        const value = evaluate(part, context);
        if (value !== null) return value;
      }
      return null;
    }
    case 'greatest':
    case 'least': {
      const values = expr.of.map((part) => evaluate(part, context)).filter((value) => value !== null);
      const undecided = values.find((value) => value instanceof Unknown);
      if (undecided !== undefined) return undecided;
      return values.reduce<Value>((best, value) => (best === null || ((order(value, best) ?? 0) > 0) === (expr.kind === 'greatest') ? value : best), null);
    }
    case 'nullif': {
      const left = evaluate(expr.left, context);
      const same = equal(left, evaluate(expr.right, context));
      return same instanceof Unknown ? same : same === true ? null : left;
    }
    case 'array':
      return expr.of.map((part) => evaluate(part, context));
    case 'row':
      return new Map(expr.of.map((part, i) => [`f${i + 1}`, evaluate(part, context)]));
    case 'subscript': {
      const value = evaluate(expr.of, context);
      const index = expr.index[0] === undefined ? null : evaluate(expr.index[0], context);
      if (value instanceof Unknown || value === null) return value;
      if (index instanceof Unknown) return index;
      return isArray(value) && expr.index.length === 1 && typeof index === 'number' ? (value[index - 1] ?? null) : NOT_DECIDED;
    }
    case 'field': {
      const value = evaluate(expr.of, context);
      return isRow(value) ? decided(value.get(expr.name)) : value instanceof Unknown || value === null ? value : NOT_DECIDED;
    }
    case 'opaque':
      return NOT_DECIDED;
    default:
      return never(expr);
  }
}

/** A value that is not there at all is not known; NULL is a value. */
function decided(value: Value | undefined): Value {
  return value === undefined ? NOT_DECIDED : value;
}

function elements(value: Value, context: Context): readonly Value[] | undefined {
  const array = isArray(value) ? value : cast(context.world, value, { name: 'text', mods: [], dims: 1 });
  return isArray(array) ? array : undefined;
}

function column(path: readonly string[], context: Context): Value {
  const name = path[path.length - 1] ?? '';
  for (let level: Context | undefined = context; level !== undefined; level = level.outer) {
    for (const row of level.rows) {
      if (path.length > 1 && row.alias !== path[path.length - 2]) continue;
      const i = row.columns.indexOf(name);
      if (i >= 0) return row.values[i] ?? null;
    }
    if (path.length === 1) {
      const whole = level.rows.find((row) => row.alias === name);
      if (whole !== undefined) return whole.columns.length === 1 ? (whole.values[0] ?? null) : new Map(whole.columns.map((field, i) => [field, whole.values[i] ?? null]));
    }
  }
  return decided(context.variables?.get(path));
}

function keyword(name: string, { world }: Context): Value {
  switch (name) {
    case 'current_user':
    case 'current_role':
    case 'user':
      return world.session.role;
    case 'session_user':
      return world.session.sessionUser;
    case 'current_schema':
      return world.session.searchPath.find((schema) => world.catalog.get('schema', schema) !== undefined) ?? null;
    default:
      return NOT_DECIDED;
  }
}

function logical(parts: readonly SqlExpr[], context: Context, decides: boolean): Value {
  let undecided: Unknown | undefined;
  let missing = false;
  for (const part of parts) {
    const value = toBoolean(evaluate(part, context));
    if (value === decides) return decides;
    if (value instanceof Unknown) undecided ??= value;
    else if (value === null) missing = true;
  }
  return undecided ?? (missing ? null : !decides);
}

export function negate(value: boolean | null | Unknown): boolean | null | Unknown {
  return typeof value === 'boolean' ? !value : value;
}

function any(tests: readonly (boolean | null | Unknown)[]): boolean | null | Unknown {
  if (tests.includes(true)) return true;
  return tests.find((test) => test instanceof Unknown) ?? (tests.includes(null) ? null : false);
}

function all(tests: readonly (boolean | null | Unknown)[]): boolean | null | Unknown {
  if (tests.includes(false)) return false;
  return tests.find((test) => test instanceof Unknown) ?? (tests.includes(null) ? null : true);
}

function choose(expr: SqlExpr & { readonly kind: 'case' }, context: Context): Value {
  const of = expr.of === undefined ? undefined : evaluate(expr.of, context);
  for (const { when, then } of expr.whens) {
    const test = of === undefined ? toBoolean(evaluate(when, context)) : equal(of, evaluate(when, context));
    if (test instanceof Unknown) return test;
    if (test === true) return evaluate(then, context);
  }
  return expr.otherwise === undefined ? null : evaluate(expr.otherwise, context);
}

