import type { SchemaEvent } from './events.ts';
import type { Doubt, Index, Schema, Table, View } from './schema.ts';
import type { QName } from './sql.ts';
import type { Comment, Known, Source, Span, Unread } from './span.ts';

/** Tools whose conventions for order, transactions and undoing are known. */
export type MigrationTool =
  | 'supabase' | 'prisma' | 'drizzle' | 'dbmate' | 'goose' | 'golang-migrate' | 'flyway' | 'sqitch' | 'graphile-migrate'
  | 'node-pg-migrate' | 'knex' | 'typeorm' | 'kysely' | 'sequelize' | 'mikro-orm' | 'alembic' | 'plain' | 'dump' | 'models';

/** Whether the tool's SQL is written by a generator from models, so that its style is nobody's decision. */
export function generatesSql(tool: MigrationTool | undefined): boolean {
  return tool === 'prisma' || tool === 'models';
}

/** One migration (or one state description, such as a Prisma schema) as its tool would run it. */
export interface Step {
  /** File that holds the forward direction. */
  readonly file: string;
  /** What the tool calls it: version and name. */
  readonly id: string;
  readonly tool: MigrationTool;
  /** Ids of the steps that it builds on, where the tool lets a step say so; absent: the one before it. */
  readonly after?: readonly string[];
  readonly up: readonly SchemaEvent[];
  /** `known: false` where a down exists and could not be read; an absent down is `undefined`. */
  readonly down: Known<readonly SchemaEvent[]> | undefined;
  /** The down's place: its file or its section; the end of the file when there is none. */
  readonly downAt: Span | undefined;
  /** The tool runs the step in one transaction of its own. */
  readonly transactional: boolean;
  /** The date that the tool goes by, where it runs what is newer than the last that it ran, whatever stands between. */
  readonly moment?: number;
  readonly unread: readonly Unread[];
}

/** The migrations of one folder, in the order in which the tool applies them. */
export interface History {
  readonly tool: MigrationTool;
  /** The folder, or the file of a single-file history. */
  readonly root: string;
  readonly steps: readonly Step[];
  readonly downs: WaysBack;
  /** Files of the folder that the tool would not run, and why. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  /** What the tool stops at before it runs anything, and where it stands. */
  readonly broken?: readonly Unread[];
  readonly seeds: readonly string[];
}

/** Whether steps of a history are expected to carry a way back, and why that is believed. */
export interface WaysBack {
  readonly expected: boolean;
  readonly why: string;
  /** The share of steps that have one decided, and this is what speaks for it; asked of the steps that were there before a change. */
  readonly because?: string;
  /** Many steps lack one: those that are applied are left as they are, and only pending ones are asked for it. */
  readonly scattered?: true;
}

/** One object changed by a step: its value before and after (absent: did not exist). */
export interface Change {
  readonly object: 'table' | 'view' | 'function' | 'type' | 'sequence' | 'role' | 'publication' | 'extension' | 'schema' | 'bucket' | 'default-privileges';
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The replayed history. */
export interface Timeline {
  readonly histories: readonly History[];
  /** All steps in replay order. */
  readonly steps: readonly Step[];
  /** The state after step `n`; `-1` is the state in which the history starts. Costs a walk over the changes since. */
  at(n: number): Schema;
  readonly last: Schema;
  /** What step `n` changed, in no particular order. */
  changes(n: number): readonly Change[];
  /** Events of step `n` as they ran: DO blocks and calls replaced by what they executed. */
  executed(n: number): readonly SchemaEvent[];
  /** What step `n` and its way back leave; undefined where there is no way back, or it could not be read. */
  undone(n: number): Undoing | undefined;
  /** What the statements of step `n` met when they ran; empty for steps that are not pending. */
  executions(n: number): readonly Execution[];
  readonly doubts: readonly Doubt[];
}

/** A statement of a migration that is not applied yet (or one that a block of it ran), as it met the database. */
export interface Execution {
  readonly event: SchemaEvent;
  /** The migration's own statement: the event itself, or the block or call that ran it. */
  readonly statement: SchemaEvent;
  /** The transaction that it is part of; undefined where it is one of its own. One object a transaction. */
  readonly transaction: Transaction | undefined;
  /** What a name of the event stood for right before it ran. */
  named(name: QName): NamedRelation | undefined;
  /** A setting in force, by its lower-case name; undefined where the migration set none. */
  setting(name: string): readonly string[] | undefined;
}

export interface Transaction {
  readonly by: 'tool' | 'script';
  /** The BEGIN that the file states; undefined where the tool alone begins. */
  readonly at: Span | undefined;
}

/** What a name stands for. */
export interface NamedRelation {
  readonly key: string;
  readonly is: 'table' | 'view' | 'sequence' | 'composite' | 'index';
  /** The table, or the one that the index is of. */
  readonly table: Table | undefined;
  /** The view, or the one that the index is of. */
  readonly view: View | undefined;
  readonly index: Index | undefined;
}

/** A step and, right after it, its way back. */
export interface Undoing {
  /** Objects whose value is not the one before the step: that one, and what is there now. Equal definitions may be other values. */
  readonly left: readonly Change[];
  /** Events of the way back as they ran. */
  readonly executed: readonly SchemaEvent[];
  /** What of the way back could not be run or read. */
  readonly doubts: readonly Doubt[];
}

/** Everything that a reader says of one SQL file, before a tool's conventions are applied. */
export interface SqlFile {
  readonly source: Source;
  readonly events: readonly SchemaEvent[];
  readonly comments: readonly Comment[];
  readonly unread: readonly Unread[];
}
