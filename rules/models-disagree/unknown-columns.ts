import { walkExpr, type Column, type SqlExpr, type Table } from '@tenantlint/model';

/** A column that the model does not know, and what comes of it. */
export interface UnknownColumn {
  readonly column: Column;
  readonly message: 'unmodelled' | 'policed' | 'leftover';
}

export function unknownColumns(table: Table, model: Table): UnknownColumn[] {
  return [...table.columns.values()].flatMap((column): UnknownColumn[] => {
    if (model.columns.has(column.name) || column.generated || column.identity) return [];
    if (column.notNull && !column.default) return [{ column, message: 'unmodelled' }];
    return [{ column, message: isPoliced(table, column.name) ? 'policed' : 'leftover' }];
  });
}

/** Whether a policy of the table asks for the column, by its bare name or by the table's. */
function isPoliced(table: Table, name: string): boolean {
  const exprs = [...table.policies.values()].flatMap((p): SqlExpr[] => [p.using, p.check].filter((e) => e !== undefined));
  let found = false;
  for (const expr of exprs) walkExpr(expr, { expr: (part) => { found ||= part.kind === 'column' && part.path.at(-1) === name && (part.path.length === 1 || part.path.at(-2) === table.name); } });
  return found;
}

/** Indexes that migrations make, and that the model does not declare. */
export function unknownIndexes(table: Table, model: Table) {
  return [...table.indexes.values()].flatMap((index) => {
    const columns = index.keys.flatMap((k) => k.column ?? []);
    // Expressions, conditions and other methods are for SQL to say.
    if (index.primary || index.unique || index.where !== undefined || index.method !== 'btree' || columns.length !== index.keys.length || !columns.every((c) => model.columns.has(c))) return [];
    const twin = [...model.indexes.values()].some((i) => columns.every((c, k) => i.keys[k]?.column === c));
    return twin ? [] : [{ index, columns }];
  });
}
