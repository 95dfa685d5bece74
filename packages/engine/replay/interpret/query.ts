import type { SqlExpr, SqlFrom, SqlSelect } from '@tenantlint/model';
import { outputName } from '../expr/output-name.ts';
import { visitExpr } from '../expr/walk.ts';
import { aggregate, isAggregate } from './aggregates.ts';
import type { Context, Relation, RowScope } from './context.ts';
import { evaluate } from './evaluate.ts';
import { rowsOfCall } from './functions.ts';
import { wantedValues, type Wanted } from './pushdown.ts';
import { virtualTable } from './virtual-tables.ts';
import { hashKey, order, textOf, toBoolean, Unknown, type Value } from './values.ts';

const NOTHING_KNOWN: Relation = { columns: [], rows: [], open: true };

/** Longest result that is worked out; beyond it nothing is known of the query. */
const MOST_ROWS = 200_000;

/** The rows of a query over the catalog, lists and variables. Rows of the product's tables are not known. */
export function select(query: SqlSelect, outer: Context): Relation {
  let context: Context = outer;
  for (const cte of query.with) {
    const relation = cte.statement.kind === 'select' && query.recursive !== true ? select(cte.statement, context) : NOTHING_KNOWN;
    const named = cte.columns === undefined ? relation : { ...relation, columns: relation.columns.map((name, i) => cte.columns?.[i] ?? name) };
    context = { ...context, tables: new Map(context.tables).set(cte.name, named) };
  }
  if (query.set !== undefined) return limited(query, combined(query.set, context), context);
  if (query.values !== undefined) {
    const rows = query.values.map((row) => ({ values: row.map((expr) => evaluate(expr, context)), certain: true }));
    return { columns: (query.values[0] ?? []).map((_, i) => `column${i + 1}`), rows, open: false };
  }
  const source = joined(query, context);
  if (source === undefined) return { ...NOTHING_KNOWN, columns: query.targets.map((target) => target.alias ?? outputName(target.expr)) };
  const grouped = query.groupBy.length > 0 || query.having !== undefined || query.targets.some((target) => containsAggregate(target.expr));
  const result = grouped ? group(query, source, context) : project(query, source, context);
  const distinct = query.distinct === true ? unique(result) : result;
  return limited(query, distinct, context);
}

/** Rows before projection: for each, one row of every FROM item. */
interface Source {
  readonly rows: readonly { readonly scopes: readonly RowScope[]; readonly certain: boolean }[];
  readonly open: boolean;
}

function inside(outer: Context, rows: readonly RowScope[]): Context {
  return { ...outer, rows, outer };
}

function joined(query: SqlSelect, context: Context): Source | undefined {
  const wanted = wantedValues(query, context);
  let source: Source = { rows: [{ scopes: [], certain: true }], open: false };
  for (const from of query.from) {
    const next = cross(source, from, wanted, context, 'inner', undefined);
    if (next === undefined) return undefined;
    source = next;
  }
  const { where } = query;
  if (where === undefined) return source;
  const kept: { scopes: readonly RowScope[]; certain: boolean }[] = [];
  for (const row of source.rows) {
    const test = toBoolean(evaluate(where, inside(context, row.scopes)));
    if (test === true) kept.push(row);
    else if (test instanceof Unknown) kept.push({ ...row, certain: false });
  }
  return { rows: kept, open: source.open };
}

