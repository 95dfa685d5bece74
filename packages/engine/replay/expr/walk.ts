import type { SqlAssignment, SqlCte, SqlExpr, SqlFrom, SqlSelect, SqlStatement, SqlTarget } from '@tenantlint/model';
import { never } from '@tenantlint/model';

/** Functions over the direct parts of a node. What they return unchanged (by identity) stays shared. */
export interface Parts {
  expr(expr: SqlExpr): SqlExpr;
  select(select: SqlSelect): SqlSelect;
}

export function mapList<T>(list: readonly T[], f: (item: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as T;
    const mapped = f(item);
    if (mapped !== item && changed === undefined) changed = list.slice(0, i);
    changed?.push(mapped);
  }
  return changed ?? list;
}

/** The expression with its direct sub-expressions and sub-selects replaced; itself when none changed. */
export function mapExpr(expr: SqlExpr, parts: Parts): SqlExpr {
  switch (expr.kind) {
    case 'literal':
    case 'column':
    case 'param':
    case 'keyword':
    case 'opaque':
      return expr;
    case 'call': {
      const args = mapList(expr.args, parts.expr);
      const filter = expr.filter === undefined ? undefined : parts.expr(expr.filter);
      if (args === expr.args && filter === expr.filter) return expr;
      return { ...expr, args, ...(filter === undefined ? {} : { filter }) };
    }
    case 'cast':
    case 'not':
    case 'prefix':
    case 'is-null':
    case 'is-bool':
    case 'field': {
      const of = parts.expr(expr.of);
      return of === expr.of ? expr : { ...expr, of };
    }
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'array':
    case 'row': {
      const of = mapList(expr.of, parts.expr);
      return of === expr.of ? expr : { ...expr, of };
    }
    case 'operator':
    case 'distinct':
    case 'nullif':
    case 'any-array':
    case 'all-array': {
      const left = parts.expr(expr.left);
      const right = parts.expr(expr.right);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case 'in': {
      const left = parts.expr(expr.left);
      const list = mapList(expr.list, parts.expr);
      return left === expr.left && list === expr.list ? expr : { ...expr, left, list };
    }
    case 'any-select':
    case 'all-select': {
      const left = parts.expr(expr.left);
      const select = parts.select(expr.select);
      return left === expr.left && select === expr.select ? expr : { ...expr, left, select };
    }
    case 'exists':
    case 'scalar':
    case 'array-select': {
      const select = parts.select(expr.select);
      return select === expr.select ? expr : { ...expr, select };
    }
    case 'case': {
      const of = expr.of === undefined ? undefined : parts.expr(expr.of);
      const whens = mapList(expr.whens, (branch) => {
        const when = parts.expr(branch.when);
        const then = parts.expr(branch.then);
        return when === branch.when && then === branch.then ? branch : { when, then };
      });
      const otherwise = expr.otherwise === undefined ? undefined : parts.expr(expr.otherwise);
      if (of === expr.of && whens === expr.whens && otherwise === expr.otherwise) return expr;
      return { ...expr, ...(of === undefined ? {} : { of }), whens, ...(otherwise === undefined ? {} : { otherwise }) };
    }
    case 'subscript': {
      const of = parts.expr(expr.of);
      const index = mapList(expr.index, parts.expr);
      return of === expr.of && index === expr.index ? expr : { ...expr, of, index };
    }
    default:
      return never(expr);
  }
}

/** Visits every expression and every FROM item below a statement, in no particular order, without recursion. */
export interface Visitor {
  expr?(expr: SqlExpr): void;
  from?(from: SqlFrom): void;
  statement?(statement: SqlStatement): void;
}

export function visitExpr(expr: SqlExpr, visitor: Visitor): void {
  visitNodes([{ expr }], visitor);
}

export function visitStatement(statement: SqlStatement, visitor: Visitor): void {
  visitNodes([{ statement }], visitor);
}

type Pending = { readonly expr: SqlExpr } | { readonly from: SqlFrom } | { readonly statement: SqlStatement };

function visitNodes(stack: Pending[], visitor: Visitor): void {
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if ('expr' in next) {
      visitor.expr?.(next.expr);
      pushExprParts(next.expr, stack);
    } else if ('from' in next) {
      visitor.from?.(next.from);
      pushFromParts(next.from, stack);
    } else {
      visitor.statement?.(next.statement);
      pushStatementParts(next.statement, stack);
    }
  }
}

