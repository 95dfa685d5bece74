import type { Formula, Row, Span, SqlExpr, SqlFrom, SqlSelect, SqlTarget } from '@tenantlint/model';
import { and, FALSE, TRUE } from '../logic/formula.ts';
import type { Bind } from './bind.ts';
import { functionSource } from './functions.ts';
import { tableAlternatives } from './relation.ts';
import type { Cte, Meaning, Scope, Source } from './scope.ts';
import { child, columnOf } from './scope.ts';
import { comparison, truth } from './truth.ts';

/** One way in which a SELECT yields a row: its rows, what they satisfy, and its output. */
export interface Alternative {
  readonly rows: readonly Row[];
  readonly where: Formula;
  readonly scope: Scope;
  readonly targets: readonly { readonly name: string | undefined; readonly meaning: Meaning }[];
}

/** Alternatives of one FROM clause or set operation beyond which a SELECT is not taken apart. */
const MOST_ALTERNATIVES = 32;

export function bindSelect(b: Bind, select: SqlSelect, outer: Scope): readonly Alternative[] {
  if (!b.spend()) return [];
  const scope = withCtes(select, outer);
  if (select.set !== undefined) {
    const left = bindSelect(b, select.set.left, scope);
    // Of an INTERSECT or EXCEPT the left side is kept: no fewer rows than there are.
    return select.set.op === 'union' ? [...left, ...bindSelect(b, select.set.right, scope)].slice(0, MOST_ALTERNATIVES) : left;
  }
  if (select.values !== undefined) {
    return select.values.map((row) => ({ rows: [], where: TRUE, scope, targets: row.map((expr, index) => ({ name: `column${index + 1}`, meaning: { kind: 'expr' as const, expr, scope } })) }));
  }
  const out: Alternative[] = [];
  for (const from of fromAll(b, select.from, scope)) {
    const inner = child(scope, from.sources);
    const where = and([from.where, select.where === undefined ? TRUE : truth(b, select.where, inner, true)]);
    if (where.kind === 'false') continue;
    out.push({ rows: from.rows, where, scope: inner, targets: select.targets.flatMap((target) => targetsOf(target, inner)) });
  }
  return out;
}

function withCtes(select: SqlSelect, outer: Scope): Scope {
  if (select.with.length === 0) return outer;
  let scope = outer;
  for (const cte of select.with) {
    const made: Cte = { name: cte.name, columns: cte.columns, statement: cte.statement, scope, recursive: select.recursive === true };
    scope = child(scope, [], new Map([...scope.ctes, [cte.name, made]]));
  }
  return scope;
}

function targetsOf(target: SqlTarget, scope: Scope): Alternative['targets'] {
  const { expr } = target;
  if (expr.kind === 'column' && expr.path[expr.path.length - 1] === '*') {
    const only = expr.path.length > 1 ? expr.path[expr.path.length - 2] : undefined;
    return scope.sources.filter((source) => only === undefined || source.alias === only).flatMap((source) => starOf(source, expr.at));
  }
  return [{ name: target.alias ?? nameOf(expr), meaning: aggregated(expr, scope) }];
}

/** The largest of some values is one of them. */
function aggregated(expr: SqlExpr, scope: Scope): Meaning {
  const first = expr.kind === 'call' && /^(max|min|any_value|bool_or)$/.test(expr.name.name) && expr.window !== true ? expr.args[0] : undefined;
  return { kind: 'expr', expr: first ?? expr, scope };
}

export function starOf(source: Source, at: Span): Alternative['targets'] {
  const names = source.kind === 'derived' ? [...source.columns.keys()] : [...(source.columns ?? [])];
  return names.flatMap((name) => {
    const meaning = columnOf(source, name, at);
    return meaning === undefined ? [] : [{ name, meaning }];
  });
}

/** The name Postgres gives an output column without an alias. */
function nameOf(expr: SqlExpr): string | undefined {
  switch (expr.kind) {
    case 'column': return expr.path[expr.path.length - 1];
    case 'call': return expr.name.name;
    case 'cast': return nameOf(expr.of) ?? expr.type.name;
    case 'coalesce': case 'nullif': case 'case': case 'array': case 'row': return expr.kind;
    case 'field': return expr.name;
    case 'scalar': return expr.select.targets[0]?.alias ?? (expr.select.targets[0] === undefined ? undefined : nameOf(expr.select.targets[0].expr));
    case 'exists': return 'exists';
    default: return undefined;
  }
}

/** One way in which a FROM clause yields a row. */
export interface FromRow {
  readonly rows: readonly Row[];
  readonly where: Formula;
  readonly sources: readonly Source[];
}

