import { cases, type AbstractValue, type Formula, type Row, type SqlExpr, type SqlFrom, type SqlSelect, type Span, type Term } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { elementOf } from '../values/join.ts';
import { and, column, equals, exists, FALSE, not, opaque, or, TRUE } from './formulas.ts';
import { given } from './conditions.ts';
import { termOf } from './terms.ts';

/** Rows that a statement speaks of, by alias; inner scopes see the outer ones. */
export interface SqlScope {
  readonly sources: readonly SqlSource[];
  readonly outer: SqlScope | undefined;
}

export interface SqlSource {
  readonly alias: string;
  readonly row: number;
  readonly table: string | undefined;
  readonly at: Span;
  /** ON of an outer join: holds where the row is there, filters nothing else. */
  readonly on: Formula;
  readonly optional: boolean;
}

export interface Holes {
  readonly f: Flow;
  /** Value of `$n`. */
  readonly values: readonly AbstractValue[];
  readonly ctes: ReadonlySet<string>;
}

/** The rows of FROM, and what inner joins ask of them. */
export function fromRows(h: Holes, from: readonly SqlFrom[], outer: SqlScope | undefined): { readonly scope: SqlScope; readonly joined: Formula; readonly subselects: readonly SqlSelect[] } {
  const sources: SqlSource[] = [];
  const joined: Formula[] = [];
  const subselects: SqlSelect[] = [];
  const add = (item: SqlFrom, optional: boolean): void => {
    switch (item.kind) {
      case 'table': {
        const table = h.ctes.has(item.name.name) && item.name.schema === undefined ? undefined : tableKey(h.f, item.name);
        sources.push({ alias: item.alias ?? item.name.name, row: h.f.rows.make(table, undefined, TRUE, item.at).id, table, at: item.at, on: TRUE, optional });
        return;
      }
      case 'join': {
        add(item.left, optional || item.join === 'right' || item.join === 'full');
        const before = sources.length;
        add(item.right, optional || item.join === 'left' || item.join === 'full');
        const on = item.on ? condition(h, item.on, { sources, outer }) : TRUE;
        if (item.join === 'inner') joined.push(on);
        else for (let i = item.join === 'left' ? before : 0; i < sources.length; i++) {
          const source = sources[i];
          if (source) sources[i] = { ...source, on: and([source.on, on]) };
        }
        return;
      }
      case 'subselect':
        subselects.push(item.select);
        sources.push({ alias: item.alias ?? '', row: h.f.rows.make(undefined, undefined, TRUE, item.at).id, table: undefined, at: item.at, on: TRUE, optional });
        return;
      case 'function': case 'opaque':
        sources.push({ alias: item.alias ?? '', row: h.f.rows.make(undefined, undefined, TRUE, item.at).id, table: undefined, at: item.at, on: TRUE, optional });
        return;
    }
  };
  for (const item of from) add(item, false);
  return { scope: { sources, outer }, joined: and(joined), subselects };
}

export function tableKey(f: Flow, name: { readonly schema?: string; readonly name: string }): string | undefined {
  const { tables, views, searchPath } = f.input.schema;
  for (const schema of name.schema !== undefined ? [name.schema] : [...searchPath, 'public']) {
    const key = `${schema}.${name.name}`;
    if (tables.has(key) || views.has(key)) return key;
  }
  return undefined;
}

/** A condition as a formula; what cannot be told is opaque. */
export function condition(h: Holes, of: SqlExpr, scope: SqlScope): Formula {
  const unclear = (why: string): Formula => opaque(why, '', scope.sources.map((s) => s.row), of.at);
  switch (of.kind) {
    case 'and': return and(of.of.map((e) => condition(h, e, scope)));
    case 'or': return or(of.of.map((e) => condition(h, e, scope)));
    case 'not': return not(condition(h, of.of, scope));
    case 'literal': return of.value === true ? TRUE : of.value === false ? FALSE : unclear('a constant condition');
    case 'cast': return condition(h, of.of, scope);
    case 'operator': {
      const op = of.op;
      if (op !== '=' && op !== '<>' && op !== '<' && op !== '<=' && op !== '>' && op !== '>=') return unclear(`operator ${op}`);
      return comparison(h, op, of.left, of.right, scope, of.at);
    }
    case 'is-null': {
      const term = expression(h, of.of, scope);
      return term ? { kind: 'null', of: term, negated: of.negated, at: of.at } : unclear('a test for null');
    }
    case 'in': {
      const any = or(of.list.map((e) => comparison(h, '=', of.left, e, scope, of.at)));
      return of.negated ? not(any) : any;
    }
    case 'any-array': return of.op === '=' ? comparison(h, '=', of.left, of.right, scope, of.at) : unclear('a comparison with an array');
    case 'exists': return inner(h, of.select, scope, of.at);
    case 'any-select': {
      if (of.op !== '=') return unclear('a comparison with rows');
      return inner(h, of.select, scope, of.at, of.left);
    }
    default: return unclear('a condition that was not opened');
  }
}