function pushExprParts(expr: SqlExpr, stack: Pending[]): void {
  switch (expr.kind) {
    case 'literal':
    case 'column':
    case 'param':
    case 'keyword':
    case 'opaque':
      return;
    case 'call':
      for (const arg of expr.args) stack.push({ expr: arg });
      if (expr.filter !== undefined) stack.push({ expr: expr.filter });
      return;
    case 'cast':
    case 'not':
    case 'prefix':
    case 'is-null':
    case 'is-bool':
    case 'field':
      stack.push({ expr: expr.of });
      return;
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'array':
    case 'row':
      for (const part of expr.of) stack.push({ expr: part });
      return;
    case 'operator':
    case 'distinct':
    case 'nullif':
    case 'any-array':
    case 'all-array':
      stack.push({ expr: expr.left }, { expr: expr.right });
      return;
    case 'in':
      stack.push({ expr: expr.left });
      for (const part of expr.list) stack.push({ expr: part });
      return;
    case 'any-select':
    case 'all-select':
      stack.push({ expr: expr.left }, { statement: expr.select });
      return;
    case 'exists':
    case 'scalar':
    case 'array-select':
      stack.push({ statement: expr.select });
      return;
    case 'case':
      if (expr.of !== undefined) stack.push({ expr: expr.of });
      for (const { when, then } of expr.whens) stack.push({ expr: when }, { expr: then });
      if (expr.otherwise !== undefined) stack.push({ expr: expr.otherwise });
      return;
    case 'subscript':
      stack.push({ expr: expr.of });
      for (const part of expr.index) stack.push({ expr: part });
      return;
    default:
      never(expr);
  }
}

function pushFromParts(from: SqlFrom, stack: Pending[]): void {
  switch (from.kind) {
    case 'table':
    case 'opaque':
      return;
    case 'join':
      stack.push({ from: from.left }, { from: from.right });
      if (from.on !== undefined) stack.push({ expr: from.on });
      return;
    case 'subselect':
      stack.push({ statement: from.select });
      return;
    case 'function':
      for (const call of from.calls) stack.push({ expr: call });
      return;
    default:
      never(from);
  }
}

function pushStatementParts(statement: SqlStatement, stack: Pending[]): void {
  const exprs = (...list: readonly (SqlExpr | undefined)[]): void => {
    for (const expr of list) if (expr !== undefined) stack.push({ expr });
  };
  const targets = (list: readonly SqlTarget[]): void => exprs(...list.map((target) => target.expr));
  const sets = (list: readonly SqlAssignment[]): void => exprs(...list.map((set) => set.value));
  const ctes = (list: readonly SqlCte[]): void => {
    for (const cte of list) stack.push({ statement: cte.statement });
  };
  switch (statement.kind) {
    case 'select':
      ctes(statement.with);
      targets(statement.targets);
      for (const from of statement.from) stack.push({ from });
      exprs(statement.where, statement.having, statement.limit, statement.offset);
      for (const list of [statement.groupBy, statement.orderBy, ...(statement.values ?? [])]) for (const expr of list) stack.push({ expr });
      if (statement.set !== undefined) stack.push({ statement: statement.set.left }, { statement: statement.set.right });
      return;
    case 'insert':
      ctes(statement.with);
      if (statement.source !== undefined) stack.push({ statement: statement.source });
      if (statement.onConflict !== undefined) {
        sets(statement.onConflict.set);
        exprs(statement.onConflict.where);
      }
      targets(statement.returning);
      return;
    case 'update':
      ctes(statement.with);
      sets(statement.set);
      for (const from of statement.from) stack.push({ from });
      exprs(statement.where);
      targets(statement.returning);
      return;
    case 'delete':
      ctes(statement.with);
      for (const from of statement.using) stack.push({ from });
      exprs(statement.where);
      targets(statement.returning);
      return;
    case 'truncate':
    case 'other':
      return;
    default:
      never(statement);
  }
}

