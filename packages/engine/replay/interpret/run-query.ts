import type { SchemaEvent, SqlStatement } from '@tenantlint/model';
import { visitStatement } from '../expr/walk.ts';
import { searchPath, type World } from '../world.ts';
import { isFollowed } from './calls.ts';
import { topLevel } from './run-block.ts';
import { runStatement } from './run-statement.ts';

/** A query at the top level: run only if something in it can change the catalog or the session. */
export function runQuery(world: World, statement: SqlStatement, at: SchemaEvent['at']): void {
  if (calls(world, statement)) runStatement(statement, topLevel(world, at));
}

/** Whether the statement calls set_config or a routine that the history made. */
export function calls(world: World, statement: SqlStatement): boolean {
  let found = false;
  visitStatement(statement, {
    expr(expr) {
      if (expr.kind !== 'call' || found) return;
      const { schema, name } = expr.name;
      if (name === 'set_config') found = true;
      else {
        const schemas = schema === undefined ? searchPath(world) : [schema];
        found = schemas.some((candidate) => world.catalog.overloads(candidate, name).some((key) => {
          const routine = world.catalog.get('function', key);
          return routine !== undefined && isFollowed(routine);
        }));
      }
    },
  });
  return found;
}
