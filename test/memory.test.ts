import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Rule } from '@tenantlint/model';
import { reporters } from '@tenantlint/reporters';
import { rules } from '@tenantlint/rules';
import { checkAll } from '../packages/cli/check.ts';
import { Memory } from '../packages/cli/memory/memory.ts';
import type { Overlay } from '../packages/cli/overlay.ts';
import { locate } from '../packages/cli/workspace.ts';
import { buildOnce, project, tenantlint } from './cli/run.ts';

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));
const OPTIONS = { preset: 'audit' as const, rules, known: new Set(rules.map((r) => r.id)) };

/** Numbers that look random and are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

async function said(dir: string, memory: Memory | undefined, overlay?: Overlay): Promise<string> {
  const { outcome, nothing } = await checkAll({ ...locate(dir, []), overlay }, undefined, { ...OPTIONS, memory }).catch((error: unknown) => ({ outcome: undefined, nothing: String(error) }));
  return outcome ? reporters.json(outcome) : String(nothing);
}

function copied(fixture: string): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-memory-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  cpSync(path.join(fixtures, fixture), dir, { recursive: true });
  return dir;
}

const filesOf = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((f) => path.join(dir, f)).filter((f) => statSync(f).isFile()).sort();

/** What people do to files, and what happens to them. */
const EDITS: readonly ((file: string, text: string, roll: (sides: number) => number) => void)[] = [
  (file, text, roll) => { const lines = text.split('\n'); lines.splice(roll(lines.length), 1); writeFileSync(file, lines.join('\n')); },
  (file, text, roll) => { const lines = text.split('\n'); lines.splice(roll(lines.length), 0, lines[roll(lines.length)] ?? ''); writeFileSync(file, lines.join('\n')); },
  (file, text) => { writeFileSync(file, `${text}\n`); },
  // As long as before, at the same time as before.
  (file, text) => { const { atime, mtime } = statSync(file); writeFileSync(file, text.replace(/organization|tenant|user/i, (word) => 'x'.repeat(word.length))); utimesSync(file, atime, mtime); },
  (file) => { rmSync(file); },
  (file) => { renameSync(file, path.join(path.dirname(file), `renamed${path.extname(file)}`)); },
  (file) => { writeFileSync(path.join(path.dirname(file), 'added.tsx'), 'export const Added = () => null;\n'); },
  (file, text) => { writeFileSync(file, Buffer.concat([Buffer.from(text), Buffer.from([0xff])])); },
];

describe('what is remembered is what would be found out', () => {
  test.each(readdirSync(fixtures).filter((f) => statSync(path.join(fixtures, f)).isDirectory()).map((f, i) => [f, i + 1] as const))('%s, edited at random', async (fixture, seed) => {
    const dir = copied(fixture);
    const roll = dice(seed);
    const memory = new Memory({ persistent: false, resident: true });
    expect(await said(dir, memory)).toBe(await said(dir, undefined));
    const kept = filesOf(dir).map((file) => [file, readFileSync(file)] as const);
    for (let n = 0; n < 6; n++) {
      const files = filesOf(dir).filter((f) => /\.(?:sql|prisma|py|[cm]?[jt]sx?|json|toml|ya?ml|lock)$/.test(f));
      const file = files[roll(files.length)] ?? '';
      EDITS[(n + seed) % EDITS.length]?.(file, readFileSync(file, 'utf8'), roll);
      expect(await said(dir, memory), `${fixture} after edit ${n} of ${path.relative(dir, file)}`).toBe(await said(dir, undefined));
    }
    // A buffer of an editor stands in for one file, and is forgotten with it.
    const buffer = filesOf(dir).find((f) => /\.(?:sql|ts|py)$/.test(f)) ?? '';
    const overlay = { present: [buffer], at: (f: string) => (f === buffer ? { content: Buffer.from('select 1;\n') } : undefined) };
    expect(await said(dir, memory, overlay)).toBe(await said(dir, undefined, overlay));
    // As it was.
    for (const file of filesOf(dir)) rmSync(file);
    for (const [file, bytes] of kept) writeFileSync(file, bytes);
    expect(await said(dir, memory)).toBe(await said(dir, undefined));
  }, 240_000);

  test('nothing is judged again for what nobody looked at', async () => {
    const dir = copied('vault-cpa');
    writeFileSync(path.join(dir, 'Button.tsx'), 'export const Button = () => null;\n');
    const memory = new Memory({ persistent: false, resident: true });
    let judged = 0;
    const [first, ...others] = rules;
    if (!first) throw new Error('no rules');
    const counted: readonly Rule[] = [{ ...first, visit: { project: () => { judged++; } }, needs: [] }, ...others];
    const run = () => checkAll(locate(dir, []), undefined, { ...OPTIONS, rules: counted, memory });
    await run();
    const once = judged;
    expect(once).toBeGreaterThan(0);
    writeFileSync(path.join(dir, 'Button.tsx'), 'export const Button = () => <b>new</b>;\n');
    await run();
    expect(judged).toBe(once);
    writeFileSync(path.join(dir, 'Button.tsx'), 'import { prisma } from "./db";\nexport const all = () => prisma.client.findMany();\n');
    await run();
    expect(judged).toBeGreaterThan(once);
  });
});

