import type { SqlExpr, SqlFrom, SqlSelect } from '@tenantlint/model';
import type { Context } from './context.ts';
import { evaluate } from './evaluate.ts';
import { Oid, textOf, Unknown, type Value } from './values.ts';

/** Values that a query demands of columns, by alias and column: `c.relname = 'projects'`. */
export type Wanted = ReadonlyMap<string, ReadonlyMap<string, Value>>;

/**
 * Equalities with values that do not depend on the rows, from WHERE and inner ON conditions. They let a catalog
 * table give the one row that is asked for instead of all.
 */
export function wantedValues(query: SqlSelect, context: Context): Wanted {
  const aliases = new Set<string>();
  const tests: SqlExpr[] = [];
  const single = query.from.length === 1 && query.from[0]?.kind === 'table' ? query.from[0] : undefined;
  const add = (test: SqlExpr | undefined): void => void (test !== undefined && tests.push(...(test.kind === 'and' ? test.of : [test])));
  const walk = (from: SqlFrom): void => {
    if (from.kind === 'join') {
      walk(from.left);
      walk(from.right);
      if (from.join === 'inner') add(from.on);
    } else if (from.kind === 'table') aliases.add(from.alias ?? from.name.name);
  };
  for (const from of query.from) walk(from);
  add(query.where);
  const wanted = new Map<string, Map<string, Value>>();
  for (const test of tests) {
    if (test.kind !== 'operator' || test.op !== '=') continue;
    for (const [own, other] of [[test.left, test.right], [test.right, test.left]] as const) {
      const bare = own.kind === 'cast' ? own.of : own;
      if (bare.kind !== 'column') continue;
      const alias = bare.path.length === 2 ? bare.path[0] : single === undefined ? undefined : (single.alias ?? single.name.name);
      const column = bare.path[bare.path.length - 1];
      if (alias === undefined || column === undefined || !aliases.has(alias) || !isFree(other, aliases, single !== undefined)) continue;
      const value = evaluate(other, context);
      if (value === null || value instanceof Unknown || (textOf(value) === undefined && !(value instanceof Oid))) continue;
      const columns = wanted.get(alias) ?? new Map<string, Value>();
      wanted.set(alias, columns.set(column, value));
      break;
    }
  }
  return wanted;
}

/** Whether the expression is a constant, or a variable that no row of the query could shadow. */
function isFree(expr: SqlExpr, aliases: ReadonlySet<string>, single: boolean): boolean {
  switch (expr.kind) {
    case 'literal':
    case 'param':
      return true;
    case 'cast':
      return isFree(expr.of, aliases, single);
    case 'column':
      return expr.path.length === 2 && !aliases.has(expr.path[0] ?? '');
    default:
      return false;
  }
}
