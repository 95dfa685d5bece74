import type { FunctionBody, PlStatement } from './plpgsql.ts';
import type { SqlExpr, SqlFrom, SqlStatement } from './sql.ts';
import { never } from './span.ts';

/** What a walk calls for each node, in the order of the text. */
export interface SqlVisitor {
  expr?(expr: SqlExpr): void;
  from?(from: SqlFrom): void;
  statement?(statement: SqlStatement): void;
  pl?(statement: PlStatement): void;
}

type Node = { readonly expr: SqlExpr } | { readonly from: SqlFrom } | { readonly statement: SqlStatement } | { readonly pl: PlStatement };

/** Every node of an expression, its sub-selects included; itself first. */
export function walkExpr(expr: SqlExpr, visitor: SqlVisitor): void {
  walk([{ expr }], visitor);
}

export function walkStatement(statement: SqlStatement, visitor: SqlVisitor): void {
  walk([{ statement }], visitor);
}

/** Every node of a routine's body; nothing of one that could not be read. */
export function walkBody(body: FunctionBody, visitor: SqlVisitor): void {
  if (body.kind === 'sql') walk(body.statements.map((statement) => ({ statement })), visitor);
  else if (body.kind === 'plpgsql') walk([{ pl: body.block }], visitor);
}

/** Without recursion: whoever wrote the SQL decides how deep it is. */
function walk(roots: readonly Node[], visitor: SqlVisitor): void {
  const stack: Node[] = [...roots].reverse();
  const parts: Node[] = [];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if ('expr' in next) {
      visitor.expr?.(next.expr);
      exprParts(next.expr, parts);
    } else if ('from' in next) {
      visitor.from?.(next.from);
      fromParts(next.from, parts);
    } else if ('statement' in next) {
      visitor.statement?.(next.statement);
      statementParts(next.statement, parts);
    } else {
      visitor.pl?.(next.pl);
      plParts(next.pl, parts);
    }
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) stack.push(part);
  }
}

const exprs = (out: Node[], ...of: readonly (SqlExpr | undefined)[]): void => {
  for (const expr of of) if (expr !== undefined) out.push({ expr });
};
const statements = (out: Node[], ...of: readonly (SqlStatement | undefined)[]): void => {
  for (const statement of of) if (statement !== undefined) out.push({ statement });
};

/** The direct parts of an expression. */
function exprParts(e: SqlExpr, out: Node[]): void {
  switch (e.kind) {
    case 'literal': case 'column': case 'param': case 'keyword': case 'opaque': return;
    case 'call': return exprs(out, ...e.args, e.filter);
    case 'cast': case 'not': case 'prefix': case 'is-null': case 'is-bool': case 'field': return exprs(out, e.of);
    case 'and': case 'or': case 'coalesce': case 'greatest': case 'least': case 'array': case 'row': return exprs(out, ...e.of);
    case 'operator': case 'distinct': case 'nullif': case 'any-array': case 'all-array': return exprs(out, e.left, e.right);
    case 'in': return exprs(out, e.left, ...e.list);
    case 'any-select': case 'all-select':
      exprs(out, e.left);
      return statements(out, e.select);
    case 'exists': case 'scalar': case 'array-select': return statements(out, e.select);
    case 'case': return exprs(out, e.of, ...e.whens.flatMap((w) => [w.when, w.then]), e.otherwise);
    case 'subscript': return exprs(out, e.of, ...e.index);
    default: never(e);
  }
}

function fromParts(f: SqlFrom, out: Node[]): void {
  switch (f.kind) {
    case 'table': case 'opaque': return;
    case 'join':
      out.push({ from: f.left }, { from: f.right });
      return exprs(out, f.on);
    case 'subselect': return statements(out, f.select);
    case 'function': return exprs(out, ...f.calls);
    default: never(f);
  }
}

function statementParts(s: SqlStatement, out: Node[]): void {
  switch (s.kind) {
    case 'select':
      statements(out, ...s.with.map((c) => c.statement));
      exprs(out, ...s.targets.map((t) => t.expr));
      for (const from of s.from) out.push({ from });
      exprs(out, s.where, ...s.groupBy, s.having, ...s.orderBy, s.limit, s.offset, ...(s.values ?? []).flat());
      return statements(out, s.set?.left, s.set?.right);
    case 'insert':
      statements(out, ...s.with.map((c) => c.statement), s.source);
      return exprs(out, ...(s.onConflict?.set ?? []).map((one) => one.value), s.onConflict?.where, ...s.returning.map((t) => t.expr));
    case 'update':
      statements(out, ...s.with.map((c) => c.statement));
      exprs(out, ...s.set.map((one) => one.value));
      for (const from of s.from) out.push({ from });
      return exprs(out, s.where, ...s.returning.map((t) => t.expr));
    case 'delete':
      statements(out, ...s.with.map((c) => c.statement));
      for (const from of s.using) out.push({ from });
      return exprs(out, s.where, ...s.returning.map((t) => t.expr));
    case 'truncate': case 'other': return;
    default: never(s);
  }
}

function plParts(p: PlStatement, out: Node[]): void {
  const body = (list: readonly PlStatement[] | undefined): void => {
    for (const pl of list ?? []) out.push({ pl });
  };
  switch (p.kind) {
    case 'block':
      for (const one of p.declare) {
        exprs(out, one.value);
        statements(out, one.cursor);
      }
      body(p.body);
      for (const handler of p.handlers) body(handler.body);
      return;
    case 'assign': return exprs(out, p.value);
    case 'if':
      for (const branch of p.branches) {
        exprs(out, branch.test);
        body(branch.body);
      }
      return body(p.otherwise);
    case 'case':
      exprs(out, p.of);
      for (const branch of p.branches) {
        exprs(out, ...branch.tests);
        body(branch.body);
      }
      return body(p.otherwise);
    case 'loop':
      exprs(out, p.while);
      return body(p.body);
    case 'for-range':
      exprs(out, p.from, p.to, p.by);
      return body(p.body);
    case 'for-query':
      statements(out, p.query);
      return body(p.body);
    case 'for-execute':
      exprs(out, p.sql, ...p.using);
      return body(p.body);
    case 'foreach':
      exprs(out, p.array);
      return body(p.body);
    case 'execute': return exprs(out, p.sql, ...p.using);
    case 'sql': return statements(out, p.statement);
    case 'perform': return statements(out, p.select);
    case 'call': return exprs(out, p.call);
    case 'return': return exprs(out, p.value);
    case 'return-query':
      statements(out, p.query);
      return exprs(out, p.sql, ...p.using);
    case 'raise': return exprs(out, ...p.args);
    case 'assert': return exprs(out, p.test);
    case 'exit': case 'continue': return exprs(out, p.when);
    case 'diagnostics': case 'transaction': case 'opaque': return;
    default: never(p);
  }
}
