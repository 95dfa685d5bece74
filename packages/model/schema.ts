import type { Fact, Span, Unread } from './span.ts';
import type { BodyText, Command, ConstraintDef, FunctionArg, IndexKey, Privilege, ReferentialAction, RoleName, RoleOptions } from './events.ts';
import type { SqlExpr, SqlSelect, TypeRef } from './sql.ts';

/**
 * The catalog that the replayed history leaves behind. Objects are immutable values: a change makes a new
 * object, so a state before a step can be compared with the one after it by identity.
 * Keys are schema-qualified names as Postgres holds them: `public.projects`, `public.is_member(uuid)`.
 */
export interface Schema {
  readonly schemas: ReadonlyMap<string, Namespace>;
  /** Tables of every kind: plain, partitioned, partitions, foreign. */
  readonly tables: ReadonlyMap<string, Table>;
  readonly views: ReadonlyMap<string, View>;
  readonly functions: ReadonlyMap<string, Routine>;
  readonly types: ReadonlyMap<string, UserType>;
  readonly sequences: ReadonlyMap<string, Sequence>;
  readonly roles: ReadonlyMap<RoleName, Role>;
  readonly publications: ReadonlyMap<string, Publication>;
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly defaultPrivileges: readonly DefaultPrivilege[];
  /** Rows of storage.buckets inserted by migrations. */
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly searchPath: readonly string[];
}

export interface Namespace {
  readonly name: string;
  readonly at: Span;
  readonly owner: RoleName;
  readonly grants: readonly Grant[];
  /** Part of the platform (auth, storage, …), not of the product. */
  readonly platform: boolean;
}

export interface Table {
  readonly key: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'partitioned' | 'foreign';
  /** The table's name in the statement that created it. */
  readonly at: Span;
  readonly owner: RoleName;
  readonly columns: ReadonlyMap<string, Column>;
  readonly constraints: ReadonlyMap<string, Constraint>;
  readonly indexes: ReadonlyMap<string, Index>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly triggers: ReadonlyMap<string, Trigger>;
  /** Absent: never touched, which means disabled. `unknown`: something unread may have changed it. */
  readonly rls: Fact<boolean | 'unknown'> | undefined;
  readonly forced: Fact<boolean | 'unknown'> | undefined;
  readonly grants: readonly Grant[];
  /** INHERITS parents or the partitioned parent. */
  readonly parents: readonly string[];
  readonly partitionOf: string | undefined;
  /** Of a partition: `FOR VALUES …` or `DEFAULT`, as written. */
  readonly bound?: string | undefined;
  readonly partitionBy: { readonly strategy: string; readonly columns: readonly string[] } | undefined;
  readonly temporary: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly comment: string | undefined;
  /** Step that created it; -1 for the platform's own objects. */
  readonly createdIn: number;
  /** The history uses it and never creates it: shape known only as far as it was mentioned. */
  readonly inferred: boolean;
  readonly platform: boolean;
}

export interface Column {
  readonly name: string;
  readonly at: Span;
  readonly type: TypeRef;
  /** `format_type` spelling with user types qualified unless in public: what \d would print. */
  readonly typeText: string;
  readonly notNull: boolean;
  readonly default: Fact<SqlExpr> | undefined;
  readonly generated: Fact<SqlExpr> | undefined;
  readonly identity: 'always' | 'by default' | undefined;
  readonly comment: string | undefined;
  /** Step that added the column. */
  readonly createdIn: number;
}

/** A constraint as the catalog holds it: always named. NOT NULL lives on the column. */
export type Constraint = { readonly name: string; readonly at: Span; readonly validated: boolean; /** When it is checked; absent: at once. */ readonly deferrable?: 'immediate' | 'deferred' } & (
  | { readonly kind: 'primary key' | 'unique'; readonly columns: readonly string[]; readonly index: string; readonly nullsNotDistinct?: boolean }
  | { readonly kind: 'foreign key'; readonly columns: readonly string[]; readonly references: string; readonly referenced: readonly string[]; readonly onDelete: ReferentialAction; readonly onUpdate: ReferentialAction; readonly onDeleteStated: boolean }
  | { readonly kind: 'check'; readonly expr: SqlExpr }
  | { readonly kind: 'exclude'; readonly index: string; readonly def: ConstraintDef }
);

export interface Index {
  readonly name: string;
  readonly at: Span;
  readonly unique: boolean;
  readonly primary: boolean;
  /** Backs a constraint of the same name. */
  readonly constraint: boolean;
  readonly method: string;
  readonly keys: readonly IndexKey[];
  readonly include: readonly string[];
  readonly where: SqlExpr | undefined;
  readonly createdIn: number;
}

