import type { QName, SqlFrom, SqlStatement, View } from '@tenantlint/model';
import { TRUE } from '../logic/formula.ts';
import { columnNames, type Bind } from './bind.ts';
import type { Cte, Scope } from './scope.ts';
import { NO_CTES, NO_NAMES } from './scope.ts';
import type { FromRow } from './select.ts';
import { bindSelect, derived, openRow } from './select.ts';

/** A relation named in FROM: a CTE, a table, or a view (read as the sub-select that it is). */
export function tableAlternatives(b: Bind, item: Extract<SqlFrom, { kind: 'table' }>, scope: Scope): readonly FromRow[] {
  const alias = item.alias ?? item.name.name;
  const cte = item.name.schema === undefined ? cteOf(item.name.name, scope) : undefined;
  if (cte !== undefined) return cteRows(b, cte, alias, item.columns, scope);
  const key = relationKey(b, item.name, scope);
  const table = key === undefined ? undefined : b.world.schema.tables.get(key);
  const view = key === undefined ? undefined : b.world.schema.views.get(key);
  if (view !== undefined && table === undefined) return viewRows(b, view, alias, item.columns, scope);
  const row = b.row(table?.key ?? key, alias, item.at, scope.routine.definer);
  const columns = table === undefined || (table.inferred && table.columns.size === 0) ? undefined : columnNames(b.world, table);
  const renamed = item.columns === undefined || table === undefined ? undefined : new Map(item.columns.map((name, index) => [name, [...table.columns.keys()][index] ?? name]));
  return [{ rows: [row], where: TRUE, sources: [{ kind: 'row', alias, name: item.name.name, schema: table?.schema ?? item.name.schema, row, columns, renamed }] }];
}

/** Where the search path finds the relation; the name as public's where it is nowhere. */
export function relationKey(b: Bind, name: QName, scope: Scope): string | undefined {
  const { tables, views } = b.world.schema;
  if (name.schema !== undefined) return `${name.schema}.${name.name}`;
  for (const schema of [...scope.routine.searchPath, 'public']) {
    const key = `${schema}.${name.name}`;
    if (tables.has(key) || views.has(key)) return key;
  }
  return undefined;
}

function cteOf(name: string, scope: Scope): Cte | undefined {
  for (let here: Scope | undefined = scope; here !== undefined; here = here.outer) {
    const found = here.ctes.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function cteRows(b: Bind, cte: Cte, alias: string, columns: readonly string[] | undefined, scope: Scope): readonly FromRow[] {
  if (cte.statement.kind !== 'select') return [openRow(alias)];
  // A recursive term names the CTE itself: its rows are not known, the first term's are.
  const busy = [...scope.routine.stack].includes(`with ${cte.name}`);
  if (busy) return [openRow(alias)];
  const inner: Scope = cte.recursive ? { ...cte.scope, ctes: new Map([...cte.scope.ctes, [cte.name, cte]]), routine: { ...cte.scope.routine, stack: [...cte.scope.routine.stack, `with ${cte.name}`] } } : cte.scope;
  return derived(bindSelect(b, cte.statement, inner), alias, columns ?? cte.columns);
}

/** A view reads with its owner's rights unless it is a security invoker; a materialized one holds what its owner saw. */
function viewRows(b: Bind, view: View, alias: string, columns: readonly string[] | undefined, scope: Scope): readonly FromRow[] {
  const invoker = !view.materialized && /^(true|on|1|yes|)$/i.test(view.options['security_invoker'] ?? 'false');
  const name = `view ${view.key}`;
  if (scope.routine.stack.includes(name) || scope.routine.stack.length > MOST_NESTED) return [openRow(alias)];
  const inner: Scope = {
    sources: [], ctes: NO_CTES, names: NO_NAMES, label: undefined, params: [], outer: undefined, policy: false,
    routine: { definer: scope.routine.definer || !invoker, owner: view.owner, searchPath: b.world.schema.searchPath, stack: [...scope.routine.stack, name] },
  };
  const names = columns ?? view.columns.map((column) => column.name);
  return derived(bindSelect(b, view.select, inner), alias, names.length > 0 ? names : undefined);
}
export const MOST_NESTED = 10;

export function isSelect(statement: SqlStatement): statement is Extract<SqlStatement, { kind: 'select' }> {
  return statement.kind === 'select';
}
