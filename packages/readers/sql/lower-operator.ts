import type { SqlExpr } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import type { A_Expr } from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import { across, looseExtent, outerEnd, outerStart } from './extent.ts';
import type { Node } from './grammar.ts';
import { lowerExpr, lowerExprs, opaque } from './lower-expr.ts';
import { partsName } from './lower-names.ts';
import { itemsOf, textOf, textsOf, type Tree } from './tree.ts';

/** Operators and the predicates that the grammar treats alike: LIKE, BETWEEN, IN, IS DISTINCT FROM, NULLIF. */
export function lowerOperation(e: Excerpt, node: A_Expr): SqlExpr {
  const { lexpr, rexpr } = node;
  const op = textOf(node.name?.at(-1));
  if (rexpr === undefined) return opaque(e, looseExtent(e, node));
  const kind = node.kind ?? 'AEXPR_OP';
  if (lexpr === undefined) {
    const of = lowerExpr(e, rexpr);
    return { kind: 'prefix', op, of, at: e.span(e.offset(node.location), outerEnd(e, of)) };
  }
  const left = lowerExpr(e, lexpr);
  switch (kind) {
    case 'AEXPR_OP': {
      const right = lowerExpr(e, rexpr);
      return { kind: 'operator', op, left, right, at: across(e, left, right) };
    }
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR': {
      const right = pattern(e, node, rexpr);
      return { kind: 'operator', op, left, right, at: across(e, left, right) };
    }
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL': {
      const right = lowerExpr(e, rexpr);
      return { kind: kind === 'AEXPR_OP_ANY' ? 'any-array' : 'all-array', op, left, right, at: across(e, left, right) };
    }
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT': {
      const right = lowerExpr(e, rexpr);
      return { kind: 'distinct', left, right, negated: kind === 'AEXPR_NOT_DISTINCT', at: across(e, left, right) };
    }
    case 'AEXPR_NULLIF': {
      const i = e.tokenAt(node.location);
      return { kind: 'nullif', left, right: lowerExpr(e, rexpr), at: e.between(i, e.tokens.partner(i + 1)) };
    }
    case 'AEXPR_IN': {
      const list = lowerExprs(e, itemsOf(rexpr));
      const in_ = e.find(e.tokenAt(node.location), e.tokens.count, 'in');
      return { kind: 'in', left, list, negated: op === '<>', at: e.span(outerStart(e, left), e.tokens.end(e.tokens.partner(in_ + 1))) };
    }
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return between(e, kind, left, itemsOf(rexpr));
    default:
      return never(kind);
  }
}

/** A pattern with ESCAPE is a call that stands, says the tree, at the operator: its arguments tell its place. */
function pattern(e: Excerpt, node: A_Expr, rexpr: Node): SqlExpr {
  const { FuncCall: escape } = rexpr as Tree;
  if (escape === undefined || escape.location !== node.location) return lowerExpr(e, rexpr);
  const args = lowerExprs(e, escape.args);
  const [first] = args;
  const last = args.at(-1);
  if (first === undefined || last === undefined) return opaque(e, looseExtent(e, rexpr));
  const at = across(e, first, last);
  return { kind: 'call', name: partsName(textsOf(escape.funcname), at), args, at };
}

/** `a BETWEEN b AND c` is `a >= b AND a <= c`; SYMMETRIC tries both orders. */
function between(e: Excerpt, kind: string, left: SqlExpr, bounds: readonly Node[]): SqlExpr {
  const [low, high] = lowerExprs(e, bounds);
  if (low === undefined || high === undefined) return opaque(e, left.at);
  const at = across(e, left, high);
  const range = (from: SqlExpr, to: SqlExpr): SqlExpr => ({
    kind: 'and', at,
    of: [
      { kind: 'operator', op: '>=', left, right: from, at },
      { kind: 'operator', op: '<=', left, right: to, at },
    ],
  });
  const straight = range(low, high);
  const of: SqlExpr = kind.endsWith('_SYM') ? { kind: 'or', of: [straight, range(high, low)], at } : straight;
  return kind.includes('NOT') ? { kind: 'not', of, at } : of;
}
