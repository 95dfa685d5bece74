import type { SqlStatement } from '@tenantlint/model';
import { changeData } from './data.ts';
import type { Context, Relation } from './context.ts';
import { select } from './query.ts';

/** A query or a change of data inside code; its rows, as far as they are known. */
export function runStatement(statement: SqlStatement, context: Context): Relation {
  if (statement.kind === 'select') return select(statement, context);
  changeData(statement, context);
  const returning = 'returning' in statement ? statement.returning.map((target) => target.alias ?? '') : [];
  return { columns: returning, rows: [], open: true };
}
