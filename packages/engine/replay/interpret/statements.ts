import type { PlBlock, PlStatement, Routine, SchemaEvent, Span, SqlExpr } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { Failure, fail } from '../failure.ts';
import { doubt } from '../world.ts';
import { handles, mayHandleMissing } from './conditions.ts';
import { Variables, type Context, type Relation } from './context.ts';
import { cast } from './cast.ts';
import { effectsOf, markUnknown } from './effects.ts';
import { evaluate } from './evaluate.ts';
import { after, jumpIn, shapeOf, type Signal, type Undecided } from './jumps.ts';
import { select } from './query.ts';
import { runStatement } from './run-statement.ts';
import { equal, isArray, isRow, NOT_DECIDED, textOf, toBoolean, Unknown, type Row, type Value } from './values.ts';

/** Iterations of one loop before it counts as endless. */
const MOST_ITERATIONS = 20_000;

const UNDECIDED: Relation['rows'][number] = { values: [], certain: false };

/** One run of a PL/pgSQL body against the replayed catalog. */
export class Procedure {
  readonly #context: Context;
  readonly #routine: Routine | undefined;
  #result: Value = null;
  readonly #rows: { values: readonly Value[]; certain: boolean }[] = [];
  #columns: readonly string[] = [];
  #open = false;
  #variables: Variables;

  constructor(context: Context, routine: Routine | undefined) {
    this.#context = context;
    this.#routine = routine;
    this.#variables = context.variables ?? new Variables(undefined);
    this.#variables.declare('found', false);
  }

