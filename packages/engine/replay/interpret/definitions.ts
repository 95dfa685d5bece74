import type { Constraint, Index, Table } from '@tenantlint/model';
import { printExpr } from '../expr/print.ts';
import { tableScope } from '../expr/qualify.ts';
import { quoteIdent } from '../quote.ts';
import { searchPath, type World } from '../world.ts';
import { visibleName } from './values.ts';

/** `pg_get_indexdef`: always with the table's schema. */
export function indexDefinition(world: World, table: Table, index: Index): string {
  const scope = tableScope(table);
  const keys = index.keys.map((key) => {
    const bare = key.expr === undefined ? '' : printExpr(world, key.expr, scope);
    // A function call stands alone, any other expression in parentheses.
    const of = key.column !== undefined ? quoteIdent(key.column) : key.expr?.kind === 'call' || /^\(.*\)$/s.test(bare) ? bare : `(${bare})`;
    const nulls = key.nullsFirst === undefined || key.nullsFirst === key.descending ? '' : key.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
    return `${of}${key.opclass === undefined ? '' : ` ${key.opclass}`}${key.descending ? ' DESC' : ''}${nulls}`;
  });
  const include = index.include.length === 0 ? '' : ` INCLUDE (${index.include.map(quoteIdent).join(', ')})`;
  const where = index.where === undefined ? '' : ` WHERE ${printExpr(world, index.where, scope)}`;
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdent(index.name)} ON ${quoteIdent(table.schema)}.${quoteIdent(table.name)} USING ${index.method} (${keys.join(', ')})${include}${where}`;
}

/** `pg_get_constraintdef`. */
export function constraintDefinition(world: World, table: Table, constraint: Constraint): string | undefined {
  const list = (columns: readonly string[]): string => columns.map(quoteIdent).join(', ');
  const valid = constraint.validated ? '' : ' NOT VALID';
  switch (constraint.kind) {
    case 'primary key':
      return `PRIMARY KEY (${list(constraint.columns)})`;
    case 'unique':
      return `UNIQUE (${list(constraint.columns)})`;
    case 'check':
      return `CHECK (${printExpr(world, constraint.expr, tableScope(table))})${valid}`;
    case 'foreign key': {
      const target = world.catalog.get('table', constraint.references);
      if (target === undefined) return undefined;
      const action = (name: string, value: string): string => (value === 'no action' ? '' : ` ON ${name} ${value.toUpperCase()}`);
      return `FOREIGN KEY (${list(constraint.columns)}) REFERENCES ${visibleName(target.schema, target.name, searchPath(world))}(${list(constraint.referenced)})${action('UPDATE', constraint.onUpdate)}${action('DELETE', constraint.onDelete)}${valid}`;
    }
    case 'exclude':
      return undefined;
  }
}
