import type { AccessCommand, Formula, Isolation, Row, Schema, Span, TenancyModel } from '@tenantlint/model';

/** Who asks. `signedIn` false: no user id (anon), so that a test against the caller's id never holds. */
export interface Caller {
  readonly role: string;
  readonly signedIn: boolean | undefined;
}

/**
 * What is asked of a row that satisfies the formula:
 * `reach` — may the caller see it as it stands? (its tenant is one of the caller's, or it is the caller's own, or everybody's);
 * `change` — may the caller take it away or overwrite it? As `reach`, but what everybody uses is not for one of them to change;
 * `write` — may the caller leave it behind? (its tenant column itself is bound to one of the caller's tenants).
 */
export type Goal = 'reach' | 'change' | 'write';

export interface Question {
  /** Holds of the row. Policies and query conditions alike. */
  readonly formula: Formula;
  /** Row variable that is judged; 0 in everything that the binder makes. */
  readonly row: number;
  /** Key of its table. */
  readonly table: string;
  readonly goal: Goal;
  /** Known to hold besides: earlier queries and guards of the program, role facts. Rows named here are shared with `formula`. */
  readonly assume?: readonly Formula[];
  /** Tables of the rows that `formula` and `assume` name without an `exists` around them, row 0 apart. */
  readonly rows?: readonly Row[];
  readonly caller?: Caller;
  /** Only "yes" matters to whoever asks: the first case that is not the caller's ends the search, and nothing is told of it. */
  readonly yesOnly?: boolean;
  /** Where to point when the formula itself names no place (`true`). */
  readonly at: Span;
}

/** What the prover may rest on. */
export interface Database {
  readonly schema: Schema;
  readonly tenancy: TenancyModel;
  /** Literals that make a role or claim a platform administrator's (`super_admin`); matched whole and lower-cased. */
  readonly adminRoles: ReadonlySet<string>;
  /**
   * What row level security adds to a row that is read in the caller's name: undefined where it adds nothing,
   * a `false` formula where the caller sees no row. Row 0 of the answer stands for `row`.
   */
  readonly visible?: (row: Row, caller: Caller | undefined) => Formula | undefined;
  /** The same of a row that the caller makes, changes or takes away. */
  readonly admitted?: (row: Row, caller: Caller, command: Exclude<AccessCommand, 'select'>) => Formula | undefined;
}

export type Prove = (question: Question, db: Database) => Isolation;
