import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSqlParser } from '@tenantlint/readers/sql';
import { rules } from '@tenantlint/rules';
import { lint } from 'tenantlint';
import { readCases, type Case } from '../harness/literate.ts';
import { openPglite, openServer, type Database } from './pg-database.ts';

/** Rules about pending migrations: what their fixes say can be pasted. */
const LOCKS = rules.filter((r) => /-at-once$|-in-place$|-renamed$|-dropped$|-rewritten$|-unsafe(ly)?$|^(index-not-concurrent|default-volatile|lock-timeout-missing|backfill-in-one-statement|statement-not-repeatable)$/.test(r.id));
/** Messages whose fix is the whole sequence, from the state before the migration. */
const WHOLE: ReadonlySet<string> = new Set([
  'index-not-concurrent/created', 'index-not-concurrent/dropped', 'constraint-validated-at-once/check', 'constraint-validated-at-once/foreignKey', 'unique-added-in-place/built', 'column-required-at-once/scanned', 'partition-attached-unsafely/detached',
]);

const sql = createSqlParser();
const performed = new Set<string>();
let db: Database;
beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});
afterAll(() => db.close());

/** Statements in backticks, less those with something left to fill in. */
const statements = (fix: string): readonly string[] => [...fix.matchAll(/`((?:alter|create|drop|update|delete|truncate|set|insert)\b[^`]*)`/g)].map((m) => m[1] ?? '').filter((s) => !s.includes('…'));

const found = async ({ sources, applied }: Case, rule: string) => (await lint({ sources, rules: [rule], preset: 'audit', pending: (file) => !applied.has(file) })).findings;
const history = ({ sources, applied }: Case) => sources.filter((s) => applied.has(s.path) && s.path.endsWith('.sql')).map((s) => s.text.split(/^-- migrate:down/m)[0] ?? '').join('\n');

for (const rule of LOCKS) {
  const cases = readCases(readFileSync(new URL(`../../rules/${rule.id}/README.md`, import.meta.url), 'utf8'));
  describe(rule.id, () => {
    for (const c of cases) {
      test(c.title, async () => {
        for (const finding of await found(c, rule.id)) {
          const steps = statements(finding.fix);
          for (const text of steps) expect(sql.file({ path: 'fix.sql', text }).unread.map((u) => `${text}: ${u.reason}`)).toEqual([]);
          // Another server's syntax is not for the one at hand.
          if (!WHOLE.has(`${rule.id}/${finding.message}`) || c.sources.some((s) => s.path.endsWith('.jsonc')) || steps.length === 0) continue;
          performed.add(`${rule.id}/${finding.message}`);
          const { errors } = await db.perform(history(c), steps, []);
          // The column comes with the statement that the sequence replaces.
          expect(errors.filter((e) => e !== undefined && !/column ".*" (does not exist|named in key does not exist)/.test(e))).toEqual([]);
        }
      });
    }
  });
}

test('each of them was run', () => expect([...performed].sort()).toEqual([...WHOLE].sort()));
