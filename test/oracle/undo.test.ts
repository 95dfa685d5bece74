import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replay, undone as undoneBy } from '@tenantlint/engine';
import type { History, Source, Step } from '@tenantlint/model';
import { createSqlParser, sqlHistories } from '@tenantlint/readers/sql';
import { readCatalog, sameCatalog } from './pg-catalog.ts';
import { openPglite, openServer, type Database } from './pg-database.ts';

/** Products that keep a rollback file beside each migration. */
const PRODUCTS = ['dealership', 'leadership-buddy'];
const root = fileURLToPath(new URL('../../fixtures', import.meta.url));
const sql = createSqlParser();
let db: Database;

beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});
afterAll(() => db.close());

/** A way back, or one with a statement left out, run after its migration: by us and by Postgres. */
interface Attempt {
  readonly step: Step;
  readonly n: number;
  readonly without: string | undefined;
  readonly history: History;
}

for (const product of PRODUCTS) {
  const folder = path.join(root, product, 'supabase');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.sql')).sort().map((f): Source => ({ path: `supabase/${f}`, text: readFileSync(path.join(folder, f), 'utf8') }));
  const textAt = (file: string, start: number, end: number) => sources.find((s) => s.path === file)?.text.slice(start, end) ?? '';
  const [history] = sqlHistories.read(sources, sql);
  if (history === undefined) throw new Error(`${product} has no history`);
  const { steps } = history;
  const attempts = steps.flatMap((step, n): Attempt[] => {
    const down = step.down?.known === true ? step.down.value : [];
    const statements = [...new Set(down.filter((e) => e.kind !== 'transaction').map((e) => e.at.start))];
    const left = (start: number): Attempt => {
      const rest = down.filter((e) => e.at.start !== start);
      const at = down.find((e) => e.at.start === start)?.at;
      const changed: Step = { ...step, down: { known: true, value: rest } };
      return { step: changed, n, without: at && textAt(at.file, at.start, at.end).replace(/\s+/g, ' ').slice(0, 70), history: { ...history, steps: steps.with(n, changed) } };
    };
    return down.length === 0 ? [] : [{ step, n, without: undefined, history }, ...statements.map(left)];
  });

  describe(product, () => {
    const before = new Map<number, Promise<unknown>>();
    const texts = (of: Step, direction: 'up' | 'down') => {
      const events = direction === 'up' ? of.up : of.down?.known === true ? of.down.value : [];
      const places = new Map(events.filter((e) => e.kind !== 'transaction').map((e) => [e.at.start, e.at]));
      return [...places.values()].map((at) => textAt(at.file, at.start, at.end));
    };
    const catalog = async (statements: readonly string[]) => (await readCatalog(db, 'supabase', statements)).catalog;
    const ups = (n: number) => steps.slice(0, n).flatMap((s) => texts(s, 'up'));
    const stateBefore = (n: number) => before.get(n) ?? before.set(n, catalog(ups(n))).get(n);
    let found = 0;

    test.each(attempts.map((a) => [`${a.step.id}${a.without === undefined ? '' : ` without \`${a.without}\``}`, a] as const))('%s', async (_name, { n, step, without, history: changed }) => {
      const undone = undoneBy(replay([changed], sql, { base: 'supabase' }), n);
      const real = await catalog([...ups(n + 1), ...texts(step, 'down')]);
      const back = sameCatalog(real, await stateBefore(n)) === '';
      const ours = undone === undefined ? texts(step, 'down').length === 0 : undone.differences.length === 0;
      expect(ours, `differences: ${undone?.differences.map((d) => `${d.is} ${d.what}`).join(', ') ?? 'none'}`).toBe(back);
      if (without === undefined) expect(back).toBe(true);
      else if (!back) found++;
    });

    // Some statements are covered by others: a table takes its policies with it.
    test('most statements of a way back are needed, and each of those is missed', () => expect(found).toBeGreaterThan(attempts.length / 4));
  });
}
