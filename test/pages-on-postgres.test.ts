import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Step } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';
import { rules } from '@tenantlint/rules';
import { analyse, inMemory } from 'tenantlint';
import { readCases, type Case } from './harness/literate.ts';
import { openPglite, openServer, type Database } from './oracle/pg-database.ts';
import { compare } from './oracle/pg-differences.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
/** A rule without a page is rules.test.ts's to report. */
const page = (rule: string) => (existsSync(new URL(`../rules/${rule}/README.md`, import.meta.url)) ? read(`../rules/${rule}/README.md`) : '');
const SUPABASE = { path: 'supabase.sql', text: read('postgres/supabase.sql') };
/** Objects of the platform, whose versions differ from project to project. */
const PLATFORM = /^\/\w+\/"?(?:auth|storage|extensions|vault|graphql|graphql_public|realtime|pgbouncer|supabase_\w+|pg\w+)\b/;
/** Part of no Postgres that the tests can run. */
const FOREIGN_EXTENSION = /\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?"?(?:pgmq|pg_cron|pg_net|vector|postgis)\b/i;

/** These rules report what Postgres refuses, so their bad cases hold such statements. */
const REFUSALS: ReadonlySet<string> = new Set(['policy-role-unknown', 'policy-names-missing-column', 'policy-recursive']);

/** These show migrations that stop half way, so that there is no state to compare. */
const STOPS: ReadonlySet<string> = new Set(['concurrent-in-transaction', 'enum-value-unsafe']);

const sql = createSqlParser();
let db: Database;
beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});
afterAll(() => db.close());

/** The forward direction of a step, which may share its file with the way back. */
function forward(step: Step, { sources }: Case) {
  const text = sources.find((s) => s.path === step.file)?.text ?? '';
  return { path: step.file, text: text.slice(0, Math.max(0, ...step.up.map((e) => e.at.end)) + 1) };
}

for (const rule of rules) {
  const cases = readCases(page(rule.id)).filter((c) => c.sources.some((s) => s.path.endsWith('.sql')) && !c.sources.some((s) => FOREIGN_EXTENSION.test(s.text)));
  if (cases.length === 0 || STOPS.has(rule.id)) continue;
  describe(rule.id, () => {
    for (const c of cases) {
      test(c.title, async () => {
        const { facts } = await analyse(await inMemory(c.sources, {}));
        const steps = facts.timeline.steps.filter((s) => s.tool !== 'models');
        const supabase = facts.environment.kind === 'supabase';
        const { refused, differences } = await compare(db, sql, steps.map((s) => forward(s, c)), supabase ? [SUPABASE] : [], supabase ? 'supabase' : 'plain');
        if (!REFUSALS.has(rule.id)) expect(refused, 'what a page shows must run').toEqual([]);
        expect(differences.filter((d) => !PLATFORM.test(d))).toEqual([]);
      });
    }
  });
}
