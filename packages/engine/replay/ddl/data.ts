import type { Bucket, SqlAssignment, SqlExpr, SqlStatement } from '@tenantlint/model';
import type { World } from '../world.ts';
import type { Context } from '../interpret/context.ts';
import { evaluate } from '../interpret/evaluate.ts';
import { select } from '../interpret/query.ts';
import { topLevel } from '../interpret/run-block.ts';
import { calls } from '../interpret/run-query.ts';
import { textOf, toBoolean, type Value } from '../interpret/values.ts';

/** A change of data at the top level. Only storage buckets are modelled; a function that it calls may do more. */
export function data(world: World, statement: SqlStatement, at: Bucket['at']): void {
  if (concernsBuckets(statement) || calls(world, statement)) changeData(statement, topLevel(world, at));
}

function concernsBuckets(statement: SqlStatement): boolean {
  return 'table' in statement && statement.table.name === 'buckets' && (statement.table.schema === 'storage' || statement.table.schema === undefined);
}

export function changeData(statement: SqlStatement, context: Context): void {
  switch (statement.kind) {
    case 'insert':
      if (concernsBuckets(statement)) insertBuckets(statement, context);
      else if (statement.source !== undefined && calls(context.world, statement)) select(statement.source, context);
      return;
    case 'update':
      if (concernsBuckets(statement)) updateBuckets(statement, context);
      return;
    case 'delete':
      if (concernsBuckets(statement)) for (const bucket of matching(statement.where, statement.alias, context)) context.world.catalog.put('bucket', bucket.id, undefined);
      return;
    default:
      return;
  }
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
