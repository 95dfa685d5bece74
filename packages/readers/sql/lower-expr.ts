import type { QName, SqlExpr } from '@tenantlint/model';
import type {
  A_ArrayExpr, A_Const, A_Indirection, BooleanTest, BoolExpr, CaseExpr, ColumnRef, FuncCall, NullTest, RowExpr, SQLValueFunction,
  SubLink, TypeCast,
} from 'libpg-query';
import { DEEPEST, type Excerpt } from './excerpt.ts';
import { across, looseExtent, outerEnd, outerLast, outerStart } from './extent.ts';
import type { Node } from './grammar.ts';
import { intervalEnd, partsName, typeEnd, typeOf } from './lower-names.ts';
import { lowerOperation } from './lower-operator.ts';
import { lowerSelectWithin } from './lower-select.ts';
import { anyLocation, kindOf, textOf, textsOf, type Tree } from './tree.ts';

/**
 * An expression of the parse tree as algebra. The place of each node is exact: from its first character to
 * its last, without parentheses around it that only group.
 */
export function lowerExpr(e: Excerpt, node: Node): SqlExpr {
  if (e.depth >= DEEPEST) return opaque(e, looseExtent(e, node));
  e.depth++;
  const expr = lowerKind(e, node);
  e.depth--;
  return expr;
}

export function lowerExprs(e: Excerpt, nodes: readonly Node[] | undefined): SqlExpr[] {
  return nodes === undefined ? [] : nodes.map((node) => lowerExpr(e, node));
}

function lowerKind(e: Excerpt, node: Node): SqlExpr {
  const tree: Tree = node;
  switch (kindOf(node)) {
    case 'ColumnRef':
      return column(e, tree.ColumnRef ?? {});
    case 'A_Const':
      return constant(e, tree.A_Const ?? {});
    case 'A_Expr':
      return lowerOperation(e, tree.A_Expr ?? {});
    case 'BoolExpr':
      return bool(e, tree.BoolExpr ?? {});
    case 'FuncCall':
      return call(e, tree.FuncCall ?? {});
    case 'TypeCast':
      return cast(e, tree.TypeCast ?? {});
    case 'SubLink':
      return sublink(e, tree.SubLink ?? {});
    case 'NullTest':
      return nullTest(e, tree.NullTest ?? {});
    case 'BooleanTest':
      return booleanTest(e, tree.BooleanTest ?? {});
    case 'SQLValueFunction':
      return valueFunction(e, tree.SQLValueFunction ?? {});
    case 'ParamRef': {
      const i = e.tokenAt(tree.ParamRef?.location);
      return { kind: 'param', index: tree.ParamRef?.number ?? 0, at: e.between(i, i) };
    }
    case 'CaseExpr':
      return caseOf(e, tree.CaseExpr ?? {});
    case 'CoalesceExpr':
      return list(e, 'coalesce', tree.CoalesceExpr ?? {});
    case 'MinMaxExpr':
      return list(e, tree.MinMaxExpr?.op === 'IS_LEAST' ? 'least' : 'greatest', tree.MinMaxExpr ?? {});
    case 'RowExpr':
      return row(e, tree.RowExpr ?? {});
    case 'A_ArrayExpr':
      return array(e, tree.A_ArrayExpr ?? {});
    case 'A_Indirection':
      return indirection(e, tree.A_Indirection ?? {});
    case 'CollateClause': {
      const of = lowerExpr(e, tree.CollateClause?.arg ?? node);
      const name = e.tokenAt(tree.CollateClause?.location) + 1;
      return { ...of, at: e.span(outerStart(e, of), e.tokens.end(e.nameEnd(name))) };
    }
    case 'NamedArgExpr':
      return tree.NamedArgExpr?.arg === undefined ? opaque(e, looseExtent(e, node)) : lowerExpr(e, tree.NamedArgExpr.arg);
    case 'SetToDefault': {
      const i = e.tokenAt(tree.SetToDefault?.location);
      return { kind: 'keyword', name: 'default', at: e.between(i, i) };
    }
    case 'GroupingFunc': {
      const i = e.tokenAt(tree.GroupingFunc?.location);
      const name: QName = { name: 'grouping', at: e.between(i, i) };
      return { kind: 'call', name, args: lowerExprs(e, tree.GroupingFunc?.args), at: e.between(i, e.tokens.partner(i + 1)) };
    }
    case 'JsonIsPredicate':
      return jsonTest(e, node);
    default:
      return construct(e, node);
  }
}

export function opaque(e: Excerpt, at: SqlExpr['at']): SqlExpr {
  return { kind: 'opaque', text: e.slice(at), at };
}

