import { list, unknown, type AbstractValue, type Query, type SqlText } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { opaque } from './formulas.ts';

/** SQL that the code spells out. */
export function rowsOfSql(f: Flow, query: Query, sql: SqlText): AbstractValue {
  const { at } = query;
  const def = f.rows.make(undefined, undefined, { kind: 'true' }, at);
  const text = sql.texts.map((t) => t.text).join('?');
  f.records.push({ query, table: undefined, model: undefined, row: def.id, formula: opaque('SQL that was not read', text, [def.id], at), inserted: [], truths: f.state.truths, frame: f.frame, loop: f.frame?.loop });
  return query.result === 'rows' ? list(unknown('row of SQL', at), at) : unknown('result of SQL', at);
}
