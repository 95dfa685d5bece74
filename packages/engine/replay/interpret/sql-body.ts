import type { FunctionBody, Routine } from '@tenantlint/model';
import type { Context, Relation } from './context.ts';
import { runStatement } from './run-statement.ts';

/** A SQL function: its statements in order; its result is that of the last. */
export function runSqlBody(routine: Routine, body: FunctionBody & { readonly kind: 'sql' }, context: Context): Relation {
  let result: Relation = { columns: [routine.name], rows: [{ values: [null], certain: true }], open: false };
  for (const statement of body.statements) {
    if (statement.kind === 'other') {
      for (const event of context.world.parser.events(statement.text, statement.at, false)) context.world.run(event);
      continue;
    }
    result = runStatement(statement, context);
  }
  return result;
}
