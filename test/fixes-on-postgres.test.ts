import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rules } from '@tenantlint/rules';
import { analyse, inMemory, lint } from 'tenantlint';
import { readCases, type Case } from './harness/literate.ts';
import { openPglite, openServer, type Database } from './oracle/pg-database.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = (rule: string) => (existsSync(new URL(`../rules/${rule}/README.md`, import.meta.url)) ? read(`../rules/${rule}/README.md`) : '');

/** Part of no Postgres that the tests can run, or only outside of the transaction that they are rolled back with. */
const ELSEWHERE = /\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?"?(?:pgmq|pg_cron|pg_net|vector|postgis)\b|\bconcurrently\b/i;
/** A statement that is written out in full, rather than named or abbreviated. */
const STATEMENT = /^(?:create|alter|drop|grant|revoke)\s+(?:[\w"]+\s+){2,}[^…<>]*$/i;

let db: Database;
beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});
afterAll(() => db.close());

/** What a finding tells to run, statement by statement. */
async function advised(rule: string, { sources, applied }: Case): Promise<readonly string[]> {
  const { findings } = await lint({ sources, rules: [rule], preset: 'audit', pending: (file) => !applied.has(file) });
  const spans = findings.flatMap((finding) => [...finding.fix.matchAll(/`([^`]+)`/g)].map((match) => (match[1] ?? '').trim().replace(/;$/, '')));
  return [...new Set(spans.filter((span) => STATEMENT.test(span) && !ELSEWHERE.test(span)))];
}

/** What they tell is to be run in place of what a migration holds, or on a table that the tool makes by itself. */
const INSTEAD: ReadonlySet<string> = new Set(['bookkeeping-table-exposed', 'column-renamed', 'column-required-at-once', 'constraint-validated-at-once', 'data-change-under-rls', 'partition-attached-unsafely', 'primary-key-added-in-place', 'unique-added-in-place']);

for (const rule of rules) {
  if (INSTEAD.has(rule.id)) continue;
  const cases = readCases(page(rule.id)).filter((c) => c.sources.some((s) => s.path.endsWith('.sql')) && !c.sources.some((s) => ELSEWHERE.test(s.text)));
  if (cases.length === 0) continue;
  describe(rule.id, () => {
    for (const c of cases) {
      test(`what it tells to run, runs: ${c.title}`, async () => {
        const statements = await advised(rule.id, c);
        if (statements.length === 0) return;
        const { facts } = await analyse(await inMemory(c.sources, {}));
        const text = (file: string) => c.sources.find((s) => s.path === file)?.text ?? '';
        const before = facts.timeline.steps.filter((s) => s.tool !== 'models').flatMap((s) => s.up.map((e) => text(s.file).slice(e.at.start, e.at.end)));
        // Each by itself: one may be the alternative to another.
        for (const statement of statements) {
          const { errors } = await db.rehearse(facts.environment.kind === 'supabase' ? read('postgres/supabase.sql') : '', [...before, statement], []);
          expect(errors[before.length], statement).toBeUndefined();
        }
      });
    }
  });
}
