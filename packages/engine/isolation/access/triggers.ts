import type { Column, Formula, Reason, Routine, Row, Table, Term, Trigger } from '@tenantlint/model';
import type { World } from '../bind/bind.ts';
import { Bind } from '../bind/bind.ts';
import { runBlock } from '../bind/plpgsql.ts';
import type { Result } from '../bind/routine.ts';
import type { Meaning, Scope, Source } from '../bind/scope.ts';
import { NO_CTES } from '../bind/scope.ts';
import { compareMeanings } from '../bind/truth.ts';
import { and, isNull, literal, or } from '../logic/formula.ts';
import type { Database, Goal } from '../prove/question.ts';
import { tellingColumns } from '../prove/tables.ts';

/** What triggers let through: facts about the row (row 0), the row before the change, and the row as the statement had it. */
export interface Guard {
  readonly assume: Formula;
  readonly rows: readonly Row[];
  readonly why: Reason;
}

/** Row ids that no binder gives: the row before an UPDATE, and, from there downwards, NEW as each trigger receives it. */
export const OLD_ROW = -2;

/** Reads trigger functions for what they refuse and what they set. */
export class Triggers {
  private readonly world: World;
  private readonly db: Database;

  constructor(world: World, db: Database) {
    this.world = world;
    this.db = db;
  }

  /**
   * For `reach` and `change`, row 0 is the row as it stands (OLD); for `write` it is the row left behind (NEW), and OLD has an id of
   * its own. Undefined where no trigger says anything.
   */
  guard(table: Table, event: 'insert' | 'update' | 'delete', goal: Goal): Guard | undefined {
    const parts: Formula[] = [];
    const names: string[] = [];
    const old: Row = { id: goal === 'write' ? OLD_ROW : 0, table: table.key, alias: 'old', at: table.at, definer: true };
    const fired = [...table.triggers.values()].filter((trigger) => trigger.enabled && trigger.when === undefined && trigger.timing !== 'instead of' && trigger.events.includes(event));
    fired.forEach((trigger, index) => {
      const passes = this.passes(table, trigger, event, goal, old, OLD_ROW - 1 - index);
      if (passes === undefined || passes.kind === 'true') return;
      parts.push(passes);
      names.push(trigger.name);
    });
    if (parts.length === 0) return undefined;
    return { assume: and(parts), rows: goal === 'write' && event === 'update' ? [old] : [], why: { text: `${names.join(', ')} ${names.length === 1 ? 'stands' : 'stand'} in the way`, at: table.at } };
  }

  /** The condition under which the trigger lets the row pass, as the function's ways to return say it. */
  private passes(table: Table, trigger: Trigger, event: string, goal: Goal, old: Row, newId: number): Formula | undefined {
    const routine = this.world.schema.functions.get(trigger.function) ?? this.world.schema.functions.get(`${trigger.function}()`);
    if (routine === undefined || !this.matters(table, routine)) return undefined;
    const body = this.world.body(routine);
    if (body.kind !== 'plpgsql') return undefined;
    const bind = new Bind(this.world);
    const definer = routine.securityDefiner.value;
    // An AFTER trigger sees the row as it is; a BEFORE trigger receives one and hands on another.
    const before = trigger.timing === 'before' && trigger.perRow;
    const made: Row = { id: goal === 'write' && !before ? 0 : newId, table: undefined, alias: 'new', at: table.at };
    const names = new Map<string, Meaning>([['tg_op', text(event.toUpperCase(), table)], ['tg_when', text(trigger.timing.toUpperCase(), table)], ['tg_table_name', text(table.name, table)], ['tg_table_schema', text(table.schema, table)]]);
    if (trigger.perRow) {
      if (event !== 'insert') names.set('old', { kind: 'row', source: sourceOf(old, table) });
      if (event !== 'delete') names.set('new', { kind: 'row', source: sourceOf(made, table) });
    }
    const scope: Scope = { sources: [], ctes: NO_CTES, names, label: routine.name, params: [], outer: undefined, policy: false, routine: { definer, owner: definer ? routine.owner : undefined, searchPath: routine.searchPath, stack: [routine.key] } };
    const results = runBlock(bind, body.block, routine, scope);
    if (results === undefined) return undefined;
    return or(results.flatMap((result) => (before && returnsNothing(result) ? [] : [and([result.when, ...(before && goal === 'write' ? this.handedOn(bind, result, table, made, old) : [])])])));
  }

  /** Most triggers keep timestamps: a body that neither refuses nor names a column that says whose the row is need not be read. */
  private matters(table: Table, routine: Routine): boolean {
    const body = routine.body?.text.toLowerCase();
    return body !== undefined && (/\braise\b|\breturn\s+(null|old)\b/.test(body) || this.telling(table).some((column) => body.includes(`new.${column.name.toLowerCase()}`) || body.includes(`new."${column.name.toLowerCase()}"`)));
  }

  /** Columns of the row as the trigger hands it on: assigned, or as received; RETURN OLD leaves everything as it was. */
  private handedOn(bind: Bind, result: Result, table: Table, made: Row, old: Row): readonly Formula[] {
    const meaning = result.outputs[0]?.meaning;
    if (meaning?.kind !== 'expr' || meaning.expr.kind !== 'column' || meaning.expr.path.length !== 1) return [];
    const from = meaning.expr.path[0] === 'old' ? old : made;
    const names = meaning.scope.names;
    return this.telling(table).map((column) => {
      const own: Term = { kind: 'column', row: 0, column: column.name, at: table.at };
      const value: Meaning = (from === made ? names.get(`new.${column.name}`) : undefined) ?? { kind: 'term', term: { ...own, row: from.id } };
      const equal = compareMeanings(bind, '=', { kind: 'term', term: own }, value, table.at);
      // Nothing equals NULL, and a row may pass with it all the same.
      return column.notNull ? equal : or([equal, isNull(own, table.at)]);
    });
  }

  /** Columns that say whose the row is. */
  private telling(table: Table): readonly Column[] {
    const names = tellingColumns(this.db, table.key);
    return [...table.columns.values()].filter((column) => names.has(column.name));
  }
}

function text(value: string, table: Table): Meaning {
  return { kind: 'term', term: literal(value, table.at) };
}

function sourceOf(row: Row, table: Table): Source {
  return { kind: 'row', alias: row.alias, name: table.name, schema: undefined, row, columns: new Set(table.columns.keys()), renamed: undefined };
}

function returnsNothing(result: Result): boolean {
  const meaning = result.outputs[0]?.meaning;
  return meaning?.kind === 'expr' && meaning.expr.kind === 'literal' && meaning.expr.value === null;
}
