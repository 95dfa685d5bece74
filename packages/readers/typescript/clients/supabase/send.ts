import { cases, constantText, mapCases, type AbstractValue, type ClientContext, type Condition, type Query, type SiteVerb } from '@tenantlint/model';
import { conditionsAt, conjunction, returned, type Returned } from './embedded.ts';
import { ALWAYS, compare } from './operators.ts';
import { primaryKey, tableOf } from './relations.ts';
import { answer } from './result.ts';
import { ID, type Builder, type Filter } from './state.ts';
import { rowsOf, written } from './written.ts';

/** The request is sent: its query, and the answer as the program sees it. */
export function send(builder: Builder, context: ClientContext): AbstractValue {
  const back = returned(builder, context);
  return answer(builder, context.run(query(builder, back, context)), context);
}

function query(builder: Builder, back: Returned, context: ClientContext): Query {
  const { operation, values } = builder;
  const rows = values && operation !== 'rpc' ? rowsOf(values) : [];
  const inserting = operation === 'insert' || operation === 'upsert';
  const condition = asked(builder, rows, back, () => true, context);
  return {
    client: ID,
    clientKind: builder.wrapped ? 'scoped' : builder.client.kind,
    table: builder.table,
    verb: verbOf(builder),
    operation,
    at: builder.at,
    condition,
    ...(builder.wrapped ? { stated: asked(builder, rows, back, stated, context) } : {}),
    inserts: inserting ? rows.map(written) : [],
    changes: operation === 'update' || (operation === 'upsert' && !builder.ignoreDuplicates) ? rows.map(written) : [],
    includes: back.includes,
    result: resultOf(builder),
    selects: back.columns,
    orders: builder.orders,
    limited: builder.limited || operation !== 'select',
    transaction: false,
    ...(operation === 'rpc' && builder.routine !== undefined ? { routine: { name: builder.routine, args: values ?? { kind: 'object', entries: [], at: builder.at } } } : {}),
  };
}

const stated = (filter: Filter): boolean => !('condition' in filter) || !filter.added;

/** Which rows are meant. Filters on an insert are not looked at by PostgREST; an upsert changes the rows that collide. */
function asked(builder: Builder, rows: readonly AbstractValue[], back: Returned, keep: (filter: Filter) => boolean, context: ClientContext): Condition {
  if (builder.operation === 'insert') return ALWAYS;
  if (builder.operation === 'upsert') return builder.ignoreDuplicates ? ALWAYS : collision(builder, rows, context);
  return conjunction([...conditionsAt(builder.filters, [], builder.at, back.embedded, keep), ...back.required]);
}

/** A row that is there already: it has the new row's values in the columns of the key. */
function collision(builder: Builder, rows: readonly AbstractValue[], context: ClientContext): Condition {
  const table = tableOf(context.schema, builder.table);
  const columns = builder.onConflict ? constantText(builder.onConflict)?.split(',').map((c) => c.trim()) : table && primaryKey(table);
  if (!columns || columns.length === 0) return { kind: 'opaque', value: builder.onConflict ?? { kind: 'undefined', at: builder.at }, why: 'the key by which rows collide is not known', at: builder.at };
  const one = (row: AbstractValue): Condition => conjunction(columns.map((column) => {
    // A row without a value for the key collides with none.
    const value = mapCases(context.property(row, column), (v) => (v.kind === 'literal' && v.value === null ? { kind: 'undefined', at: v.at } : v));
    return compare(column, '=', value, row.at);
  }));
  const all = rows.flatMap((row) => cases(row)).map((c) => one(c.value));
  const [only] = all;
  return all.length === 1 && only ? only : { kind: 'any', of: all };
}

function verbOf(builder: Builder): SiteVerb {
  switch (builder.operation) {
    case 'rpc': return 'call';
    case 'select': return builder.head ? 'count' : 'select';
    case 'upsert': return builder.ignoreDuplicates ? 'insert' : 'upsert';
    default: return builder.operation;
  }
}

function resultOf(builder: Builder): Query['result'] {
  if (builder.operation === 'rpc') return 'unknown';
  if (builder.head) return 'count';
  if (builder.form === 'plan') return 'unknown';
  if (!builder.columns) return 'void';
  if (builder.single === undefined) return 'rows';
  return builder.single === 'one' && builder.throws ? 'row' : 'row-or-null';
}