function column(e: Excerpt, node: ColumnRef): SqlExpr {
  const fields = node.fields ?? [];
  const path = fields.map((field) => ((field as Tree).A_Star === undefined ? textOf(field) : '*'));
  if (node.location === -1) return { kind: 'column', path, at: e.whole() };
  const i = e.tokenAt(node.location);
  return { kind: 'column', path, at: e.between(i, i + 2 * (path.length - 1)) };
}

function constant(e: Excerpt, node: A_Const): SqlExpr {
  // LIMIT ALL and SUBSTRING(a FOR b) hold constants that nobody wrote.
  if (node.location === -1) return { kind: 'literal', value: valueOf(node), at: e.whole() };
  const first = e.tokenAt(node.location);
  let last = first;
  // The grammar folds minus signs into the number that follows them.
  while (e.is(last, '-')) last++;
  if (e.is(first + 1, 'uescape')) last += 2;
  return { kind: 'literal', value: valueOf(node), at: e.between(first, last) };
}

function valueOf(node: A_Const): string | number | boolean | null {
  if (node.ival !== undefined) return node.ival.ival ?? 0;
  if (node.sval !== undefined) return node.sval.sval ?? '';
  if (node.boolval !== undefined) return node.boolval.boolval ?? false;
  if (node.fval !== undefined) return Number(node.fval.fval);
  if (node.bsval !== undefined) return node.bsval.bsval ?? '';
  return null;
}

function bool(e: Excerpt, node: BoolExpr): SqlExpr {
  const args = node.args ?? [];
  const [first] = args;
  if (first === undefined) return opaque(e, looseExtent(e, node));
  if (node.boolop === 'NOT_EXPR') return not(e, node, first);
  const of = lowerExprs(e, args);
  const kind = node.boolop === 'OR_EXPR' ? 'or' : 'and';
  const [left] = of;
  const right = of.at(-1);
  return { kind, of, at: left === undefined || right === undefined ? e.whole() : across(e, left, right) };
}

/** NOT stands before its operand, except in `x NOT IN (select …)` and `x IS NOT …`, which the grammar splits. */
function not(e: Excerpt, node: BoolExpr, operand: Node): SqlExpr {
  const of = lowerExpr(e, operand);
  const { SubLink: link } = operand as Tree;
  if (link?.subLinkType === 'ANY_SUBLINK' && link.location === node.location && of.kind === 'any-select') {
    return { ...of, kind: 'all-select', op: '<>' };
  }
  const start = e.offset(node.location);
  if (start > of.at.start - e.base) return { kind: 'not', of, at: of.at };
  return { kind: 'not', of, at: e.span(start, outerEnd(e, of)) };
}

function call(e: Excerpt, node: FuncCall): SqlExpr {
  const parts = textsOf(node.funcname);
  const args = lowerExprs(e, node.args);
  const [operand] = args;
  // `a AT LOCAL`: the only call whose place the tree does not tell.
  const i = node.location === -1 && operand !== undefined ? outerLast(e, operand) + 1 : e.tokenAt(node.location);
  const syntax = node.funcformat === 'COERCE_SQL_SYNTAX';
  const nameLast = syntax ? i : e.nameEnd(i);
  const name = partsName(parts, e.between(i, nameLast));
  // COLLATION FOR (…) is the one form whose parenthesis does not follow its first word.
  const open = syntax && e.is(nameLast + 1, 'for') ? nameLast + 2 : nameLast + 1;
  const at = e.is(open, '(') && (!syntax || e.word(i) !== 'overlaps')
    ? e.between(i, trailersEnd(e, e.tokens.partner(open)))
    : infix(e, i, args);
  const made: { -readonly [key in keyof Call]: Call[key] } = { kind: 'call', name, args, at };
  const named = argumentNames(node.args);
  if (named !== undefined) made.named = named;
  if (node.agg_star === true) made.star = true;
  if (node.agg_distinct === true) made.distinct = true;
  if (node.over !== undefined) made.window = true;
  if (node.agg_filter !== undefined) made.filter = lowerExpr(e, node.agg_filter);
  return made;
}

type Call = Extract<SqlExpr, { kind: 'call' }>;

function argumentNames(args: readonly Node[] | undefined): Record<number, string> | undefined {
  let named: Record<number, string> | undefined;
  args?.forEach((arg, index) => {
    const name = (arg as Tree).NamedArgExpr?.name;
    if (name !== undefined) (named ??= {})[index] = name;
  });
  return named;
}

/** WITHIN GROUP (…), FILTER (…), OVER (…) or OVER name after the arguments. */
function trailersEnd(e: Excerpt, last: number): number {
  for (;;) {
    if (e.is(last + 1, 'within') && e.is(last + 2, 'group')) last = e.tokens.partner(last + 3);
    else if (e.is(last + 1, 'filter') && e.is(last + 2, '(')) last = e.tokens.partner(last + 2);
    else if (e.is(last + 1, 'over')) last = Math.max(e.tokens.partner(last + 2), last + 2);
    else return last;
  }
}

