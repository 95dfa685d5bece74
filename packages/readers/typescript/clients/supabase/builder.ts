import { constantText, literal, type AbstractValue, type ClientContext, type ClientHandle, type Truth } from '@tenantlint/model';
import { filterOf } from './filters.ts';
import { handle, type Builder, type Connection, type Filter, type Table } from './state.ts';

const BASE: Omit<Builder, 'client' | 'table' | 'operation' | 'at'> = {
  is: 'builder', filters: [], values: undefined, onConflict: undefined, ignoreDuplicates: false, routine: undefined, columns: undefined,
  single: undefined, head: false, counted: false, throws: false, limited: false, orders: [], form: 'rows', wrapped: false,
};

const OPERATIONS: ReadonlySet<string> = new Set<Builder['operation']>(['select', 'insert', 'update', 'upsert', 'delete']);

/** `.select()`, `.insert(rows)` and their kin begin a request; undefined: no method of a table. */
export function begun(of: Table, name: string, args: readonly AbstractValue[], context: ClientContext): Builder | undefined {
  if (!OPERATIONS.has(name)) return undefined;
  const operation = name as Exclude<Builder['operation'], 'rpc'>;
  const { client, table, at } = of;
  const [first, second] = args;
  const options = operation === 'delete' ? first : second;
  const base: Builder = { ...BASE, client, table, operation, at, counted: stated(options, 'count', context) };
  switch (operation) {
    case 'select': return { ...base, columns: first && first.kind !== 'undefined' ? first : literal('*', context.at), head: isTrue(options, 'head', context) };
    case 'delete': return base;
    case 'insert': case 'update': return { ...base, values: first };
    case 'upsert': return { ...base, values: first, onConflict: options && defined(context.property(options, 'onConflict')), ignoreDuplicates: isTrue(options, 'ignoreDuplicates', context) };
  }
}

/** `.rpc(name, args)`. */
export function called(client: Connection, args: readonly AbstractValue[], at: Builder['at'], context: ClientContext): Builder {
  const [name, values, options] = args;
  const text = name && constantText(name);
  const routine = text === undefined || client.schema === undefined ? text : `${client.schema}.${text}`;
  return {
    ...BASE, client, table: { kind: 'unknown', why: text === undefined ? 'the function is chosen at run time' : `what ${text}() reads is its own affair` }, operation: 'rpc', at,
    values, routine, columns: literal('*', context.at), head: isTrue(options, 'head', context), counted: stated(options, 'count', context),
  };
}

function isTrue(options: AbstractValue | undefined, name: string, context: ClientContext): boolean {
  const value = options?.kind === 'object' ? context.property(options, name) : undefined;
  return value?.kind === 'literal' && value.value === true;
}

function stated(options: AbstractValue | undefined, name: string, context: ClientContext): boolean {
  return options?.kind === 'object' && context.property(options, name).kind !== 'undefined';
}

const defined = (value: AbstractValue): AbstractValue | undefined => (value.kind === 'undefined' ? undefined : value);

/** Methods that say how the answer is sent, and nothing about rows. */
const SAME = new Set(['returns', 'overrideTypes', 'abortSignal', 'rollback', 'setHeader', 'retry', 'stripNulls', 'maxAffected']);

/** A method of a request in the making; undefined: not one of them. */
export function continued(of: Builder, name: string, args: readonly AbstractValue[], context: ClientContext): Builder | undefined {
  if (SAME.has(name)) return of;
  const [first, second, third] = args;
  switch (name) {
    case 'select': return { ...of, columns: first && first.kind !== 'undefined' ? first : literal('*', context.at) };
    case 'single': return { ...of, single: 'one', limited: true };
    case 'maybeSingle': return { ...of, single: 'maybe', limited: true };
    // On embedded rows they say nothing about the rows themselves.
    case 'limit': return isEmbedded(second, context) ? of : { ...of, limited: true };
    case 'range': return isEmbedded(third, context) ? of : { ...of, limited: true };
    case 'order': {
      const column = first && constantText(first);
      return column === undefined || isEmbedded(second, context) ? of : { ...of, orders: [...of.orders, column] };
    }
    case 'throwOnError': return { ...of, throws: true };
    case 'csv': case 'geojson': return { ...of, form: 'text' };
    case 'explain': return { ...of, form: 'plan' };
    default: {
      const filter = filterOf(of, name, args, context);
      return filter && { ...of, filters: [...of.filters, filter] };
    }
  }
}

function isEmbedded(options: AbstractValue | undefined, context: ClientContext): boolean {
  if (options?.kind !== 'object') return false;
  return ['referencedTable', 'foreignTable'].some((name) => context.property(options, name).kind !== 'undefined');
}

interface Side {
  readonly handle: ClientHandle;
  readonly state: Builder;
  readonly truths: readonly Truth[];
}

/** One request for two branches that only added filters to it; undefined where they made it another one. */
export function merged(left: Side, right: Side): ClientHandle | undefined {
  const [a, b] = [left.state, right.state];
  const same = (Object.keys(a) as (keyof Builder)[]).every((key) => MERGED.has(key) || a[key] === b[key] || (key === 'client' || key === 'table' || key === 'at') && JSON.stringify(a[key]) === JSON.stringify(b[key]));
  if (!same) return undefined;
  const shared = a.filters.findIndex((f, i) => f !== b.filters[i]);
  const prefix = shared < 0 ? a.filters.length : shared;
  const rest = (side: Side): readonly Filter[] => side.state.filters.slice(prefix);
  const ways: Filter[] = rest(left).length + rest(right).length === 0 ? [] : [{ ways: [left, right].map((side) => ({ filters: rest(side), truths: side.truths })), at: left.handle.at }];
  return handle({ ...a, filters: [...a.filters.slice(0, prefix), ...ways], limited: a.limited && b.limited, orders: a.orders.length >= b.orders.length ? a.orders : b.orders }, left.handle.at);
}

const MERGED = new Set<keyof Builder>(['filters', 'limited', 'orders', 'wrapped']);
