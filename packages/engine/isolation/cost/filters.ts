import type { FilteredColumn, Formula, Term } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { columnsOf } from '../prove/terms.ts';

/**
 * Columns that a condition filters by. A filter is of use to an index when the column stands bare and what it is
 * compared with does not depend on the same row.
 */
export function filtersOf(formula: Formula, table: string, typeOf: (table: string, column: string) => string | undefined): readonly FilteredColumn[] {
  const out = new Map<string, FilteredColumn>();
  const rows = new Map<number, { readonly table: string; readonly definer: boolean }>([[0, { table, definer: false }]]);
  const stack: Formula[] = [formula];
  const note = (term: Term, other: Term, fromOutside: boolean): void => {
    columnsOf(term, (row, column) => {
      const from = rows.get(row);
      if (from === undefined || column === '*' || dependsOn(other, row)) return;
      // A correlated sub-select runs for each row of the policy's table: what ties it there finds no rows of that table.
      if (row === 0 && !fromOutside && hasColumns(other)) return;
      const bare = term.kind === 'column' && !loses(term.cast, typeOf(from.table, column));
      const key = `${row}.${column}`;
      const known = out.get(key);
      if (known === undefined || (bare && !known.sargable)) out.set(key, { table: from.table, column, sargable: bare, at: term.at, inner: row !== 0, definer: from.definer, scope: row });
    });
  };
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    switch (next.kind) {
      case 'and': case 'or': for (let i = next.of.length - 1; i >= 0; i--) stack.push(...next.of.slice(i, i + 1)); break;
      case 'not': stack.push(next.of); break;
      case 'exists':
        for (const row of next.rows) if (row.table !== undefined) rows.set(row.id, { table: row.table, definer: row.definer === true });
        stack.push(next.where);
        break;
      case 'compare':
        // A range (`expires_at > now()`) leaves most rows where it is used in policies: nobody looks rows up by it.
        if (next.op === '=') {
          if (next.output !== 'left' && next.output !== 'both') note(next.left, next.right, next.output === 'right');
          if (next.output !== 'right' && next.output !== 'both') note(next.right, next.left, next.output === 'left');
        }
        break;
      case 'null': case 'true': case 'false': case 'opaque': break;
      default: return never(next);
    }
  }
  return [...out.values()].sort((a, b) => Number(a.inner) - Number(b.inner) || (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.start - b.at.start));
}

function hasColumns(term: Term): boolean {
  let found = false;
  columnsOf(term, () => {
    found = true;
  });
  return found;
}

function dependsOn(term: Term, row: number): boolean {
  let found = false;
  columnsOf(term, (other) => {
    if (other === row) found = true;
  });
  return found;
}

/** A conversion to another family of types computes a new value for each row; between text types nothing is computed. */
function loses(cast: string | undefined, type: string | undefined): boolean {
  if (cast === undefined || type === undefined) return false;
  return family(cast) !== family(type);
}

function family(type: string): string {
  const base = type.replace(/\(.*\)/, '');
  if (/^(text|character varying|varchar|name|bpchar|character)$/.test(base)) return 'text';
  return base;
}
