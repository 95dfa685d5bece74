import type { Span } from './span.ts';

/**
 * SQL as algebra: what a reader makes of any Postgres parse tree. Names are as written (case-folded by
 * Postgres' rules, unquoted); they are bound against the replayed schema by the engine, never by a reader.
 */

/** A possibly schema-qualified name. `at` covers the name as written, with its schema. */
export interface QName {
  readonly schema?: string;
  readonly name: string;
  readonly at: Span;
}

/**
 * A type as written, with the built-in aliases already folded to Postgres' own spelling
 * (`int4` → `integer`, `timestamptz` → `timestamp with time zone`, `varchar(9)` → `character varying` + mods).
 * `serial` and its kin stay as written: replay turns them into a type, a sequence and a default.
 * Of a routine's argument or result `t.c%TYPE` stays as well, as the name. `pg_catalog` is left out.
 */
export interface TypeRef {
  readonly schema?: string;
  readonly name: string;
  readonly mods: readonly string[];
  /** Array dimensions; 0 for a scalar. */
  readonly dims: number;
  readonly setof?: boolean;
}

/** `format_type` spelling of a type: `character varying(255)`, `text[]`, `timestamp(3) without time zone`. */
export function typeText(type: TypeRef): string {
  const mods = type.mods.length > 0 ? `(${type.mods.join(',')})` : '';
  const zone = /^(timestamp|time) (with|without) time zone$/.exec(type.name);
  const base = zone ? `${zone[1]}${mods} ${zone[2]} time zone` : `${type.name}${mods}`;
  return `${type.schema !== undefined ? `${type.schema}.` : ''}${base}${'[]'.repeat(type.dims > 0 ? 1 : 0)}`;
}

interface At {
  readonly at: Span;
}

export type SqlExpr = At &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
    /** `a`, `t.a`, `s.t.a`; the last element is `*` for a star. */
    | { readonly kind: 'column'; readonly path: readonly string[] }
    /** `$1` counts from 1. A hole of a code template is a parameter as well. */
    | { readonly kind: 'param'; readonly index: number }
    | {
        readonly kind: 'call';
        readonly name: QName;
        readonly args: readonly SqlExpr[];
        /** Names of `name => value` arguments, by position in `args`. */
        readonly named?: Readonly<Record<number, string>>;
        readonly star?: boolean;
        readonly distinct?: boolean;
        readonly window?: boolean;
        readonly filter?: SqlExpr;
      }
    /** `current_user`, `session_user`, `current_role`, `user`, `current_timestamp`, … */
    | { readonly kind: 'keyword'; readonly name: string }
    | { readonly kind: 'cast'; readonly of: SqlExpr; readonly type: TypeRef }
    | { readonly kind: 'and' | 'or'; readonly of: readonly SqlExpr[] }
    | { readonly kind: 'not'; readonly of: SqlExpr }
    /** Any binary operator by its text: `=`, `<>`, `->>`, `@>`, `~~` (LIKE), `||`, … */
    | { readonly kind: 'operator'; readonly op: string; readonly left: SqlExpr; readonly right: SqlExpr }
    | { readonly kind: 'prefix'; readonly op: string; readonly of: SqlExpr }
    | { readonly kind: 'is-null'; readonly of: SqlExpr; readonly negated: boolean }
    | { readonly kind: 'is-bool'; readonly of: SqlExpr; readonly is: 'true' | 'false' | 'unknown'; readonly negated: boolean }
    /** `IS [NOT] DISTINCT FROM`; `negated` is true for IS NOT DISTINCT FROM. */
    | { readonly kind: 'distinct'; readonly left: SqlExpr; readonly right: SqlExpr; readonly negated: boolean }
    | { readonly kind: 'in'; readonly left: SqlExpr; readonly list: readonly SqlExpr[]; readonly negated: boolean }
    /** `left op ANY|ALL (array)` */
    | { readonly kind: 'any-array' | 'all-array'; readonly op: string; readonly left: SqlExpr; readonly right: SqlExpr }
    /** `left op ANY|ALL (select)`; `x IN (select)` is `= ANY`, `x NOT IN (select)` is `<> ALL`. */
    | { readonly kind: 'any-select' | 'all-select'; readonly op: string; readonly left: SqlExpr; readonly select: SqlSelect }
    | { readonly kind: 'exists' | 'scalar' | 'array-select'; readonly select: SqlSelect }
    | {
        readonly kind: 'case';
        readonly of?: SqlExpr;
        readonly whens: readonly { readonly when: SqlExpr; readonly then: SqlExpr }[];
        readonly otherwise?: SqlExpr;
      }
    | { readonly kind: 'coalesce' | 'greatest' | 'least'; readonly of: readonly SqlExpr[] }
    | { readonly kind: 'nullif'; readonly left: SqlExpr; readonly right: SqlExpr }
    | { readonly kind: 'array' | 'row'; readonly of: readonly SqlExpr[] }
    | { readonly kind: 'subscript'; readonly of: SqlExpr; readonly index: readonly SqlExpr[] }
    | { readonly kind: 'field'; readonly of: SqlExpr; readonly name: string }
    | { readonly kind: 'opaque'; readonly text: string }
  );

