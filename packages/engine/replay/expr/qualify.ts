import type { QName, SqlExpr, SqlSelect, Table, TypeRef, View } from '@tenantlint/model';
import { findRelation, resolveType, searchPath, type World } from '../world.ts';
import { fail } from '../failure.ts';
import { splitName } from '../quote.ts';
import { inferTable } from '../inferred.ts';
import { typeOf, callColumns } from './infer.ts';
import { Rewriter, type Hooks } from './rewrite.ts';
import { visitStatement } from './walk.ts';
import { EMPTY, scopeOfRelation, starColumns, type Names, type Scope, type ScopeColumn, type ScopeItem } from './scope.ts';

/** The catalog as scopes see it. */
export function namesOf(world: World): Names {
  const names: Names = {
    relation(name) {
      const found = findRelation(world, name);
      if (found === undefined) return undefined;
      if (found.relation.is === 'table') {
        const table = world.catalog.get('table', found.key);
        return table === undefined ? undefined : { key: found.key, columns: tableColumns(table), open: table.inferred };
      }
      const view = found.relation.is === 'view' ? world.catalog.get('view', found.key) : undefined;
      return view === undefined ? undefined : { key: found.key, columns: viewColumns(view), open: false };
    },
    typeOf: (expr, scope) => typeOf(world, names, expr, scope),
    callColumns: (call, alias, scope) => callColumns(world, names, call, alias, scope),
  };
  return names;
}

const tableScopes = new WeakMap<Table['columns'], readonly ScopeColumn[]>();

function tableColumns(table: Table): readonly ScopeColumn[] {
  let columns = tableScopes.get(table.columns);
  if (columns === undefined) {
    columns = [...table.columns.values()].map((column) => ({ name: column.name, type: column.type, source: { table: table.key, column: column.name } }));
    tableScopes.set(table.columns, columns);
  }
  // A renamed table keeps its column map; the columns then have to say the new key.
  if (columns[0]?.source?.table === table.key || columns.length === 0) return columns;
  return columns.map((column) => ({ ...column, source: { table: table.key, column: column.name } }));
}

/** Types of a view's columns: the model keeps their text only. */
export const viewTypes = new WeakMap<View['columns'], readonly (TypeRef | undefined)[]>();

function viewColumns(view: View): readonly ScopeColumn[] {
  const types = viewTypes.get(view.columns);
  return view.columns.map((column, i) => ({ name: column.name, type: types?.[i], source: { table: view.key, column: column.name } }));
}

export function tableItem(table: Table): ScopeItem {
  return { alias: table.name, schema: table.schema, key: table.key, columns: tableColumns(table), open: table.inferred };
}

export function viewItem(view: View): ScopeItem {
  return { alias: view.name, schema: view.schema, key: view.key, columns: viewColumns(view), open: false };
}

export function tableScope(table: Table): Scope {
  return scopeOfRelation(tableItem(table));
}

function hooks(world: World): Hooks {
  return {
    table(from) {
      const name = qualifyRelation(world, from.name);
      return name === from.name ? from : { ...from, name };
    },
    call: (name, args) => qualifyCall(world, name, args),
    type: (type) => resolveType(world, type),
    regclass(text) {
      const parts = splitName(text);
      const name = parts?.[parts.length - 1];
      if (parts === undefined || name === undefined) return text;
      const schema = parts.length > 1 ? { schema: parts[parts.length - 2] as string } : {};
      const found = findRelation(world, { ...schema, name, at: NOWHERE });
      if (found === undefined && !world.infers && !isSystemRelation({ ...schema, name, at: NOWHERE })) fail('undefined_table', `relation "${text}" does not exist`);
      return found?.key ?? text;
    },
  };
}

const NOWHERE = { file: '', start: 0, end: 0 };

/**
 * The expression as the catalog keeps it: each relation, function and type of the catalog under its schema, so
 * that later changes of the search path, renames and new objects of the same name do not change its meaning.
 */
export function qualifyExpr(world: World, expr: SqlExpr, scope: Scope = EMPTY): SqlExpr {
  return new Rewriter(namesOf(world), hooks(world)).expr(expr, scope);
}

/** The same for a query; with `expand`, `*` is written out as Postgres does when it stores a view. */
export function qualifySelect(world: World, select: SqlSelect, expand: boolean): SqlSelect {
  const base = new Rewriter(namesOf(world), hooks(world)).select(select, EMPTY);
  if (!expand || !hasStar(base)) return base;
  return new Rewriter(namesOf(world), {
    star(target, scope) {
      const path = target.expr.kind === 'column' ? target.expr.path : [];
      const columns = starColumns(path, scope);
      if (columns.length === 0) return [target];
      return columns.map((column) => ({ at: target.at, expr: { kind: 'column', at: target.expr.at, path: [...path.slice(0, -1), column.name] } }));
    },
  }).select(base, EMPTY);
}

function hasStar(select: SqlSelect): boolean {
  let found = false;
  visitStatement(select, {
    expr(expr) {
      if (expr.kind === 'column' && expr.path[expr.path.length - 1] === '*') found = true;
    },
  });
  return found;
}

/** The relation's name with its schema. One that never existed is taken for a table made elsewhere. */
function qualifyRelation(world: World, name: QName): QName {
  const found = findRelation(world, name);
  if (found === undefined) {
    if (isSystemRelation(name)) return name;
    if (!world.infers) fail('undefined_table', `relation "${name.name}" does not exist`);
    const table = inferTable(world, name);
    return { ...name, schema: table.schema };
  }
  if (name.schema !== undefined) return name;
  return { ...name, schema: found.key.slice(0, found.key.length - name.name.length - 1) };
}

export function isSystemRelation(name: QName): boolean {
  if (name.schema !== undefined) return name.schema === 'pg_catalog' || name.schema === 'information_schema';
  return name.name.startsWith('pg_');
}

function qualifyCall(world: World, name: QName, args: readonly SqlExpr[]): QName {
  if (name.schema !== undefined) {
    if (!world.infers && name.schema !== 'pg_catalog' && world.catalog.get('schema', name.schema) === undefined) fail('invalid_schema_name', `schema "${name.schema}" does not exist`);
    return name;
  }
  for (const schema of searchPath(world)) {
    for (const key of world.catalog.overloads(schema, name.name)) {
      const routine = world.catalog.get('function', key);
      if (routine !== undefined && takes(routine.args, args.length)) return { ...name, schema };
    }
  }
  return name;
}

function takes(args: readonly { readonly mode: string; readonly default?: SqlExpr }[], given: number): boolean {
  const inputs = args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic');
  if (inputs.some((arg) => arg.mode === 'variadic')) return given >= inputs.length - 1;
  const needed = inputs.filter((arg) => arg.default === undefined).length;
  return given >= needed && given <= inputs.length;
}

