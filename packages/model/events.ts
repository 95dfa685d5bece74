import type { Span } from './span.ts';
import type { QName, SqlExpr, SqlSelect, SqlStatement, TypeRef } from './sql.ts';

/** What a piece of DDL can name. `relation` is a DROP/ALTER TABLE-style statement whose object may be any relation. */
export type ObjectKind =
  | 'table' | 'view' | 'materialized view' | 'foreign table' | 'index' | 'sequence' | 'type' | 'domain'
  | 'function' | 'procedure' | 'routine' | 'aggregate' | 'operator' | 'schema' | 'extension' | 'role' | 'database'
  | 'policy' | 'trigger' | 'rule' | 'column' | 'constraint' | 'domain constraint' | 'attribute' | 'enum value'
  | 'publication' | 'subscription' | 'event trigger' | 'server' | 'language' | 'cast' | 'collation' | 'other';

/** Name of an object; `args` are the input types of a routine, absent when the statement does not state them. */
export interface ObjectName extends QName {
  readonly args?: readonly TypeRef[];
}

export interface ColumnDef {
  readonly name: string;
  /** The column's name as written. */
  readonly at: Span;
  readonly type: TypeRef;
  readonly typeAt: Span;
  readonly notNull: boolean;
  readonly default?: SqlExpr;
  readonly generated?: { readonly expr: SqlExpr; readonly stored: boolean };
  readonly identity?: 'always' | 'by default';
  /** SEQUENCE NAME of an identity column, where the statement gives one. */
  readonly identitySequence?: QName;
  readonly collation?: string;
  /** Column constraints other than NOT NULL and DEFAULT, in order. */
  readonly constraints: readonly ConstraintDef[];
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export type ConstraintDef = {
  readonly name?: string;
  readonly at: Span;
  readonly notValid?: boolean;
  readonly deferrable?: boolean;
  /** INITIALLY DEFERRED, which no constraint is that is not deferrable. */
  readonly deferred?: boolean;
} & (
  | { readonly kind: 'primary key' | 'unique'; readonly columns: readonly string[]; readonly include: readonly string[]; readonly nullsNotDistinct?: boolean; readonly usingIndex?: string }
  | { readonly kind: 'foreign key'; readonly columns: readonly string[]; readonly references: QName; readonly referenced: readonly string[]; readonly onDelete: ReferentialAction; readonly onUpdate: ReferentialAction; readonly onDeleteStated: boolean }
  | { readonly kind: 'check'; readonly expr: SqlExpr; readonly noInherit?: boolean }
  | { readonly kind: 'exclude'; readonly method: string; readonly keys: readonly IndexKey[]; readonly where?: SqlExpr }
  | { readonly kind: 'not null'; readonly columns: readonly string[] }
);

export interface IndexKey {
  readonly column?: string;
  readonly expr?: SqlExpr;
  readonly opclass?: string;
  readonly descending: boolean;
  readonly nullsFirst?: boolean;
  /** Operator of an exclusion constraint. */
  readonly operator?: string;
  readonly at: Span;
}

export type Command = 'all' | 'select' | 'insert' | 'update' | 'delete';

/** `public` stands for PUBLIC; `current_user`, `session_user` and `current_role` are kept as written. */
export type RoleName = string;

export type TableAction = { readonly at: Span } & (
  | { readonly do: 'add-column'; readonly column: ColumnDef; readonly ifNotExists: boolean }
  | { readonly do: 'drop-column'; readonly column: string; readonly columnAt: Span; readonly ifExists: boolean; readonly cascade: boolean }
  | { readonly do: 'set-type'; readonly column: string; readonly columnAt: Span; readonly type: TypeRef; readonly using?: SqlExpr }
  | { readonly do: 'set-default'; readonly column: string; readonly columnAt: Span; readonly value?: SqlExpr }
  | { readonly do: 'set-not-null'; readonly column: string; readonly columnAt: Span; readonly notNull: boolean }
  | { readonly do: 'set-identity'; readonly column: string; readonly identity: 'always' | 'by default' | undefined; readonly ifExists?: boolean; readonly sequence?: QName }
  | { readonly do: 'drop-expression'; readonly column: string; readonly ifExists: boolean }
  | { readonly do: 'add-constraint'; readonly constraint: ConstraintDef }
  | { readonly do: 'drop-constraint'; readonly name: string; readonly ifExists: boolean; readonly cascade: boolean }
  | { readonly do: 'validate-constraint'; readonly name: string }
  /** When a foreign key is checked. */
  | { readonly do: 'defer-constraint'; readonly name: string; readonly deferrable: boolean; readonly deferred: boolean }
  | { readonly do: 'rls'; readonly enabled: boolean }
  | { readonly do: 'force-rls'; readonly forced: boolean }
  | { readonly do: 'set-options'; readonly options: Readonly<Record<string, string>> }
  | { readonly do: 'reset-options'; readonly options: readonly string[] }
  | { readonly do: 'owner'; readonly owner: RoleName }
  | { readonly do: 'attach-partition'; readonly partition: QName; readonly bound: string }
  | { readonly do: 'detach-partition'; readonly partition: QName; readonly concurrently: boolean }
  | { readonly do: 'inherit'; readonly parent: QName; readonly inherit: boolean }
  /** `name` is absent for ALL/USER triggers. */
  | { readonly do: 'trigger-state'; readonly name?: string; readonly enabled: boolean }
  /** Storage, statistics, replica identity, cluster, persistence, …: no effect on isolation, kept for lock rules. */
  | { readonly do: 'other'; readonly what: string; readonly column?: string }
);

export interface FunctionArg {
  readonly name?: string;
  readonly mode: 'in' | 'out' | 'inout' | 'variadic' | 'table';
  readonly type: TypeRef;
  readonly default?: SqlExpr;
}

export interface FunctionOptions {
  readonly language?: string;
  readonly volatility?: 'immutable' | 'stable' | 'volatile';
  readonly securityDefiner?: boolean;
  readonly leakproof?: boolean;
  readonly strict?: boolean;
  readonly parallel?: string;
  /** SET clauses; `null` for RESET. Values as Postgres stores them (`public, pg_temp`, an empty string for ''); `FROM CURRENT` stands for the session's. */
  readonly settings?: Readonly<Record<string, string | null>>;
}

/** A body as text: it is parsed only when somebody asks (`SqlParser.functionBody`), since most never are. */
export interface BodyText {
  readonly text: string;
  /** Where the body's characters start and end, inside its quotes. */
  readonly at: Span;
  /** False where the literal holds escapes, so that offsets inside it are approximate. */
  readonly verbatim: boolean;
}

export interface Privilege {
  /** Lower case: `select`, `insert`, `execute`, `usage`, …; `all` for ALL [PRIVILEGES]. */
  readonly name: string;
  readonly columns?: readonly string[];
}

export interface RoleOptions {
  readonly superuser?: boolean;
  readonly bypassRls?: boolean;
  readonly login?: boolean;
  readonly inherit?: boolean;
  readonly createRole?: boolean;
  readonly createDb?: boolean;
  readonly replication?: boolean;
}

/**
 * One thing a migration does, in the order in which it happens. `at` covers the whole statement.
 * A closed union: every consumer switches over it exhaustively.
 */
export type SchemaEvent = { readonly at: Span } & (
  | { readonly kind: 'create-schema'; readonly name: string; readonly owner?: RoleName; readonly ifNotExists: boolean }
  | {
      readonly kind: 'create-table';
      readonly name: QName;
      readonly temporary: boolean;
      readonly ifNotExists: boolean;
      readonly columns: readonly ColumnDef[];
      readonly constraints: readonly ConstraintDef[];
      /** `LIKE source INCLUDING …`, lower-case option names; `all` for ALL. `after` is the number of columns written before it. */
      readonly like: readonly { readonly source: QName; readonly including: readonly string[]; readonly after: number }[];
      readonly inherits: readonly QName[];
      readonly partitionOf?: { readonly parent: QName; readonly bound: string };
      readonly partitionBy?: { readonly strategy: string; readonly columns: readonly string[] };
      readonly foreignServer?: string;
      /** `CREATE TABLE t OF type`: the columns are the composite type's. */
      readonly ofType?: TypeRef;
      readonly options: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'create-table-as'; readonly name: QName; readonly temporary: boolean; readonly ifNotExists: boolean; readonly columns: readonly string[]; readonly select: SqlSelect }
  /** `object` is what the statement was spelled with (ALTER VIEW v OWNER TO …, ALTER INDEX …). */
  | { readonly kind: 'alter-table'; readonly object: 'table' | 'view' | 'materialized view' | 'index' | 'sequence' | 'foreign table' | 'type'; readonly table: QName; readonly ifExists: boolean; readonly only: boolean; readonly actions: readonly TableAction[] }
  | {
      readonly kind: 'create-index';
      readonly name?: string;
      readonly nameAt: Span;
      readonly table: QName;
      readonly unique: boolean;
      readonly concurrently: boolean;
      readonly ifNotExists: boolean;
      readonly only: boolean;
      readonly method: string;
      readonly keys: readonly IndexKey[];
      readonly include: readonly string[];
      readonly where?: SqlExpr;
      readonly nullsNotDistinct: boolean;
    }
  | {
      readonly kind: 'create-policy';
      readonly name: string;
      readonly nameAt: Span;
      readonly table: QName;
      readonly command: Command;
      readonly permissive: boolean;
      readonly roles: readonly RoleName[];
      /** False when the statement has no TO clause. */
      readonly rolesStated: boolean;
      readonly using?: SqlExpr;
      readonly check?: SqlExpr;
    }
  | { readonly kind: 'alter-policy'; readonly name: string; readonly nameAt: Span; readonly table: QName; readonly roles?: readonly RoleName[]; readonly using?: SqlExpr; readonly check?: SqlExpr }
  | {
      readonly kind: 'create-view';
      readonly name: QName;
      readonly materialized: boolean;
      readonly replace: boolean;
      readonly temporary: boolean;
      readonly ifNotExists: boolean;
      readonly columns: readonly string[];
      readonly select: SqlSelect;
      readonly options: Readonly<Record<string, string>>;
      readonly checkOption?: 'local' | 'cascaded';
    }
  | {
      readonly kind: 'create-function';
      readonly name: QName;
      readonly procedure: boolean;
      readonly replace: boolean;
      readonly args: readonly FunctionArg[];
      readonly returns?: TypeRef;
      readonly options: FunctionOptions;
      readonly body: BodyText | undefined;
    }
  | { readonly kind: 'alter-function'; readonly object: 'function' | 'procedure' | 'routine' | 'aggregate'; readonly name: ObjectName; readonly options: FunctionOptions; readonly resetAll?: boolean }
  | {
      readonly kind: 'create-trigger';
      readonly name: string;
      readonly nameAt: Span;
      readonly table: QName;
      readonly replace: boolean;
      readonly function: QName;
      readonly timing: 'before' | 'after' | 'instead of';
      readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
      readonly columns: readonly string[];
      readonly perRow: boolean;
      readonly when?: SqlExpr;
      readonly args: readonly string[];
    }
  | { readonly kind: 'create-rule'; readonly name: string; readonly table: QName; readonly event: 'select' | 'insert' | 'update' | 'delete'; readonly instead: boolean; readonly replace: boolean }
  | {
      readonly kind: 'create-type';
      readonly name: QName;
      readonly form:
        | { readonly is: 'enum'; readonly labels: readonly string[] }
        | { readonly is: 'composite'; readonly columns: readonly ColumnDef[] }
        | { readonly is: 'domain'; readonly base: TypeRef; readonly notNull: boolean; readonly default?: SqlExpr; readonly checks: readonly ConstraintDef[] }
        | { readonly is: 'range' | 'base' | 'shell' };
    }
  | { readonly kind: 'alter-enum'; readonly name: QName; readonly add?: { readonly label: string; readonly ifNotExists: boolean; readonly before?: string; readonly after?: string }; readonly rename?: { readonly from: string; readonly to: string } }
  | { readonly kind: 'alter-domain'; readonly name: QName; readonly notNull?: boolean; readonly default?: SqlExpr | null; readonly addConstraint?: ConstraintDef; readonly dropConstraint?: string; readonly ifExists?: boolean }
  /** `ownedBy`: the column as its name, its table, with the schema if written, as its schema (`public.orders` . `id`). */
  | { readonly kind: 'create-sequence'; readonly name: QName; readonly ifNotExists: boolean; readonly temporary: boolean; readonly ownedBy?: QName }
  /** `ownedBy` null is OWNED BY NONE; absent: only the numbers change. */
  | { readonly kind: 'alter-sequence'; readonly name: QName; readonly ifExists: boolean; readonly ownedBy?: QName | null }
  | { readonly kind: 'create-extension'; readonly name: string; readonly schema?: string; readonly ifNotExists: boolean }
  | { readonly kind: 'create-publication' | 'alter-publication'; readonly name: string; readonly allTables: boolean; readonly change: 'set' | 'add' | 'drop'; readonly tables: readonly QName[]; readonly schemas: readonly string[] }
  | { readonly kind: 'create-role' | 'alter-role'; readonly name: RoleName; readonly nameAt: Span; readonly options: RoleOptions; readonly memberOf: readonly RoleName[]; readonly members: readonly RoleName[]; readonly settings?: Readonly<Record<string, string | null>> }
  | { readonly kind: 'grant-role'; readonly grant: boolean; readonly roles: readonly RoleName[]; readonly to: readonly RoleName[] }
  | {
      readonly kind: 'grant';
      readonly grant: boolean;
      readonly privileges: readonly Privilege[];
      readonly object: ObjectKind;
      readonly names: readonly ObjectName[];
      /** ALL TABLES/FUNCTIONS/SEQUENCES IN SCHEMA. */
      readonly allInSchemas: readonly string[];
      readonly to: readonly RoleName[];
      readonly toAt: Span;
      readonly grantOption: boolean;
      readonly cascade: boolean;
    }
  | { readonly kind: 'default-privileges'; readonly grant: boolean; readonly forRoles: readonly RoleName[]; readonly inSchemas: readonly string[]; readonly privileges: readonly Privilege[]; readonly object: ObjectKind; readonly to: readonly RoleName[]; readonly grantOption: boolean }
  | { readonly kind: 'drop'; readonly object: ObjectKind; readonly names: readonly ObjectName[]; /** Of a policy, trigger or rule. */ readonly table?: QName; readonly ifExists: boolean; readonly cascade: boolean; readonly concurrently: boolean }
  | { readonly kind: 'drop-owned'; readonly roles: readonly RoleName[]; readonly reassignTo?: RoleName; readonly cascade: boolean }
  | { readonly kind: 'rename'; readonly object: ObjectKind; readonly name: ObjectName; /** Of a column, constraint, policy, trigger, rule, attribute. */ readonly of?: QName; readonly to: string; readonly ifExists: boolean }
  | { readonly kind: 'set-schema'; readonly object: ObjectKind; readonly name: ObjectName; readonly schema: string; readonly ifExists: boolean }
  | { readonly kind: 'set-owner'; readonly object: ObjectKind; readonly name: ObjectName; readonly owner: RoleName }
  | { readonly kind: 'comment'; readonly object: ObjectKind; readonly name: ObjectName; readonly of?: QName; readonly text: string | null }
  /** SET / RESET of a setting. `value` undefined is DEFAULT or RESET. `role` and `session_authorization` come through here too. */
  | { readonly kind: 'set'; readonly name: string; readonly value?: readonly string[]; readonly local: boolean }
  | { readonly kind: 'transaction'; readonly verb: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollback-to' | 'other'; readonly savepoint?: string }
  /** INSERT, UPDATE, DELETE, TRUNCATE, and COPY … FROM (as an insert without source). */
  | { readonly kind: 'data'; readonly statement: SqlStatement }
  /** A SELECT or CALL at the top level: it may run a function that changes the schema. */
  | { readonly kind: 'run'; readonly statement: SqlStatement }
  | { readonly kind: 'do'; readonly language: string; readonly body: BodyText }
  /** Parsed and known to change nothing that is modelled (VACUUM, ANALYZE, LOCK, NOTIFY, REFRESH, REINDEX, CLUSTER, …). */
  | { readonly kind: 'other'; readonly verb: string; readonly names: readonly QName[]; readonly concurrently?: boolean }
  /** Could not be parsed or is not supported; what it could touch is unknown. */
  | { readonly kind: 'unread'; readonly reason: string; readonly verb?: string }
);
