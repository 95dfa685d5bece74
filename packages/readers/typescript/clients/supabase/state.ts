import type { AbstractValue, ClientContext, ClientHandle, ClientKind, ClientState, Condition, Span, TableName, Truth } from '@tenantlint/model';

export const ID = 'supabase-js';

/** What a handle stands for. */
export type State =
  /** The package as a whole. */
  | { readonly is: 'module'; readonly from: string }
  | { readonly is: 'factory'; readonly name: string; readonly from: string }
  | Connection
  | Table
  | Builder
  | Service
  /** A method that was read and not called yet. */
  | Method
  /** Read through functions of the program. */
  | Proxied
  | Trap;

/** What `createClient` gives, and what `.schema()` makes of it. */
export type Connection = {
  readonly is: 'client';
  readonly kind: ClientKind;
  readonly schema: string | undefined;
  /** Version that the import names (`npm:@supabase/supabase-js@2.45.0`); else what is installed counts. */
  readonly version: string | undefined;
};

/** `.from(name)`: nothing is asked yet. */
export type Table = { readonly is: 'table'; readonly client: Connection; readonly table: TableName; readonly at: Span };

/** A request in the making; sent when it is awaited. */
export type Builder = {
  readonly is: 'builder';
  readonly client: Connection;
  readonly table: TableName;
  readonly operation: 'select' | 'insert' | 'update' | 'upsert' | 'delete' | 'rpc';
  readonly at: Span;
  readonly filters: readonly Filter[];
  /** Rows of insert and upsert, values of update, arguments of rpc. */
  readonly values: AbstractValue | undefined;
  /** Columns that decide whether a row of an upsert is there already; undefined: the primary key. */
  readonly onConflict: AbstractValue | undefined;
  readonly ignoreDuplicates: boolean;
  readonly routine: string | undefined;
  /** What `.select()` names; undefined: nothing is returned. */
  readonly columns: AbstractValue | undefined;
  readonly single: 'one' | 'maybe' | undefined;
  readonly head: boolean;
  readonly counted: boolean;
  readonly throws: boolean;
  readonly limited: boolean;
  readonly orders: readonly string[];
  /** The answer is text made of the rows (CSV, GeoJSON), or how they would be found. */
  readonly form: 'rows' | 'text' | 'plan';
  /** Changed by a wrapper around the client. */
  readonly wrapped: boolean;
};

/** A filter on the rows themselves (empty path), or on rows embedded under these names. */
export type Filter =
  | { readonly path: readonly string[]; readonly condition: Condition; readonly added: boolean }
  /** Which of these was added is decided by what the code did before. */
  | { readonly ways: readonly { readonly filters: readonly Filter[]; readonly truths: readonly Truth[] }[]; readonly at: Span };

/** Everything beside tables: auth, storage, functions, realtime. `path` are the names read. */
export type Service = { readonly is: 'service'; readonly client: Connection; readonly path: readonly string[]; readonly of: AbstractValue | undefined };

export type Method = { readonly is: 'method'; readonly of: Connection | Table | Builder | Service | Method; readonly name: string; readonly guessed?: AbstractValue };

export type Proxied = { readonly is: 'proxy'; readonly target: AbstractValue; readonly traps: AbstractValue };
/** What a trap gave for a name; whatever comes out of calling it went through the wrapper. */
export type Trap = { readonly is: 'trap'; readonly name: string; readonly fn: AbstractValue; readonly before: number };

export function handle(state: State, at: Span): ClientHandle {
  return { kind: 'client', client: ID, state: state as ClientState, at };
}

export function stateOf(of: ClientHandle): State {
  return of.state as unknown as State;
}

/** What to underline of a call: its name and its arguments, without what it is called on. */
export function calledAt({ at, nameAt }: Pick<ClientContext, 'at' | 'nameAt'>): Span {
  return nameAt.file === at.file && nameAt.start >= at.start && nameAt.end <= at.end ? { ...at, start: nameAt.start } : at;
}

export function isOwn(value: AbstractValue): value is ClientHandle {
  return value.kind === 'client' && value.client === ID;
}

export function connection(kind: ClientKind, version?: string, schema?: string): Connection {
  return { is: 'client', kind, schema, version };
}
