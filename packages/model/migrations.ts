import type { AccessCommand } from './access.ts';
import type { NewMigration, Subject } from './finding.ts';
import type { Escape } from './formula.ts';
import type { Change } from './history.ts';
import type { Doubt, Table } from './schema.ts';
import type { Span } from './span.ts';
import type { SqlExpr } from './sql.ts';

/** One part of the catalog that two states do not have in common. */
export interface Difference {
  readonly object: Change['object'];
  /** Key of the object. */
  readonly key: string;
  /** What differs, for people: `index notes_org_idx of notes`. */
  readonly what: string;
  /** Seen from the second state: it lacks the part, has it over, or has another one. */
  readonly is: 'missing' | 'extra' | 'changed';
  /** Definitions, as far as they differ. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly kind: 'structure' | 'enum value' | 'policy' | 'privilege';
  /** What made the part that is there too much or otherwise; for a missing one, what made it once. */
  readonly at: Span | undefined;
}

/** What a migration and its way back leave, run one after the other. */
export interface Undone {
  /** Empty: the state before is back. */
  readonly differences: readonly Difference[];
  /** Statements of the way back that fail, or whose effect is not known. */
  readonly failures: readonly Doubt[];
  /** Copies of what the migration takes away that the way back drops without having put anything back from them. */
  readonly dropped: readonly { readonly table: string; readonly at: Span }[];
  /** The migration or its way back holds something that could not be followed, so that differences may be no real ones. */
  readonly doubtful: boolean;
}

/** Statements that lead from the state after a migration to the one before it, and what none can bring back. */
export interface Inverse {
  /** In order, without their semicolons. */
  readonly statements: readonly string[];
  /** Parts of the schema for which there is no statement, or none that could be told. */
  readonly impossible: readonly { readonly what: string; readonly why: string; readonly at: Span }[];
  /** Rows and values. */
  readonly lost: readonly { readonly what: string; readonly advice: string; readonly at: Span }[];
}

/** What a migration did to open rows of tenants that were closed before it. */
export type Opening =
  | { readonly kind: 'rls-off' | 'force-off' | 'recreated' | 'owner' }
  /** A permissive policy was made or changed. */
  | { readonly kind: 'policy'; readonly policy: string; readonly made: boolean }
  | { readonly kind: 'restriction-dropped'; readonly policy: string }
  | { readonly kind: 'granted'; readonly privileges: readonly string[] }
  /** A function that policies ask was changed. */
  | { readonly kind: 'helper'; readonly fn: string }
  | { readonly kind: 'view' | 'function' }
  | { readonly kind: 'bypass' }
  | { readonly kind: 'membership'; readonly of: string };

/** Roles that reach rows of other tenants after a migration and did not before it. */
export interface Weakening {
  readonly opening: Opening;
  /** What is open now. */
  readonly object: Subject;
  readonly roles: readonly string[];
  readonly commands: readonly AccessCommand[];
  /** The row that became visible, where a condition tells which. */
  readonly escape: Escape | undefined;
  /** The statement that did it. */
  readonly at: Span;
  /** A later migration closed it again: its index, and the place that did. */
  readonly closed: { readonly step: number; readonly at: Span | undefined } | undefined;
}

/** A table that whoever is not trusted could reach between two transactions, until something protected it. */
export interface Window {
  readonly table: string;
  readonly roles: readonly string[];
  readonly at: Span;
  /** What closed it, in the same file or a later one. */
  readonly closedAt: Span;
  /** Index of the step that did. */
  readonly closedIn: number;
  /** Rows were there already when it was opened. */
  readonly reopened: boolean;
}

/** What a role could do before a migration and is refused after it. */
export interface Narrowing {
  readonly table: string;
  readonly role: string;
  readonly commands: readonly AccessCommand[];
  readonly at: Span;
}

/** A column in use that another one is to take the place of. */
export interface ExchangeOf {
  /** Step that changes it, and its table as the statement met it. */
  readonly step: number;
  readonly table: Table;
  readonly column: string;
  /** The new name; undefined where its type changes and its name stays. */
  readonly to: string | undefined;
  readonly using: SqlExpr | undefined;
}

/** How another column takes the place of one in use without keeping anybody waiting. */
export interface Exchange {
  /** Makes the new column and keeps both equal, in place of the statement. */
  readonly expand: NewMigration;
  /** In their order, each in a transaction of its own. */
  readonly more: readonly NewMigration[];
  /** Takes away what is left of the old one, in a later release. */
  readonly contract: readonly string[];
}

/** What the migrations do to what was there before them. Every answer is computed when it is first asked for. */
export interface MigrationFacts {
  /** Undefined where the step has no way back, or where it could not be read. */
  undone(step: number): Undone | undefined;
  /** What is open after the step and was not before it: of a step that is not applied yet in full, of others what is open today. */
  weakened(step: number): readonly Weakening[];
  /** What a step that is not applied yet refuses from then on; empty for all others. */
  narrowed(step: number): readonly Narrowing[];
  /** Tables that stood open for a while from this step on. */
  windows(step: number): readonly Window[];
  /** A sentence says why it cannot be told; undefined where more migrations are judged than a change holds. */
  exchange(of: ExchangeOf): Exchange | string | undefined;
}