export type SqlFrom = At &
  (
    | { readonly kind: 'table'; readonly name: QName; readonly alias?: string; readonly only?: boolean; readonly columns?: readonly string[] }
    | {
        readonly kind: 'join';
        readonly join: 'inner' | 'left' | 'right' | 'full';
        readonly left: SqlFrom;
        readonly right: SqlFrom;
        /** Absent for a cross join. */
        readonly on?: SqlExpr;
        readonly using?: readonly string[];
        readonly natural?: boolean;
      }
    | { readonly kind: 'subselect'; readonly select: SqlSelect; readonly alias?: string; readonly columns?: readonly string[]; readonly lateral?: boolean }
    | { readonly kind: 'function'; readonly calls: readonly SqlExpr[]; readonly alias?: string; readonly columns?: readonly string[]; readonly lateral?: boolean }
    | { readonly kind: 'opaque'; readonly text: string; readonly alias?: string }
  );

export interface SqlCte extends At {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly statement: SqlStatement;
}

export interface SqlTarget extends At {
  readonly expr: SqlExpr;
  readonly alias?: string;
}

export interface SqlSelect extends At {
  readonly kind: 'select';
  readonly with: readonly SqlCte[];
  readonly recursive?: boolean;
  readonly distinct?: boolean;
  readonly targets: readonly SqlTarget[];
  readonly from: readonly SqlFrom[];
  readonly where?: SqlExpr;
  readonly groupBy: readonly SqlExpr[];
  readonly having?: SqlExpr;
  readonly orderBy: readonly SqlExpr[];
  readonly limit?: SqlExpr;
  readonly offset?: SqlExpr;
  /** A set operation replaces targets/from/where of this node. */
  readonly set?: { readonly op: 'union' | 'intersect' | 'except'; readonly all: boolean; readonly left: SqlSelect; readonly right: SqlSelect };
  readonly values?: readonly (readonly SqlExpr[])[];
  /** FOR UPDATE and its kin. */
  readonly locks?: boolean;
  /** SELECT … INTO table. */
  readonly into?: QName;
}

export interface SqlAssignment extends At {
  readonly column: string;
  readonly value: SqlExpr;
}

export type SqlStatement =
  | SqlSelect
  | (At & {
      readonly kind: 'insert';
      readonly with: readonly SqlCte[];
      readonly table: QName;
      readonly alias?: string;
      /** Empty when the statement names none. */
      readonly columns: readonly { readonly name: string; readonly at: Span }[];
      /** Absent for DEFAULT VALUES. */
      readonly source?: SqlSelect;
      readonly onConflict?: { readonly columns: readonly string[]; readonly constraint?: string; readonly set: readonly SqlAssignment[]; readonly where?: SqlExpr };
      readonly returning: readonly SqlTarget[];
    })
  | (At & {
      readonly kind: 'update';
      readonly with: readonly SqlCte[];
      readonly table: QName;
      readonly alias?: string;
      readonly set: readonly SqlAssignment[];
      readonly from: readonly SqlFrom[];
      readonly where?: SqlExpr;
      readonly returning: readonly SqlTarget[];
    })
  | (At & {
      readonly kind: 'delete';
      readonly with: readonly SqlCte[];
      readonly table: QName;
      readonly alias?: string;
      readonly using: readonly SqlFrom[];
      readonly where?: SqlExpr;
      readonly returning: readonly SqlTarget[];
    })
  | (At & { readonly kind: 'truncate'; readonly tables: readonly QName[]; readonly cascade: boolean })
  /** Anything else (DDL inside a body included); `text` as written. */
  | (At & { readonly kind: 'other'; readonly text: string });
