import type { SqlExpr, SqlFrom } from '@tenantlint/model';
import type { Alias, JoinExpr, RangeFunction, RangeSubselect, RangeVar } from 'libpg-query';
import { DEEPEST, type Excerpt } from './excerpt.ts';
import { grouping, looseExtent, outerLast } from './extent.ts';
import type { Node } from './grammar.ts';
import { lowerExpr } from './lower-expr.ts';
import { relationName } from './lower-names.ts';
import { lowerSelectWithin, openingOf, TooDeep } from './lower-select.ts';
import { itemsOf, textsOf, type Tree } from './tree.ts';

export function lowerFrom(e: Excerpt, node: Node): SqlFrom {
  if (e.depth >= DEEPEST) throw new TooDeep('nested too deeply');
  e.depth++;
  const from = item(e, node);
  e.depth--;
  return from;
}

function item(e: Excerpt, node: Node): SqlFrom {
  const tree: Tree = node;
  if (tree.RangeVar !== undefined) return table(e, tree.RangeVar);
  if (tree.JoinExpr !== undefined) return join(e, tree.JoinExpr);
  if (tree.RangeSubselect !== undefined) return subselect(e, tree.RangeSubselect);
  if (tree.RangeFunction !== undefined) return functions(e, tree.RangeFunction);
  if (tree.RangeTableSample?.relation !== undefined) return sample(e, tree.RangeTableSample.relation);
  const alias = (tree.JsonTable ?? tree.RangeTableFunc)?.alias?.aliasname;
  const at = looseExtent(e, node);
  return { kind: 'opaque', text: e.slice(at), at, ...(alias !== undefined && { alias }) };
}

export function table(e: Excerpt, node: RangeVar): SqlFrom {
  const name = relationName(e, node);
  let last = e.lastToken(name.at);
  if (e.is(last + 1, '*')) last++;
  const only = node.inh !== true;
  let first = e.firstToken(name.at);
  if (only) {
    if (e.is(first - 1, '(')) last = e.tokens.partner(--first);
    first--;
  }
  return {
    kind: 'table', name, at: e.between(first, aliasEnd(e, last, node.alias)), ...aliased(node.alias),
    ...(only && { only }),
  };
}

/** The relation as it stands before TABLESAMPLE; which rows are drawn is of no interest. */
function sample(e: Excerpt, relation: Node): SqlFrom {
  return lowerFrom(e, relation);
}

function join(e: Excerpt, node: JoinExpr): SqlFrom {
  if (node.larg === undefined || node.rarg === undefined) throw new Error('a join without sides');
  const left = lowerFrom(e, node.larg);
  const right = lowerFrom(e, node.rarg);
  const on = node.quals === undefined ? undefined : lowerExpr(e, node.quals);
  const using = textsOf(node.usingClause);
  const { first } = grouping(e, left.at);
  let { last } = grouping(e, right.at);
  if (on !== undefined) last = outerLast(e, on);
  else if (using.length > 0 && e.is(last + 1, 'using')) last = e.tokens.partner(last + 2);
  last = Math.max(last, first);
  return {
    kind: 'join', join: JOINS[node.jointype ?? 'JOIN_INNER'] ?? 'inner', left, right, at: e.between(first, last),
    ...(on !== undefined && { on }),
    ...(using.length > 0 && { using }),
    ...(node.isNatural === true && { natural: true }),
  };
}

const JOINS: { readonly [type: string]: 'inner' | 'left' | 'right' | 'full' } = {
  JOIN_INNER: 'inner', JOIN_LEFT: 'left', JOIN_RIGHT: 'right', JOIN_FULL: 'full',
};

function subselect(e: Excerpt, node: RangeSubselect): SqlFrom {
  const statement = (node.subquery as Tree | undefined)?.SelectStmt ?? {};
  let open = openingOf(e, statement);
  if (open < 0) {
    const at = looseExtent(e, node);
    return { kind: 'opaque', text: e.slice(at), at, ...aliased(node.alias) };
  }
  const select = lowerSelectWithin(e, node.subquery, open);
  // Of doubled parentheses the outermost is the item's.
  while (e.is(open - 1, '(') && e.tokens.partner(open - 1) === e.tokens.partner(open) + 1) open--;
  const first = e.is(open - 1, 'lateral') ? open - 1 : open;
  return {
    kind: 'subselect', select, at: e.between(first, aliasEnd(e, e.tokens.partner(open), node.alias)), ...aliased(node.alias),
    ...(node.lateral === true && { lateral: true }),
  };
}

function functions(e: Excerpt, node: RangeFunction): SqlFrom {
  const calls: SqlExpr[] = [];
  for (const member of node.functions ?? []) {
    const [call] = itemsOf(member);
    if (call !== undefined) calls.push(lowerExpr(e, call));
  }
  const [head] = calls;
  if (head === undefined) {
    const at = looseExtent(e, node);
    return { kind: 'opaque', text: e.slice(at), at, ...aliased(node.alias) };
  }
  let first = e.firstToken(head.at);
  let last = e.tokens.at((calls.at(-1) ?? head).at.end - e.base - 1);
  if (node.is_rowsfrom === true) {
    const open = e.tokens.around(first);
    first = open - 2;
    last = e.tokens.partner(open);
  }
  if (e.is(first - 1, 'lateral')) first--;
  last = e.skip(last + 1, 'with', 'ordinality') - 1;
  const definitions = (node.coldeflist ?? []).map((column) => (column as Tree).ColumnDef?.colname ?? '');
  if (definitions.length > 0 && node.alias === undefined) last = e.tokens.partner(e.find(last + 1, last + 3, '('));
  return {
    kind: 'function', calls, at: e.between(first, aliasEnd(e, last, node.alias, definitions.length > 0)), ...aliased(node.alias, definitions),
    ...(node.lateral === true && { lateral: true }),
  };
}

function aliased(alias: Alias | undefined, definitions: readonly string[] = []): { alias?: string; columns?: readonly string[] } {
  const columns = alias?.colnames === undefined ? definitions : textsOf(alias.colnames);
  return { ...(alias?.aliasname !== undefined && { alias: alias.aliasname }), ...(columns.length > 0 && { columns }) };
}

/** Index of the last token of the alias after token `last`, if there is one. */
function aliasEnd(e: Excerpt, last: number, alias: Alias | undefined, defines = false): number {
  if (alias === undefined) return last;
  const name = e.is(last + 1, 'as') ? last + 2 : last + 1;
  const columns = defines || alias.colnames !== undefined;
  return columns && e.is(name + 1, '(') ? e.tokens.partner(name + 1) : name;
}
