import { list, nothing, unknown, type AbstractValue, type Formula, type Query, type SqlExpr, type SqlSelect, type SqlStatement, type SqlText, type ValueEntry } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { learnSetting } from '../python/begun.ts';
import { and, opaque, TRUE } from './formulas.ts';
import { around, note } from './record.ts';
import { condition, expression, fromRows, tableKey, type Holes, type SqlScope } from './sql-scope.ts';
import type { Inserted, Judged } from './site-record.ts';

/** SQL that the code spells out, read by the real grammar: holes are values of the program. */
export function rowsOfSql(f: Flow, query: Query, sql: SqlText): AbstractValue {
  const { at } = query;
  const values = sql.holes.map((h) => h.value);
  const spliced = sql.holes.some((h) => !h.bound);
  const text = sql.texts.map((t, i) => t.text + (i < sql.holes.length ? (sql.holes[i]?.bound ? `$${i + 1}` : ' NULL ') : '')).join('');
  settings(f, textOf(sql), values, query);
  const statements = spliced ? [] : f.input.sql.statements(text, at, false);
  const [statement, more] = statements;
  if (!statement || more || statement.kind === 'other' || statement.kind === 'truncate') return unread(f, query, spliced ? 'SQL that is put together from text' : 'SQL that was not read', isSetting(text));
  return read(f, query, statement, values);
}

/** The text with numbers for all holes, spliced ones as well: `SET` takes no parameters. */
const textOf = (sql: SqlText): string => sql.texts.map((t, i) => t.text + (i < sql.holes.length ? `$${i + 1}` : '')).join('');