export interface Policy {
  readonly name: string;
  /** The policy's name in the statement that created it. */
  readonly at: Span;
  readonly command: Command;
  readonly permissive: boolean;
  readonly roles: readonly RoleName[];
  readonly rolesStated: boolean;
  readonly using: SqlExpr | undefined;
  readonly check: SqlExpr | undefined;
  readonly createdIn: number;
  /** The step that last changed it, and where. */
  readonly changedAt: Span;
}

export interface View {
  readonly key: string;
  readonly schema: string;
  readonly name: string;
  readonly at: Span;
  readonly owner: RoleName;
  readonly materialized: boolean;
  /** Output columns, with the types where they can be told. */
  readonly columns: readonly { readonly name: string; readonly typeText: string | undefined }[];
  readonly select: SqlSelect;
  readonly options: Readonly<Record<string, string>>;
  readonly optionsAt: Span;
  readonly indexes: ReadonlyMap<string, Index>;
  readonly triggers: ReadonlyMap<string, Trigger>;
  readonly grants: readonly Grant[];
  readonly comment: string | undefined;
  /** Relations that the definition reads, by key; the search path is already applied. */
  readonly reads: readonly string[];
  readonly createdIn: number;
  readonly platform: boolean;
}

export interface Routine {
  /** `schema.name(type, type)` over the input arguments. */
  readonly key: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'function' | 'procedure';
  readonly at: Span;
  readonly owner: RoleName;
  readonly args: readonly FunctionArg[];
  readonly returns: TypeRef | undefined;
  readonly language: string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly securityDefiner: Fact<boolean>;
  readonly leakproof: boolean;
  readonly strict: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly body: BodyText | undefined;
  /** EXECUTE for PUBLIC is a grant like any other here, present from creation. */
  readonly grants: readonly Grant[];
  /** The search path in force when it was created. */
  readonly searchPath: readonly string[];
  readonly comment: string | undefined;
  readonly createdIn: number;
  readonly platform: boolean;
}

export interface Trigger {
  readonly name: string;
  readonly at: Span;
  readonly function: string;
  readonly timing: 'before' | 'after' | 'instead of';
  readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
  readonly columns: readonly string[];
  readonly perRow: boolean;
  readonly when: SqlExpr | undefined;
  readonly enabled: boolean;
}

export interface UserType {
  readonly key: string;
  readonly schema: string;
  readonly name: string;
  readonly at: Span;
  readonly owner: RoleName;
  readonly form:
    | { readonly is: 'enum'; readonly labels: readonly string[] }
    | { readonly is: 'composite'; readonly columns: ReadonlyMap<string, { readonly typeText: string }> }
    | { readonly is: 'domain'; readonly base: TypeRef; readonly notNull: boolean; readonly default: SqlExpr | undefined; readonly checks: ReadonlyMap<string, SqlExpr> }
    | { readonly is: 'range' | 'base' | 'shell' };
  readonly grants: readonly Grant[];
  readonly platform: boolean;
}

export interface Sequence {
  readonly key: string;
  readonly schema: string;
  readonly name: string;
  readonly at: Span;
  readonly owner: RoleName;
  /** `public.t.id` of the column that owns it. */
  readonly ownedBy: string | undefined;
  readonly grants: readonly Grant[];
  readonly platform: boolean;
}

export interface Role {
  readonly name: RoleName;
  readonly at: Span;
  readonly options: RoleOptions;
  readonly memberOf: readonly RoleName[];
  readonly settings: Readonly<Record<string, string>>;
  readonly platform: boolean;
}

export interface Publication {
  readonly name: string;
  readonly at: Span;
  readonly allTables: boolean;
  /** Table keys, each with the place that added it. */
  readonly tables: ReadonlyMap<string, Span>;
  readonly schemas: readonly string[];
}

export interface Extension {
  readonly name: string;
  readonly schema: string;
  readonly at: Span;
}

export interface Bucket {
  readonly id: string;
  readonly public: boolean | 'unknown';
  readonly at: Span;
}

/** One ACL entry. `columns` absent: on the whole object. */
export interface Grant {
  readonly role: RoleName;
  readonly privilege: string;
  readonly columns?: readonly string[];
  readonly grantOption: boolean;
  readonly at: Span;
}

export interface DefaultPrivilege {
  readonly forRole: RoleName;
  /** Absent: in every schema. */
  readonly inSchema?: string;
  readonly object: 'table' | 'function' | 'sequence' | 'type' | 'schema';
  readonly role: RoleName;
  readonly privilege: Privilege['name'];
  readonly grant: boolean;
  readonly at: Span;
}

/** Facts that no source could decide. */
export interface Doubt extends Unread {
  /** Keys of the objects that it may have changed; empty means any. */
  readonly touches: readonly string[];
}
