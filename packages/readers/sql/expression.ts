import type { SqlExpr, Unread } from '@tenantlint/model';
import { Excerpt } from './excerpt.ts';
import { allOf } from './lower-dml.ts';
import { lowerExpr } from './lower-expr.ts';
import { lowerSelect } from './lower-select.ts';
import { parse } from './patterns.ts';
import { lowered, tokenAt } from './statement.ts';
import type { Tree } from './tree.ts';

/** What turns an expression into a statement. */
export const PREFIX = 'SELECT ';

/**
 * An expression that stands at `base`. With `query` it may go on as a query does (`count(*) FROM t WHERE …`),
 * as expressions in PL/pgSQL may.
 */
export function lowerValue(file: string, text: string, base: number, query: boolean): { expr: SqlExpr } | { unread: Unread } {
  const e = new Excerpt(file, PREFIX + text, base - PREFIX.length);
  const at = { file, start: base, end: base + text.length };
  const parsed = parse(e);
  if (!parsed.ok) return { unread: { at: tokenAt(e, parsed.offset), reason: parsed.message } };
  const { SelectStmt: select } = parsed.stmt as Tree;
  const { targetList = [], ...rest } = select ?? {};
  const value = (targetList[0] as Tree | undefined)?.ResTarget;
  const alone = targetList.length === 1 && value?.name === undefined && Object.keys(rest).every((key) => key === 'limitOption' || key === 'op');
  if (select === undefined || value?.val === undefined || (!alone && (!query || targetList.length > 1))) {
    return { unread: { at, reason: 'not a single expression' } };
  }
  const { val } = value;
  const read = lowered(() => {
    if (alone) return lowerExpr(e, val);
    const scalar: SqlExpr = { kind: 'scalar', select: lowerSelect(e, select, { first: 1, last: allOf(e).last }), at };
    return scalar;
  });
  return read.ok ? { expr: read.value } : { unread: { at, reason: read.reason } };
}
