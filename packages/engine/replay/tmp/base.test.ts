import { test } from 'vitest';
import { createSqlParser } from '../../../readers/sql/index.ts';
import { replay } from '../index.ts';
test('base', () => {
  const sql = createSqlParser();
  sql.events('select 1', { file: '', start: 0, end: 0 }, false);
  for (let i = 0; i < 3; i++) {
    const p = createSqlParser();
    const a = performance.now();
    const t = replay([], i === 2 ? sql : p, { base: 'supabase' });
    console.log(performance.now() - a, t.last.tables.size, t.last.functions.size, t.doubts.map((d) => d.reason));
  }
  const a = performance.now();
  replay([], sql, { base: 'supabase' });
  console.log(performance.now() - a);
});
