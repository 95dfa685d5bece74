import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import glob from 'fast-glob';
import { describe, expect, test } from 'vitest';
import { LineIndex, type Source } from '@tenantlint/model';
import { lint } from 'tenantlint';
import { readMarks } from './harness/marks.ts';
import { mutantsOf, type Mutant } from './harness/mutants.ts';
import { pythonMutants } from './harness/python-mutants.ts';

/** Every so many-th mutant is tried; 1 tries all of them and takes some minutes. */
const EVERY = Number(process.env['MUTANTS_EVERY'] ?? 2);

const root = fileURLToPath(new URL('../fixtures', import.meta.url));
const SYSTEMS = ['atlas-fitness', 'built-environment', 'dealership', 'leadership-buddy', 'vault-cpa'];
/** Rules that speak of whose rows a query reaches. */
const RULES = ['query-without-tenant', 'write-without-tenant', 'insert-without-tenant', 'id-not-bound', 'guard-without-effect', 'filter-widened', 'filter-replaced', 'tenant-maybe-undefined', 'tenant-from-client', 'tenant-hard-coded', 'record-linked-across-tenants', 'related-rows-unscoped', 'client-bypasses-rls', 'scope-extension-incomplete'];

const sourcesOf = (system: string): Source[] =>
  glob.sync('**/*.{sql,ts,tsx,js,prisma,json,py,toml,ini}', { cwd: path.join(root, system), ignore: ['**/node_modules/**'] }).sort().map((file) => ({ path: file, text: readFileSync(path.join(root, system, file), 'utf8') }));

/** The correct sites of a file, by what the file says of itself; of Python, functions of which it says nothing. */
function correct(source: Source): Mutant[] {
  if (source.path.endsWith('.py')) return pythonMutants(source);
  const marks = readMarks(source).filter((m) => m.kind === 'ok' && m.rule !== undefined && RULES.includes(m.rule));
  return marks.flatMap((m) => mutantsOf(source, m.line));
}

/** Whether something is said about the mutated place: between its first line and its last. */
async function noticed(sources: readonly Source[], mutant: Mutant): Promise<boolean> {
  const changed = sources.map((s) => (s.path === mutant.file ? { path: s.path, text: mutant.text } : s));
  const { findings } = await lint({ sources: changed, rules: RULES, preset: 'audit' });
  const lines = new LineIndex(mutant.text);
  return findings.some((f) => {
    const line = lines.position(f.at.start).line;
    return f.at.file === mutant.file && line >= mutant.from && line <= mutant.to && !mutant.before.has(line);
  });
}

describe.each(SYSTEMS)('%s: whatever is taken out of a correct site is missed', (system) => {
  const sources = sourcesOf(system);
  const mutants = sources.flatMap(correct);

  test('there is something to take out', () => expect(mutants.length).toBeGreaterThan(2));

  test.each(mutants.filter((_, i) => i % EVERY === 0).map((m) => [m.title, m] as const))('%s', async (_title, mutant) => {
    expect(await noticed(sources, mutant)).toBe(true);
  });
});
