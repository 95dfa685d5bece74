import type { Query, SiteVerb } from '@tenantlint/model';

export interface Operation {
  readonly verb: SiteVerb;
  readonly result: Query['result'];
  /** It reads one row, or says how many at most by itself. */
  readonly limited: boolean;
  /** The result is `{ count }`. */
  readonly counted?: boolean;
}

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['findUnique', { verb: 'select', result: 'row-or-null', limited: true }],
  ['findUniqueOrThrow', { verb: 'select', result: 'row', limited: true }],
  ['findFirst', { verb: 'select', result: 'row-or-null', limited: true }],
  ['findFirstOrThrow', { verb: 'select', result: 'row', limited: true }],
  ['findMany', { verb: 'select', result: 'rows', limited: false }],
  ['count', { verb: 'count', result: 'count', limited: true }],
  ['aggregate', { verb: 'count', result: 'unknown', limited: true }],
  ['groupBy', { verb: 'count', result: 'groups', limited: true }],
  ['create', { verb: 'insert', result: 'row', limited: true }],
  ['createMany', { verb: 'insert', result: 'unknown', limited: true }],
  ['createManyAndReturn', { verb: 'insert', result: 'rows', limited: true }],
  ['update', { verb: 'update', result: 'row', limited: true }],
  ['updateMany', { verb: 'update', result: 'count', limited: true, counted: true }],
  ['updateManyAndReturn', { verb: 'update', result: 'rows', limited: true }],
  ['upsert', { verb: 'upsert', result: 'row', limited: true }],
  ['delete', { verb: 'delete', result: 'row', limited: true }],
  ['deleteMany', { verb: 'delete', result: 'count', limited: true, counted: true }],
]);
