import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrationFacts, replay } from '@tenantlint/engine';
import type { History, Source, Step } from '@tenantlint/model';
import { createSqlParser, sqlHistories } from '@tenantlint/readers/sql';
import { openPglite, openServer, type Database } from './pg-database.ts';
import { DUMP_SQL, EXPRESSIONS_SQL } from './pg-dump-sql.ts';

/** Products that keep a rollback file beside each migration. */
const PRODUCTS = ['dealership', 'leadership-buddy'];
const QUERIES = [
  `set local search_path = public; ${DUMP_SQL}`, `set local search_path = ''; ${EXPRESSIONS_SQL}`,
  `select coalesce(json_agg(json_build_object('name', id, 'public', public)), '[]'::json) from storage.buckets`,
];
const root = fileURLToPath(new URL('../../fixtures', import.meta.url));
const SUPABASE = readFileSync(fileURLToPath(new URL('../postgres/supabase.sql', import.meta.url)), 'utf8');
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
      // The comparison runs inside a transaction, which CONCURRENTLY does not.
      return [...places.values()].map((at) => textAt(at.file, at.start, at.end).replace(/\bconcurrently\b/i, ''));
    };
    const catalog = async (statements: readonly string[]) => comparable((await db.rehearse(SUPABASE, statements, QUERIES)).answers);
    const ups = (n: number) => steps.slice(0, n).flatMap((s) => texts(s, 'up'));
    const stateBefore = (n: number) => before.get(n) ?? before.set(n, catalog(ups(n))).get(n);
    let found = 0;

    test.each(attempts.map((a) => [`${a.step.id}${a.without === undefined ? '' : ` without \`${a.without}\``}`, a] as const))('%s', async (_name, { n, step, without, history: changed }) => {
      const undone = migrationFacts({ timeline: replay([changed], sql, { base: 'supabase' }) }).undone(n);
      const real = await catalog([...ups(n + 1), ...texts(step, 'down')]);
      const back = JSON.stringify(real) === JSON.stringify(await stateBefore(n));
      const ours = undone === undefined ? texts(step, 'down').length === 0 : undone.differences.length === 0;
      expect(ours, `differences: ${undone?.differences.map((d) => `${d.is} ${d.what}`).join(', ') ?? 'none'}`).toBe(back);
      if (without === undefined) expect(back).toBe(true);
      else if (!back) found++;
    });

    // Some statements are covered by others: a table takes its policies with it.
    test('most statements of a way back are needed, and each of those is missed', () => expect(found).toBeGreaterThan(attempts.length / 4));
  });
}

/** A column that comes back stands behind the others: no statement gives it its place again. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    return items.every(hasName) ? items.sort((a, b) => (a.name < b.name ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, comparable(item)]));
}

function hasName(item: unknown): item is { readonly name: string } {
  return typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string';
}
