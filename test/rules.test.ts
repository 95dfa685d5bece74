import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { SUPPRESSION } from '@tenantlint/engine';
import { reporters } from '@tenantlint/reporters';
import { rules } from '@tenantlint/rules';
import { lint } from 'tenantlint';
import { readCases, rewritten, type Case, type Rendered } from './harness/literate.ts';
import { disagreements } from './harness/marks.ts';

const ids = new Set([...rules.map((r) => r.id), SUPPRESSION]);

/** A case is judged by its own rule alone, at its most talkative. */
const found = (rule: string, { sources, applied }: Case) => lint({ sources, rules: [rule], preset: 'audit', pending: (file) => !applied.has(file) });

for (const rule of rules) {
  describe(rule.id, () => {
    const file = fileURLToPath(new URL(`../rules/${rule.id}/README.md`, import.meta.url));
    const markdown = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const cases = readCases(markdown);
    const stale: { at: Rendered; text: string }[] = [];

    test('has a page of its own name', () => expect(markdown.split('\n')[0]).toBe(`# ${rule.id}`));

    test('shows at least one bad and one good case', async () => {
      const outcomes = await Promise.all(cases.map((c) => found(rule.id, c)));
      const bad = outcomes.filter((o) => o.findings.some((f) => !f.suppressed)).length;
      expect(bad).toBeGreaterThan(0);
      expect(bad).toBeLessThan(cases.length);
    });

    for (const c of cases) {
      test(c.title, async () => {
        const outcome = await found(rule.id, c);
        const marked = c.sources.flatMap((s) => (s.path.endsWith('.jsonc') || s.path.endsWith('.json') ? [] : [s]));
        const reported = outcome.findings.filter((f) => !f.suppressed);
        expect(outcome.notRun.filter((n) => n.reason.startsWith('it failed'))).toEqual([]);
        expect(disagreements(marked, reported, ids)).toEqual([]);
        if (!c.rendered) return;
        const now = reporters.pretty(outcome, { color: false, width: 100, suppressed: false });
        if (process.env['UPDATE'] === '1') stale.push({ at: c.rendered, text: now });
        else expect(now).toBe(c.rendered.text);
      });
    }

    afterAll(() => {
      if (stale.length > 0) writeFileSync(file, rewritten(markdown, stale));
    });
  });
}
