import type { SqlExpr } from '@tenantlint/model';
import { mapExpr } from '../expr/walk.ts';
import type { Context } from './context.ts';
import { evaluate } from './evaluate.ts';
import { NOT_DECIDED, order, textOf, toBoolean, Unknown, type Value } from './values.ts';

const AGGREGATES = new Set(['count', 'array_agg', 'string_agg', 'max', 'min', 'sum', 'avg', 'bool_and', 'bool_or', 'every', 'json_agg', 'jsonb_agg', 'json_object_agg', 'jsonb_object_agg']);

export function isAggregate(name: string): boolean {
  return AGGREGATES.has(name);
}

/** An expression over a group of rows; `undecided` when not all rows of the query are known. */
export function aggregate(expr: SqlExpr, rows: readonly Context[], one: Context, undecided: boolean): Value {
  const values = new Map<SqlExpr, Value>();
  const replace = (part: SqlExpr): SqlExpr => {
    if (part.kind === 'call' && part.window !== true && isAggregate(part.name.name)) {
      const value = undecided ? NOT_DECIDED : compute(part, rows);
      // Values without a literal form stand in the tree under a name of their own.
      const hole: SqlExpr = { kind: 'column', at: part.at, path: [`\0${values.size}`] };
      values.set(hole, value);
      return hole;
    }
    return mapExpr(part, { expr: replace, select: (select) => select });
  };
  const rest = replace(expr);
  const own = { alias: '', columns: [...values.keys()].map((_, i) => `\0${i}`), values: [...values.values()] };
  return evaluate(rest, { ...one, rows: [...one.rows, own] });
}

function compute(call: SqlExpr & { readonly kind: 'call' }, rows: readonly Context[]): Value {
  const [first, second] = call.args;
  const included = rows.filter((row) => call.filter === undefined || toBoolean(evaluate(call.filter, row)) === true);
  if (call.name.name === 'count' && (call.star === true || first === undefined)) return included.length;
  if (first === undefined) return NOT_DECIDED;
  let values = included.map((row) => evaluate(first, row));
  if (call.distinct === true) values = [...new Map(values.map((value) => [textOf(value), value])).values()];
  if (values.some((value) => value instanceof Unknown)) return NOT_DECIDED;
  const present = values.filter((value) => value !== null);
  switch (call.name.name) {
    case 'count':
      return present.length;
    case 'array_agg':
      return values.length === 0 ? null : values;
    case 'string_agg': {
      const separator = second === undefined || included[0] === undefined ? '' : (textOf(evaluate(second, included[0])) ?? '');
      return present.length === 0 ? null : present.map((value) => textOf(value) ?? '').join(separator);
    }
    case 'max':
      return present.reduce<Value>((best, value) => (best === null || (order(value, best) ?? 0) > 0 ? value : best), null);
    case 'min':
      return present.reduce<Value>((best, value) => (best === null || (order(value, best) ?? 0) < 0 ? value : best), null);
    case 'sum':
      return present.length === 0 ? null : present.reduce<number>((sum, value) => sum + Number(textOf(value)), 0);
    case 'bool_or':
      return present.length === 0 ? null : present.some((value) => toBoolean(value) === true);
    case 'bool_and':
    case 'every':
      return present.length === 0 ? null : present.every((value) => toBoolean(value) === true);
    default:
      return NOT_DECIDED;
  }
}
