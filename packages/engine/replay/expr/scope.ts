import type { QName, SqlExpr, SqlFrom, SqlSelect, TypeRef } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { common } from './common-type.ts';
import { outputName } from './output-name.ts';

/** A column that a query can name. `source` is the table column behind it, where it is one. */
export interface ScopeColumn {
  readonly name: string;
  readonly type: TypeRef | undefined;
  readonly source?: { readonly table: string; readonly column: string };
}

/** One FROM item. Columns of an `open` item are not all known. */
export interface ScopeItem {
  readonly alias: string;
  readonly schema?: string;
  readonly key?: string;
  readonly columns: readonly ScopeColumn[];
  readonly open: boolean;
  /** The FROM item gives its columns names of its own: `t (a, b)`. */
  readonly aliased?: boolean;
}

export interface Scope {
  readonly items: readonly ScopeItem[];
  readonly ctes: ReadonlyMap<string, readonly ScopeColumn[]>;
  readonly outer: Scope | undefined;
}

/** What a scope asks of the catalog. Names of stored definitions are qualified; others follow the search path. */
export interface Names {
  relation(name: QName): { readonly key: string; readonly columns: readonly ScopeColumn[]; readonly open: boolean } | undefined;
  /** Result type of an expression; undefined where it cannot be told. */
  typeOf(expr: SqlExpr, scope: Scope): TypeRef | undefined;
  /** Columns of a set-returning call in FROM; undefined where they cannot be told. */
  callColumns(call: SqlExpr, alias: string | undefined, scope: Scope): readonly ScopeColumn[] | undefined;
}

const NO_CTES: ReadonlyMap<string, readonly ScopeColumn[]> = new Map();

export const EMPTY: Scope = { items: [], ctes: NO_CTES, outer: undefined };

/** The scope in which a policy, check or index expression of one relation stands. */
export function scopeOfRelation(item: ScopeItem): Scope {
  return { items: [item], ctes: NO_CTES, outer: undefined };
}

function withCte(scope: Scope, name: string, columns: readonly ScopeColumn[]): Scope {
  return { ...scope, ctes: new Map(scope.ctes).set(name, columns) };
}

/** CTE columns of that name, seen from the scope; only unqualified names can be CTEs. */
export function findCte(scope: Scope, name: string): readonly ScopeColumn[] | undefined {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    const columns = level.ctes.get(name);
    if (columns !== undefined) return columns;
  }
  return undefined;
}

export type Bound =
  | { readonly is: 'column'; readonly item: ScopeItem; readonly column: ScopeColumn; readonly level: number }
  /** The item itself: a whole-row reference. */
  | { readonly is: 'row'; readonly item: ScopeItem; readonly level: number };

/** Binds a column reference by Postgres' rules: the innermost level that knows the name wins. */
export function bind(path: readonly string[], scope: Scope): Bound | undefined {
  const name = path[path.length - 1] ?? '';
  let depth = 0;
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer, depth++) {
    for (const item of level.items) {
      if (path.length === 2 && item.alias !== path[0]) continue;
      if (path.length === 3 && (item.alias !== path[1] || item.schema !== path[0])) continue;
      if (path.length > 3) continue;
      if (name === '*' && path.length > 1) return { is: 'row', item, level: depth };
      const column = item.columns.find((candidate) => candidate.name === name);
      if (column !== undefined) return { is: 'column', item, column, level: depth };
      if (path.length > 1) return undefined;
    }
    if (path.length !== 1) continue;
    const row = level.items.find((item) => item.alias === name);
    if (row !== undefined) return { is: 'row', item: row, level: depth };
    if (level.items.some((item) => item.open)) return undefined;
  }
  return undefined;
}

/** The scope of a select's own expressions. */
export function scopeOfSelect(select: SqlSelect, outer: Scope, names: Names): Scope {
  const ctes = withCtes(select, outer, names);
  let inner: Scope = { items: [], ctes: ctes.ctes, outer };
  for (const from of select.from) inner = { ...inner, items: [...inner.items, ...itemsOf(from, inner, names)] };
  return inner;
}

/** `outer` extended by the CTEs of the select, as its FROM clause sees them. */
export function withCtes(select: SqlSelect, outer: Scope, names: Names): Scope {
  let scope: Scope = { items: [], ctes: NO_CTES, outer };
  for (const cte of select.with) {
    if (cte.statement.kind !== 'select') {
      scope = withCte(scope, cte.name, returningColumns(cte.statement));
      continue;
    }
    let seen = scope;
    if (select.recursive === true) {
      const start = cte.statement.set?.left ?? cte.statement;
      // The recursive term sees what the non-recursive term gives.
      seen = withCte(scope, cte.name, renamed(outputColumns(start, scope, names), cte.columns));
    }
    scope = withCte(scope, cte.name, renamed(outputColumns(cte.statement, seen, names), cte.columns));
  }
  return scope;
}

function returningColumns(statement: { readonly kind: string; readonly returning?: readonly { readonly expr: SqlExpr; readonly alias?: string }[] }): readonly ScopeColumn[] {
  return (statement.returning ?? []).map((target) => ({ name: target.alias ?? outputName(target.expr), type: undefined }));
}

