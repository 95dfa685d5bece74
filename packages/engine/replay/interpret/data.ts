import type { Bucket, QName, SqlAssignment, SqlExpr, SqlStatement, Table } from '@tenantlint/model';
import { findTable, type World } from '../world.ts';
import type { Context } from './context.ts';
import { evaluate } from './evaluate.ts';
import { select } from './query.ts';
import { topLevel } from './run-block.ts';
import { calls } from './run-query.ts';
import { NOT_DECIDED, textOf, toBoolean, type Value } from './values.ts';

/** A change of data at the top level. Only storage buckets are modelled; a function that it calls may do more. */
export function data(world: World, statement: SqlStatement, at: Bucket['at']): void {
  if (concernsBuckets(statement) || ('table' in statement && temporary(world, statement.table) !== undefined) || (world.catalog.hasOwnRoutines && calls(world, statement))) changeData(statement, topLevel(world, at));
}

function concernsBuckets(statement: SqlStatement): boolean {
  return 'table' in statement && statement.table.name === 'buckets' && (statement.table.schema === 'storage' || statement.table.schema === undefined);
}

export function changeData(statement: SqlStatement, context: Context): void {
  switch (statement.kind) {
    case 'insert':
      if (concernsBuckets(statement)) insertBuckets(statement, context);
      else if (temporary(context.world, statement.table) !== undefined) insertRows(statement, context);
      else if (statement.source !== undefined && calls(context.world, statement)) select(statement.source, context);
      return;
    case 'update':
      if (concernsBuckets(statement)) updateBuckets(statement, context);
      else forgetRows(context.world, statement.table);
      return;
    case 'delete':
      if (concernsBuckets(statement)) for (const bucket of matching(statement.where, statement.alias, context)) context.world.catalog.put('bucket', bucket.id, undefined);
      else forgetRows(context.world, statement.table);
      return;
    default:
      return;
  }
}

function temporary(world: World, name: QName): Table | undefined {
  const table = findTable(world, name);
  return table?.temporary === true ? table : undefined;
}

function forgetRows(world: World, name: QName): void {
  const table = temporary(world, name);
  if (table !== undefined) world.catalog.put('rows', table.key, undefined);
}

/** Rows that a temporary table gets; one value that is not known, and nothing is known of it any more. */
function insertRows(statement: SqlStatement & { readonly kind: 'insert' }, context: Context): void {
  const { world } = context;
  const table = temporary(world, statement.table);
  const known = table === undefined ? undefined : world.catalog.get('rows', table.key);
  if (table === undefined || known === undefined || statement.source === undefined) return forgetRows(world, statement.table);
  const added = select(statement.source, context);
  if (added.open || added.rows.some(({ certain }) => !certain)) return forgetRows(world, statement.table);
  const names = statement.columns.length > 0 ? statement.columns.map(({ name }) => name) : known.columns;
  const rows = added.rows.map(({ values }) => known.columns.map((name) => (names.includes(name) ? (values[names.indexOf(name)] ?? null) : NOT_DECIDED)));
  world.catalog.put('rows', table.key, { columns: known.columns, rows: [...known.rows, ...rows] });
}

function insertBuckets(statement: SqlStatement & { readonly kind: 'insert' }, context: Context): void {
  const { world } = context;
  if (statement.source === undefined) return;
  const columns = statement.columns.length > 0 ? statement.columns.map(({ name }) => name) : ['id', 'name', 'owner', 'created_at', 'updated_at', 'public'];
  for (const { values } of select(statement.source, context).rows) {
    const value = (name: string): Value => (columns.includes(name) ? (values[columns.indexOf(name)] ?? null) : null);
    const id = textOf(value('id')) ?? textOf(value('name'));
    if (id === undefined) continue;
    const known = world.catalog.get('bucket', id);
    const open = columns.includes('public') ? flag(value('public')) : false;
    if (known === undefined) world.catalog.put('bucket', id, { id, public: open, at: statement.at });
    else if (statement.onConflict !== undefined && statement.onConflict.set.length > 0) setPublic(context, known, statement.onConflict.set, open);
  }
}

function flag(value: Value): Bucket['public'] {
  const decided = toBoolean(value);
  return typeof decided === 'boolean' ? decided : decided === null ? false : 'unknown';
}

/** `excluded` is the row that the insert would have made. */
function setPublic(context: Context, bucket: Bucket, set: readonly SqlAssignment[], excluded: Bucket['public'] | undefined): void {
  const assignment = set.find(({ column }) => column === 'public');
  if (assignment === undefined) return;
  const row = { alias: 'excluded', columns: ['public'], values: [excluded === 'unknown' || excluded === undefined ? null : excluded] };
  const open = flag(evaluate(assignment.value, { ...context, rows: [row], outer: context }));
  context.world.catalog.put('bucket', bucket.id, { ...bucket, public: open, at: assignment.at });
}

function updateBuckets(statement: SqlStatement & { readonly kind: 'update' }, context: Context): void {
  for (const bucket of matching(statement.where, statement.alias, context)) setPublic(context, bucket, statement.set, undefined);
}

function matching(where: SqlExpr | undefined, alias: string | undefined, context: Context): readonly Bucket[] {
  return [...context.world.catalog.map('bucket').values()].filter((bucket) => {
    if (where === undefined) return true;
    const row = { alias: alias ?? 'buckets', columns: ['id', 'name', 'public'], values: [bucket.id, bucket.id, bucket.public === 'unknown' ? null : bucket.public] };
    return toBoolean(evaluate(where, { ...context, rows: [row], outer: context })) === true;
  });
}
