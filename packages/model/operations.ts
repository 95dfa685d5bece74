import { built as builtAt, embedded as embeddedAt, type Call, type Embedded } from './embedded.ts';
import type { ConstraintDef, TableAction } from './events.ts';
import type { Execution, Step } from './history.ts';
import { atLeast, locksOf, type Lock } from './locks.ts';
import { sqlTable, tableName } from './questions.ts';
import type { Facts } from './rule.ts';
import type { Table } from './schema.ts';
import type { Span } from './span.ts';

/** Questions about what a migration that is not applied yet does to tables that are in use. */

/** A statement of a pending migration, or one action of its ALTER TABLE. */
export interface Operation extends Execution {
  readonly step: Step;
  readonly index: number;
  readonly action: TableAction | undefined;
  /** The table that it is about, as it was before. */
  readonly table: Table | undefined;
  /** That table was made in the same deploy: it has no rows worth waiting for, and nobody reads it yet. */
  readonly fresh: boolean;
  /** Locks that its statement takes on tables that are in use. */
  locks(): readonly Lock[];
  /** The call of a program that sends it, where that is all the call does. */
  embedded(): Embedded | undefined;
  /** The call of one of Alembic's operations that does it, and nothing else. */
  built(): Call | undefined;
}

/** What a pending step does, in order; nothing for a step that is applied. Asked once for all rules. */
export function operations(facts: Facts, index: number): readonly Operation[] {
  let known = memo.get(facts);
  if (known === undefined) memo.set(facts, (known = new Map()));
  let found = known.get(index);
  if (found === undefined) known.set(index, (found = split(facts, index)));
  return found;
}
const memo = new WeakMap<Facts, Map<number, readonly Operation[]>>();

/** One that is about an existing table of the product. */
export interface UsedOperation extends Operation {
  readonly table: Table;
}

/** Those that are about existing tables of the product, in order: most statements of a history make new ones, and most rules ask for no others. */
export function usedOperations(facts: Facts, index: number): readonly UsedOperation[] {
  const all = operations(facts, index);
  let found = memoUsed.get(all);
  if (found === undefined) memoUsed.set(all, (found = all.filter((op): op is UsedOperation => usedTable(op) !== undefined)));
  return found;
}
const memoUsed = new WeakMap<readonly Operation[], readonly UsedOperation[]>();

function split(facts: Facts, index: number): readonly Operation[] {
  const step = facts.timeline.steps[index];
  if (step === undefined || facts.deploy(index) === undefined) return [];
  const found: Operation[] = [];
  for (const execution of facts.timeline.executions(index)) {
    const { event, statement, transaction, named, setting } = execution;
    const table = tableOf(execution);
    const fresh = table !== undefined && isFresh(facts, index, table);
    let taken: readonly Lock[] | undefined;
    const locks = (): readonly Lock[] => (taken ??= usedLocks(facts, index, execution));
    // Spelled out: copying the object a hundred thousand times is what all the rules together cost.
    const whole = (): string => facts.text({ file: event.at.file, start: 0, end: Number.MAX_SAFE_INTEGER });
    const alone = (): boolean => event === statement && step.up.every((e) => e === event || e.at.start !== event.at.start || e.at.file !== event.at.file);
    const built = (): Call | undefined => (event.at.file.endsWith('.py') && alone() ? builtAt(event.at, whole()) : undefined);
    const embedded = (): Embedded | undefined => (event.at.file.endsWith('.sql') ? undefined : embeddedAt(event.at, whole()));
    const add = (action: TableAction | undefined) => found.push({ event, statement, transaction, named, setting, step, index, action, table, fresh, locks, embedded, built });
    const actions = event.kind === 'alter-table' ? event.actions.filter((action) => !isIdleAction(action, table)) : [];
    for (const action of actions) add(action);
    if (actions.length === 0) add(undefined);
  }
  return found;
}

/** What IF EXISTS or IF NOT EXISTS makes nothing of; its statement takes the lock all the same. */
function isIdleAction(action: TableAction, table: Table | undefined): boolean {
  if (table === undefined || table.inferred) return false;
  switch (action.do) {
    case 'add-column': return action.ifNotExists && table.columns.has(action.column.name);
    case 'drop-column': return action.ifExists && !table.columns.has(action.column);
    case 'drop-constraint': return action.ifExists && !table.constraints.has(action.name);
    default: return false;
  }
}

/** The same migration drops the table further down: what is taken off it before is no loss of its own. */
export function isDroppedBehind(facts: Facts, { index, table }: Operation): boolean {
  if (table === undefined) return false;
  return operations(facts, index).some(({ event, named }) => event.kind === 'drop' && event.object === 'table' && event.names.some((name) => named(name)?.table?.key === table.key));
}

function tableOf({ event, named }: Execution): Table | undefined {
  switch (event.kind) {
    case 'alter-table': case 'create-index': case 'create-policy': case 'alter-policy': case 'create-trigger': case 'create-rule':
      return named(event.table)?.table;
    case 'rename':
      return named(event.of ?? event.name)?.table;
    case 'drop': {
      const [first] = event.names;
      const name = event.table ?? first;
      return name === undefined ? undefined : named(name)?.table;
    }
    case 'data':
      return 'table' in event.statement ? named(event.statement.table)?.table : undefined;
    case 'set-schema': case 'set-owner': case 'comment':
      return named(event.name)?.table;
    case 'other': {
      const [name] = event.names;
      return name === undefined ? undefined : named(name)?.table;
    }
    default:
      return undefined;
  }
}