/** Columns that a select gives, with `*` written out. */
export function outputColumns(select: SqlSelect, outer: Scope, names: Names): readonly ScopeColumn[] {
  if (select.set !== undefined) {
    const scope = withCtes(select, outer, names);
    const left = outputColumns(select.set.left, scope, names);
    const right = outputColumns(select.set.right, scope, names);
    return left.map((column, i) => ({ name: column.name, type: common([column.type, right[i]?.type]) }));
  }
  if (select.values !== undefined) {
    const scope = withCtes(select, outer, names);
    return (select.values[0] ?? []).map((expr, i) => ({ name: `column${i + 1}`, type: names.typeOf(expr, scope) }));
  }
  const scope = scopeOfSelect(select, outer, names);
  return select.targets.flatMap((target) => targetColumns(target.expr, target.alias, scope, names));
}

function targetColumns(expr: SqlExpr, alias: string | undefined, scope: Scope, names: Names): readonly ScopeColumn[] {
  if (expr.kind === 'column' && expr.path[expr.path.length - 1] === '*') return starColumns(expr.path, scope);
  const name = alias ?? outputName(expr);
  if (expr.kind === 'column') {
    const bound = bind(expr.path, scope);
    if (bound?.is === 'column') return [{ ...bound.column, name }];
  }
  return [{ name, type: names.typeOf(expr, scope) }];
}

/** The columns behind `*` or `t.*`. Join columns merged by USING come once and first, which `itemsOf` arranges. */
export function starColumns(path: readonly string[], scope: Scope): readonly ScopeColumn[] {
  if (path.length === 1) return scope.items.filter((item) => !hidden(item)).flatMap((item) => item.columns);
  const bound = bind(path, scope);
  return bound?.item.columns ?? [];
}

/** Items under this alias only serve qualified names: `*` takes their columns from the join's own item. */
const JOINED = Symbol('joined');

interface JoinedItem extends ScopeItem {
  readonly [JOINED]?: true;
}

function hidden(item: JoinedItem): boolean {
  return item[JOINED] === true;
}

function itemsOf(from: SqlFrom, scope: Scope, names: Names): readonly ScopeItem[] {
  switch (from.kind) {
    case 'table': {
      const alias = from.alias ?? from.name.name;
      const cte = from.name.schema === undefined ? findCte(scope, from.name.name) : undefined;
      if (cte !== undefined) return [{ alias, columns: renamed(cte, from.columns), open: false }];
      const found = names.relation(from.name);
      if (found === undefined) return [{ alias, columns: [], open: true }];
      const schema = from.alias === undefined && from.name.schema !== undefined ? { schema: from.name.schema } : {};
      return [{ alias, ...schema, key: found.key, columns: renamed(found.columns, from.columns), open: found.open, aliased: from.columns !== undefined }];
    }
    case 'subselect':
      return [{ alias: from.alias ?? '', columns: renamed(outputColumns(from.select, from.lateral === true ? scope : { ...scope, items: [] }, names), from.columns), open: false }];
    case 'function': {
      const columns: ScopeColumn[] = [];
      for (const call of from.calls) {
        const given = names.callColumns(call, from.alias, scope);
        if (given === undefined) return [{ alias: from.alias ?? aliasOf(call), columns: renamed([], from.columns), open: from.columns === undefined }];
        columns.push(...given);
      }
      return [{ alias: from.alias ?? aliasOf(from.calls[0]), columns: renamed(columns, from.columns), open: false }];
    }
    case 'join':
      return joinItems(from, scope, names);
    case 'opaque':
      return [{ alias: from.alias ?? '', columns: [], open: true }];
    default:
      return never(from);
  }
}

function joinItems(from: SqlFrom & { readonly kind: 'join' }, scope: Scope, names: Names): readonly ScopeItem[] {
  const left = itemsOf(from.left, scope, names);
  const right = itemsOf(from.right, { ...scope, items: [...scope.items, ...left] }, names);
  const visible = (items: readonly ScopeItem[]): readonly ScopeColumn[] => items.filter((item) => !hidden(item)).flatMap((item) => item.columns);
  const leftColumns = visible(left);
  const rightColumns = visible(right);
  const merged = from.natural === true ? leftColumns.filter((column) => rightColumns.some((other) => other.name === column.name)).map((column) => column.name) : from.using;
  if (merged === undefined) return [...left, ...right];
  const shared = merged.map((name) => (from.join === 'right' ? rightColumns : leftColumns).find((column) => column.name === name) ?? { name, type: undefined });
  const rest = [...leftColumns, ...rightColumns].filter((column) => !merged.includes(column.name));
  const hide = (item: ScopeItem): JoinedItem => ({ ...item, [JOINED]: true });
  return [{ alias: '', columns: [...shared, ...rest], open: false }, ...[...left, ...right].map(hide)];
}

function aliasOf(call: SqlExpr | undefined): string {
  return call === undefined ? '' : outputName(call);
}

function renamed(columns: readonly ScopeColumn[], names: readonly string[] | undefined): readonly ScopeColumn[] {
  if (names === undefined) return columns;
  const given = columns.map((column, i) => {
    const name = names[i];
    return name === undefined ? column : { ...column, name };
  });
  // More names than known columns: the names alone are known.
  return [...given, ...names.slice(columns.length).map((name) => ({ name, type: undefined }))];
}
