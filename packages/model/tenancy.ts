import type { Reason } from './formula.ts';
import type { Span } from './span.ts';

/** How a table's rows belong to tenants. */
export type Tenancy =
  /** The tenant itself (organizations, companies). `key` is the column that other tables point to. */
  | { readonly kind: 'root'; readonly key: string }
  /** Carries the tenant in columns of its own; alternatives are all equivalent names of the tenant. */
  | { readonly kind: 'keyed'; readonly columns: readonly string[]; readonly nullable: boolean }
  /** Belongs to the tenant of a parent row. */
  | { readonly kind: 'through'; readonly path: readonly ForeignKeyHop[] }
  /** Says which user belongs to which tenant. `user` and `tenant` are columns; the tenant column is a key as well. */
  | { readonly kind: 'membership'; readonly user: string; readonly tenant: string; readonly role: string | undefined }
  /** Belongs to a user, not to a tenant. `path`: the column is no user's id but leads to a row that is a user's. */
  | { readonly kind: 'user-owned'; readonly column: string; readonly path?: readonly ForeignKeyHop[] }
  /** Looked up by a secret before any tenant is known (invitation tokens, API keys). Also keyed. */
  | { readonly kind: 'pre-tenant'; readonly secret: string; readonly columns: readonly string[] }
  /** Rows that some predicate makes visible to all; the rest keyed by `columns`. */
  | { readonly kind: 'shared'; readonly predicate: string; readonly columns: readonly string[] }
  /** Belongs to nobody: reference data, bookkeeping. */
  | { readonly kind: 'global' }
  | { readonly kind: 'unknown' };

export interface ForeignKeyHop {
  readonly table: string;
  readonly columns: readonly string[];
  readonly parent: string;
  readonly referenced: readonly string[];
  /** Every column of the key is NOT NULL: no row is without a parent. */
  readonly required: boolean;
  readonly at: Span;
}

export interface TenancyOf {
  readonly table: string;
  readonly tenancy: Tenancy;
  /** Declared in the configuration rather than inferred. */
  readonly declared: boolean;
  readonly why: readonly Reason[];
}

/** A table that gives a user access to rows of other tables: members, assignees, shares. */
export interface Link {
  readonly user: string;
  /** Columns that point to what the user gets access to. */
  readonly to: readonly string[];
}

/** The product's tenancy as a whole. */
export interface TenancyModel {
  /** The table whose rows are the tenants; undefined where no table is (the tenant may still be named by columns). */
  readonly root: string | undefined;
  /** Some table belongs to a tenant. False: no tenancy was found, and nothing can be judged by tenant. */
  readonly found: boolean;
  /** The table whose key is a signed-in user's id (auth.users, public.users). */
  readonly users: string | undefined;
  /** Tables whose rows are persons, with the column that holds the person's own id (profiles → id). */
  readonly people: ReadonlyMap<string, string>;
  /** Columns that hold a user's id, by table key. */
  readonly userColumns: ReadonlyMap<string, readonly string[]>;
  readonly links: ReadonlyMap<string, Link>;
  readonly of: ReadonlyMap<string, TenancyOf>;
  readonly why: readonly Reason[];
}