/** Made in the deploy of that step. What the history never made was there before it. */
export function isFresh(facts: Facts, index: number, table: Table): boolean {
  return table.temporary || (!table.inferred && isSameDeploy(facts, index, table.createdIn));
}

/** What is made at that place is made in the deploy of that step. */
export function isOfDeploy(facts: Facts, index: number, { file }: Span): boolean {
  return isSameDeploy(facts, index, facts.timeline.steps.findIndex((step) => step.file === file));
}

function isSameDeploy(facts: Facts, index: number, created: number): boolean {
  return facts.deploy(created) !== undefined && facts.deploy(created) === facts.deploy(index);
}

/** A column that the deploy itself adds: it holds nothing but its default, and no code knows it. */
export function isNewColumn(facts: Facts, { table, index }: Operation, name: string): boolean {
  const column = table?.columns.get(name);
  if (column === undefined) return table !== undefined && !table.inferred;
  return column.type.name !== 'unknown' && isSameDeploy(facts, index, column.createdIn);
}

/** An existing table of the product that the operation is about. */
export function usedTable(op: Operation): Table | undefined {
  return op.fresh || op.table?.platform === true ? undefined : op.table;
}

function usedLocks(facts: Facts, index: number, execution: Execution): readonly Lock[] {
  const locks = locksOf(execution, facts);
  if (locks.length === 0) return locks;
  const [before, after] = [facts.timeline.at(index - 1), facts.timeline.at(index)];
  return locks.filter(({ relation }) => {
    const table = before.tables.get(relation) ?? after.tables.get(relation);
    const view = before.views.get(relation);
    return table === undefined ? view !== undefined && !isSameDeploy(facts, index, view.createdIn) : !isFresh(facts, index, table);
  });
}

/**
 * Those of an operation's locks that people feel: what shuts everybody out, and what the table itself is locked with. A foreign key of a new
 * table also locks the one that it refers to, for a moment and against writers alone.
 */
export function heavyLocks(op: Operation): readonly Lock[] {
  return op.locks().filter((l) => l.mode === 'ACCESS EXCLUSIVE' || (atLeast(l.mode, 'SHARE') && (l.relation === op.table?.key || op.event.kind === 'alter-domain' || (op.event.kind === 'other' && op.event.verb === 'alter domain'))));
}

/** How the tool of the step runs a migration outside of a transaction; `…` where it can do so for a file of one statement. */
export function outsideTransaction({ tool }: Step): string {
  return OUTSIDE[tool] ?? 'in a migration without a transaction';
}

const OUTSIDE: Partial<Readonly<Record<Step['tool'], string>>> = {
  supabase: 'as the only statement of its own migration file',
  prisma: 'as the only statement of its own migration',
  'golang-migrate': 'as the only statement of its own migration file',
  dbmate: 'in a file of its own under `-- migrate:up transaction:false`',
  goose: 'in a file of its own with `-- +goose NO TRANSACTION`',
  flyway: 'in a file of its own with `executeInTransaction=false` in its .conf',
  'graphile-migrate': 'in a file of its own with `--! no-transaction`',
  drizzle: 'by hand before the deploy: drizzle-kit runs all migrations in one transaction',
  alembic: 'inside `with op.get_context().autocommit_block():`',
  knex: 'in a file of its own with `exports.config = { transaction: false }`',
  typeorm: 'in a migration of its own with `transaction = false`',
  'node-pg-migrate': 'in a migration of its own with `pgm.noTransaction()`',
};

/** The table for a sentence and for SQL. */
export function namesOfTable(table: Table): { readonly table: string; readonly sql: string } {
  return { table: tableName(table.key), sql: sqlTable(table.key) };
}

/** The name that a statement is about; where it has none, its first words. */
export function placeOf({ event, action }: Execution & { readonly action?: TableAction | undefined }): Span {
  if (action !== undefined && 'columnAt' in action) return action.columnAt;
  switch (event.kind) {
    case 'create-index': case 'create-policy': case 'alter-policy': case 'create-trigger':
      return event.nameAt;
    case 'alter-table': case 'create-rule':
      return event.table.at;
    case 'create-table': case 'create-table-as': case 'create-view': case 'create-function': case 'create-type': case 'alter-enum': case 'alter-domain':
    case 'create-sequence': case 'alter-sequence': case 'rename': case 'set-schema': case 'set-owner': case 'comment': case 'alter-function':
      return event.name.at;
    case 'drop': case 'other':
      return event.names[0]?.at ?? event.at;
    case 'data':
      if (event.statement.kind === 'truncate') return event.statement.tables[0]?.at ?? event.at;
      return 'table' in event.statement ? event.statement.table.at : event.at;
    default:
      return event.at;
  }
}

/** Constraints that an action of ALTER TABLE adds, each with the column that it was written at, if it was. */
export function addedConstraints(action: TableAction): readonly { readonly constraint: ConstraintDef; readonly own: readonly string[] }[] {
  if (action.do === 'add-constraint') return [{ constraint: action.constraint, own: [] }];
  return action.do === 'add-column' ? action.column.constraints.map((constraint) => ({ constraint, own: [action.column.name] })) : [];
}
