import type { Reason } from './formula.ts';
import type { Span } from './span.ts';

export type SiteVerdict =
  /** The condition itself isolates, directly or by relation. */
  | 'scoped'
  /** Ids verified, or the row checked, before anything depends on it. */
  | 'guarded'
  /** Client extension, or RLS that this client cannot bypass. */
  | 'injected'
  /** System entry point, declared or recognised; or a table that no tenant owns. */
  | 'by-design'
  | 'leak'
  | 'unknown';

export type Certainty = 'proven' | 'likely' | 'possible';

export type SiteVerb = 'select' | 'count' | 'insert' | 'update' | 'delete' | 'upsert' | 'call';

/** Kind of connection behind a client: what row level security does to it. */
export type ClientKind = 'plain' | 'scoped' | 'user' | 'anon' | 'service-role' | 'unknown';

/** Why a site is not isolated, for the rule that reports it. One site has at most one root cause. */
export type Defect =
  | { readonly kind: 'unscoped' }
  /** A value of the condition is an id of the request that nothing verified. `beside`: what the code did verify. */
  | { readonly kind: 'unbound-id'; readonly value: string; readonly beside?: Reason }
  /** The check stands there and decides nothing before the row is used: it comes too late, or nobody reads its result. */
  | { readonly kind: 'idle-guard'; readonly value: string; readonly guard: Reason }
  | { readonly kind: 'widened'; readonly branch: string }
  | { readonly kind: 'replaced'; readonly by: string }
  /** The language's own operator took the condition away before it was sent. */
  | { readonly kind: 'dropped'; readonly by: string }
  | { readonly kind: 'maybe-undefined'; readonly value: string }
  | { readonly kind: 'chosen-tenant'; readonly value: string }
  | { readonly kind: 'fixed-tenant'; readonly value: string }
  | { readonly kind: 'linked'; readonly field: string; readonly to: string; readonly value: string }
  | { readonly kind: 'tenant-missing-in-data' }
  | { readonly kind: 'tenant-overwritten'; readonly by: string }
  /** The tenant stands where it removes no row: in the ON of an outer join. */
  | { readonly kind: 'related-unscoped'; readonly relation: string }
  /** The table has policies, and this client goes past them. `value`: the id of the request, where it is one. */
  | { readonly kind: 'bypasses-rls'; readonly value?: string }
  /** An extension puts the tenant into other operations of this client, and not into this one; or into this one, if somebody told it the tenant. */
  | { readonly kind: 'extension-incomplete'; readonly extension: Span; readonly open: boolean };

/** One query of the product's code, judged. */
export interface QuerySite {
  /** What to underline: `invoice.findMany`, `from('projects')`. */
  readonly at: Span;
  /** `prisma`, `supabase-js`, … */
  readonly client: string;
  readonly clientKind: ClientKind;
  readonly verb: SiteVerb;
  /** The client's own word: `findMany`, `updateMany`, `rpc`. */
  readonly operation: string;
  /** Key of the table; undefined where it cannot be told. */
  readonly table: string | undefined;
  /** The ORM's name of it, where it differs. */
  readonly model: string | undefined;
  /** Enclosing function, for people. */
  readonly fn: string;
  readonly entry: EntryPoint | undefined;
  readonly verdict: SiteVerdict;
  readonly certainty: Certainty;
  readonly why: readonly Reason[];
  readonly defect?: Defect;
  /** What to underline for the defect, when it is not the call itself. */
  readonly defectAt?: Span;
  /** From the request to the query. */
  readonly path: readonly Reason[];
  /** Facts that cost and hygiene rules ask for. */
  readonly shape: SiteShape;
}

export interface SiteShape {
  /** A list read without take/limit/range. */
  readonly unbounded: boolean;
  /** More than one row is read, counted or summed up. */
  readonly several: boolean;
  /** Runs once per element of a loop or map. */
  readonly inLoop: Span | undefined;
  readonly transaction: boolean;
  /** Part of the condition could not be told. */
  readonly open: boolean;
  /** Columns of the table that the condition names. */
  readonly filters: readonly string[];
  readonly orders: readonly string[];
  readonly writes: readonly string[];
  /** What is written holds more than these: values that are spread, related rows that are linked. */
  readonly writesMore?: true;
  /** `*` or a whole record rather than named columns. */
  readonly wholeRecord: boolean;
  /** The columns that are named. */
  readonly selects?: readonly string[];
  readonly relations: readonly string[];
  /** Rows of other tables that are returned along, at any depth. */
  readonly included: readonly IncludedRows[];
  /** Text that the code splices into SQL as it stands. */
  readonly spliced: SplicedText | undefined;
  /** Keys of what is written that the request brings, and whose rows nobody has shown to be the tenant's. */
  readonly linked: readonly LinkedRow[];
  /** An earlier write of the same function that this one belongs to, and that stays when this one fails. */
  readonly follows: Span | undefined;
  /** Conditions that the code spells out and that never reach the database: the language's own operators drop them. */
  readonly dropped?: readonly Dropped[];
}

export interface Dropped {
  /** The operator that dropped it: `and`, `or`, `not`. */
  readonly by: string;
  /** The whole expression. */
  readonly at: Span;
  /** What does not reach the database. */
  readonly lost: Span;
}

export interface IncludedRows {
  readonly relation: string;
  readonly table: string;
  readonly several: boolean;
  readonly wholeRecord: boolean;
  /** How many of them says nothing of whose they are. */
  readonly counted: boolean;
  /** The related row names a tenant of its own, and no key says that it is this row's. */
  readonly untied: boolean;
  readonly at: Span;
}

export interface LinkedRow {
  readonly field: string;
  /** Key of the table whose row is linked. */
  readonly to: string;
  readonly value: string;
  readonly at: Span;
}

export interface SplicedText {
  readonly value: string;
  readonly from: 'request' | 'elsewhere';
  readonly at: Span;
}

/** What the code does besides its queries that decides who gets to see whose rows. */
export type CodeFact =
  /** A setting of the database connection is made: `set_config`, `SET`, `SET LOCAL`. */
  | { readonly kind: 'setting'; readonly name: string; /** Ends with the transaction. */ readonly local: boolean; readonly transaction: boolean; readonly at: Span }
  /** Rows of one tenant are kept under a key that is the same for all. */
  | { readonly kind: 'kept'; readonly key: string; readonly table: string; readonly at: Span; readonly query: Span }
  /** Related rows are fetched by reading a property, once for each row that a loop goes through. */
  | { readonly kind: 'lazy'; readonly relation: string; readonly table: string; readonly at: Span; readonly loop: Span }
  /** A key that goes past row level security stands in code that is sent to browsers. */
  | { readonly kind: 'secret-shipped'; readonly name: string; readonly how: 'name' | 'literal'; readonly at: Span }
  /** A client is extended, and nobody uses what came out of it. */
  | { readonly kind: 'extension-discarded'; readonly at: Span }
  /** A query is only sent once the context in which its tenant was known has ended. */
  | { readonly kind: 'context-lost'; readonly at: Span; readonly query: Span };

/** Where the outside world reaches the code. */
export interface EntryPoint {
  readonly kind: 'route' | 'page' | 'action' | 'procedure' | 'resolver' | 'middleware' | 'queue' | 'cron' | 'webhook' | 'script' | 'seed' | 'test' | 'library';
  readonly framework: string;
  readonly name: string;
  readonly at: Span;
  /** What stands between the outside and the code. */
  readonly authenticates: 'user' | 'secret' | 'admin' | 'none' | 'unknown';
}