/** `a AT TIME ZONE b`, `a AT LOCAL`, `a IS NFC NORMALIZED`, `(a, b) OVERLAPS (c, d)`: calls written as operators. */
function infix(e: Excerpt, operator: number, args: readonly SqlExpr[]): SqlExpr['at'] {
  let first = operator;
  let last = operator;
  if (e.word(operator) === 'overlaps') {
    first = e.tokens.partner(operator - 1);
    if (e.is(first - 1, 'row')) first--;
    last = e.is(operator + 1, 'row') ? e.tokens.partner(operator + 2) : e.tokens.partner(operator + 1);
    return e.between(first, last);
  }
  let start = e.tokens.start(first);
  let end = e.tokens.end(last);
  for (const arg of args) {
    start = Math.min(start, outerStart(e, arg));
    end = Math.max(end, outerEnd(e, arg));
  }
  if (e.is(operator + 1, 'local')) end = Math.max(end, e.tokens.end(operator + 1));
  if (e.is(operator, 'is')) end = Math.max(end, e.tokens.end(e.find(operator, operator + 5, 'normalized')));
  return e.span(start, end);
}

function cast(e: Excerpt, node: TypeCast): SqlExpr {
  const type = typeOf(e, node.typeName);
  if (node.arg === undefined) return opaque(e, looseExtent(e, node));
  const of = lowerExpr(e, node.arg);
  if (node.typeName?.location === -1) return { kind: 'cast', of, type, at: of.at };
  const typeFirst = e.tokenAt(node.typeName?.location);
  if (node.location === -1) {
    // `interval '1' day`: the type stands before the string, its fields may follow.
    const last = intervalEnd(e, e.firstToken(of.at));
    return { kind: 'cast', of, type, at: e.between(typeFirst, last) };
  }
  const i = e.tokenAt(node.location);
  const at = e.is(i, '::')
    ? e.span(outerStart(e, of), e.tokens.end(typeEnd(e, typeFirst)))
    : e.between(i, e.tokens.partner(i + 1));
  return { kind: 'cast', of, type, at };
}

function sublink(e: Excerpt, node: SubLink): SqlExpr {
  const i = e.tokenAt(node.location);
  const start = e.tokens.start(i);
  switch (node.subLinkType) {
    case 'EXISTS_SUBLINK':
    case 'ARRAY_SUBLINK': {
      const kind = node.subLinkType === 'EXISTS_SUBLINK' ? 'exists' : 'array-select';
      const close = e.tokens.partner(i + 1);
      return { kind, select: lowerSelectWithin(e, node.subselect, i + 1), at: e.span(start, e.tokens.end(close)) };
    }
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK': {
      const test = node.testexpr;
      if (test === undefined) break;
      let open = i;
      while (open < e.tokens.count && !(e.is(open, '(') && QUANTIFIERS.has(e.word(open - 1)))) open++;
      const left = lowerExpr(e, test);
      const select = lowerSelectWithin(e, node.subselect, open);
      const op = textOf(node.operName?.at(-1)) || '=';
      const at = e.span(outerStart(e, left), e.tokens.end(e.tokens.partner(open)));
      return { kind: node.subLinkType === 'ANY_SUBLINK' ? 'any-select' : 'all-select', op, left, select, at };
    }
    default:
      return { kind: 'scalar', select: lowerSelectWithin(e, node.subselect, i), at: e.between(i, e.tokens.partner(i)) };
  }
  return opaque(e, looseExtent(e, node));
}

const QUANTIFIERS = new Set(['any', 'some', 'all', 'in']);

function nullTest(e: Excerpt, node: NullTest): SqlExpr {
  if (node.arg === undefined) return opaque(e, looseExtent(e, node));
  const of = lowerExpr(e, node.arg);
  const negated = node.nulltesttype === 'IS_NOT_NULL';
  const i = e.tokenAt(node.location);
  const last = e.is(i, 'is') ? (negated ? i + 2 : i + 1) : i;
  return { kind: 'is-null', of, negated, at: e.span(outerStart(e, of), e.tokens.end(last)) };
}

function booleanTest(e: Excerpt, node: BooleanTest): SqlExpr {
  if (node.arg === undefined) return opaque(e, looseExtent(e, node));
  const of = lowerExpr(e, node.arg);
  const type = node.booltesttype ?? 'IS_TRUE';
  const negated = type.startsWith('IS_NOT');
  const last = e.tokenAt(node.location) + (negated ? 2 : 1);
  const is = type.endsWith('TRUE') ? 'true' : type.endsWith('FALSE') ? 'false' : 'unknown';
  return { kind: 'is-bool', of, is, negated, at: e.span(outerStart(e, of), e.tokens.end(last)) };
}

