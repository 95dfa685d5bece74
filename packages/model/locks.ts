import type { ColumnDef, ConstraintDef, SchemaEvent, TableAction } from './events.ts';
import { isShort } from './data-work.ts';
import type { Execution } from './history.ts';
import type { Constraint, Schema, Table } from './schema.ts';
import type { QName } from './sql.ts';
import { never } from './span.ts';
import { walkExpr } from './sql-walk.ts';
import { isCheckedDomain, isOfDomain, typeWork } from './type-change.ts';
import { mayBeVolatile } from './volatility.ts';

/** Lock modes of tables, weakest first, as pg_locks and the manual name them. */
export const LOCK_MODES = ['ACCESS SHARE', 'ROW SHARE', 'ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'] as const;
export type LockMode = (typeof LOCK_MODES)[number];

/** What a statement does while it holds the lock: nothing that takes time, or something that grows with the table. */
export type LockWork = 'none' | 'scan' | 'build' | 'rewrite' | 'rows';

export interface Lock {
  /** Key of the table, view or materialized view. */
  readonly relation: string;
  readonly mode: LockMode;
  readonly work: LockWork;
}

export function atLeast(mode: LockMode, other: LockMode): boolean {
  return LOCK_MODES.indexOf(mode) >= LOCK_MODES.indexOf(other);
}

/** Who waits for it, in a word or two. */
export function blocked(mode: LockMode): string {
  if (mode === 'ACCESS EXCLUSIVE') return 'reads and writes';
  if (atLeast(mode, 'SHARE')) return 'writes';
  return atLeast(mode, 'SHARE UPDATE EXCLUSIVE') ? 'other changes of the schema' : 'nothing but other changes of the schema';
}

const AE: LockMode = 'ACCESS EXCLUSIVE';
const SUE: LockMode = 'SHARE UPDATE EXCLUSIVE';
const SRE: LockMode = 'SHARE ROW EXCLUSIVE';

/** Server and state that a lock depends on. */
export interface LockContext {
  readonly postgres: number;
  readonly schema: Schema;
}

/**
 * Locks that a statement takes on relations that were there before it, the strongest for each, sorted by name. The one table
 * that rules, fixes and their test against pg_locks share. CONCURRENTLY is told as it is outside of a transaction.
 */
export function locksOf(execution: Execution, context: LockContext): readonly Lock[] {
  const locks = taken(execution, context);
  if (locks.length < 2) return locks;
  const strongest = new Map<string, Lock>();
  for (const lock of locks) {
    const known = strongest.get(lock.relation);
    const work = known !== undefined && known.work !== 'none' ? known.work : lock.work;
    strongest.set(lock.relation, known !== undefined && atLeast(known.mode, lock.mode) ? { ...known, work } : { ...lock, work });
  }
  return [...strongest.values()].sort((a, b) => (a.relation < b.relation ? -1 : 1));
}

