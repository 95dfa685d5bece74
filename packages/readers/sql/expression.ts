import type { SqlExpr, Unread } from '@tenantlint/model';
import { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import { allOf } from './lower-dml.ts';
import { lowerExpr } from './lower-expr.ts';
import { lowerSelect } from './lower-select.ts';
import { recall } from './patterns.ts';
import type { Tree } from './tree.ts';

/** What turns an expression into a statement. */
export const PREFIX = 'SELECT ';

/**
 * An expression that stands at `base`. With `query` it may go on as a query does (`count(*) FROM t WHERE …`),
 * as expressions in PL/pgSQL may.
 */
export function lowerValue(file: string, text: string, base: number, query: boolean): { expr: SqlExpr } | { unread: Unread } {
  const at = { file, start: base, end: base + text.length };
  const read = recall('value', new Excerpt(file, PREFIX + text, base - PREFIX.length), valueOf);
  if (!read.ok) return { unread: { at: read.at.start < base ? at : read.at, reason: read.reason } };
  const { expr, select } = read.value;
  if (expr !== undefined) return { expr };
  return select !== undefined && query ? { expr: { kind: 'scalar', select, at } } : { unread: { at, reason: 'not a single expression' } };
}

/** The only thing that is selected, by itself or as a query that goes on. */
function valueOf(e: Excerpt, statement: Node): { readonly expr?: SqlExpr; readonly select?: ReturnType<typeof lowerSelect> } {
  const { SelectStmt: select } = statement as Tree;
  const { targetList = [], ...rest } = select ?? {};
  const value = (targetList[0] as Tree | undefined)?.ResTarget;
  if (select === undefined || value?.val === undefined || targetList.length > 1) return {};
  const alone = value.name === undefined && Object.keys(rest).every((key) => key === 'limitOption' || key === 'op');
  return alone ? { expr: lowerExpr(e, value.val) } : { select: lowerSelect(e, select, { first: 1, last: allOf(e).last }) };
}