/** Some row of the sub-select is there; with `left`, one whose first column equals it. */
function inner(h: Holes, select: SqlSelect, scope: SqlScope, at: Span, left?: SqlExpr): Formula {
  if (select.set || select.with.length > 0) return opaque('a sub-select that was not opened', '', scope.sources.map((s) => s.row), at);
  const { scope: own, joined } = fromRows(h, select.from, scope);
  const [target] = select.targets;
  const where = select.where ? condition(h, select.where, own) : TRUE;
  const a = left && expression(h, left, scope);
  const b = target && expression(h, target.expr, own);
  const tied = !left ? TRUE : a && b ? equals(a, b, at) : opaque('compared with a computed column', '', scope.sources.map((s) => s.row), at);
  const rows = own.sources.map((s): Row => ({ id: s.row, table: s.table, alias: s.alias, at: s.at }));
  return exists(rows, and([joined, where, tied]), at);
}

function comparison(h: Holes, op: '=' | '<>' | '<' | '<=' | '>' | '>=', left: SqlExpr, right: SqlExpr, scope: SqlScope, at: Span): Formula {
  const hole = right.kind === 'param' || (right.kind === 'cast' && right.of.kind === 'param') ? holeOf(h, right) : undefined;
  const a = expression(h, left, scope);
  if (!a) return opaque('a computed comparison', '', scope.sources.map((s) => s.row), at);
  if (hole) {
    // Arrays and lists speak through their elements: `= ANY($1)`, `IN ($1)`.
    return or(cases(hole).map((c) => {
      const value = c.value.kind === 'array' || c.value.kind === 'list' ? elementOf(c.value, at) : c.value;
      if (!value) return FALSE;
      return or(cases(value).map((one) => {
        const term = termOf(h.f, one.value, at);
        return given([...c.truths, ...one.truths], one.value.kind === 'undefined' ? FALSE : term ? { kind: 'compare', op, left: a, right: term, at } : opaque('compared with an object', '', scope.sources.map((s) => s.row), at));
      }));
    }));
  }
  const b = expression(h, right, scope);
  return b ? { kind: 'compare', op, left: a, right: b, at } : opaque('a computed comparison', '', scope.sources.map((s) => s.row), at);
}

const holeOf = (h: Holes, of: SqlExpr): AbstractValue | undefined => (of.kind === 'param' ? h.values[of.index - 1] : of.kind === 'cast' ? holeOf(h, of.of) : undefined);

export function expression(h: Holes, of: SqlExpr, scope: SqlScope): Term | undefined {
  switch (of.kind) {
    case 'literal': return { kind: 'value', value: { kind: 'literal', value: of.value }, at: of.at };
    case 'cast': return expression(h, of.of, scope);
    case 'param': {
      const value = h.values[of.index - 1];
      return value && termOf(h.f, value, of.at);
    }
    case 'column': return named(h, of.path, scope, of.at);
    case 'call': {
      const args = of.args.map((a) => expression(h, a, scope));
      const known = args.filter((a) => a !== undefined);
      return known.length === args.length && args.length > 0 ? { kind: 'apply', fn: of.name.name, of: known, at: of.at } : undefined;
    }
    default: return undefined;
  }
}

function named(h: Holes, path: readonly string[], scope: SqlScope, at: Span): Term | undefined {
  const name = path.at(-1) ?? '';
  const owner = path.at(-2);
  for (let s: SqlScope | undefined = scope; s; s = s.outer) {
    for (const source of s.sources) {
      if (owner !== undefined ? source.alias === owner : has(h.f, source, name)) return column(source.row, name, at);
    }
    const [only] = s.sources;
    if (owner === undefined && s.sources.length === 1 && only && only.table === undefined) return column(only.row, name, at);
  }
  return undefined;
}

const has = (f: Flow, source: SqlSource, name: string): boolean => source.table !== undefined && (f.input.schema.tables.get(source.table)?.columns.has(name) ?? f.input.schema.views.get(source.table)?.columns.some((c) => c.name === name) ?? false);
