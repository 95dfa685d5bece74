import type { Escape, Isolation, Reason } from './formula.ts';
import type { Command } from './events.ts';
import type { Span } from './span.ts';

export type Verdict = 'isolated' | 'leak' | 'denied' | 'unknown';

/** Commands as a caller meets them: `update` includes moving a row into another tenant. */
export type AccessCommand = Exclude<Command, 'all'>;

/** What a role can effectively do to a table: grants, RLS, policies and ownership taken together. */
export interface Access {
  readonly role: string;
  readonly command: AccessCommand;
  readonly verdict: Verdict;
  readonly why: readonly Reason[];
  readonly escape?: Escape;
  /** The policy to blame for a leak, and which of its two conditions. Absent where no policy decides (RLS off, bypassed). */
  readonly policy?: string;
  readonly side?: 'using' | 'check';
  /** Further policies of the same side that leak as well: each has to be mended. */
  readonly others?: readonly { readonly policy: string; readonly escape: Escape }[];
  /**
   * The verdict rests on a membership or role table that the same caller may write: one statement there opens this
   * table. The verdict itself speaks of the data as it stands.
   */
  readonly escalation?: Escalation;
}

export interface Escalation {
  /** Key of the table that the caller may write. */
  readonly table: string;
  readonly command: AccessCommand;
  readonly text: string;
  readonly at: Span;
}

/** Who speaks to the database, decided from what the repository shows. */
export interface Environment {
  readonly kind: 'supabase' | 'postgrest' | 'postgraphile' | 'own-connection';
  /** Roles that strangers and signed-in users arrive as, e.g. anon and authenticated. */
  readonly untrusted: readonly string[];
  /** Schemas that the API exposes; empty when there is no API. */
  readonly exposed: readonly string[];
  /** The role of the application's own connection, where it is known. */
  readonly connectsAs: 'owner' | 'app-role' | 'service-role' | 'unknown';
  /** Its name, where the migrations name it. */
  readonly appRole?: string;
  readonly why: readonly Reason[];
}

/** Columns that a policy (or a sub-select or helper in it) filters by, with the table that holds them. */
export interface FilteredColumn {
  readonly table: string;
  readonly column: string;
  /** What the column is compared with can be computed once per statement, so that an index would serve. */
  readonly sargable: boolean;
  readonly at: Span;
  /** Column inside a sub-select or an opened helper rather than of the policy's own table. */
  readonly inner: boolean;
  /** Read inside a SECURITY DEFINER helper: the caller's own row level security does not apply to it. */
  readonly definer: boolean;
  /** Tells the sub-selects of one policy apart: columns of equal scope filter the same row. 0 is the policy's own row. */
  readonly scope: number;
}

/** A function call in a policy, and how often it runs. */
export interface PolicyCall {
  /** As written, with its schema. */
  readonly name: string;
  readonly at: Span;
  readonly side: 'using' | 'check';
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  /** An argument is a column, so that there is one result for each row. */
  readonly perArgument: boolean;
  /** Computed once per statement: alone in a sub-select without FROM, or immutable over constants. */
  readonly once: boolean;
  /** Key of the table whose rows it runs for: the policy's own, or the one that its sub-select scans. */
  readonly rowsOf: string | undefined;
}

/** A statement inside a function that reaches rows of tenants, and whether the caller's tenant bounds it. */
export interface RoutineReach {
  readonly command: AccessCommand;
  readonly table: string;
  readonly role: string;
  readonly isolation: Isolation;
  readonly at: Span;
}