export function fromAll(b: Bind, items: readonly SqlFrom[], scope: Scope): readonly FromRow[] {
  let out: readonly FromRow[] = [{ rows: [], where: TRUE, sources: [] }];
  for (const item of items) {
    const next: FromRow[] = [];
    for (const left of out) {
      // LATERAL sees what stands to its left; harmless where it is not written, since nothing else could bind there.
      for (const right of fromOne(b, item, child(scope, left.sources))) {
        next.push({ rows: [...left.rows, ...right.rows], where: and([left.where, right.where]), sources: [...left.sources, ...right.sources] });
      }
    }
    out = next.slice(0, MOST_ALTERNATIVES);
  }
  return out;
}

function fromOne(b: Bind, item: SqlFrom, scope: Scope): readonly FromRow[] {
  switch (item.kind) {
    case 'table': return tableAlternatives(b, item, scope);
    case 'subselect': return derived(bindSelect(b, item.select, scope), item.alias ?? '', item.columns);
    case 'function': return item.calls.length === 1 && item.calls[0] !== undefined ? functionSource(b, item.calls[0], item.alias, item.columns, scope) : [openRow(item.alias ?? '')];
    case 'opaque': return [openRow(item.alias ?? '')];
    case 'join': return join(b, item, scope);
  }
}

export function openRow(alias: string): FromRow {
  return { rows: [], where: { kind: 'opaque', text: `a row of ${alias}`, why: 'its source is not understood', about: [0], at: { file: '', start: 0, end: 0 } }, sources: [{ kind: 'derived', alias, columns: new Map(), open: true }] };
}

export function derived(from: readonly Alternative[], alias: string, columns: readonly string[] | undefined): readonly FromRow[] {
  return from.map((one) => {
    const map = new Map<string, Meaning>();
    one.targets.forEach((target, index) => {
      const name = columns?.[index] ?? target.name;
      if (name !== undefined && !map.has(name)) map.set(name, target.meaning);
    });
    return { rows: one.rows, where: one.where, sources: [{ kind: 'derived' as const, alias, columns: map, open: false }] };
  });
}

function join(b: Bind, item: Extract<SqlFrom, { kind: 'join' }>, scope: Scope): readonly FromRow[] {
  const out: FromRow[] = [];
  for (const left of fromOne(b, item.left, scope)) {
    const rights = fromOne(b, item.right, child(scope, left.sources));
    for (const right of rights) {
      const sources = [...left.sources, ...right.sources];
      const on = joinCondition(b, item, left.sources, right.sources, child(scope, sources));
      out.push({ rows: [...left.rows, ...right.rows], where: and([left.where, right.where, on]), sources });
    }
    if (item.join === 'left' || item.join === 'full') out.push({ ...left, sources: [...left.sources, ...absent(rights[0]?.sources ?? [])] });
  }
  if (item.join === 'right' || item.join === 'full') {
    const lefts = fromOne(b, item.left, scope);
    for (const right of fromOne(b, item.right, scope)) out.push({ ...right, sources: [...absent(lefts[0]?.sources ?? []), ...right.sources] });
  }
  return out.filter((one) => one.where.kind !== 'false');
}

function absent(sources: readonly Source[]): readonly Source[] {
  return sources.map((source) => ({ kind: 'nulls' as const, alias: source.alias, columns: source.kind === 'derived' ? new Set(source.columns.keys()) : source.columns }));
}

function joinCondition(b: Bind, item: Extract<SqlFrom, { kind: 'join' }>, left: readonly Source[], right: readonly Source[], scope: Scope): Formula {
  const names = item.using ?? (item.natural === true ? common(left, right) : undefined);
  if (names !== undefined) return and(names.map((name) => equalColumns(b, name, left, right, item, scope)));
  return item.on === undefined ? TRUE : truth(b, item.on, scope, true);
}

function equalColumns(b: Bind, name: string, left: readonly Source[], right: readonly Source[], item: SqlFrom, scope: Scope): Formula {
  const column: SqlExpr = { kind: 'column', path: [name], at: item.at };
  const l = { ...scope, sources: left };
  const r = { ...scope, sources: right };
  return left.length === 0 || right.length === 0 ? FALSE : comparison2(b, column, l, r);
}

function comparison2(b: Bind, column: SqlExpr, left: Scope, right: Scope): Formula {
  // Each side is read in its own sources; the shared scope would find the left one twice.
  const both: Scope = { ...left, names: new Map([['\u0000right', { kind: 'expr', expr: column, scope: right }]]) };
  return comparison(b, '=', column, { kind: 'column', path: ['\u0000right'], at: column.at }, both, column.at);
}

function common(left: readonly Source[], right: readonly Source[]): readonly string[] {
  const names = (sources: readonly Source[]): readonly string[] => sources.flatMap((source) => (source.kind === 'derived' ? [...source.columns.keys()] : [...(source.columns ?? [])]));
  const rights = new Set(names(right));
  return [...new Set(names(left))].filter((name) => rights.has(name));
}
