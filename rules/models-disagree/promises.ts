import { tableName, type Constraint, type Index, type Span, type Table } from '@tenantlint/model';

/** What the model says of rows and the database does not keep. */
export interface Promised {
  readonly at: Span;
  readonly columns: readonly string[];
  readonly kind: string;
}

export function unguarded(table: Table, model: Table): Promised[] {
  const constraints = [...model.constraints.values()].flatMap((c): Promised[] => {
    if ((c.kind !== 'unique' && c.kind !== 'foreign key') || !knows(table, c.columns) || keeps(table, c)) return [];
    return [{ at: c.at, columns: c.columns, kind: c.kind === 'foreign key' ? `a key to \`${tableName(c.references)}\`` : 'unique' }];
  });
  const indexes = missing(table, model).filter(({ index }) => index.unique && ![...model.constraints.values()].some((c) => c.kind === 'unique' && c.index === index.name));
  return [...constraints, ...indexes.map(({ index, columns }) => ({ at: index.at, columns, kind: 'unique' }))];
}

/** Indexes that no migration makes. */
export const unindexed = (table: Table, model: Table): Omit<Promised, 'kind'>[] => missing(table, model).filter(({ index }) => !index.unique).map(({ index, columns }) => ({ at: index.at, columns }));

function missing(table: Table, model: Table): { readonly index: Index; readonly columns: readonly string[] }[] {
  return [...model.indexes.values()].flatMap((index) => {
    const columns = index.keys.flatMap((k) => k.column ?? []);
    if (index.primary || columns.length !== index.keys.length || !knows(table, columns)) return [];
    const twins = [...table.indexes.values()].filter((i) => columns.every((c, k) => i.keys[k]?.column === c));
    const there = index.unique ? twins.some((i) => i.unique && i.keys.length === columns.length) : twins.length > 0;
    return there ? [] : [{ index, columns }];
  });
}

const knows = (table: Table, columns: readonly string[]): boolean => columns.every((c) => table.columns.has(c));

function keeps(table: Table, wanted: Constraint): boolean {
  const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((name) => b.includes(name));
  if (wanted.kind === 'foreign key') return [...table.constraints.values()].some((c) => c.kind === 'foreign key' && c.references === wanted.references && same(c.columns, wanted.columns));
  return wanted.kind !== 'unique' || [...table.indexes.values()].some((i) => i.unique && same(i.keys.map((k) => k.column ?? ''), wanted.columns));
}
