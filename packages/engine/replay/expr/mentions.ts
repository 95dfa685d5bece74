import type { SqlExpr, SqlSelect, View } from '@tenantlint/model';
import type { World } from '../world.ts';
import { namesOf } from './qualify.ts';
import { Rewriter } from './rewrite.ts';
import { bind, EMPTY, starColumns, type Scope, type ScopeColumn } from './scope.ts';
import { visitExpr, visitStatement, type Visitor } from './walk.ts';

/** Whether the expression names this column of this table, with names bound as SQL binds them. */
export function mentionsColumn(world: World, expr: SqlExpr, scope: Scope, table: string, column: string): boolean {
  if (!couldName(expr, column)) return false;
  const search = searcher(world, table, column);
  search.rewriter.expr(expr, scope);
  return search.found();
}

export function viewMentionsColumn(world: World, view: View, table: string, column: string): boolean {
  if (!couldName(view.select, column)) return false;
  const search = searcher(world, table, column);
  search.rewriter.select(view.select, EMPTY);
  if (search.found()) return true;
  let merged = false;
  visitStatement(view.select, {
    from(from) {
      if (from.kind === 'join' && from.using?.includes(column) === true) merged = true;
    },
  });
  return merged;
}

const columnNames = new WeakMap<SqlExpr | SqlSelect, ReadonlySet<string>>();

/** Whether the name stands in the definition at all; most do not, and finding out where a name binds is dear. */
function couldName(definition: SqlExpr | SqlSelect, column: string): boolean {
  let names = columnNames.get(definition);
  if (names === undefined) {
    const found = new Set<string>();
    const visitor: Visitor = {
      expr(expr) {
        if (expr.kind === 'column') found.add(expr.path[expr.path.length - 1] ?? '');
      },
      from(from) {
        if (from.kind !== 'join') return;
        for (const name of from.using ?? []) found.add(name);
        if (from.natural === true) found.add('*');
      },
    };
    if (definition.kind === 'select') visitStatement(definition, visitor);
    else visitExpr(definition, visitor);
    names = found;
    columnNames.set(definition, names);
  }
  return names.has(column) || names.has('*');
}

function searcher(world: World, table: string, column: string): { readonly rewriter: Rewriter; found(): boolean } {
  let hit = false;
  const test = (candidate: ScopeColumn): void => {
    if (candidate.source?.table === table && candidate.source.column === column) hit = true;
  };
  const rewriter = new Rewriter(namesOf(world), {
    column(expr, scope) {
      const bound = bind(expr.path, scope);
      if (bound?.is === 'column') test(bound.column);
      return expr;
    },
    star(target, scope) {
      if (target.expr.kind === 'column') for (const candidate of starColumns(target.expr.path, scope)) test(candidate);
      return [target];
    },
  });
  return { rewriter, found: () => hit };
}
