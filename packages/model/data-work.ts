import type { Table } from './schema.ts';
import type { SqlExpr, SqlStatement } from './sql.ts';

/** Every column of some unique key is compared with values: as many rows as are written down. */
export function picksRows(where: SqlExpr | undefined, table: Table): boolean {
  if (where === undefined) return false;
  const given = new Set<string>();
  for (const test of where.kind === 'and' ? where.of : [where]) {
    if (test.kind === 'operator' && test.op === '=' && test.left.kind === 'column' && test.right.kind !== 'column') given.add(test.left.path.at(-1) ?? '');
    if (test.kind === 'in' && !test.negated && test.left.kind === 'column') given.add(test.left.path.at(-1) ?? '');
  }
  for (const index of table.indexes.values()) if (index.unique && index.where === undefined && index.keys.every((key) => key.column !== undefined && given.has(key.column))) return true;
  return false;
}

/** The rows that a statement changes are those that it writes down, whatever the table holds. */
export function isShort(statement: SqlStatement, table: Table | undefined): boolean {
  if (statement.kind === 'insert') return statement.source === undefined || statement.source.values !== undefined || (statement.source.from.length === 0 && statement.source.set === undefined);
  return (statement.kind === 'update' || statement.kind === 'delete') && table !== undefined && picksRows(statement.where, table);
}