describe('between processes', () => {
  beforeAll(buildOnce);
  const home = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-home-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const FILES = { 'migrations/001.sql': 'create table orgs (id uuid primary key);\ncreate table projects (id uuid primary key, org_id uuid not null references orgs (id));\n' };
  const run = async (dir: string, cache: string, ...args: string[]) => (await tenantlint(dir, ['--format', 'json', '--preset', 'audit', ...args], { XDG_CACHE_HOME: cache })).out;
  const stored = (cache: string) => readdirSync(cache, { recursive: true, encoding: 'utf8' }).map((f) => path.join(cache, f)).filter((f) => statSync(f).isFile());

  test('the second run says the same, and a damaged memory is none', async () => {
    const { dir } = project(FILES);
    const cache = path.join(home, 'damaged');
    const first = await run(dir, cache);
    expect(JSON.parse(first)).toMatchObject({ summary: { tables: 2 } });
    expect(stored(cache).length).toBe(2);
    expect(await run(dir, cache)).toBe(first);
    for (const file of stored(cache)) writeFileSync(file, readFileSync(file).subarray(0, 200));
    expect(await run(dir, cache)).toBe(first);
    for (const file of stored(cache)) writeFileSync(file, readFileSync(file, 'utf8').replace('projects', 'projektz'));
    expect(await run(dir, cache)).toBe(first);
  });

  test('what it says is believed only from a place of the user\'s own', async () => {
    const { dir } = project(FILES);
    const cache = path.join(dir, '.cache');
    await run(dir, cache);
    expect(filesOf(dir).filter((f) => f.includes('.cache'))).toEqual([]);
    const { dir: open } = project({});
    const shared = path.join(open, 'tenantlint');
    await run(dir, open);
    expect(stored(open)).not.toEqual([]);
    rmSync(shared, { recursive: true });
    mkdirSync(shared);
    // Others may write there.
    chmodSync(shared, 0o777);
    await run(dir, open);
    if (process.platform !== 'win32') expect(stored(open)).toEqual([]);
  });

  test('what is gone is forgotten', async () => {
    const { dir } = project({ ...FILES, 'package.json': '{ "dependencies": { "@prisma/client": "6" } }', 'src/gone.ts': 'export const a = 1;\n' });
    const cache = path.join(home, 'gone');
    await run(dir, cache);
    const known = () => stored(cache).filter((f) => path.basename(f) === 'files').map((f) => readFileSync(f, 'utf8')).join('');
    expect(known()).toContain('src/gone.ts');
    rmSync(path.join(dir, 'src/gone.ts'));
    await run(dir, cache);
    expect(known()).toContain('001.sql');
    expect(known()).not.toContain('src/gone.ts');
  });

  test('--no-cache neither reads nor writes', async () => {
    const { dir } = project(FILES);
    const cache = path.join(home, 'none');
    await run(dir, cache, '--no-cache');
    expect(() => readdirSync(cache)).toThrow();
  });
});
