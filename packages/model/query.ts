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
  | { readonly kind: 'widened'; readonly branch: string }
  | { readonly kind: 'replaced'; readonly by: string }
  | { readonly kind: 'maybe-undefined'; readonly value: string }
  | { readonly kind: 'tenant-from-client'; readonly value: string }
  | { readonly kind: 'tenant-hard-coded'; readonly value: string }
  | { readonly kind: 'guard-without-effect' }
  | { readonly kind: 'linked'; readonly field: string; readonly to: string }
  | { readonly kind: 'tenant-missing-in-data' }
  | { readonly kind: 'tenant-overwritten'; readonly by: string }
  | { readonly kind: 'related-unscoped'; readonly relation: string }
  | { readonly kind: 'bypasses-rls' }
  | { readonly kind: 'extension-incomplete'; readonly missing: string }
  | { readonly kind: 'context-leaks' | 'context-unset'; readonly setting: string }
  | { readonly kind: 'sql-from-strings' };

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
  /** Runs once per element of a loop or map. */
  readonly inLoop: Span | undefined;
  readonly transaction: boolean;
  /** Columns of the table that the condition names. */
  readonly filters: readonly string[];
  readonly orders: readonly string[];
  readonly writes: readonly string[];
  /** `*` or a whole record rather than named columns. */
  readonly wholeRecord: boolean;
  readonly relations: readonly string[];
}

/** Where the outside world reaches the code. */
export interface EntryPoint {
  readonly kind: 'route' | 'page' | 'action' | 'procedure' | 'resolver' | 'middleware' | 'queue' | 'cron' | 'webhook' | 'script' | 'seed' | 'test' | 'library';
  readonly framework: string;
  readonly name: string;
  readonly at: Span;
  /** What stands between the outside and the code. */
  readonly authenticates: 'user' | 'secret' | 'admin' | 'none' | 'unknown';
}
