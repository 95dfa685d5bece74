import type { AccessCommand, Formula, Row, Span, SqlAssignment, SqlStatement } from '@tenantlint/model';
import { and, isNull } from '../logic/formula.ts';
import type { Bind } from './bind.ts';
import { relationKey } from './relation.ts';
import type { Meaning, Scope, Source } from './scope.ts';
import { child, NO_CTES, NO_NAMES } from './scope.ts';
import { bindSelect, fromAll } from './select.ts';
import { compareMeanings, truth } from './truth.ts';

/** A row that a statement changes or leaves behind, and what is known of it then. */
export interface Touch {
  readonly command: AccessCommand;
  readonly table: string;
  readonly row: Row;
  /** Other rows that `when` names. */
  readonly rows: readonly Row[];
  readonly when: Formula;
  /** The row as it will be, rather than as it stands. */
  readonly written: boolean;
  /** Of a row as it will be after an UPDATE: the columns that get another value. */
  readonly assigned?: ReadonlySet<string>;
  readonly at: Span;
}

type Dml = Extract<SqlStatement, { kind: 'insert' | 'update' | 'delete' }>;

export function touches(b: Bind, statement: Dml, scope: Scope, rows: readonly Row[], when: Formula): readonly Touch[] {
  const table = relationKey(b, statement.table, scope);
  if (table === undefined || !b.world.schema.tables.has(table)) return [];
  return statement.kind === 'insert' ? inserted(b, statement, table, scope, rows, when) : changed(b, statement, table, scope, rows, when);
}

function inserted(b: Bind, statement: Extract<Dml, { kind: 'insert' }>, table: string, scope: Scope, rows: readonly Row[], when: Formula): readonly Touch[] {
  const out: Touch[] = [];
  const columns = b.world.schema.tables.get(table)?.columns;
  const names = statement.columns.length > 0 ? statement.columns.map((one) => one.name) : [...(columns?.keys() ?? [])];
  const { at } = statement.table;
  for (const one of statement.source === undefined ? [] : bindSelect(b, statement.source, scope)) {
    const row = b.row(table, statement.table.name, at, true);
    const facts = one.targets.map((target, index) => setTo(b, row, names[index], target.meaning, at));
    const given = new Set(names.slice(0, one.targets.length));
    for (const column of columns?.values() ?? []) {
      if (given.has(column.name) || !b.world.tenantColumns.has(column.name)) continue;
      const value = column.default?.value;
      facts.push(value === undefined ? isNull({ kind: 'column', row: row.id, column: column.name, at }, at) : setTo(b, row, column.name, { kind: 'expr', expr: value, scope: bare(scope) }, at));
    }
    const made: Touch = { command: 'insert', table, row, rows: [...rows, ...one.rows], when: and([when, one.where, ...facts]), written: true, at };
    out.push(made, ...overwritten(b, statement, made, scope));
  }
  return out;
}

/** ON CONFLICT DO UPDATE: the row that is there already is changed, whosever it is. */
function overwritten(b: Bind, statement: Extract<Dml, { kind: 'insert' }>, made: Touch, scope: Scope): readonly Touch[] {
  const conflict = statement.onConflict;
  const known = b.world.schema.tables.get(made.table);
  if (conflict === undefined || conflict.set.length === 0 || known === undefined) return [];
  const constraint = conflict.constraint === undefined ? undefined : known.constraints.get(conflict.constraint);
  const keys = constraint?.kind === 'primary key' || constraint?.kind === 'unique' ? constraint.columns : conflict.columns;
  if (keys.length === 0) return [];
  const { table, at } = made;
  const alias = statement.alias ?? statement.table.name;
  const columns = new Set(known.columns.keys());
  const row = b.row(table, alias, at, true);
  const source = (name: string, of: Row): Source => ({ kind: 'row', alias: name, name, schema: undefined, row: of, columns, renamed: undefined });
  const inner = child(scope, [source(alias, row), source('excluded', made.row)]);
  const met = keys.map((column) => setTo(b, row, column, { kind: 'term', term: { kind: 'column', row: made.row.id, column, at } }, at));
  const when = and([made.when, ...met, ...(conflict.where === undefined ? [] : [truth(b, conflict.where, inner, true)])]);
  // What was to be inserted is in no table: nothing that holds of rows of one key holds of it.
  const rows = [...made.rows, { ...made.row, table: undefined }];
  return [{ command: 'update', table, row, rows, when, written: false, at }, ...(conflict.set.some((one) => columns.has(one.column)) ? [moved(b, conflict.set, table, row, columns, inner, rows, when, at)] : [])];
}

function changed(b: Bind, statement: Extract<Dml, { kind: 'update' | 'delete' }>, table: string, scope: Scope, rows: readonly Row[], when: Formula): readonly Touch[] {
  const out: Touch[] = [];
  const { at } = statement.table;
  const alias = statement.alias ?? statement.table.name;
  const columns = new Set(b.world.schema.tables.get(table)?.columns.keys());
  const row = b.row(table, alias, at, true);
  const source: Source = { kind: 'row', alias, name: statement.table.name, schema: table.slice(0, table.indexOf('.')), row, columns, renamed: undefined };
  const own = child(scope, [source]);
  for (const from of fromAll(b, statement.kind === 'update' ? statement.from : statement.using, own)) {
    const inner = child(own, from.sources);
    const where = and([when, from.where, ...(statement.where === undefined ? [] : [truth(b, statement.where, inner, true)])]);
    const others = [...rows, ...from.rows];
    out.push({ command: statement.kind, table, row, rows: others, when: where, written: false, at });
    if (statement.kind === 'update' && statement.set.some((one) => columns.has(one.column))) out.push(moved(b, statement.set, table, row, columns, inner, others, where, at));
  }
  return out;
}

/** The row after an UPDATE: what is assigned, and for the rest what was there. */
function moved(b: Bind, set: readonly SqlAssignment[], table: string, old: Row, columns: ReadonlySet<string>, scope: Scope, rows: readonly Row[], when: Formula, at: Span): Touch {
  const row = b.row(table, old.alias, at, true);
  const assigned = new Set(set.map((one) => one.column));
  const facts = set.map((one) => setTo(b, row, one.column, { kind: 'expr', expr: one.value, scope }, one.at));
  for (const column of columns) if (!assigned.has(column)) facts.push(setTo(b, row, column, { kind: 'term', term: { kind: 'column', row: old.id, column, at } }, at));
  return { command: 'update', table, row, rows: [...rows, old], when: and([when, ...facts]), written: true, assigned, at };
}

/** A value that is NULL leaves the column NULL: the equality says so by not holding, and is then left out. */
function setTo(b: Bind, row: Row, column: string | undefined, value: Meaning, at: Span): Formula {
  if (column === undefined) return { kind: 'true' };
  const equal = compareMeanings(b, '=', { kind: 'term', term: { kind: 'column', row: row.id, column, at } }, value, at);
  return equal.kind === 'false' ? isNull({ kind: 'column', row: row.id, column, at }, at) : equal;
}

function bare(scope: Scope): Scope {
  return { sources: [], ctes: NO_CTES, names: NO_NAMES, label: undefined, params: [], outer: undefined, policy: false, routine: scope.routine };
}
