import type { Change, Span, SqlParser } from '@tenantlint/model';
import type { Stores, StoreName } from '../catalog.ts';
import type { World } from '../world.ts';
import { SUPABASE_AUTH } from './supabase-auth.ts';
import { SUPABASE_PROJECT } from './supabase-project.ts';
import { SUPABASE_SERVICES } from './supabase-services.ts';

export type Base = 'supabase' | 'plain';

/** What a Supabase project starts from, as SQL that an empty database accepts. */
export const SUPABASE_SQL: readonly string[] = [SUPABASE_PROJECT, SUPABASE_AUTH, SUPABASE_SERVICES];

/** Places in the platform's own definitions lead to no file of the project. */
const AT: Span = { file: '', start: 0, end: 0 };

/** The Supabase state is the same for every replay, so each parser makes it once. */
const made = new WeakMap<SqlParser, readonly Change[]>();

/** The Supabase state that this parser's replays have made, as plain data; undefined before the first one. */
export function madeBase(parser: SqlParser): readonly Change[] | undefined {
  return made.get(parser);
}

/** Spares the replays with this parser the making: the state is what `madeBase` gave in the same version of the program. */
export function keepBase(parser: SqlParser, base: readonly Change[]): void {
  made.set(parser, base);
}

/** Makes what the database holds before the first step; returns it as changes of an empty catalog. */
export function layBase(world: World, base: Base): readonly Change[] {
  const { catalog } = world;
  catalog.put('role', 'postgres', {
    name: 'postgres', at: AT, memberOf: [], settings: {}, platform: true,
    options: { superuser: true, bypassRls: true, login: true, inherit: true, createRole: true, createDb: true, replication: true },
  });
  catalog.put('schema', 'public', { name: 'public', at: AT, owner: 'pg_database_owner', grants: [{ role: 'public', privilege: 'usage', grantOption: false, at: AT }], platform: true });
  if (base === 'plain') return catalog.takeChanges();
  const known = made.get(world.parser);
  if (known !== undefined) {
    for (const { object, key, after } of known) putBack(world, object, key, after);
    catalog.takeChanges();
    return known;
  }
  for (const text of SUPABASE_SQL) {
    for (const event of world.parser.events(text, AT, false)) world.run(event);
  }
  const changes = catalog.takeChanges();
  made.set(world.parser, changes);
  return changes;
}

function putBack<K extends StoreName>(world: World, object: K, key: string, value: unknown): void {
  // A change of the base holds what the same store gave when the base was made.
  world.catalog.put(object, key, value as Stores[K]);
}