function taken({ event, named }: Execution, context: LockContext): Lock[] {
  const of = (name: Parameters<Execution['named']>[0] | undefined, mode: LockMode, work: LockWork = 'none'): Lock[] => {
    const found = name === undefined ? undefined : named(name);
    const relation = found?.table?.key ?? found?.view?.key;
    return relation === undefined ? [] : [{ relation, mode, work }];
  };
  switch (event.kind) {
    case 'create-table':
      if (event.ifNotExists && named(event.name) !== undefined) return [];
      return [
        ...of(event.partitionOf?.parent, AE),
        ...event.inherits.flatMap((parent) => of(parent, SUE)),
        ...event.like.flatMap((like) => of(like.source, 'ACCESS SHARE')),
        ...[...event.constraints, ...event.columns.flatMap((c) => c.constraints)].flatMap((c) => (c.kind === 'foreign key' ? of(c.references, SRE) : [])),
      ];
    case 'alter-table': {
      const target = named(event.table);
      if (target?.is === 'index') return [];
      if (target?.table === undefined) return target?.view ? of(event.table, event.actions.every((a) => a.do === 'owner' || a.do === 'set-options' || a.do === 'set-default' || a.do === 'reset-options') ? AE : SUE) : [];
      const table = target.table;
      return event.actions.flatMap((action) => [...of(event.table, ...actionLock(action, table, context)), ...elsewhere(action, table, of, named, context)]);
    }
    case 'create-index':
      return of(event.table, event.concurrently ? SUE : 'SHARE', isThere(event, named(event.table)?.table) ? 'none' : 'build');
    case 'create-policy': case 'alter-policy': case 'create-rule':
      return of(event.table, AE);
    case 'create-trigger':
      return of(event.table, SRE);
    case 'create-view':
      return event.replace ? of(event.name, AE) : [];
    case 'drop':
      return dropLocks(event, of, named);
    case 'rename':
      if (event.object === 'index') return [];
      return of(event.of ?? event.name, AE);
    case 'set-schema': case 'set-owner':
      return of(event.name, AE);
    case 'comment':
      if (event.object === 'index') return [];
      return of(event.of ?? event.name, SUE);
    case 'create-publication': case 'alter-publication':
      return event.tables.flatMap((table) => of(table, SUE));
    case 'data':
      if (event.statement.kind === 'truncate') {
        const named = event.statement.tables.flatMap((table) => of(table, AE));
        return event.statement.cascade ? [...withReferring(context.schema, named.map((l) => l.relation))].map((relation) => ({ relation, mode: AE, work: 'none' })) : named;
      }
      return 'table' in event.statement ? of(event.statement.table, 'ROW EXCLUSIVE', isShort(event.statement, named(event.statement.table)?.table) ? 'none' : 'rows') : [];
    case 'other':
      // VALIDATE CONSTRAINT is all that is left of ALTER DOMAIN.
      if (event.verb === 'alter domain') return event.names.flatMap((name) => domainLocks(name, context.schema));
      return event.names.flatMap((name) => of(name, ...otherLock(event)));
    case 'alter-domain': {
      const asked = event.notNull === true || (event.addConstraint !== undefined && event.addConstraint.notValid !== true);
      return asked ? domainLocks(event.name, context.schema) : [];
    }
    case 'create-schema': case 'create-table-as': case 'create-function': case 'alter-function': case 'create-type': case 'alter-enum':
    case 'create-sequence': case 'alter-sequence': case 'create-extension': case 'create-role': case 'alter-role': case 'grant-role': case 'grant':
    case 'default-privileges': case 'drop-owned': case 'set': case 'transaction': case 'run': case 'do': case 'unread':
      return [];
    default:
      return never(event);
  }
}

/** CREATE INDEX IF NOT EXISTS of one that exists: it takes the lock, and does nothing. */
export function isThere({ name, ifNotExists }: SchemaEvent & { readonly kind: 'create-index' }, table: Table | undefined): boolean {
  return ifNotExists && name !== undefined && table?.indexes.has(name) === true;
}

/** Storage parameters that need no more than SHARE UPDATE EXCLUSIVE. */
const LIGHT_OPTION = /^(?:toast\.)?(?:autovacuum_\w+|vacuum_\w+|log_autovacuum_min_duration|fillfactor|toast_tuple_target|parallel_workers|n_distinct|deduplicate_items|buffering|fastupdate)$/;

function actionLock(action: TableAction, table: Table, { postgres, schema }: LockContext): [LockMode, LockWork] {
  switch (action.do) {
    case 'add-column': return [AE, action.ifNotExists && table.columns.has(action.column.name) ? 'none' : columnWork(action.column, postgres, schema)];
    case 'set-type': {
      const column = table.columns.get(action.column);
      if (column === undefined || typeWork(column.type, action.type, action.column, action.using, schema.types) === 'rewrite') return [AE, 'rewrite'];
      return [AE, checksOf(table, action.column).length > 0 ? 'scan' : 'none'];
    }
    case 'set-not-null': return [AE, action.notNull && !isProvenNotNull(table, action.column, postgres) ? 'scan' : 'none'];
    case 'add-constraint': return constraintLock(action.constraint, table, postgres);
    case 'validate-constraint': return [SUE, table.constraints.get(action.name)?.validated === true ? 'none' : 'scan'];
    case 'trigger-state': return [SRE, 'none'];
    case 'attach-partition': return [SUE, 'none'];
    case 'detach-partition': return [action.concurrently ? SUE : AE, 'none'];
    case 'set-options': return [Object.keys(action.options).every((o) => LIGHT_OPTION.test(o)) ? SUE : AE, 'none'];
    case 'reset-options': return [action.options.every((o) => LIGHT_OPTION.test(o)) ? SUE : AE, 'none'];
    case 'other': {
      if (/^(?:set statistics|set options|reset options|cluster on|drop cluster)$/.test(action.what)) return [SUE, 'none'];
      return [AE, /^set (?:logged|un ?logged|table ?space|access method|expression)$/.test(action.what) ? 'rewrite' : 'none'];
    }
    case 'drop-column': case 'defer-constraint': case 'set-default': case 'set-identity': case 'drop-expression': case 'drop-constraint': case 'rls': case 'force-rls': case 'owner': case 'inherit':
      return [AE, 'none'];
    default: return never(action);
  }
}