/** `left` with the rows of one FROM item beside each of its own. */
function cross(left: Source, from: SqlFrom, wanted: Wanted, context: Context, kind: 'inner' | 'left', on: SqlExpr | undefined): Source | undefined {
  if (from.kind === 'join') {
    if (from.join === 'right' || from.join === 'full' || from.natural === true) return undefined;
    const first = cross(left, from.left, wanted, context, 'inner', undefined);
    if (first === undefined) return undefined;
    return cross(first, from.right, wanted, context, from.join, from.using === undefined ? from.on : usingTest(from));
  }
  const rows: { scopes: readonly RowScope[]; certain: boolean }[] = [];
  let open = left.open;
  // Items that do not look at their neighbours are read once, and hashed by the column that the condition compares.
  const fixed = isFixed(from) ? itemRows(from, wanted, context) : undefined;
  const hash = fixed === undefined || on === undefined ? undefined : hashed(fixed, on);
  for (const row of left.rows) {
    const item = fixed ?? itemRows(from, wanted, inside(context, row.scopes));
    if (item === undefined) return undefined;
    open ||= item.relation.open;
    const candidates = hash === undefined ? item.relation.rows : hash.lookup(evaluate(hash.other, inside(context, row.scopes)));
    let matched = false;
    for (const { values, certain } of candidates) {
      const scopes = [...row.scopes, { alias: item.alias, columns: item.relation.columns, values }];
      const test = on === undefined ? true : toBoolean(evaluate(on, inside(context, scopes)));
      if (test !== true && !(test instanceof Unknown)) continue;
      matched = true;
      rows.push({ scopes, certain: row.certain && certain && test === true });
      if (rows.length > MOST_ROWS) return undefined;
    }
    if (!matched && kind === 'left') rows.push({ scopes: [...row.scopes, { alias: item.alias, columns: item.relation.columns, values: item.relation.columns.map(() => null) }], certain: row.certain });
  }
  return { rows, open };
}

function usingTest(from: SqlFrom & { readonly kind: 'join' }): SqlExpr | undefined {
  const alias = (side: SqlFrom): string => (side.kind === 'join' ? alias(side.right) : (side.alias ?? (side.kind === 'table' ? side.name.name : '')));
  const tests = (from.using ?? []).map((name): SqlExpr => ({
    kind: 'operator', at: from.at, op: '=',
    left: { kind: 'column', at: from.at, path: [alias(from.left), name] }, right: { kind: 'column', at: from.at, path: [alias(from.right), name] },
  }));
  return tests.length === 0 ? undefined : { kind: 'and', at: from.at, of: tests };
}

interface ItemRows {
  readonly alias: string;
  readonly relation: Relation;
}

function isFixed(from: SqlFrom): boolean {
  return from.kind === 'table' || (from.kind === 'subselect' && from.lateral !== true);
}

function itemRows(from: SqlFrom, wanted: Wanted, context: Context): ItemRows | undefined {
  switch (from.kind) {
    case 'table': {
      const alias = from.alias ?? from.name.name;
      const cte = from.name.schema === undefined ? context.tables.get(from.name.name) : undefined;
      const relation = cte ?? virtualTable(context.world, from.name, wanted.get(alias) ?? new Map<string, Value>());
      return relation === undefined ? undefined : { alias, relation: aliased(relation, from.columns) };
    }
    case 'subselect':
      return { alias: from.alias ?? '', relation: aliased(select(from.select, context), from.columns) };
    case 'function': {
      const [call] = from.calls;
      if (call === undefined || from.calls.length > 1) return undefined;
      const alias = from.alias ?? outputName(call);
      const relation = rowsOfCall(call, from.alias, context);
      return relation === undefined ? undefined : { alias, relation: aliased(relation, from.columns) };
    }
    case 'join':
    case 'opaque':
      return undefined;
  }
}

function aliased(relation: Relation, columns: readonly string[] | undefined): Relation {
  return columns === undefined ? relation : { ...relation, columns: relation.columns.map((name, i) => columns[i] ?? name) };
}

interface Hash {
  /** The side of the comparison that the earlier items give. */
  readonly other: SqlExpr;
  lookup(value: Value): Relation['rows'];
}

/** A lookup by the first `item.column = other` of a conjunction; undefined when there is none. */
function hashed(item: ItemRows, on: SqlExpr): Hash | undefined {
  if (item.relation.rows.length < 16) return undefined;
  for (const test of on.kind === 'and' ? on.of : [on]) {
    if (test.kind !== 'operator' || test.op !== '=') continue;
    for (const [own, other] of [[test.left, test.right], [test.right, test.left]] as const) {
      if (own.kind !== 'column' || own.path.length !== 2 || own.path[0] !== item.alias || names(other, item.alias)) continue;
      const i = item.relation.columns.indexOf(own.path[1] ?? '');
      if (i < 0) continue;
      const buckets = new Map<string, Relation['rows'][number][]>();
      for (const row of item.relation.rows) {
        const key = hashKey(row.values[i] ?? null);
        if (key === undefined) return undefined;
        const bucket = buckets.get(key);
        if (bucket === undefined) buckets.set(key, [row]);
        else bucket.push(row);
      }
      return {
        other,
        lookup: (value) => (value instanceof Unknown ? item.relation.rows : (buckets.get(hashKey(value) ?? '') ?? [])),
      };
    }
  }
  return undefined;
}

