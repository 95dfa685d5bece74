import type { Span } from './span.ts';

/**
 * One logic for policies and for query conditions: "which rows satisfy this, for this caller?".
 * Columns are bound to rows by SQL's scope rules; three-valued logic is already applied, that is, a formula
 * holds exactly where the condition is TRUE (never where it is NULL).
 */
export type Formula =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Formula[] }
  /** Does not hold: is FALSE or NULL. Pushed down to atoms where possible. */
  | { readonly kind: 'not'; readonly of: Formula }
  /** `output`: that side is what a sub-select returns, compared from outside: no filter of the sub-select's own. */
  | { readonly kind: 'compare'; readonly op: '=' | '<>' | '<' | '<=' | '>' | '>='; readonly left: Term; readonly right: Term; readonly output?: 'left' | 'right' | 'both'; readonly at: Span }
  | { readonly kind: 'null'; readonly of: Term; readonly negated: boolean; readonly at: Span }
  /** Some row of each of `rows` satisfies `where`. */
  | { readonly kind: 'exists'; readonly rows: readonly Row[]; readonly where: Formula; readonly at: Span }
  /** Could not be decided. `about` are the rows that it mentions; never used as proof, never as a leak. */
  | { readonly kind: 'opaque'; readonly text: string; readonly why: string; readonly about: readonly number[]; readonly at: Span };

/**
 * A row variable. Row 0 is the row that is being judged. Ids are unique within a formula; the same row object under two
 * quantifiers is one row that is read twice.
 */
export interface Row {
  readonly id: number;
  /** Key of the table or view; undefined for rows of a function or a VALUES list. */
  readonly table: string | undefined;
  readonly alias: string;
  readonly at: Span;
  /** Read inside a SECURITY DEFINER function: the caller's row level security does not apply to it. */
  readonly definer?: true;
}

export type Term =
  /** `cast` is the type it is converted to where that keeps an index on the column from being used; it changes no meaning. */
  | { readonly kind: 'column'; readonly row: number; readonly column: string; readonly cast?: string; readonly at: Span }
  | { readonly kind: 'value'; readonly value: Value; readonly at: Span }
  /** A function of other terms that is not opened (lower(x), a || b, x ->> 'k'); equal text over equal terms is equal. */
  | { readonly kind: 'apply'; readonly fn: string; readonly of: readonly Term[]; readonly at: Span };

/** Where a value that is not a column comes from. `trust` is what the whole analysis turns on. */
export type Value =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** The signed-in caller's id: auth.uid(), the `sub` claim, session.user.id. */
  | { readonly kind: 'caller' }
  /** The caller's tenant as an authority says it: app_metadata, a session field, a verified token. */
  | { readonly kind: 'tenant'; readonly from: string }
  /** A claim or session field other than id and tenant. `trusted` is false for what the caller writes itself (user_metadata, headers). */
  | { readonly kind: 'claim'; readonly path: string; readonly trusted: boolean }
  /** `current_setting(name)`: who can set it decides. `missing` is what an unset setting yields. */
  | { readonly kind: 'setting'; readonly name: string; readonly missing: 'null' | 'empty' | 'error'; readonly callerCanSet: boolean }
  | { readonly kind: 'role'; readonly which: 'current_user' | 'session_user' }
  /** An argument of the function that is being analysed. */
  | { readonly kind: 'param'; readonly fn: string; readonly index: number; readonly path: readonly string[] }
  /** Straight from a request. */
  | { readonly kind: 'input'; readonly channel: string; readonly path: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** Answer of the single question behind every leak: does the formula imply "row's tenant = caller's tenant"? */
export type Isolation =
  /** `vacuous`: no row satisfies the formula at all. */
  | { readonly verdict: 'yes'; readonly because: readonly Reason[]; readonly vacuous?: true }
  | { readonly verdict: 'no'; readonly escape: Escape; readonly because: readonly Reason[] }
  /** `escape`: a case that binds the row to nobody, of a table that may belong to nobody: how it belongs is all that is unknown. */
  | { readonly verdict: 'unknown'; readonly opaque: readonly Reason[]; readonly escape?: Escape };

export interface Reason {
  readonly text: string;
  readonly at: Span;
}

/** A counter-example: the disjunct that lets another tenant's row through, in words and at its place. */
export interface Escape {
  /** The disjunct as source text, e.g. `is_public`. */
  readonly disjunct: string;
  /** Plain words: "any row whose is_public is true, whoever owns it". */
  readonly row: string;
  readonly at: Span;
  /** The disjunct taken apart: everything that it asks, over `rows`. Row 0 is the one that escapes; without atoms nothing is asked. */
  readonly atoms: readonly Formula[];
  readonly rows: readonly Row[];
}
