import type { SqlCte, SqlExpr, SqlSelect, SqlTarget } from '@tenantlint/model';
import type { GroupingSet, SelectStmt, WithClause } from 'libpg-query';
import { DEEPEST, type Excerpt } from './excerpt.ts';
import { outerLast } from './extent.ts';
import type { Node } from './grammar.ts';
import { lowerExpr, lowerExprs } from './lower-expr.ts';
import { lowerFrom } from './lower-from.ts';
import { allOf, lowerStatement } from './lower-dml.ts';
import { relationName } from './lower-names.ts';
import { anyLocation, itemsOf, textsOf, type Tree } from './tree.ts';

/** A stretch of tokens, both ends included. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** Nesting that no walk over the tree could survive; the statement is then not read. */
export class TooDeep extends Error {}

/** The select in the parenthesis that opens at token `open`. */
export function lowerSelectWithin(e: Excerpt, node: Node | undefined, open: number): SqlSelect {
  const select = (node as Tree | undefined)?.SelectStmt ?? {};
  return lowerSelect(e, select, { first: open + 1, last: e.tokens.partner(open) - 1 });
}

/** A select that fills the stretch, or the parentheses that fill it. */
export function lowerSelect(e: Excerpt, node: SelectStmt, within: Stretch): SqlSelect {
  if (e.depth >= DEEPEST) throw new TooDeep('nested too deeply');
  e.depth++;
  const stretch = unwrapped(e, within);
  const select = node.op === undefined || node.op === 'SETOP_NONE' ? simple(e, node, stretch) : operation(e, node, stretch);
  e.depth--;
  return select;
}

function simple(e: Excerpt, node: SelectStmt, stretch: Stretch): SqlSelect {
  const select = frame(e, node, stretch);
  select.targets = lowerTargets(e, node.targetList, stretch);
  select.from = (node.fromClause ?? []).map((item) => lowerFrom(e, item));
  select.groupBy = groups(e, node.groupClause);
  if (node.distinctClause !== undefined) select.distinct = true;
  if (node.whereClause !== undefined) select.where = lowerExpr(e, node.whereClause);
  if (node.havingClause !== undefined) select.having = lowerExpr(e, node.havingClause);
  if (node.valuesLists !== undefined) select.values = node.valuesLists.map((row) => lowerExprs(e, itemsOf(row)));
  if (node.intoClause?.rel !== undefined) select.into = relationName(e, node.intoClause.rel);
  return select;
}

/** What a select and a set operation share. */
function frame(e: Excerpt, node: SelectStmt, stretch: Stretch): { -readonly [key in keyof SqlSelect]: SqlSelect[key] } {
  const select: { -readonly [key in keyof SqlSelect]: SqlSelect[key] } = {
    kind: 'select', at: e.between(stretch.first, stretch.last), with: lowerCtes(e, node.withClause),
    targets: [], from: [], groupBy: [], orderBy: sortKeys(e, node.sortClause),
  };
  if (node.withClause?.recursive === true) select.recursive = true;
  if (node.limitCount !== undefined) select.limit = lowerExpr(e, node.limitCount);
  if (node.limitOffset !== undefined) select.offset = lowerExpr(e, node.limitOffset);
  if (node.lockingClause !== undefined) select.locks = true;
  return select;
}

function operation(e: Excerpt, node: SelectStmt, stretch: Stretch): SqlSelect {
  const arms = armsOf(e, stretch);
  const op = node.op === 'SETOP_INTERSECT' ? 'intersect' : node.op === 'SETOP_EXCEPT' ? 'except' : 'union';
  const left = lowerSelect(e, node.larg ?? {}, arms.left);
  const right = lowerSelect(e, node.rarg ?? {}, arms.right);
  return { ...frame(e, node, stretch), set: { op, all: node.all === true, left, right } };
}

/** Both sides of a set operation: UNION and EXCEPT bind alike and to the left, INTERSECT binds tighter. */
function armsOf(e: Excerpt, stretch: Stretch): { left: Stretch; right: Stretch } {
  const first = bodyStart(e, stretch);
  let cut = -1;
  let loose = false;
  let stop = stretch.last + 1;
  for (let i = first; i <= stretch.last; i = e.after(i)) {
    if (e.is(i - 1, '.') || e.is(i - 1, 'as')) continue;
    const word = e.word(i);
    const binds = word === 'intersect' ? 'tight' : word === 'union' || word === 'except' ? 'loose' : undefined;
    if (binds !== undefined && (binds === 'loose' || !loose)) {
      cut = i;
      loose ||= binds === 'loose';
    } else if (TAILS.has(word) && cut >= 0) {
      stop = i;
      break;
    }
  }
  if (cut < 0) return { left: stretch, right: stretch };
  const right = e.is(cut + 1, 'all') || e.is(cut + 1, 'distinct') ? cut + 2 : cut + 1;
  return { left: { first, last: cut - 1 }, right: { first: right, last: stop - 1 } };
}

/** Clauses after the last arm belong to the whole. */
const TAILS = new Set(['order', 'limit', 'offset', 'fetch', 'for']);

