import type { ReferentialAction, Span, SqlExpr } from '@tenantlint/model';
import type { Value } from '../python/constant/index.ts';
import type { ColumnType } from './types.ts';

/** A table as SQLAlchemy's MetaData would hold it. */
export interface TableSpec {
  readonly name: string;
  readonly schema: string | undefined;
  /** The class or call that makes it. */
  readonly at: Span;
  /** Its name, where one is written. */
  readonly nameAt: Span;
  readonly metadata: Metadata;
  readonly columns: ColumnSpec[];
  readonly constraints: ConstraintSpec[];
  readonly indexes: IndexSpec[];
  readonly comment: string | undefined;
  readonly partitionBy: { readonly strategy: string; readonly columns: readonly string[] } | undefined;
}

/** A collection of tables that are created together. */
export interface Metadata {
  readonly key: string;
  readonly schema: string | undefined;
  readonly naming: Naming;
  readonly at: Span;
}

/** Templates by kind of constraint: `fk`, `uq`, `ix`, `ck`, `pk`. */
export type Naming = ReadonlyMap<string, string>;

export interface ColumnSpec {
  readonly name: string;
  readonly at: Span;
  readonly type: ColumnType | undefined;
  readonly typeAt: Span;
  readonly nullable: boolean;
  readonly primaryKey: boolean;
  /** Stated; undefined is the library's `auto`. */
  readonly autoincrement: boolean | undefined;
  readonly default: SqlExpr | undefined;
  readonly generated: { readonly expr: SqlExpr; readonly stored: boolean } | undefined;
  readonly identity: 'always' | 'by default' | undefined;
  /** A sequence that fills the column from the program's side. */
  readonly sequence: { readonly name: string; readonly schema: string | undefined; readonly at: Span } | undefined;
  readonly unique: boolean | string;
  readonly index: boolean | string;
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly comment: string | undefined;
  /** The program gives a value where a row has none. */
  readonly clientDefault: boolean;
  /** A mutable object that is the default of every row. */
  readonly sharedDefault: Span | undefined;
  /** The objects that stand for the column in the program. */
  readonly values: readonly Value[];
}

/** `conv`: the name is final, no convention is applied to it. */
export interface GivenName {
  readonly text: string;
  readonly conv: boolean;
}

/** When a constraint is checked. */
export interface Deferral {
  readonly deferrable?: boolean;
  readonly deferred?: boolean;
}

export type ConstraintSpec = { readonly at: Span; readonly name: GivenName | undefined } & Deferral & (
  | { readonly kind: 'primary key'; readonly columns: readonly string[] }
  | { readonly kind: 'unique'; readonly columns: readonly string[]; readonly include: readonly string[]; readonly nullsNotDistinct: boolean; readonly usingIndex?: string }
  | { readonly kind: 'check'; readonly expr: SqlExpr; readonly notValid: boolean; readonly noInherit: boolean }
  | ForeignKeySpec
  | { readonly kind: 'exclude'; readonly method: string; readonly keys: readonly IndexKeySpec[]; readonly where: SqlExpr | undefined }
);

export interface ForeignKeySpec extends Deferral {
  readonly kind: 'foreign key';
  readonly at: Span;
  readonly name: GivenName | undefined;
  readonly notValid: boolean;
  /** Empty for a key written at its column. */
  readonly columns: readonly string[];
  readonly target: Target;
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
  /** Added after all tables are there; `op.create_table` leaves it out altogether. */
  readonly useAlter: boolean;
}

/** What a foreign key points to; columns may be left to the table's primary key. */
export interface Target {
  readonly schema: string | undefined;
  readonly table: string;
  readonly columns: readonly string[];
  readonly at: Span;
}

export interface IndexKeySpec {
  readonly column?: string;
  readonly expr?: SqlExpr;
  readonly opclass?: string;
  readonly descending: boolean;
  readonly nullsFirst?: boolean;
  readonly operator?: string;
  readonly at: Span;
}

export interface IndexSpec {
  readonly name: GivenName | undefined;
  readonly at: Span;
  readonly unique: boolean;
  readonly method: string;
  readonly keys: readonly IndexKeySpec[];
  readonly include: readonly string[];
  readonly where: SqlExpr | undefined;
  readonly concurrently: boolean;
  readonly ifNotExists: boolean;
  readonly nullsNotDistinct: boolean;
}

export function tableKey(schema: string | undefined, name: string): string {
  return `${schema ?? 'public'}.${name}`;
}