/** What adding a column makes of the rows that are there. */
export function columnWork(column: ColumnDef, postgres: number, schema: Schema): LockWork {
  if (column.generated?.stored === true || column.identity !== undefined || /serial\d?$/.test(column.type.name)) return 'rewrite';
  if (column.default !== undefined && (postgres < 11 || mayBeVolatile(column.default, schema) === true)) return 'rewrite';
  // Its checks are asked of the NULL of each row.
  if (isCheckedDomain(column.type, schema.types)) return 'rewrite';
  if (column.constraints.some((c) => c.kind === 'primary key' || c.kind === 'unique' || c.kind === 'exclude')) return 'build';
  return column.constraints.some((c) => c.kind === 'check' || (c.kind === 'foreign key' && column.default !== undefined)) || (column.notNull && column.default === undefined) ? 'scan' : 'none';
}

function constraintLock(constraint: ConstraintDef, table: Table, postgres: number): [LockMode, LockWork] {
  switch (constraint.kind) {
    case 'foreign key': return [SRE, constraint.notValid === true ? 'none' : 'scan'];
    case 'check': case 'not null': return [AE, constraint.notValid === true ? 'none' : 'scan'];
    case 'primary key': case 'unique': {
      if (constraint.usingIndex === undefined) return [AE, 'build'];
      const keys = constraint.kind === 'primary key' ? table.indexes.get(constraint.usingIndex)?.keys : [];
      return [AE, keys?.every((k) => k.column !== undefined && isProvenNotNull(table, k.column, postgres)) === false ? 'scan' : 'none'];
    }
    case 'exclude': return [AE, 'build'];
    default: return never(constraint);
  }
}

/** Locks on the other tables of a foreign key or a partition. */
function elsewhere(action: TableAction, table: Table, of: (name: Parameters<Execution['named']>[0], mode: LockMode, work?: LockWork) => Lock[], named: Execution['named'], { schema }: LockContext): Lock[] {
  const referenced = (constraints: readonly ConstraintDef[]): Lock[] => constraints.flatMap((c) => (c.kind === 'foreign key' ? of(c.references, SRE) : []));
  switch (action.do) {
    case 'add-column': return referenced(action.column.constraints);
    case 'add-constraint': return referenced([action.constraint]);
    case 'drop-constraint': {
      const known = table.constraints.get(action.name);
      return known?.kind === 'foreign key' ? [{ relation: known.references, mode: AE, work: 'none' }] : [];
    }
    case 'set-type':
      // The foreign keys of the column are made anew, on both sides.
      return [
        ...keysOf(table, action.column).map((c): Lock => ({ relation: c.references, mode: AE, work: 'none' })),
        ...referringTo(schema, table.key).filter((other) => other.key !== table.key && keysTo(other, table.key, action.column)).map((other): Lock => ({ relation: other.key, mode: AE, work: 'scan' })),
      ];
    case 'drop-column': return keysOf(table, action.column).map((c): Lock => ({ relation: c.references, mode: AE, work: 'none' }));
    case 'validate-constraint': {
      const known = table.constraints.get(action.name);
      return known?.kind === 'foreign key' ? [{ relation: known.references, mode: 'ROW SHARE', work: 'none' }] : [];
    }
    case 'attach-partition': {
      const child = named(action.partition)?.table;
      return of(action.partition, AE, child !== undefined && isBounded(child, table) ? 'none' : 'scan');
    }
    case 'detach-partition': return of(action.partition, action.concurrently ? SUE : AE);
    case 'inherit': return of(action.parent, SUE);
    default: return [];
  }
}

type ForeignKey = Constraint & { readonly kind: 'foreign key' };

function keysOf(table: Table, column: string): readonly ForeignKey[] {
  return [...table.constraints.values()].flatMap((c) => (c.kind === 'foreign key' && c.columns.includes(column) ? [c] : []));
}

function referringTo(schema: Schema, key: string): readonly Table[] {
  let known = referring.get(schema);
  if (known === undefined) {
    const made = new Map<string, Table[]>();
    for (const table of schema.tables.values()) {
      for (const c of table.constraints.values()) {
        if (c.kind !== 'foreign key') continue;
        const others = made.get(c.references);
        if (others === undefined) made.set(c.references, [table]);
        else if (others.at(-1) !== table) others.push(table);
      }
    }
    referring.set(schema, (known = made));
  }
  return known.get(key) ?? [];
}
const referring = new WeakMap<Schema, ReadonlyMap<string, readonly Table[]>>();