function names(expr: SqlExpr, alias: string): boolean {
  let found = false;
  visitExpr(expr, { expr: (part) => void (part.kind === 'column' && (part.path.length === 1 || part.path[0] === alias) && (found = true)) });
  return found;
}

function project(query: SqlSelect, source: Source, context: Context): Relation {
  const columns: string[] = [];
  const rows: { values: readonly Value[]; certain: boolean }[] = [];
  const sorted = sortRows(query, source, context);
  const [sample] = sorted;
  for (const target of query.targets) columns.push(...targetNames(target.expr, target.alias, sample?.scopes ?? []));
  for (const row of sorted) {
    const here = inside(context, row.scopes);
    const lists: (readonly Value[])[] = [];
    let several = 1;
    for (const target of query.targets) {
      if (isStar(target.expr)) {
        for (const scope of starScopes(target.expr.path, row.scopes)) for (const value of scope.values) lists.push([value]);
        continue;
      }
      const set = target.expr.kind === 'call' ? rowsOfSetCall(target.expr, here) : undefined;
      const list = set ?? [evaluate(target.expr, here)];
      lists.push(list);
      if (set !== undefined) several = Math.max(several === 1 ? 0 : several, list.length);
    }
    for (let i = 0; i < several; i++) rows.push({ values: lists.map((list) => (list.length === 1 ? list[0] : list[i]) ?? null), certain: row.certain });
  }
  return { columns, rows, open: source.open };
}

const SET_RETURNING = new Set(['unnest', 'generate_series', 'regexp_split_to_table', 'string_to_table', 'jsonb_array_elements_text', 'json_array_elements_text', 'jsonb_array_elements', 'json_array_elements', 'jsonb_object_keys', 'json_object_keys']);

/** A set-returning function among the targets gives a row for each of its values. */
function rowsOfSetCall(call: SqlExpr & { readonly kind: 'call' }, context: Context): readonly Value[] | undefined {
  if (!SET_RETURNING.has(call.name.name)) return undefined;
  const relation = rowsOfCall(call, undefined, context);
  return relation === undefined || relation.open ? [new Unknown('rows that are not known')] : relation.rows.map(({ values }) => values[0] ?? null);
}

function isStar(expr: SqlExpr): expr is SqlExpr & { readonly kind: 'column' } {
  return expr.kind === 'column' && expr.path[expr.path.length - 1] === '*';
}

function starScopes(path: readonly string[], scopes: readonly RowScope[]): readonly RowScope[] {
  return path.length === 1 ? scopes : scopes.filter((scope) => scope.alias === path[path.length - 2]);
}

function targetNames(expr: SqlExpr, alias: string | undefined, scopes: readonly RowScope[]): readonly string[] {
  if (isStar(expr)) return starScopes(expr.path, scopes).flatMap((scope) => scope.columns);
  return [alias ?? outputName(expr)];
}

function sortRows(query: SqlSelect, source: Source, context: Context): Source['rows'] {
  const [by] = query.orderBy;
  if (by === undefined) return source.rows;
  const keyed = source.rows.map((row) => ({ row, key: by.kind === 'literal' ? null : evaluate(aliasedTarget(query, by), inside(context, row.scopes)) }));
  if (keyed.some(({ key }) => key instanceof Unknown)) return source.rows;
  return keyed.sort((a, b) => order(a.key, b.key) ?? 0).map(({ row }) => row);
}

/** ORDER BY may name an output column. */
function aliasedTarget(query: SqlSelect, by: SqlExpr): SqlExpr {
  if (by.kind !== 'column' || by.path.length !== 1) return by;
  return query.targets.find((target) => target.alias === by.path[0])?.expr ?? by;
}

function containsAggregate(expr: SqlExpr): boolean {
  let found = false;
  visitExpr(expr, { expr: (part) => void (part.kind === 'call' && part.window !== true && isAggregate(part.name.name) && (found = true)) });
  return found;
}

