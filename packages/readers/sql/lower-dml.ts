import type { SqlAssignment, SqlExpr, SqlFrom, SqlSelect, SqlStatement } from '@tenantlint/model';
import type { DeleteStmt, InsertStmt, OnConflictClause, UpdateStmt } from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import { outerEnd } from './extent.ts';
import type { Node } from './grammar.ts';
import { lowerExpr } from './lower-expr.ts';
import { lowerFrom } from './lower-from.ts';
import { relationName } from './lower-names.ts';
import { lowerCtes, lowerSelect, lowerTargets, type Stretch } from './lower-select.ts';
import type { Tree } from './tree.ts';

type Insert = Extract<SqlStatement, { kind: 'insert' }>;
type Update = Extract<SqlStatement, { kind: 'update' }>;
type Delete = Extract<SqlStatement, { kind: 'delete' }>;

/** A query or data change that fills the stretch; CALL p(…) is the select of one call. */
export function lowerStatement(e: Excerpt, node: Node | undefined, stretch: Stretch): SqlStatement {
  const tree: Tree = node ?? {};
  if (tree.SelectStmt !== undefined) return lowerSelect(e, tree.SelectStmt, stretch);
  if (tree.InsertStmt !== undefined) return lowerInsert(e, tree.InsertStmt, stretch);
  if (tree.UpdateStmt !== undefined) return lowerUpdate(e, tree.UpdateStmt, stretch);
  if (tree.DeleteStmt !== undefined) return lowerDelete(e, tree.DeleteStmt, stretch);
  const at = e.between(stretch.first, stretch.last);
  if (tree.TruncateStmt !== undefined) {
    const tables = (tree.TruncateStmt.relations ?? []).map((relation) => relationName(e, (relation as Tree).RangeVar));
    return { kind: 'truncate', tables, cascade: tree.TruncateStmt.behavior === 'DROP_CASCADE', at };
  }
  if (tree.CallStmt?.funccall !== undefined) {
    const expr = lowerExpr(e, { FuncCall: tree.CallStmt.funccall });
    return { kind: 'select', with: [], targets: [{ expr, at: expr.at }], from: [], groupBy: [], orderBy: [], at };
  }
  return { kind: 'other', text: e.slice(at), at };
}

/** All of the text. */
export function allOf(e: Excerpt): Stretch {
  let last = e.tokens.count - 1;
  while (last > 0 && e.is(last, ';')) last--;
  return { first: 0, last };
}

export function lowerInsert(e: Excerpt, node: InsertStmt, stretch: Stretch): Insert {
  const table = relationName(e, node.relation);
  const alias = node.relation?.alias?.aliasname;
  const columns = (node.cols ?? []).map((column) => {
    const target = (column as Tree).ResTarget ?? {};
    const i = e.tokenAt(target.location);
    return { name: target.name ?? '', at: e.between(i, i) };
  });
  return {
    kind: 'insert', at: e.between(stretch.first, stretch.last), with: lowerCtes(e, node.withClause), table, columns,
    returning: lowerTargets(e, node.returningClause?.exprs, stretch),
    ...(alias !== undefined && { alias }),
    ...(node.selectStmt !== undefined && { source: insertSource(e, node, stretch, e.lastToken(table.at) + 1) }),
    ...(node.onConflictClause !== undefined && { onConflict: onConflict(e, node.onConflictClause) }),
  };
}

/** `first` is the token after the table's name. */
function insertSource(e: Excerpt, node: InsertStmt, stretch: Stretch, first: number): SqlSelect {
  if (e.is(first, 'as')) first += 2;
  else if (node.relation?.alias !== undefined) first++;
  if (node.cols !== undefined && e.is(first, '(')) first = e.tokens.partner(first) + 1;
  if (e.is(first, 'overriding')) first += 3;
  let last = e.find(first, stretch.last + 1, 'on', 'returning');
  // A join's ON is no ON CONFLICT.
  while (e.is(last, 'on') && !e.is(last + 1, 'conflict')) last = e.find(last + 1, stretch.last + 1, 'on', 'returning');
  const select = (node.selectStmt as Tree | undefined)?.SelectStmt ?? {};
  return lowerSelect(e, select, { first, last: last - 1 });
}

function onConflict(e: Excerpt, node: OnConflictClause): NonNullable<Insert['onConflict']> {
  const columns: string[] = [];
  for (const element of node.infer?.indexElems ?? []) {
    const { name } = (element as Tree).IndexElem ?? {};
    if (name !== undefined) columns.push(name);
  }
  return {
    columns, set: assignments(e, node.targetList),
    ...(node.infer?.conname !== undefined && { constraint: node.infer.conname }),
    ...(node.whereClause !== undefined && { where: lowerExpr(e, node.whereClause) }),
  };
}

export function lowerUpdate(e: Excerpt, node: UpdateStmt, stretch: Stretch): Update {
  const alias = node.relation?.alias?.aliasname;
  return {
    kind: 'update', at: e.between(stretch.first, stretch.last), with: lowerCtes(e, node.withClause),
    table: relationName(e, node.relation),
    set: assignments(e, node.targetList),
    from: items(e, node.fromClause),
    returning: lowerTargets(e, node.returningClause?.exprs, stretch),
    ...(alias !== undefined && { alias }),
    ...(node.whereClause !== undefined && { where: lowerExpr(e, node.whereClause) }),
  };
}

export function lowerDelete(e: Excerpt, node: DeleteStmt, stretch: Stretch): Delete {
  const alias = node.relation?.alias?.aliasname;
  return {
    kind: 'delete', at: e.between(stretch.first, stretch.last), with: lowerCtes(e, node.withClause),
    table: relationName(e, node.relation),
    using: items(e, node.usingClause),
    returning: lowerTargets(e, node.returningClause?.exprs, stretch),
    ...(alias !== undefined && { alias }),
    ...(node.whereClause !== undefined && { where: lowerExpr(e, node.whereClause) }),
  };
}

function items(e: Excerpt, nodes: readonly Node[] | undefined): SqlFrom[] {
  return (nodes ?? []).map((node) => lowerFrom(e, node));
}

function assignments(e: Excerpt, nodes: readonly Node[] | undefined): SqlAssignment[] {
  const set: SqlAssignment[] = [];
  // `(a, b) = (…)` repeats its source in each column: it is lowered once.
  let source: { readonly node: Node; readonly value: SqlExpr } | undefined;
  for (const node of nodes ?? []) {
    const target = (node as Tree).ResTarget ?? {};
    const column = target.name ?? '';
    const start = e.offset(target.location);
    const several = (target.val as Tree | undefined)?.MultiAssignRef;
    if (several?.source !== undefined) {
      if (several.colno === 1 || source === undefined) source = { node: several.source, value: lowerExpr(e, several.source) };
      set.push({ column, value: part(source.value, (several.colno ?? 1) - 1), at: e.nameAt(e.tokens.at(start)) });
    } else if (target.val !== undefined) {
      const value = lowerExpr(e, target.val);
      set.push({ column, value, at: e.span(start, outerEnd(e, value)) });
    }
  }
  return set;
}

/** One column of a row or of a sub-select that fills several. */
function part(source: SqlExpr, index: number): SqlExpr {
  if (source.kind === 'row') return source.of[index] ?? source;
  if (source.kind !== 'scalar') return source;
  const target = source.select.targets[index];
  const star = source.select.targets.some(({ expr }) => expr.kind === 'column' && expr.path.at(-1) === '*');
  if (target === undefined || star) return { kind: 'opaque', text: 'a column of a sub-select', at: source.at };
  return { ...source, select: { ...source.select, targets: [target] } };
}

