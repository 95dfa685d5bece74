import type { Formula, Routine, RoutineReach, Row, Span, Term } from '@tenantlint/model';
import type { World } from '../bind/bind.ts';
import { Bind } from '../bind/bind.ts';
import { isAggregate } from '../bind/builtin.ts';
import { completes, targetsOnce } from '../bind/completes.ts';
import type { Touch } from '../bind/dml.ts';
import { touches } from '../bind/dml.ts';
import { runBlock } from '../bind/plpgsql.ts';
import type { Result } from '../bind/routine.ts';
import type { Meaning, Scope } from '../bind/scope.ts';
import { NO_CTES } from '../bind/scope.ts';
import { bindSelect } from '../bind/select.ts';
import { valuesOf } from '../bind/values.ts';
import { and, TRUE } from '../logic/formula.ts';
import { prove } from '../prove/prove.ts';
import type { Caller, Database, Goal } from '../prove/question.ts';
import { isOwned, tableFacts, tellingColumns } from '../prove/tables.ts';
import { columnsOf } from '../prove/terms.ts';

interface Judged {
  readonly command: RoutineReach['command'];
  readonly table: string;
  readonly row: Row;
  readonly rows: readonly Row[];
  readonly when: Formula;
  readonly goal: Goal;
  readonly at: Span;
}

/**
 * What a function that runs with its owner's rights does to rows of tenants: the rows that it hands out and the rows
 * that it writes, each judged as if its arguments came from a stranger, under whatever the body has checked by then.
 */
export function reachOf(routine: Routine, world: World, db: Database, callers: readonly Caller[]): readonly RoutineReach[] {
  if (!routine.securityDefiner.value || routine.returns?.name === 'trigger' || callers.length === 0) return [];
  const out = new Map<string, RoutineReach>();
  for (const one of statementsOf(routine, world, db).filter((touch) => isOwned(tableFacts(db, touch.table)))) {
    for (const caller of callers) {
      const isolation = prove({ formula: one.when, row: one.row.id, rows: one.rows, table: one.table, goal: one.goal, caller, at: one.at }, db);
      const key = `${one.command}|${one.table}|${one.at.start}|${caller.role}`;
      const known = out.get(key);
      // Of several paths to one statement the worst counts.
      if (known === undefined || RANK[isolation.verdict] > RANK[known.isolation.verdict]) out.set(key, { command: one.command, table: one.table, role: caller.role, isolation, at: one.at });
    }
  }
  return [...out.values()].sort((a, b) => a.at.start - b.at.start || (a.role < b.role ? -1 : 1));
}
const RANK = { yes: 0, unknown: 1, no: 2 } as const;

function statementsOf(routine: Routine, world: World, db: Database): readonly Judged[] {
  const bind = new Bind(world);
  const touched: Touch[] = [];
  const results = run(bind, routine, world, entryScope(routine), touched) ?? [];
  if (bind.exhausted) return [];
  const writes = touched.filter((touch) => !staysWhose(touch, db)).map((touch): Judged => ({ ...touch, goal: touch.written ? 'write' : 'reach' }));
  const reads = results.flatMap((result) => handedOut(bind, result).flatMap(({ row, rows, when }): readonly Judged[] => (row.table === undefined ? [] : [{ command: 'select', table: row.table, row, rows, when, goal: 'reach', at: row.at }])));
  return [...writes, ...reads];
}

function entryScope(routine: Routine): Scope {
  const names = new Map<string, Meaning>();
  const params: Meaning[] = [];
  routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic').forEach((arg, index) => {
    const meaning: Meaning = { kind: 'term', term: { kind: 'value', value: { kind: 'param', fn: routine.key, index, path: arg.name === undefined ? [] : [arg.name] }, at: routine.at } };
    params.push(meaning);
    if (arg.name !== undefined) names.set(arg.name, meaning);
  });
  const path = routine.settings['search_path'];
  const searchPath = path === undefined ? routine.searchPath : path.split(',').map((part) => part.trim().replace(/^"|"$/g, '')).filter((part) => part !== '');
  return { sources: [], ctes: NO_CTES, names, label: routine.name, params, outer: undefined, policy: false, routine: { definer: true, owner: routine.owner, searchPath, stack: [routine.key] } };
}

function run(bind: Bind, routine: Routine, world: World, scope: Scope, touched: Touch[]): readonly Result[] | undefined {
  const body = world.body(routine);
  if (body.kind === 'opaque') return undefined;
  if (body.kind === 'plpgsql') return runBlock(bind, body.block, routine, scope, touched);
  const results: Result[] = [];
  // A statement is only reached when those before it have raised no error.
  let before: Formula = TRUE;
  body.statements.forEach((statement, index) => {
    if (statement.kind === 'insert' || statement.kind === 'update' || statement.kind === 'delete') touched.push(...touches(bind, statement, scope, [], before));
    if (statement.kind !== 'select') return;
    if (index === body.statements.length - 1) results.push(...bindSelect(bind, statement, scope).map((one) => ({ rows: one.rows, when: and([before, one.where]), outputs: one.targets })));
    before = and([before, completes(bind, targetsOnce(statement), scope)]);
  });
  return results;
}

/** An UPDATE of columns that say nothing of whose the row is leaves it with whom it was: which rows it reaches is judged by itself. */
export function staysWhose({ assigned, table }: Touch, db: Database): boolean {
  return assigned !== undefined && ![...assigned].some((column) => tellingColumns(db, table).has(column));
}

/** The rows that an aggregate in the term was taken over; `all` where its FROM does not say which. */
function countedIn(bind: Bind, term: Term, all: readonly Row[]): readonly Row[] {
  if (term.kind !== 'apply') return [];
  return isAggregate(term.fn) ? (bind.counted.get(term) ?? all) : term.of.flatMap((part) => countedIn(bind, part, all));
}

/** A row of which a result says something, and what holds of it there. */
export interface Given {
  readonly row: Row;
  readonly rows: readonly Row[];
  readonly when: Formula;
}

/** Rows whose values come out, in a column or counted. */
export function handedOut(bind: Bind, result: Result): readonly Given[] {
  const out = new Map<Row, Given>();
  for (const output of result.outputs) {
    for (const value of valuesOf(bind, output.meaning)) {
      const rows = [...result.rows, ...value.rows];
      const when = and([result.when, value.when]);
      const give = (row: Row | undefined): void => {
        if (row !== undefined && !out.has(row)) out.set(row, { row, rows: rows.filter((other) => other !== row), when });
      };
      columnsOf(value.term, (id) => give(rows.find((one) => one.id === id)));
      // A count names no column and says something of every row.
      for (const row of countedIn(bind, value.term, rows)) give(row);
    }
  }
  return [...out.values()];
}
