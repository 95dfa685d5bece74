import type { Span, SqlExpr } from '@tenantlint/model';
import { anyLocation } from './tree.ts';
import type { Excerpt } from './excerpt.ts';

/**
 * How many parentheses stand around an expression and nothing else. They belong to no node, so a node's own
 * place leaves them out and its parent's takes them in. Only asked by parents that have a token of their own
 * beside the expression: in `f(a)` the parenthesis is the call's.
 */
export function grouping(e: Excerpt, at: Span): { readonly first: number; readonly last: number } {
  const tokens = e.tokens;
  let first = tokens.at(at.start - e.base);
  let last = tokens.at(at.end - e.base - 1);
  while (first > 0 && e.is(first - 1, '(') && tokens.partner(first - 1) === last + 1) {
    first--;
    last++;
  }
  return { first, last };
}

/** Where an operand starts, the parentheses around it included. */
export function outerStart(e: Excerpt, of: SqlExpr): number {
  return parenthesised(e, of.at) ? e.tokens.start(grouping(e, of.at).first) : of.at.start - e.base;
}

export function outerEnd(e: Excerpt, of: SqlExpr): number {
  return parenthesised(e, of.at) ? e.tokens.end(grouping(e, of.at).last) : of.at.end - e.base;
}

/** Index of the last token of an operand, the parentheses around it included. */
export function outerLast(e: Excerpt, of: SqlExpr): number {
  return grouping(e, of.at).last;
}

/** From the first character of one operand to the last of another. */
export function across(e: Excerpt, left: SqlExpr, right: SqlExpr): Span {
  return e.span(outerStart(e, left), outerEnd(e, right));
}

/** Whether a closing parenthesis, or a comment that could hide one, follows. Saves most expressions the search. */
function parenthesised(e: Excerpt, at: Span): boolean {
  for (let i = at.end - e.base; i < e.text.length; i++) {
    switch (e.text.charCodeAt(i)) {
      case 32:
      case 9:
      case 10:
      case 12:
      case 13:
        continue;
      case 41: // )
      case 45: // -
      case 47: // /
        return true;
      default:
        return false;
    }
  }
  return false;
}

/** The extent of a node of which no more is known than where some of it stands: up to the end of its list element. */
export function looseExtent(e: Excerpt, node: unknown): Span {
  const location = anyLocation(node);
  if (location < 0) return e.whole();
  const first = e.tokenAt(location);
  return e.between(first, e.elementEnd(first));
}