/** The tables and all that refer to them, directly or through others. */
function withReferring(schema: Schema, keys: readonly string[]): ReadonlySet<string> {
  const found = new Set(keys);
  for (const key of found) for (const { key: other } of referringTo(schema, key)) found.add(other);
  return found;
}

/** Locks on tables that have a column of the domain, or of one that is made of it. */
function domainLocks({ schema: given, name }: QName, { tables, types }: Schema): Lock[] {
  const domain = `${given ?? 'public'}.${name}`;
  return [...tables.values()].filter((table) => [...table.columns.values()].some((column) => isOfDomain(column.type, domain, types))).map(({ key }) => ({ relation: key, mode: 'SHARE', work: 'scan' }));
}

function keysTo(table: Table, key: string, column: string): boolean {
  for (const c of table.constraints.values()) if (c.kind === 'foreign key' && c.references === key && c.referenced.includes(column)) return true;
  return false;
}

function dropLocks(event: SchemaEvent & { readonly kind: 'drop' }, of: (name: Parameters<Execution['named']>[0] | undefined, mode: LockMode) => Lock[], named: Execution['named']): Lock[] {
  if (event.object === 'policy' || event.object === 'trigger' || event.object === 'rule') {
    const table = event.table === undefined ? undefined : named(event.table)?.table;
    const parts = event.object === 'policy' ? table?.policies : event.object === 'trigger' ? table?.triggers : undefined;
    // What is not there needs no lock.
    return event.ifExists && parts && !event.names.some(({ name }) => parts.has(name)) ? [] : of(event.table, AE);
  }
  if (event.object === 'index') return event.names.flatMap((name) => of(name, event.concurrently ? SUE : AE));
  if (event.object !== 'table' && event.object !== 'view' && event.object !== 'materialized view' && event.object !== 'foreign table') return [];
  return event.names.flatMap((name) => {
    const table = named(name)?.table;
    // A foreign key is enforced by triggers on both sides.
    const keys = [...(table?.constraints.values() ?? [])].flatMap((c): Lock[] => (c.kind === 'foreign key' ? [{ relation: c.references, mode: AE, work: 'none' }] : []));
    const parent: Lock[] = table?.partitionOf === undefined ? [] : [{ relation: table.partitionOf, mode: AE, work: 'none' }];
    return [...of(name, AE), ...keys, ...parent];
  });
}

function otherLock({ verb, concurrently }: SchemaEvent & { readonly kind: 'other' }): [LockMode, LockWork] {
  if (verb === 'refresh materialized view') return [concurrently === true ? 'EXCLUSIVE' : AE, 'rewrite'];
  if (verb === 'reindex') return [concurrently === true ? SUE : 'SHARE', 'build'];
  if (verb === 'cluster') return [AE, 'rewrite'];
  // Unless it says otherwise, which is no part of the event.
  if (verb === 'lock') return [AE, 'none'];
  return [verb === 'copy' ? 'ACCESS SHARE' : SUE, 'none'];
}

/** CHECKs that hold of every row and speak of the column. Another type makes Postgres ask them again. */
export function checksOf(table: Table, column: string): readonly Constraint[] {
  return [...table.constraints.values()].filter((c) => {
    if (c.kind !== 'check' || !c.validated) return false;
    let found = false;
    walkExpr(c.expr, { expr: (e) => void (found ||= e.kind === 'column' && e.path.at(-1) === column) });
    return found;
  });
}

/** A validated CHECK speaks of the column that decides. Whether it says enough, Postgres finds out. */
export function isBounded(partition: Table, parent: Table): boolean {
  return checksOf(partition, parent.partitionBy?.columns[0] ?? '').length > 0;
}

/** A valid CHECK (column IS NOT NULL) spares SET NOT NULL its scan. */
export function isProvenNotNull(table: Table, column: string, postgres: number): boolean {
  if (table.columns.get(column)?.notNull === true) return true;
  if (postgres < 12) return false;
  for (const c of table.constraints.values()) {
    if (c.kind !== 'check' || !c.validated) continue;
    const tests = c.expr.kind === 'and' ? c.expr.of : [c.expr];
    if (tests.some((t) => t.kind === 'is-null' && t.negated && t.of.kind === 'column' && t.of.path.at(-1) === column)) return true;
  }
  return false;
}