function group(query: SqlSelect, source: Source, context: Context): Relation {
  const columns = query.targets.map((target) => target.alias ?? outputName(target.expr));
  const undecided = source.open || source.rows.some(({ certain }) => !certain);
  const sorted = sortRows(query, source, context);
  const groups = new Map<string, (typeof source.rows)[number][]>();
  for (const row of sorted) {
    const key = JSON.stringify(query.groupBy.map((expr) => textOf(evaluate(groupTarget(query, expr), inside(context, row.scopes))) ?? null));
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [row]);
    else members.push(row);
  }
  if (query.groupBy.length === 0 && groups.size === 0) groups.set('', []);
  const rows: { values: readonly Value[]; certain: boolean }[] = [];
  for (const members of groups.values()) {
    const contexts = members.map((row) => inside(context, row.scopes));
    const value = (expr: SqlExpr): Value => aggregate(expr, contexts, contexts[0] ?? context, undecided);
    const test = query.having === undefined ? true : toBoolean(value(query.having));
    if (test !== true && !(test instanceof Unknown)) continue;
    rows.push({ values: query.targets.map((target) => value(target.expr)), certain: test === true && (query.groupBy.length === 0 || members.some(({ certain }) => certain)) });
  }
  return { columns, rows, open: source.open && query.groupBy.length > 0 };
}

/** GROUP BY 1 and GROUP BY alias. */
function groupTarget(query: SqlSelect, expr: SqlExpr): SqlExpr {
  if (expr.kind === 'literal' && typeof expr.value === 'number') return query.targets[expr.value - 1]?.expr ?? expr;
  return aliasedTarget(query, expr);
}

function unique(relation: Relation): Relation {
  const seen = new Map<string, Relation['rows'][number]>();
  for (const row of relation.rows) {
    const key = JSON.stringify(row.values.map((value) => textOf(value) ?? null));
    const known = seen.get(key);
    if (known === undefined || (!known.certain && row.certain)) seen.set(key, row);
  }
  return { ...relation, rows: [...seen.values()] };
}

function combined(set: NonNullable<SqlSelect['set']>, context: Context): Relation {
  const [left, right] = [select(set.left, context), select(set.right, context)];
  const key = (row: Relation['rows'][number]): string => JSON.stringify(row.values.map((value) => textOf(value) ?? null));
  switch (set.op) {
    case 'union': {
      const both = { columns: left.columns, rows: [...left.rows, ...right.rows], open: left.open || right.open };
      return set.all ? both : unique(both);
    }
    case 'intersect': {
      const other = new Set(right.rows.map(key));
      return { ...left, rows: left.rows.filter((row) => other.has(key(row))), open: left.open || right.open };
    }
    case 'except': {
      if (right.open || right.rows.some(({ certain }) => !certain)) return { ...left, rows: left.rows.map((row) => ({ ...row, certain: false })) };
      const other = new Set(right.rows.map(key));
      return { ...left, rows: left.rows.filter((row) => !other.has(key(row))) };
    }
  }
}

/** LIMIT and OFFSET. The model does not say in which direction ORDER BY runs, so a cut through sorted rows is not known. */
function limited(query: SqlSelect, relation: Relation, context: Context): Relation {
  const limit = query.limit === undefined ? undefined : evaluate(query.limit, context);
  const offset = query.offset === undefined ? 0 : evaluate(query.offset, context);
  if (typeof offset !== 'number') return { ...relation, rows: [], open: true };
  if (limit === undefined && offset === 0) return relation;
  if (limit !== undefined && limit !== null && typeof limit !== 'number') return { ...relation, rows: [], open: true };
  const end = typeof limit === 'number' ? offset + limit : undefined;
  if (offset === 0 && (end === undefined || relation.rows.length <= end)) return relation;
  if (query.orderBy.length > 0 && !relation.open) return { ...relation, rows: relation.rows.map((row) => ({ values: row.values.map(() => new Unknown('one of several sorted rows')), certain: row.certain })).slice(offset, end) };
  return { ...relation, rows: relation.rows.slice(offset, end) };
}