function valueFunction(e: Excerpt, node: SQLValueFunction): SqlExpr {
  const i = e.tokenAt(node.location);
  const last = e.is(i + 1, '(') ? e.tokens.partner(i + 1) : i;
  return { kind: 'keyword', name: e.word(i), at: e.between(i, last) };
}

function caseOf(e: Excerpt, node: CaseExpr): SqlExpr {
  const of = node.arg === undefined ? undefined : lowerExpr(e, node.arg);
  const whens: { when: SqlExpr; then: SqlExpr }[] = [];
  for (const arg of node.args ?? []) {
    const { expr, result } = (arg as Tree).CaseWhen ?? {};
    if (expr !== undefined && result !== undefined) whens.push({ when: lowerExpr(e, expr), then: lowerExpr(e, result) });
  }
  const otherwise = node.defresult === undefined ? undefined : lowerExpr(e, node.defresult);
  const lastArm = otherwise ?? whens.at(-1)?.then;
  const start = e.tokenAt(node.location);
  const end = lastArm === undefined ? start : outerLast(e, lastArm) + 1;
  return {
    kind: 'case', whens, at: e.between(start, end),
    ...(of !== undefined && { of }),
    ...(otherwise !== undefined && { otherwise }),
  };
}

/** COALESCE, GREATEST, LEAST. */
function list(e: Excerpt, kind: 'coalesce' | 'greatest' | 'least', node: { args?: Node[]; location?: number }): SqlExpr {
  const i = e.tokenAt(node.location);
  return { kind, of: lowerExprs(e, node.args), at: e.between(i, e.tokens.partner(i + 1)) };
}

function row(e: Excerpt, node: RowExpr): SqlExpr {
  const i = e.tokenAt(node.location);
  const open = e.is(i, '(') ? i : i + 1;
  return { kind: 'row', of: lowerExprs(e, node.args), at: e.between(i, e.tokens.partner(open)) };
}

function array(e: Excerpt, node: A_ArrayExpr): SqlExpr {
  const i = e.tokenAt(node.location);
  const open = e.is(i, '[') ? i : i + 1;
  return { kind: 'array', of: lowerExprs(e, node.elements), at: e.between(i, e.tokens.partner(open)) };
}

function indirection(e: Excerpt, node: A_Indirection): SqlExpr {
  if (node.arg === undefined) return opaque(e, looseExtent(e, node));
  let of = lowerExpr(e, node.arg);
  const start = outerStart(e, of);
  let last = outerLast(e, of);
  for (const step of node.indirection ?? []) {
    const tree: Tree = step;
    if (tree.A_Indices !== undefined) {
      last = e.tokens.partner(last + 1);
      const { lidx, uidx } = tree.A_Indices;
      const index = [lidx, uidx].filter((bound) => bound !== undefined).map((bound) => lowerExpr(e, bound));
      of = { kind: 'subscript', of, index, at: e.span(start, e.tokens.end(last)) };
    } else {
      last += 2;
      of = { kind: 'field', of, name: tree.A_Star === undefined ? textOf(step) : '*', at: e.span(start, e.tokens.end(last)) };
    }
  }
  return of;
}

/** `x IS [NOT] JSON …` */
function jsonTest(e: Excerpt, node: Node): SqlExpr {
  const { expr } = (node as Tree).JsonIsPredicate ?? {};
  if (expr === undefined) return opaque(e, looseExtent(e, node));
  const of = lowerExpr(e, expr);
  let last = outerLast(e, of) + 1;
  while (JSON_WORDS.has(e.word(last + 1))) last++;
  return opaque(e, e.span(outerStart(e, of), e.tokens.end(last)));
}

const JSON_WORDS = new Set(['not', 'json', 'value', 'array', 'object', 'scalar', 'with', 'without', 'unique', 'keys']);

/** XML and SQL/JSON constructs: a word, or two, and a parenthesis. */
function construct(e: Excerpt, node: Node): SqlExpr {
  const tree: Tree = node;
  if (tree.XmlExpr?.op === 'IS_DOCUMENT' && tree.XmlExpr.args?.[0] !== undefined) {
    const of = lowerExpr(e, tree.XmlExpr.args[0]);
    const is = e.tokenAt(tree.XmlExpr.location);
    return opaque(e, e.span(outerStart(e, of), e.tokens.end(e.find(is, is + 3, 'document'))));
  }
  if (tree.CurrentOfExpr !== undefined) {
    const last = e.tokens.count - 1;
    return opaque(e, e.between(e.find(0, last, 'current'), last));
  }
  const location = anyLocation(node);
  if (location < 0) return opaque(e, e.whole());
  const first = e.tokenAt(location);
  const open = e.find(first, Math.min(first + 3, e.tokens.count), '(');
  return opaque(e, e.between(first, trailersEnd(e, Math.max(e.tokens.partner(open), first))));
}

