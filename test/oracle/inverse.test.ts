import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { propose, replay } from '@tenantlint/engine';
import type { Source } from '@tenantlint/model';
import { createSqlParser, sqlHistories } from '@tenantlint/readers/sql';
import { openPglite, openServer, type Database } from './pg-database.ts';
import { sameCatalog, readCatalog } from './pg-catalog.ts';

/** Products whose migrations are SQL. */
const root = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const sql = createSqlParser();
let db: Database;

beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});
afterAll(() => db.close());

const PRODUCTS = [['dealership', 'supabase'], ['leadership-buddy', 'supabase'], ['atlas-fitness', 'supabase'], ['vault-cpa', 'plain']] as const;

for (const [product, base] of PRODUCTS) {
  const files = readdirSync(root + product, { recursive: true, encoding: 'utf8' }).filter((f) => /\.sql$|migration_lock\.toml$/.test(f) && !f.includes('node_modules')).sort();
  const sources = files.map((f): Source => ({ path: f, text: readFileSync(`${root}${product}/${f}`, 'utf8') }));
  const text = ({ file, start, end }: { file: string; start: number; end: number }) => sources.find((s) => s.path === file)?.text.slice(start, end) ?? '';
  const histories = sqlHistories.read(sources, sql);
  const timeline = replay(histories, sql, { base });
  const proposals = propose({ histories, timeline, parser: sql, replay: { base }, text }, timeline.steps.map((_, n) => n));

  describe(product, () => {
    const statements = (n: number) => [...new Map((timeline.steps[n]?.up ?? []).filter((e) => e.kind !== 'transaction').map((e) => [e.at.start, text(e.at)])).values()];
    const ups = (n: number) => timeline.steps.slice(0, n).flatMap((_, i) => statements(i));

    test.each(proposals.map((p) => [timeline.steps[p.step]?.id ?? '', p] as const))('%s', async (_id, proposal) => {
      expect(proposal.failures.map((f) => f.reason)).toEqual([]);
      expect(proposal.differences.map((d) => `${d.is} ${d.what}: ${d.before ?? ''} | ${d.after ?? ''}`)).toEqual([]);
      const before = await readCatalog(db, base, ups(proposal.step));
      // What stays because rows lie in it goes when they were put back, as it is advised.
      const advised = proposal.inverse.lost.flatMap(({ advice }) => /then `(drop table [^`]+);`/.exec(advice)?.[1] ?? []);
      const after = await readCatalog(db, base, [...ups(proposal.step + 1), ...proposal.inverse.statements, ...advised]);
      expect(after.errors.slice(ups(proposal.step + 1).length)).toEqual([]);
      expect(sameCatalog(after.catalog, before.catalog)).toBe('');
    });
  });
}
