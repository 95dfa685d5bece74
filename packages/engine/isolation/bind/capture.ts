import type { SqlExpr } from '@tenantlint/model';
import type { Bind } from './bind.ts';
import type { Bound, Scope } from './scope.ts';
import { policySource, resolve } from './scope.ts';

/**
 * A comparison between two columns of one inner row, one of them written without its table while the policy's own row
 * has a column of that name: it was meant to be the outer one, and the inner one took it.
 */
export function noteCapture(b: Bind, left: SqlExpr, right: SqlExpr, scope: Scope): void {
  const l = columnIn(left);
  const r = columnIn(right);
  if (l === undefined || r === undefined) return;
  const one = resolve(l.path, scope, l.at);
  const other = resolve(r.path, scope, r.at);
  if (one?.source?.kind !== 'row' || other?.source?.kind !== 'row' || one.source.row.id !== other.source.row.id || one.source.row.id === 0) return;
  // The one on the right is how people write it; either may be the captured one.
  if (!note(b, r, other, l, scope)) note(b, l, one, r, scope);
}

type ColumnExpr = Extract<SqlExpr, { kind: 'column' }>;

function note(b: Bind, captured: ColumnExpr, bound: Bound, partner: ColumnExpr, scope: Scope): boolean {
  const name = captured.path[0];
  if (captured.path.length !== 1 || name === undefined || bound.scope.policy || bound.source?.kind !== 'row') return false;
  const outer = policySource(name, scope);
  if (outer === undefined) return false;
  const other = partner.path[partner.path.length - 1] ?? '';
  if (other !== name && !pointsTo(b, bound.source.row.table, other, outer.row.table)) return false;
  const inner = bound.source;
  if (!b.captures.some((known) => known.at.start === captured.at.start && known.at.file === captured.at.file)) {
    b.captures.push({ at: captured.at, column: name, outer: outer.row.table ?? outer.name, inner: inner.row.table ?? inner.name });
  }
  return true;
}

/** Two different columns of one row are compared on purpose, unless the partner is the key to the policy's table. */
function pointsTo(b: Bind, table: string | undefined, column: string, target: string | undefined): boolean {
  const constraints = table === undefined ? undefined : b.world.schema.tables.get(table)?.constraints.values();
  for (const one of constraints ?? []) if (one.kind === 'foreign key' && one.columns.includes(column) && one.references === target) return true;
  return false;
}

function columnIn(expr: SqlExpr): ColumnExpr | undefined {
  if (expr.kind === 'cast') return columnIn(expr.of);
  return expr.kind === 'column' ? expr : undefined;
}
