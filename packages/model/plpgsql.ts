import type { Span, Unread } from './span.ts';
import type { SqlExpr, SqlSelect, SqlStatement, TypeRef } from './sql.ts';
import type { SchemaEvent } from './events.ts';

/** A function body or DO block as a reader understands it. Spans point into the file that holds the body. */
export type FunctionBody =
  | { readonly kind: 'sql'; readonly statements: readonly SqlStatement[]; readonly unread: readonly Unread[] }
  | { readonly kind: 'plpgsql'; readonly block: PlBlock; readonly unread: readonly Unread[] }
  | { readonly kind: 'opaque'; readonly reason: string };

export interface PlVariable {
  readonly name: string;
  readonly type?: TypeRef;
  /** `table.column%TYPE` or `table%ROWTYPE`, as written. */
  readonly typeOf?: string;
  readonly value?: SqlExpr;
  readonly constant?: boolean;
  /** The query of a bound cursor. */
  readonly cursor?: SqlSelect;
}

export interface PlBlock {
  readonly kind: 'block';
  readonly at: Span;
  readonly label?: string;
  readonly declare: readonly PlVariable[];
  readonly body: readonly PlStatement[];
  readonly handlers: readonly { readonly conditions: readonly string[]; readonly body: readonly PlStatement[] }[];
}

interface At {
  readonly at: Span;
}

/** Assignment targets are dotted names: `v`, `rec.field`, `new.tenant_id`. */
export type PlStatement =
  | PlBlock
  | (At & { readonly kind: 'assign'; readonly target: string; readonly value: SqlExpr })
  | (At & {
      readonly kind: 'if';
      readonly branches: readonly { readonly test: SqlExpr; readonly body: readonly PlStatement[] }[];
      readonly otherwise: readonly PlStatement[];
    })
  | (At & {
      readonly kind: 'case';
      readonly of?: SqlExpr;
      readonly branches: readonly { readonly tests: readonly SqlExpr[]; readonly body: readonly PlStatement[] }[];
      readonly otherwise?: readonly PlStatement[];
    })
  | (At & { readonly kind: 'loop'; readonly label?: string; readonly while?: SqlExpr; readonly body: readonly PlStatement[] })
  | (At & {
      readonly kind: 'for-range';
      readonly label?: string;
      readonly variable: string;
      readonly from: SqlExpr;
      readonly to: SqlExpr;
      readonly by?: SqlExpr;
      readonly reverse: boolean;
      readonly body: readonly PlStatement[];
    })
  | (At & { readonly kind: 'for-query'; readonly label?: string; readonly targets: readonly string[]; readonly query: SqlStatement; readonly body: readonly PlStatement[] })
  | (At & {
      readonly kind: 'for-execute';
      readonly label?: string;
      readonly targets: readonly string[];
      readonly sql: SqlExpr;
      readonly using: readonly SqlExpr[];
      readonly body: readonly PlStatement[];
    })
  | (At & { readonly kind: 'foreach'; readonly label?: string; readonly target: string; readonly slice: number; readonly array: SqlExpr; readonly body: readonly PlStatement[] })
  | (At & { readonly kind: 'execute'; readonly sql: SqlExpr; readonly into: readonly string[]; readonly strict: boolean; readonly using: readonly SqlExpr[] })
  /** A SQL statement: a query or DML with its algebra, DDL with its events. */
  | (At & { readonly kind: 'sql'; readonly statement: SqlStatement; readonly events: readonly SchemaEvent[]; readonly into: readonly string[]; readonly strict: boolean })
  | (At & { readonly kind: 'perform'; readonly select: SqlSelect })
  | (At & { readonly kind: 'call'; readonly call: SqlExpr; readonly into: readonly string[] })
  | (At & { readonly kind: 'return'; readonly value?: SqlExpr; readonly next?: boolean })
  | (At & { readonly kind: 'return-query'; readonly query?: SqlStatement; readonly sql?: SqlExpr; readonly using: readonly SqlExpr[] })
  | (At & { readonly kind: 'raise'; readonly level: 'debug' | 'log' | 'info' | 'notice' | 'warning' | 'exception'; readonly condition?: string; readonly message?: string; readonly args: readonly SqlExpr[] })
  | (At & { readonly kind: 'assert'; readonly test: SqlExpr })
  | (At & { readonly kind: 'exit' | 'continue'; readonly label?: string; readonly when?: SqlExpr })
  | (At & { readonly kind: 'diagnostics'; readonly targets: readonly { readonly target: string; readonly item: string }[] })
  | (At & { readonly kind: 'transaction'; readonly verb: 'commit' | 'rollback' })
  | (At & { readonly kind: 'opaque'; readonly reason: string });

