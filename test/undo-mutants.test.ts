import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import glob from 'fast-glob';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Source } from '@tenantlint/model';
import { createSqlParser, sqlHistories } from '@tenantlint/readers/sql';
import { lint } from 'tenantlint';

/**
 * The ways back of the fixtures, with one statement left out at a time: what is shown to people says so. That Postgres then
 * has another schema is the matter of oracle/undo.test.ts.
 */

const root = fileURLToPath(new URL('../fixtures', import.meta.url));
const RULES = ['undo-incomplete', 'migration-without-undo'];
const SYSTEMS = ['built-environment', 'dealership', 'leadership-buddy'];

interface Mutant { readonly title: string; readonly file: string; readonly text: string }

const sourcesOf = (system: string): readonly Source[] => glob.sync('**/*.{sql,py,toml,ini}', { cwd: path.join(root, system), ignore: ['**/node_modules/**'] }).sort().map((file) => ({ path: file, text: readFileSync(path.join(root, system, file), 'utf8') }));
const shown = async (sources: readonly Source[]): Promise<readonly string[]> => (await lint({ sources, rules: RULES, preset: 'strict', pending: 'all' })).findings.map((f) => `${f.subject.name} ${f.text}`).sort();

/** Each statement of each rollback file. */
function sqlMutants(sources: readonly Source[]): readonly Mutant[] {
  const [history] = sqlHistories.read(sources.filter((s) => s.path.endsWith('.sql')), createSqlParser());
  return (history?.steps ?? []).flatMap((step) => {
    const down = step.down?.known === true ? step.down.value : [];
    return [...new Map(down.filter((e) => e.kind !== 'transaction').map((e) => [e.at.start, e.at])).values()].map((at): Mutant => {
      const text = sources.find((s) => s.path === at.file)?.text ?? '';
      return { title: `${step.id} without ${text.slice(at.start, at.end).replace(/\s+/g, ' ').slice(0, 90)}`, file: at.file, text: `${text.slice(0, at.start)}select 1${text.slice(at.end)}` };
    });
  });
}

/** Each statement of each `downgrade`. */
function pythonMutants(sources: readonly Source[]): readonly Mutant[] {
  return sources.filter((s) => /\/versions\/.*\.py$/.test(s.path) && s.text.includes('def downgrade')).flatMap(({ path: file, text }) => {
    const from = text.indexOf('\n', text.indexOf('def downgrade')) + 1;
    const lines = text.slice(from).split('\n');
    let at = from;
    const starts: { readonly at: number; readonly line: string }[] = [];
    for (const line of lines) {
      if (/^ {4,}(?:op\.|\w+\.drop\()/.test(line)) starts.push({ at, line });
      at += line.length + 1;
    }
    return starts.map(({ at: start, line }): Mutant => {
      const call = text.slice(start);
      let depth = 0;
      let end: number;
      for (end = 0; end < call.length; end++) {
        if (call[end] === '(') depth++;
        else if (call[end] === ')' && --depth === 0) break;
      }
      return { title: `${path.basename(file, '.py')} without ${line.trim().slice(0, 90)}`, file, text: `${text.slice(0, start)}${/^ */.exec(line)?.[0] ?? ''}pass${text.slice(start + end + 1)}` };
    });
  });
}

describe.each(SYSTEMS)('%s: a statement that is left out of a way back is missed', (system) => {
  const sources = sourcesOf(system);
  const mutants = [...sqlMutants(sources), ...pythonMutants(sources)];
  let before: readonly string[] = [];
  beforeAll(async () => {
    before = await shown(sources);
  });

  test('there is something to leave out', () => expect(mutants.length).toBeGreaterThan(5));

  test.each(mutants.map((m) => [m.title, m] as const))('%s', async (_title, { file, text }) => {
    const after = await shown(sources.map((s) => (s.path === file ? { path: file, text } : s)));
    expect(after).not.toEqual(before);
  });
});
