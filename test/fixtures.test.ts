import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import glob from 'fast-glob';
import { describe, expect, test } from 'vitest';
import { SUPPRESSION } from '@tenantlint/engine';
import { rules } from '@tenantlint/rules';
import { lint } from 'tenantlint';
import { disagreements, readMarks } from './harness/marks.ts';

const root = fileURLToPath(new URL('../fixtures', import.meta.url));
const systems = readdirSync(root, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name).sort();
const ids = new Set([...rules.map((r) => r.id), SUPPRESSION]);

/** Systems whose source no reader understands yet, and which therefore bear no marks. The list only ever shrinks. */
const WAITING: readonly string[] = [];

const sourcesOf = (system: string) =>
  glob.sync('**/*.{sql,ts,tsx,js,prisma,py}', { cwd: path.join(root, system), ignore: ['**/node_modules/**'] }).sort().map((file) => ({ path: file, text: readFileSync(path.join(root, system, file), 'utf8') }));

for (const system of systems.filter((s) => !WAITING.includes(s))) {
  describe(system, () => {
    const sources = sourcesOf(system);

    test('says of itself where it is wrong', () => expect(sources.flatMap(readMarks).length).toBeGreaterThan(0));

    test('every finding is marked and every mark is a finding', async () => {
      const { findings, notRun, unread } = await lint({ cwd: path.join(root, system), preset: 'audit', pending: 'all' });
      expect(unread).toEqual([]);
      expect(notRun.filter((n) => n.reason.startsWith('it failed'))).toEqual([]);
      expect(disagreements(sources, findings.filter((f) => !f.suppressed), ids)).toEqual([]);
    });
  });
}

test.each(WAITING)('%s still waits', (system) => {
  expect(systems).toContain(system);
  expect(sourcesOf(system).flatMap(readMarks)).toEqual([]);
});
