import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import glob from 'fast-glob';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SUPPRESSION } from '@tenantlint/engine';
import { rules } from '@tenantlint/rules';
import { lint } from 'tenantlint';
import { disagreements, readMarks } from './harness/marks.ts';

const root = fileURLToPath(new URL('../fixtures', import.meta.url));
const systems = readdirSync(root, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name).sort();
const ids = new Set([...rules.map((r) => r.id), SUPPRESSION]);

/** Systems whose source no reader understands yet. The list only ever shrinks. */
const WAITING: readonly string[] = [];

for (const system of systems.filter((s) => !WAITING.includes(s))) {
  describe(system, () => {
    const cwd = path.join(root, system);
    const sources = glob.sync('**/*.{sql,ts,tsx,js,prisma,py}', { cwd, ignore: ['**/node_modules/**'] }).sort().map((file) => ({ path: file, text: readFileSync(path.join(cwd, file), 'utf8') }));

    test('says of itself where it is wrong', () => expect(sources.flatMap(readMarks).length).toBeGreaterThan(0));

    test('every finding is marked and every mark is a finding', async () => {
      const { findings, notRun } = await lint({ cwd, preset: 'audit' });
      expect(notRun.filter((n) => n.reason.startsWith('it failed'))).toEqual([]);
      expect(disagreements(sources, findings.filter((f) => !f.suppressed), ids)).toEqual([]);
    });
  });
}

test('a system on the waiting list exists and has no marks to disagree with', () => {
  for (const system of WAITING) expect(systems).toContain(system);
});