  run(block: PlBlock): Relation {
    this.#block(block);
    const name = this.#routine?.name ?? '';
    const outs = this.#outs;
    if (this.#routine?.returns?.setof === true || outs.some((arg) => arg.mode === 'table')) {
      return { columns: outs.length > 0 ? outs.map((arg) => arg.name ?? '') : this.#columns.length > 0 ? this.#columns : [name], rows: this.#rows, open: this.#open };
    }
    if (outs.length > 0) return { columns: outs.map((arg) => arg.name ?? ''), rows: [{ values: outs.map((arg) => this.#variables.get([arg.name ?? '']) ?? null), certain: true }], open: false };
    const { returns } = this.#routine ?? {};
    return { columns: [name], rows: [{ values: [returns === undefined ? this.#result : cast(this.#context.world, this.#result, returns)], certain: true }], open: false };
  }

  get #outs(): Routine['args'] {
    return this.#routine?.args.filter((arg) => arg.mode === 'out' || arg.mode === 'inout' || arg.mode === 'table') ?? [];
  }

  get #here(): Context {
    return { ...this.#context, variables: this.#variables };
  }

  #value(expr: SqlExpr): Value {
    return evaluate(expr, this.#here);
  }

  #block(block: PlBlock): Signal {
    const { world } = this.#context;
    const outer = this.#variables;
    this.#variables = new Variables(outer, block.label);
    const { infers } = world;
    const mark = world.catalog.mark();
    const ran = world.ran.length;
    const { settings } = world.session;
    try {
      for (const variable of block.declare) {
        const value = variable.value === undefined ? null : this.#value(variable.value);
        this.#variables.declare(variable.name, variable.type === undefined || value === null ? value : cast(world, value, variable.type), shapeOf(variable, world));
      }
      if (block.handlers.length === 0) return this.#list(block.body);
      // Where a handler waits for a missing object, that it is missing is the expected case.
      if (mayHandleMissing(block.handlers)) world.infers = false;
      try {
        return this.#list(block.body);
      } catch (cause) {
        const handler = cause instanceof Failure ? block.handlers.find(({ conditions }) => handles(conditions, cause.condition)) : undefined;
        if (handler === undefined || !(cause instanceof Failure)) throw cause;
        world.catalog.undo(mark);
        world.ran.length = ran;
        world.session.restore(settings);
        world.infers = infers;
        this.#variables.declare('sqlerrm', cause.message);
        this.#variables.declare('sqlstate', NOT_DECIDED);
        return this.#list(handler.body);
      }
    } finally {
      world.infers = infers;
      this.#variables = outer;
    }
  }

  #list(statements: readonly PlStatement[]): Signal {
    for (const [i, statement] of statements.entries()) {
      this.#context.budget.spend();
      const signal = this.#statement(statement);
      if (signal === undefined) continue;
      const rest = statements.slice(i + 1);
      if (signal.is === 'undecided' && rest.length > 0) this.#leave(rest, statement.at, 'whether the code goes on from here depends on what the repository does not show');
      return signal;
    }
    return undefined;
  }

  #statement(statement: PlStatement): Signal {
    switch (statement.kind) {
      case 'block': {
        const signal = this.#block(statement);
        return signal?.is === 'exit' && signal.label !== undefined && signal.label === statement.label ? undefined : signal;
      }
      case 'assign':
        this.#assign(statement.target, this.#value(statement.value));
        return undefined;
      case 'if':
        return this.#if(statement);
      case 'case':
        return this.#case(statement);
      case 'loop':
      case 'for-range':
      case 'for-query':
      case 'for-execute':
      case 'foreach':
        return this.#loop(statement);
      case 'execute':
        this.#execute(statement);
        return undefined;
      case 'sql':
        this.#sql(statement);
        return undefined;
      case 'perform':
        this.#found(select(statement.select, this.#here));
        return undefined;
      case 'call':
        this.#value(statement.call);
        return undefined;
      case 'return':
        return this.#return(statement);
      case 'return-query':
        this.#returnQuery(statement);
        return undefined;
      case 'raise':
        if (statement.level === 'exception') fail(statement.condition ?? 'raise_exception', this.#message(statement));
        return undefined;
      case 'exit':
      case 'continue': {
        const test = statement.when === undefined ? true : toBoolean(this.#value(statement.when));
        if (test instanceof Unknown) return { is: 'undecided', returns: false };
        return test === true ? { is: statement.kind, label: statement.label } : undefined;
      }
      case 'diagnostics':
        for (const { target } of statement.targets) this.#assign(target, NOT_DECIDED);
        return undefined;
      case 'opaque':
        doubt(this.#context.world, statement.at, statement.reason, []);
        return undefined;
      case 'assert':
      case 'transaction':
        return undefined;
      default:
        return never(statement);
    }
  }

  #assign(target: string, value: Value): void {
    // A subscript is left out of the target: setting one element must not look like setting the whole.
    const whole = this.#variables.shape(target) !== 'array' || isArray(value) || value === null || typeof value === 'string';
    this.#variables.set(target, whole ? value : NOT_DECIDED);
  }

  #message(statement: PlStatement & { readonly kind: 'raise' }): string {
    let i = 0;
    return (statement.message ?? statement.condition ?? '').replaceAll(/%%|%/g, (mark) => {
      const arg = mark === '%%' ? undefined : statement.args[i++];
      return arg === undefined ? '%' : (textOf(this.#value(arg)) ?? '?');
    });
  }

  #if(statement: PlStatement & { readonly kind: 'if' }): Signal {
    const maybe: (readonly PlStatement[])[] = [];
    for (const { test, body } of statement.branches) {
      const value = toBoolean(this.#value(test));
      if (value === true && maybe.length === 0) return this.#list(body);
      if (value === true) return this.#undecided([...maybe, body], statement.at);
      if (value instanceof Unknown) maybe.push(body);
    }
    if (maybe.length === 0) return this.#list(statement.otherwise);
    return this.#undecided([...maybe, statement.otherwise], statement.at);
  }

  #case(statement: PlStatement & { readonly kind: 'case' }): Signal {
    const of = statement.of === undefined ? undefined : this.#value(statement.of);
    const maybe: (readonly PlStatement[])[] = [];
    for (const { tests, body } of statement.branches) {
      const values = tests.map((test) => (of === undefined ? toBoolean(this.#value(test)) : equal(of, this.#value(test))));
      if (values.includes(true)) return maybe.length === 0 ? this.#list(body) : this.#undecided([...maybe, body], statement.at);
      if (values.some((value) => value instanceof Unknown)) maybe.push(body);
    }
    if (statement.otherwise === undefined && maybe.length === 0) fail('case_not_found', 'case not found');
    return maybe.length === 0 ? this.#list(statement.otherwise ?? []) : this.#undecided([...maybe, statement.otherwise ?? []], statement.at);
  }

  /**
   * One of these would run, and which cannot be told. A branch that only raises an error did not run, since the
   * migration went through; if that leaves one, it is the one.
   */
  #undecided(branches: readonly (readonly PlStatement[])[], at: Span): Signal {
    const possible = branches.filter((body) => !effectsOf(body, this.#here).raises);
    const [only] = possible;
    if (possible.length === 1 && only !== undefined && branches.length > 1) return this.#list(only);
    this.#leave(possible.flat(), at, 'whether this runs depends on what the repository does not show');
    const jump = jumpIn(possible.flat());
    if (jump === 'return') this.#result = NOT_DECIDED;
    return jump === undefined ? undefined : { is: 'undecided', returns: jump === 'return' };
  }

  /** Does not run the statements: what they could change is unknown from here on. */
  #leave(statements: readonly PlStatement[], at: Span, reason: string): void {
    const effects = effectsOf(statements, this.#here);
    for (const target of effects.assigns) this.#variables.set(target, NOT_DECIDED);
    markUnknown(this.#context.world, effects, at, reason);
  }

  #loop(statement: PlStatement & { readonly kind: 'loop' | 'for-range' | 'for-query' | 'for-execute' | 'foreach' }): Signal {
    switch (statement.kind) {
      case 'loop':
        return this.#repeat(statement, () => (statement.while === undefined ? true : toBoolean(this.#value(statement.while))));
      case 'for-range':
        return this.#range(statement);
      case 'for-query':
        return this.#each(statement, runStatement(statement.query, this.#here));
      case 'for-execute': {
        const relation = this.#dynamic(statement.sql, statement.using, statement.at);
        return this.#each(statement, relation ?? { columns: [], rows: [], open: true });
      }
      case 'foreach': {
        const array = this.#value(statement.array);
        const list = typeof array === 'string' ? cast(this.#context.world, array, { name: 'text', mods: [], dims: 1 }) : array;
        if (list === null) fail('null_value_not_allowed', 'FOREACH expression must not be null');
        if (!isArray(list) || statement.slice > 0) return void this.#leave(statement.body, statement.at, 'the array of the loop is not known');
        return this.#each({ ...statement, targets: [statement.target] }, { columns: [statement.target], rows: list.map((value) => ({ values: [value], certain: true })), open: false });
      }
    }
  }

  #repeat(statement: PlStatement & { readonly kind: 'loop' }, test: () => boolean | null | Unknown): Signal {
    for (let i = 0; i < MOST_ITERATIONS; i++) {
      const go = test();
      if (go instanceof Unknown) return void this.#leave(statement.body, statement.at, 'how often this runs depends on what the repository does not show');
      if (go !== true) return undefined;
      const signal = this.#list(statement.body);
      if (signal?.is === 'undecided') return this.#endUndecided(signal, statement);
      const next = after(signal, statement.label);
      if (next !== 'go on') return next === 'leave' ? undefined : signal;
    }
    return fail('program_limit_exceeded', 'the loop does not end');
  }

  #range(statement: PlStatement & { readonly kind: 'for-range' }): Signal {
    const [from, to, by] = [this.#value(statement.from), this.#value(statement.to), statement.by === undefined ? 1 : this.#value(statement.by)];
    if (typeof from !== 'number' || typeof to !== 'number' || typeof by !== 'number' || by <= 0) {
      return void this.#leave(statement.body, statement.at, 'the bounds of the loop are not known');
    }
    const values: Relation['rows'][number][] = [];
    for (let i = from; statement.reverse ? i >= to : i <= to; i += statement.reverse ? -by : by) {
      values.push({ values: [i], certain: true });
      if (values.length > MOST_ITERATIONS) fail('program_limit_exceeded', 'the loop is too long');
    }
    return this.#each({ ...statement, targets: [statement.variable] }, { columns: [statement.variable], rows: values, open: false });
  }

  #each(loop: { readonly targets: readonly string[]; readonly body: readonly PlStatement[]; readonly label?: string; readonly at: Span }, relation: Relation): Signal {
    const outer = this.#variables;
    this.#variables = new Variables(outer, loop.label);
    try {
      // Rows were collected before the first pass, as a cursor over a snapshot would give them.
      for (const row of relation.open ? [...relation.rows, UNDECIDED] : relation.rows) {
        this.#bind(loop.targets, relation.columns, row.values);
        if (!row.certain) {
          this.#leave(loop.body, loop.at, 'whether this runs depends on rows that the repository does not show');
          continue;
        }
        const signal = this.#list(loop.body);
        if (signal?.is === 'undecided') return this.#endUndecided(signal, loop);
        const next = after(signal, loop.label);
        if (next === 'leave') return undefined;
        if (next === 'pass on') return signal;
      }
      return undefined;
    } finally {
      this.#variables = outer;
      this.#variables.set('found', relation.rows.some(({ certain }) => certain) ? true : relation.open ? NOT_DECIDED : false);
    }
  }

  /** The loop may have ended here or gone on: what further passes could do is unknown. */
  #endUndecided(signal: Undecided, loop: { readonly body: readonly PlStatement[]; readonly at: Span }): Signal {
    this.#leave(loop.body, loop.at, 'how often this runs depends on what the repository does not show');
    return signal.returns ? signal : undefined;
  }

  /** Gives a row to the targets: one by one, or as a whole to a single record. */
  #bind(targets: readonly string[], columns: readonly string[], values: readonly Value[]): void {
    const [only] = targets;
    if (targets.length === 1 && only !== undefined) {
      const scalar = columns.length === 1 && this.#variables.shape(only) !== 'record';
      if (values.length === 0) this.#variables.set(only, NOT_DECIDED);
      else if (scalar) this.#variables.set(only, values[0] ?? null);
      else this.#variables.set(only, this.#record(columns, values));
      return;
    }
    targets.forEach((target, i) => this.#variables.set(target, values.length === 0 ? NOT_DECIDED : (values[i] ?? null)));
  }

  /** A variable of one field serves as the record and as its only field. */
  #record(columns: readonly string[], values: readonly Value[]): Value {
    const [first = null] = values;
    if (columns.length === 1 && isRow(first)) return first;
    return new Map(columns.map((name, i) => [name, values[i] ?? null])) satisfies Row;
  }

  #execute(statement: PlStatement & { readonly kind: 'execute' }): void {
    const relation = this.#dynamic(statement.sql, statement.using, statement.at);
    if (statement.into.length > 0) this.#into(statement.into, relation ?? { columns: [], rows: [], open: true });
  }

  /** Runs a text; gives the rows of its last query, if it had one. */
  #dynamic(sql: SqlExpr, using: readonly SqlExpr[], at: Span): Relation | undefined {
    const { world } = this.#context;
    const value = this.#value(sql);
    if (value === null) return fail('null_value_not_allowed', 'query string argument of EXECUTE is null');
    const text = textOf(value);
    if (text === undefined) {
      doubt(world, at, value instanceof Unknown ? `the text of EXECUTE depends on ${value.why}` : 'the text of EXECUTE is not known', []);
      return undefined;
    }
    const params = using.map((expr) => this.#value(expr));
    let relation: Relation | undefined;
    for (const event of world.parser.events(text, at, false)) relation = this.#event(event, params) ?? relation;
    return relation;
  }

  #event(event: SchemaEvent, params: readonly Value[]): Relation | undefined {
    const context: Context = { ...this.#here, params, variables: undefined };
    if (event.kind === 'run' || event.kind === 'data') return runStatement(event.statement, context);
    if (event.kind === 'unread' && event.reason.startsWith('syntax error')) return fail('syntax_error', event.reason);
    this.#context.world.run(event);
    return undefined;
  }

  #sql(statement: PlStatement & { readonly kind: 'sql' }): void {
    if (statement.events.length > 0) {
      for (const event of statement.events) this.#context.world.run(event);
      return;
    }
    const relation = runStatement(statement.statement, this.#here);
    if (statement.into.length > 0) this.#into(statement.into, relation);
    else this.#found(relation);
  }

  #into(targets: readonly string[], relation: Relation): void {
    const [row] = relation.rows;
    const known = row !== undefined ? row.certain : !relation.open;
    this.#bind(targets, relation.columns, !known ? [] : (row?.values ?? relation.columns.map(() => null)));
    if (known && row === undefined && relation.columns.length === 0) this.#bind(targets, [''], [null]);
    this.#found(relation);
  }

  #found({ rows, open }: Relation): void {
    this.#variables.set('found', rows.some(({ certain }) => certain) ? true : open || rows.length > 0 ? NOT_DECIDED : false);
  }

  #return(statement: PlStatement & { readonly kind: 'return' }): Signal {
    const value = statement.value === undefined ? undefined : this.#value(statement.value);
    if (statement.next === true) {
      const outs = this.#outs.map((arg) => this.#variables.get([arg.name ?? '']) ?? null);
      this.#rows.push({ values: value === undefined ? outs : isRow(value) ? [...value.values()] : [value], certain: true });
      return undefined;
    }
    if (value !== undefined) this.#result = value;
    return { is: 'return' };
  }

  #returnQuery(statement: PlStatement & { readonly kind: 'return-query' }): void {
    const relation = statement.query !== undefined ? runStatement(statement.query, this.#here) : statement.sql === undefined ? undefined : this.#dynamic(statement.sql, statement.using, statement.at);
    if (relation === undefined) {
      this.#open = true;
      return;
    }
    this.#columns = relation.columns;
    this.#rows.push(...relation.rows);
    this.#open ||= relation.open;
  }
}
