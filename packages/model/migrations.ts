import type { Change } from './history.ts';
import type { Doubt } from './schema.ts';
import type { Span } from './span.ts';

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

/** What the migrations do to what was there before them. Every answer is computed when it is first asked for. */
export interface MigrationFacts {
  /** Undefined where the step has no way back, or where it could not be read. */
  undone(step: number): Undone | undefined;
}
