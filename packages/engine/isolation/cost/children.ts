import type { SqlExpr, SqlFrom, SqlSelect } from '@tenantlint/model';
import { never } from '@tenantlint/model';

/** Direct parts of an expression: expressions, and the SELECTs of its sub-selects. */
export function partsOf(expr: SqlExpr): { readonly exprs: readonly SqlExpr[]; readonly selects: readonly SqlSelect[] } {
  switch (expr.kind) {
    case 'literal': case 'column': case 'param': case 'keyword': case 'opaque': return { exprs: [], selects: [] };
    case 'call': return { exprs: expr.filter === undefined ? expr.args : [...expr.args, expr.filter], selects: [] };
    case 'cast': case 'not': case 'prefix': case 'is-null': case 'is-bool': case 'field': return { exprs: [expr.of], selects: [] };
    case 'and': case 'or': case 'coalesce': case 'greatest': case 'least': case 'array': case 'row': return { exprs: expr.of, selects: [] };
    case 'operator': case 'distinct': case 'nullif': case 'any-array': case 'all-array': return { exprs: [expr.left, expr.right], selects: [] };
    case 'in': return { exprs: [expr.left, ...expr.list], selects: [] };
    case 'any-select': case 'all-select': return { exprs: [expr.left], selects: [expr.select] };
    case 'exists': case 'scalar': case 'array-select': return { exprs: [], selects: [expr.select] };
    case 'case': return { exprs: [...(expr.of === undefined ? [] : [expr.of]), ...expr.whens.flatMap((one) => [one.when, one.then]), ...(expr.otherwise === undefined ? [] : [expr.otherwise])], selects: [] };
    case 'subscript': return { exprs: [expr.of, ...expr.index], selects: [] };
    default: return never(expr);
  }
}

/** Everything that a SELECT evaluates itself, and the SELECTs below it. */
export function partsOfSelect(select: SqlSelect): { readonly exprs: readonly SqlExpr[]; readonly selects: readonly SqlSelect[] } {
  const exprs: SqlExpr[] = [...select.targets.map((target) => target.expr), ...select.groupBy, ...select.orderBy, ...(select.values?.flat() ?? [])];
  for (const one of [select.where, select.having, select.limit, select.offset]) if (one !== undefined) exprs.push(one);
  const selects: SqlSelect[] = [...(select.set === undefined ? [] : [select.set.left, select.set.right]), ...select.with.flatMap((cte) => (cte.statement.kind === 'select' ? [cte.statement] : []))];
  const items: SqlFrom[] = [...select.from];
  for (let item = items.pop(); item !== undefined; item = items.pop()) {
    if (item.kind === 'join') {
      items.push(item.left, item.right);
      if (item.on !== undefined) exprs.push(item.on);
    } else if (item.kind === 'subselect') selects.push(item.select);
    else if (item.kind === 'function') exprs.push(...item.calls);
  }
  return { exprs, selects };
}
