import type { SqlExpr } from '@tenantlint/model';
import { visitExpr } from '../expr/walk.ts';
import type { World } from '../world.ts';

/** Functions of Postgres whose result changes between calls or sessions; a name that is not here is taken for immutable. */
const CHANGING = new Set([
  'now', 'clock_timestamp', 'statement_timestamp', 'transaction_timestamp', 'timeofday', 'random', 'gen_random_uuid', 'uuid_generate_v4', 'uuid_generate_v1',
  'nextval', 'currval', 'lastval', 'setval', 'current_setting', 'txid_current', 'pg_backend_pid', 'to_char', 'to_timestamp', 'to_date',
]);
const CHANGING_KEYWORDS = new Set(['current_timestamp', 'current_date', 'current_time', 'localtimestamp', 'localtime', 'current_user', 'session_user', 'current_role', 'user']);

/** Whether an index may rest on the expression. */
export function isImmutable(world: World, expr: SqlExpr): boolean {
  let immutable = true;
  visitExpr(expr, {
    expr(part) {
      if (part.kind === 'keyword' && CHANGING_KEYWORDS.has(part.name)) immutable = false;
      if (part.kind !== 'call') return;
      const { schema, name } = part.name;
      if (schema === undefined || schema === 'pg_catalog') {
        if (CHANGING.has(name)) immutable = false;
        return;
      }
      // Postgres looks into SQL functions before it judges them.
      const routines = world.catalog.overloads(schema, name).flatMap((key) => world.catalog.get('function', key) ?? []);
      if (routines.length > 0 && routines.every((routine) => !routine.platform && routine.volatility !== 'immutable' && routine.language !== 'sql')) immutable = false;
    },
  });
  return immutable;
}