/** Where the select proper starts, after its WITH clause. */
function bodyStart(e: Excerpt, { first, last }: Stretch): number {
  if (!e.is(first, 'with')) return first;
  for (let i = first + 1; i <= last; i = e.after(i)) {
    if (STARTS.has(e.word(i)) && !e.is(i - 1, 'as')) return i;
    if (e.is(i, '(') && e.is(i - 1, ')')) return i;
  }
  return first;
}

const STARTS = new Set(['select', 'values', 'table']);

/** Without parentheses that hold all of the stretch. */
function unwrapped(e: Excerpt, { first, last }: Stretch): Stretch {
  while (e.is(first, '(') && e.tokens.partner(first) === last) {
    first++;
    last--;
  }
  return { first, last };
}

/**
 * The parenthesis around a select of which only its parts have places: the innermost one that holds all of
 * them and begins a select. -1 when it stands in none.
 */
export function openingOf(e: Excerpt, node: SelectStmt): number {
  const first = firstLocation(node);
  if (first < 0) return -1;
  let last = first;
  for (let arm: SelectStmt | undefined = node; arm !== undefined; arm = arm.rarg) {
    last = Math.max(last, firstLocation(arm), anyLocation([arm.sortClause, arm.limitCount, arm.limitOffset]));
  }
  const end = e.offset(last);
  const values = leftmost(node).valuesLists !== undefined;
  let open = e.tokens.around(e.tokenAt(first));
  while (open >= 0 && !(e.tokens.start(e.tokens.partner(open)) > end && beginsSelect(e, open + 1, values))) {
    open = e.tokens.around(open);
  }
  return open;
}

function beginsSelect(e: Excerpt, i: number, values: boolean): boolean {
  while (e.is(i, '(')) i++;
  return e.is(i, 'with') || (values ? e.is(i, 'values') : STARTS.has(e.word(i)));
}

function leftmost(node: SelectStmt): SelectStmt {
  let arm = node;
  while (arm.larg !== undefined) arm = arm.larg;
  return arm;
}

/** A place within the leftmost arm of a select that is in no deeper parenthesis than the arm itself. */
function firstLocation(node: SelectStmt): number {
  let arm = node;
  for (;;) {
    if (arm.withClause !== undefined) return arm.withClause.location ?? 0;
    if (arm.larg === undefined) break;
    arm = arm.larg;
  }
  const target = (arm.targetList?.[0] as Tree | undefined)?.ResTarget;
  if (target !== undefined && target.location !== -1) return target.location ?? 0;
  return anyLocation([arm.valuesLists, arm.fromClause, arm.whereClause]);
}

/** Select lists and RETURNING. TABLE t selects a star that nobody wrote: it stands where the select does. */
export function lowerTargets(e: Excerpt, nodes: readonly Node[] | undefined, stretch: Stretch): SqlTarget[] {
  const targets: SqlTarget[] = [];
  for (const node of nodes ?? []) {
    const { ResTarget: target } = node as Tree;
    if (target?.val === undefined) continue;
    const expr = lowerExpr(e, target.val);
    if (target.location === -1) {
      const at = e.between(stretch.first, stretch.last);
      targets.push({ expr: { ...expr, at }, at });
      continue;
    }
    const first = e.tokenAt(target.location);
    let last = outerLast(e, expr);
    if (target.name !== undefined) last = e.is(last + 1, 'as') ? last + 2 : last + 1;
    targets.push({ expr, at: e.between(first, last), ...(target.name !== undefined && { alias: target.name }) });
  }
  return targets;
}

export function lowerCtes(e: Excerpt, clause: WithClause | undefined): SqlCte[] {
  return (clause?.ctes ?? []).map((node) => {
    const cte = (node as Tree).CommonTableExpr ?? {};
    const { first, within } = ctePlace(e, cte.location);
    const columns = textsOf(cte.aliascolnames);
    return {
      name: cte.ctename ?? '',
      statement: lowerStatement(e, cte.ctequery, within),
      at: e.between(first, e.is(within.last + 1, ')') ? within.last + 1 : within.last),
      ...(columns.length > 0 && { columns }),
    };
  });
}

/** `name [(columns)] AS [[NOT] MATERIALIZED] (…)`; CREATE RECURSIVE VIEW makes one of all that follows its AS. */
function ctePlace(e: Excerpt, location: number | undefined): { first: number; within: Stretch } {
  if (location === -1) {
    const first = e.find(0, e.tokens.count, 'as') + 1;
    return { first, within: { first, last: allOf(e).last } };
  }
  const first = e.tokenAt(location);
  const open = e.find(e.find(first, e.tokens.count, 'as'), e.tokens.count, '(');
  return { first, within: { first: open + 1, last: e.tokens.partner(open) - 1 } };
}

export function sortKeys(e: Excerpt, nodes: readonly Node[] | undefined): SqlExpr[] {
  const keys: SqlExpr[] = [];
  for (const node of nodes ?? []) {
    const of = (node as Tree).SortBy?.node;
    if (of !== undefined) keys.push(lowerExpr(e, of));
  }
  return keys;
}

/** Grouping sets count as the expressions in them. */
function groups(e: Excerpt, nodes: readonly Node[] | undefined): SqlExpr[] {
  return (nodes ?? []).flatMap((node) => {
    const set: GroupingSet | undefined = (node as Tree).GroupingSet;
    return set === undefined ? [lowerExpr(e, node)] : groups(e, set.content);
  });
}