const isSetting = (text: string): boolean => /\bset_config\s*\(|^\s*set\s+(?:local\s+|session\s+)?[\w.]+\s*(?:=|to)\b/i.test(text);

function unread(f: Flow, query: Query, why: string, harmless: boolean): AbstractValue {
  const { at } = query;
  const def = f.rows.make(undefined, undefined, TRUE, at);
  if (!harmless) note(f, { query: { ...query, table: { kind: 'unknown', why } }, table: undefined, model: undefined, row: def.id, formula: opaque(why, '', [def.id], at), inserted: [], others: [], truths: f.state.truths, ...around(f) });
  return query.result === 'rows' ? list(unknown('row of SQL', at), at) : unknown('result of SQL', at);
}

/** `set_config('app.tenant', $1, true)`, `SET LOCAL app.tenant = …`: what policies read from now on. */
function settings(f: Flow, text: string, values: readonly AbstractValue[], query: Query): void {
  const { at, transaction } = query;
  for (const match of text.matchAll(/\bset_config\s*\(\s*'([\w.]+)'\s*,\s*(?:\$(\d+)(?:::\w+)?|'([^']*)'|[^,]*),\s*(?:\$(\d+)|(\w+))/gi)) {
    const [, name, hole, literal, localHole, local] = match;
    const value: AbstractValue | undefined = hole !== undefined ? values[Number(hole) - 1] : { kind: 'literal', value: literal ?? '', at };
    if (name === undefined) continue;
    learnSetting(f, { kind: 'setting', name, value, at });
    const handed = localHole === undefined ? undefined : values[Number(localHole) - 1];
    const isLocal = handed ? !(handed.kind === 'literal' && handed.value === false) : !/^(?:false|f|off|no|0)$/i.test(local ?? '');
    if (!f.offline) f.settings.push({ kind: 'setting', name, local: isLocal, transaction, at });
  }
  const [, scope, name, hole] = /^\s*set\s+(?:(local|session)\s+)?([a-z_]\w*\.\w+)\s*(?:=|\bto\b)\s*(?:'?\s*\$(\d+))?/i.exec(text) ?? [];
  if (name === undefined) return;
  const value = hole === undefined ? undefined : values[Number(hole) - 1];
  if (value) learnSetting(f, { kind: 'setting', name, value, at });
  if (!f.offline) f.settings.push({ kind: 'setting', name, local: scope?.toLowerCase() === 'local', transaction, at });
}

function read(f: Flow, query: Query, statement: Exclude<SqlStatement, { kind: 'other' | 'truncate' }>, values: readonly AbstractValue[]): AbstractValue {
  const { at } = query;
  const ctes = new Set(statement.with.map((c) => c.name));
  const h: Holes = { f, values, ctes };
  const judged: Judged[] = [];
  for (const cte of statement.with) if (cte.statement.kind === 'select') selectRows(h, cte.statement, undefined, judged);
  switch (statement.kind) {
    case 'select': {
      if (isSettingSelect(statement)) return list(unknown('result of SQL', at), at);
      const { scope, where } = selectRows(h, statement, undefined, judged);
      return finish(f, { ...query, verb: 'select', limited: statement.limit !== undefined || statement.groupBy.length > 0 || statement.targets.every((t) => t.expr.kind === 'call') }, judged, [], () => resultRows(h, statement, scope, where, at));
    }
    case 'update': case 'delete': {
      const own = { kind: 'table', name: statement.table, ...(statement.alias !== undefined ? { alias: statement.alias } : {}), at: statement.at } as const;
      const { scope, joined } = fromRows(h, [own, ...(statement.kind === 'update' ? statement.from : statement.using)], undefined);
      const where = and([joined, statement.where ? condition(h, statement.where, scope) : TRUE]);
      const [target] = scope.sources;
      if (target) judged.unshift({ row: target.row, table: target.table, formula: where });
      return finish(f, { ...query, verb: statement.kind }, judged, [], () => list(unknown('row of SQL', at), at));
    }
    case 'insert': return finish(f, { ...query, verb: 'insert' }, judged, inserts(h, statement), () => list(unknown('row of SQL', at), at));
  }
}

const isSettingSelect = (s: SqlSelect): boolean => s.from.length === 0 && s.targets.length > 0 && s.targets.every((t) => t.expr.kind === 'call' && t.expr.name.name === 'set_config');

/** Every relation of the select is judged, those of sub-selects and set operations as well. */
function selectRows(h: Holes, select: SqlSelect, outer: SqlScope | undefined, judged: Judged[]): { readonly scope: SqlScope; readonly where: Formula } {
  if (select.set) {
    selectRows(h, select.set.left, outer, judged);
    return selectRows(h, select.set.right, outer, judged);
  }
  const { scope, joined, subselects } = fromRows(h, select.from, outer);
  for (const inner of subselects) selectRows(h, inner, outer, judged);
  const where = and([joined, select.where ? condition(h, select.where, scope) : TRUE]);
  for (const source of scope.sources) if (source.table !== undefined) judged.push({ row: source.row, table: source.table, formula: and([where, source.on]) });
  return { scope, where };
}

function finish(f: Flow, query: Query, judged: readonly Judged[], inserted: readonly Inserted[], result: () => AbstractValue): AbstractValue {
  const [first, ...others] = judged;
  const row = first?.row ?? f.rows.make(undefined, undefined, TRUE, query.at).id;
  note(f, { query, table: first?.table ?? inserted[0]?.table, model: undefined, row, formula: first?.formula ?? TRUE, inserted, others, truths: f.state.truths, ...around(f) });
  return query.result === 'void' || query.result === 'count' ? (first ? { kind: 'test', test: { kind: 'size', of: list({ kind: 'row', row, table: first.table ?? '', model: undefined, extra: [], at: query.at }, query.at) }, at: query.at } : nothing(query.at)) : result();
}

/** Columns of the result by their names; each row of it exists, and what was asked of it holds. */
function resultRows(h: Holes, select: SqlSelect, scope: SqlScope, where: Formula, at: Query['at']): AbstractValue {
  const { f } = h;
  for (const source of scope.sources) {
    const def = f.rows.get(source.row);
    if (!def || source.optional) continue;
    def.formula = where;
    def.with = scope.sources.filter((s) => !s.optional && s.row !== source.row).map((s) => s.row);
  }
  const entries = select.targets.flatMap(({ expr, alias }): ValueEntry[] => {
    if (expr.kind === 'column' && expr.path.at(-1) === '*') {
      const owner = expr.path.at(-2);
      return scope.sources.filter((s) => owner === undefined || s.alias === owner).map((s) => ({ kind: 'spread', of: { kind: 'row', row: s.row, table: s.table ?? '', model: undefined, extra: [], at }, at }));
    }
    const name = alias ?? nameOf(expr);
    const term = expression(h, expr, scope);
    const value: AbstractValue = term?.kind === 'column' ? { kind: 'column', row: term.row, column: term.column, at } : unknown(`column ${name}`, at);
    return [{ kind: 'property', name, nameAt: at, value }];
  });
  return list({ kind: 'object', entries, at }, at);
}

const nameOf = (of: SqlExpr): string => (of.kind === 'column' ? (of.path.at(-1) ?? '') : of.kind === 'call' ? of.name.name : of.kind === 'cast' ? nameOf(of.of) : '?column?');

function inserts(h: Holes, statement: Extract<SqlStatement, { kind: 'insert' }>): Inserted[] {
  const { f } = h;
  const table = tableKey(f, statement.table);
  const rows = statement.source?.values ?? [];
  if (rows.length === 0) {
    const def = f.rows.make(table, undefined, TRUE, statement.at);
    return [{ row: def.id, table, model: undefined, formula: opaque('rows of a query are inserted', '', [def.id], statement.at), at: statement.at }];
  }
  return rows.map((row): Inserted => {
    const def = f.rows.make(table, undefined, TRUE, statement.at);
    const parts = statement.columns.flatMap((c, i): Formula[] => {
      const expr = row[i];
      const value = expr && expression(h, expr, { sources: [], outer: undefined });
      return value ? [{ kind: 'compare', op: '=', left: { kind: 'column', row: def.id, column: c.name, at: c.at }, right: value, at: c.at }] : [];
    });
    def.formula = and(parts);
    return { row: def.id, table, model: undefined, formula: def.formula, at: statement.at };
  });
}
