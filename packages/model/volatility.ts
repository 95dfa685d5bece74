import type { Schema } from './schema.ts';
import { walkExpr } from './sql-walk.ts';
import type { SqlExpr } from './sql.ts';

/** Postgres' own functions (and those of everyday extensions) that give each row a value of its own. */
const VOLATILE: ReadonlySet<string> = new Set([
  'random', 'random_normal', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'uuid_generate_v1', 'uuid_generate_v1mc', 'uuid_generate_v4', 'gen_random_bytes', 'clock_timestamp',
  'timeofday', 'nextval', 'currval', 'lastval', 'setval', 'pg_sleep', 'set_config', 'gen_salt',
]);

/** The function of the expression that is computed for each row: it may be told by nobody, which is undefined. */
export function mayBeVolatile(expr: SqlExpr, schema: Schema): boolean | undefined {
  let result: boolean | undefined = false;
  walkExpr(expr, {
    expr(e) {
      if (e.kind !== 'call') return;
      const volatile = volatility(e.name.schema, e.name.name, schema);
      if (volatile === true) result = true;
      else if (volatile === undefined && result === false) result = undefined;
    },
  });
  return result;
}

function volatility(of: string | undefined, name: string, schema: Schema): boolean | undefined {
  if (of === undefined || of === 'pg_catalog' || of === 'extensions') {
    if (VOLATILE.has(name)) return true;
  }
  for (const routine of schema.functions.values()) if (routine.name === name && (of === undefined || routine.schema === of)) return routine.volatility === 'volatile';
  // What the history does not define is Postgres' own: of those nearly all are stable.
  return of === undefined || of === 'pg_catalog' ? false : undefined;
}
