import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint as ESLint10, RuleTester, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { SUPPRESSION_MESSAGES } from '../engine/run/suppress.ts';

const own = fileURLToPath(new URL('.', import.meta.url));
const root = path.join(own, '../..');
const require = createRequire(import.meta.url);
const { ESLint: ESLint9 } = require('eslint-9') as { ESLint: typeof ESLint10 };
const eslintBin = (name: string) => path.join(path.dirname(require.resolve(`${name}/package.json`)), 'bin/eslint.js');

execFileSync(process.execPath, [path.join(root, 'packages/cli/build.mjs')], { stdio: 'inherit' });
execFileSync(process.execPath, [path.join(own, 'build.mjs')], { stdio: 'inherit' });
const plugin = require('eslint-plugin-tenantlint') as typeof import('eslint-plugin-tenantlint');

const LINTED = /\.(?:sql|prisma|[cm]?[jt]sx?)$/;
const TYPESCRIPT: Linter.Config = { files: ['**/*.{ts,tsx}'], languageOptions: { parser: tseslint.parser as Linter.Parser } };
/** Findings of the engine come from another program than messages of ESLint, and are compared as text. */
const place = (file: string, line: number, column: number, endLine: number, endColumn: number, rule: string, message: string) => `${file}:${line}:${column}-${endLine}:${endColumn} ${rule}/${message}`;

function linter(cwd: string, configs: Linter.Config[], of: typeof ESLint10 = ESLint10, options: Partial<ESLint10.Options> = {}): ESLint10 {
  return new of({ cwd, overrideConfigFile: true, overrideConfig: [TYPESCRIPT, ...configs], ...options });
}

const shown = (cwd: string, results: readonly ESLint10.LintResult[]) => results.flatMap((r) => r.messages.filter((m) => m.ruleId !== 'tenantlint/not-read').map((m) => place(path.relative(cwd, r.filePath), m.line, m.column, m.endLine ?? 0, m.endColumn ?? 0, m.ruleId?.replace('tenantlint/', '') ?? 'fatal', m.messageId ?? m.message))).sort();

type Preset = keyof typeof plugin.configs;
interface Place { readonly line: number; readonly column: number }
interface Told { readonly rule: string; readonly message: string; readonly file: string; readonly start: Place; readonly end: Place; readonly suppressed?: object }

/** What the command line says. */
function told(cwd: string, preset: Preset, kinds: RegExp): Told[] {
  const { stdout } = spawnSync(process.execPath, [path.join(root, 'packages/cli/bin/tenantlint.js'), '--preset', preset, '--format', 'json'], { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  const { findings } = JSON.parse(stdout) as { findings: Told[] };
  return findings.filter((f) => !f.suppressed && kinds.test(f.file));
}

function project(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-eslint-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), text);
  }
  return dir;
}

const table = (name: string, secured = true) => `create table ${name} (id uuid primary key, org_id uuid not null references orgs (id));
create index on ${name} (org_id);
${secured ? `alter table ${name} enable row level security;\ncreate policy own on ${name} using (org_id = (select (auth.jwt() ->> 'org_id')::uuid)) with check (org_id = (select (auth.jwt() ->> 'org_id')::uuid));\n` : ''}`;
const FILES = {
  'package.json': '{ "name": "p", "private": true }',
  'tenantlint.config.jsonc': '{ "migrations": { "downs": "forward-only", "reason": "a test" }, "tenancy": { "root": "orgs" } }',
  'supabase/config.toml': 'project_id = "p"\n',
  'supabase/migrations/001_orgs.sql': 'create table orgs (id uuid primary key, name text not null);\nalter table orgs enable row level security;\ncreate policy own on orgs for select using (id = (select (auth.jwt() ->> \'org_id\')::uuid));\n',
  'supabase/migrations/002_notes.sql': table('notes'),
};
const NOTES = 'supabase/migrations/002_notes.sql';
/** Files on disk are looked at now and then, as far as looking is cheap. */
const SOON = { timeout: 120_000, interval: 200 };
const ids = (messages: readonly Linter.LintMessage[]) => messages.map((m) => `${m.line} ${m.ruleId ?? m.message}`);

async function text(eslint: ESLint10, cwd: string, file: string, code: string): Promise<Linter.LintMessage[]> {
  const [result] = await eslint.lintText(code, { filePath: path.join(cwd, file) });
  return result?.messages ?? [];
}

describe('the same findings at the same places as the command line', () => {
  // built-environment is Python, which neither of the two linters reads.
  const systems = readdirSync(path.join(root, 'fixtures')).filter((s) => s !== 'built-environment');
  test.each([...systems.map((s) => [s, 'audit', '10', ESLint10] as const), ['vault-cpa', 'recommended', '10', ESLint10] as const, ['dealership', 'strict', '9', ESLint9] as const, ['vault-cpa', 'audit', '9', ESLint9] as const])('%s, %s, ESLint %s', async (system, preset, _, of) => {
    const cwd = path.join(root, 'fixtures', system);
    const expected = told(cwd, preset, LINTED).map((f) => place(f.file, f.start.line, f.start.column, f.end.line, f.end.column, f.rule, f.message)).sort();
    expect(expected.length).toBeGreaterThan(0);
    expect(shown(cwd, await linter(cwd, plugin.configs[preset], of).lintFiles(['.']))).toEqual(expected);
  });
});

describe('files of SQL and Prisma', () => {
  test('comments of ESLint, with a reason or without, and those that are not needed', async () => {
    const cwd = project(FILES);
    const eslint = linter(cwd, plugin.configs.recommended, ESLint10, { overrideConfig: [...plugin.configs.recommended, { linterOptions: { reportUnusedDisableDirectives: 'error' } }] });
    const about = async (head: string, tail = '') => ids(await text(eslint, cwd, NOTES, `${head}${table('notes', false)}${tail}`));
    expect(await about('')).toEqual(['1 tenantlint/table-without-rls']);
    expect(await about('-- eslint-disable-next-line tenantlint/table-without-rls -- a reason\n')).toEqual([]);
    expect(await about('/* eslint-disable tenantlint/table-without-rls */\n')).toEqual([]);
    expect(await about('/* eslint tenantlint/table-without-rls: off */\n')).toEqual([]);
    // As the quick fix of an editor writes it.
    expect(await about('/** eslint-disable-next-line tenantlint/table-without-rls */\n')).toEqual([]);
    expect(await about('/** eslint-disable tenantlint/table-without-rls */\n')).toEqual([]);
    expect(await about('', '-- eslint-disable-line tenantlint/table-without-rls\n')).toEqual(['1 tenantlint/table-without-rls', "3 Unused eslint-disable directive (no problems were reported from 'tenantlint/table-without-rls')."]);
    expect(await about("select '-- eslint-disable'; ")).toEqual(['1 tenantlint/table-without-rls']);
    expect(await about('-- tenantlint-disable-next-line table-without-rls -- a reason\n')).toEqual([]);
    expect(await about('-- tenantlint-disable-next-line policy-always-true -- a reason\n')).toEqual(['1 tenantlint/suppression', '2 tenantlint/table-without-rls']);
  });

  test('Prisma: a disabled line', async () => {
    const cwd = path.join(root, 'fixtures/vault-cpa');
    const eslint = linter(cwd, plugin.configs.audit);
    const [before] = await eslint.lintFiles(['prisma/schema.prisma']);
    const lines = (before?.source ?? '').split('\n');
    const [first] = before?.messages ?? [];
    if (!first) throw new Error('the schema has no finding');
    lines.splice(first.line - 1, 0, `// eslint-disable-next-line ${first.ruleId ?? ''}`);
    const after = await text(eslint, cwd, 'prisma/schema.prisma', lines.join('\n'));
    expect(ids(after)).toEqual(before?.messages.slice(1).map((m) => `${m.line + 1} ${m.ruleId}`));
  });

  test('edits are offered where the engine has them', async () => {
    const cwd = project({ ...FILES, 'supabase/migrations/003_members.sql': 'create table members (user_id uuid not null, org_id uuid not null references orgs (id), primary key (user_id, org_id));\ncreate index on members (org_id);\nalter table members enable row level security;\ncreate policy own on members for select using (user_id = (select auth.uid()));\n' });
    const open = `${table('notes', false)}alter table notes enable row level security;\ncreate policy own on notes for select using (exists (select 1 from members m where m.org_id = org_id));\n`;
    const messages = await text(linter(cwd, plugin.configs.recommended), cwd, 'supabase/migrations/004_x.sql', open.replaceAll('notes', 'tasks'));
    const captured = messages.find((m) => m.ruleId === 'tenantlint/policy-captures-name');
    expect(captured?.suggestions?.map((s) => [s.desc, s.fix.text])).toEqual([['qualify with tasks', 'tasks.org_id']]);
  });

  test('a safe edit is applied by --fix, in a migration that is not committed yet', async () => {
    const cwd = project(FILES);
    const configs = [...plugin.configs.recommended, { files: ['**/*.sql'], plugins: { tenantlint: plugin }, rules: { 'tenantlint/lock-timeout-missing': 'error' } } satisfies Linter.Config];
    const git = (...args: readonly string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd, stdio: 'ignore' });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'applied');
    writeFileSync(path.join(cwd, 'supabase/migrations/003_more.sql'), 'alter table notes add column title text;\n');
    const fixed = async () => (await linter(cwd, configs, ESLint10, { fix: true }).lintFiles(['supabase'])).map((r) => r.output).filter((o) => o !== undefined);
    expect(await fixed()).toEqual(["set local lock_timeout = '5s';\nalter table notes add column title text;\n"]);
    git('add', '-A');
    git('commit', '-qm', 'applied as well');
    // A session sees files, and a new one what git says by now.
    writeFileSync(path.join(cwd, 'package.json'), '{ "name": "q", "private": true }');
    await expect.poll(fixed, SOON).toEqual([]);
  });

  test('a comment makes no applied migration a pending one', async () => {
    const cwd = project({ ...FILES, 'supabase/migrations/003_more.sql': 'alter table notes add column title text;\n' });
    const MORE = 'supabase/migrations/003_more.sql';
    for (const args of [['init', '-q'], ['add', '-A'], ['commit', '-qm', 'applied']]) execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd, stdio: 'ignore' });
    const eslint = linter(cwd, [...plugin.configs.recommended, { files: ['**/*.sql'], plugins: { tenantlint: plugin }, rules: { 'tenantlint/lock-timeout-missing': 'error' } } satisfies Linter.Config]);
    const about = async (sql: string) => ids(await text(eslint, cwd, MORE, sql));
    const answered = "-- a title; says what it is\nalter table notes\n  add column title text; /* done */\n";
    expect(await about(answered)).toEqual([]);
    expect(await about(answered.replace('title text', 'subject text'))).toEqual(['2 tenantlint/lock-timeout-missing']);
    // The same on disk, where git is asked.
    writeFileSync(path.join(cwd, MORE), answered);
    await expect.poll(() => about(answered), SOON).toEqual([]);
    writeFileSync(path.join(cwd, MORE), answered.replace('title text', 'subject text'));
    await expect.poll(() => about(answered.replace('title text', 'subject text')), SOON).toEqual(['2 tenantlint/lock-timeout-missing']);
  });

  test('a byte order mark moves nothing', async () => {
    const cwd = project(FILES);
    const eslint = linter(cwd, plugin.configs.recommended);
    const [plain] = await text(eslint, cwd, NOTES, table('notes', false));
    const [marked] = await text(eslint, cwd, NOTES, `\ufeff${table('notes', false)}`);
    expect(marked).toEqual(plain);
    expect(plain?.column).toBe(14);
  });
});

describe('a session of edits', () => {
  test('the text of the editor counts, and what other files say by now', async () => {
    const cwd = project({ ...FILES, 'src/notes.ts': "import { createClient } from '@supabase/supabase-js';\nconst db = createClient('u', process.env.SERVICE_ROLE_KEY ?? '');\nexport const all = () => db.from('notes').select('*');\n" });
    const eslint = linter(cwd, plugin.configs.recommended);
    expect(ids(await text(eslint, cwd, NOTES, table('notes')))).toEqual([]);
    expect(ids(await text(eslint, cwd, NOTES, table('notes', false)))).toEqual(['1 tenantlint/table-without-rls']);
    expect(ids(await text(eslint, cwd, NOTES, `\n\n${table('notes', false)}`))).toEqual(['3 tenantlint/table-without-rls']);
    expect(ids(await text(eslint, cwd, NOTES, table('notes')))).toEqual([]);
    // Another file is saved: the one that is open is judged anew.
    writeFileSync(path.join(cwd, 'supabase/migrations/003_off.sql'), 'alter table notes disable row level security;\n');
    await expect.poll(async () => ids(await text(eslint, cwd, 'supabase/migrations/003_off.sql', 'alter table notes disable row level security;\n')), SOON).toEqual(['1 tenantlint/policy-without-rls', '1 tenantlint/table-without-rls']);
    writeFileSync(path.join(cwd, 'supabase/migrations/003_off.sql'), 'select 1;\n');
    await expect.poll(async () => ids(await text(eslint, cwd, NOTES, table('notes'))), SOON).toEqual([]);
    // The same text of the same file, asked about again.
    rmSync(path.join(cwd, NOTES));
    writeFileSync(path.join(cwd, NOTES), table('notes', false));
    await expect.poll(async () => ids(await text(eslint, cwd, NOTES, table('notes'))), SOON).toEqual([]);
    writeFileSync(path.join(cwd, NOTES), table('notes'));
    // A new file that is not saved yet.
    expect(ids(await text(eslint, cwd, 'supabase/migrations/004_on.sql', table('fresh', false)))).toEqual(['1 tenantlint/table-without-rls']);
    rmSync(path.join(cwd, 'supabase/migrations/003_off.sql'));
    await expect.poll(async () => ids(await text(eslint, cwd, NOTES, table('notes'))), SOON).toEqual([]);
  });

  test('a project that takes long: what is known moves along, and the rest follows', async () => {
    const cwd = project({ ...FILES, 'supabase/migrations/003_open.sql': `${table('open', false)}${table('other', false)}` });
    const OPEN = 'supabase/migrations/003_open.sql';
    process.env['TENANTLINT_LONG_MS'] = '0';
    onTestFinished(() => { delete process.env['TENANTLINT_LONG_MS']; });
    const eslint = linter(cwd, plugin.configs.recommended);
    const saved = `${table('open', false)}${table('other', false)}`;
    const both = ['1 tenantlint/table-without-rls', '3 tenantlint/table-without-rls'];
    expect(ids(await text(eslint, cwd, OPEN, saved))).toEqual(both);
    expect(ids(await text(eslint, cwd, NOTES, FILES[NOTES]))).toEqual([]);
    // Edited between the two, and in the second.
    const typed = await text(eslint, cwd, OPEN, saved.replace('create index on open', '\n\ncreate index on open'));
    expect(ids(typed)).toEqual(['1 tenantlint/not-read', '1 tenantlint/table-without-rls', '5 tenantlint/table-without-rls']);
    expect(typed[0]?.message).toContain('judging the project takes long');
    expect(ids(await text(eslint, cwd, OPEN, saved.replace('create table other', 'create table others')))).toEqual(['1 tenantlint/not-read', '1 tenantlint/table-without-rls']);
    // Saved: the next answers are the new ones.
    const mended = `${table('open')}${table('other', false)}`;
    writeFileSync(path.join(cwd, OPEN), mended);
    await expect.poll(async () => ids(await text(eslint, cwd, OPEN, mended)), SOON).toEqual(['5 tenantlint/table-without-rls']);
    writeFileSync(path.join(cwd, 'tenantlint.config.jsonc'), '{ broken');
    await expect.poll(async () => ids(await text(eslint, cwd, NOTES, `${FILES[NOTES]}-- x\n`)), SOON).toEqual(['1 tenantlint/not-read']);
  });

  test('a buffer that does not parse: said once, and the rest is judged', async () => {
    const cwd = project(FILES);
    const messages = await text(linter(cwd, plugin.configs.recommended), cwd, NOTES, `creat table oops (;\n${table('notes', false)}`);
    expect(ids(messages)).toEqual(['1 tenantlint/not-read', '2 tenantlint/table-without-rls']);
    expect(messages[0]?.message).toMatch(/^Not read: syntax error/);
  });

  test('a file outside of the project, a project without a schema, a configuration that cannot be read', async () => {
    const cwd = project(FILES);
    const elsewhere = project({ 'a.sql': 'select 1;\n', 'b.ts': 'export const a = 1;\n', 'c.ts': "import '@prisma/client';\n" });
    const one = async (folder: string, file: string, code: string) => (await text(linter(folder, plugin.configs.recommended), folder, file, code)).map((m) => m.message);
    expect(await one(elsewhere, 'a.sql', 'select 1;\n')).toEqual(['Not judged: nothing to lint: no SQL migrations, Prisma schema or database queries were found here']);
    expect(await one(elsewhere, 'b.ts', 'export const a = 1;\n')).toEqual([]);
    expect((await one(elsewhere, 'c.ts', "import '@prisma/client';\n")).length).toBe(1);
    writeFileSync(path.join(cwd, 'tenantlint.config.jsonc'), '{ "preset": "all" }');
    expect((await one(cwd, NOTES, FILES[NOTES]))).toEqual([expect.stringMatching(/^Not judged: tenantlint\.config\.jsonc:1:13: /)]);
  });
});

describe('the command line of ESLint', () => {
  const CONFIGS = {
    'eslint.config.mjs': "import tenantlint from 'eslint-plugin-tenantlint';\nexport default [...tenantlint.configs.recommended];\n",
    'eslint.config.cjs': "const tenantlint = require('eslint-plugin-tenantlint');\nmodule.exports = [...tenantlint.configs.recommended];\n",
  };
  function installed(files: Readonly<Record<string, string>>): string {
    const cwd = project(files);
    mkdirSync(path.join(cwd, 'node_modules'));
    symlinkSync(own, path.join(cwd, 'node_modules/eslint-plugin-tenantlint'));
    return cwd;
  }
  function run(cwd: string, version: string, args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [eslintBin(version), '--format', 'json', ...args], { cwd, encoding: 'utf8', env: { PATH: process.env['PATH'], TENANTLINT_DEBUG: '1' } });
    if (!stdout.startsWith('[')) throw new Error(stderr + stdout);
    const found = (JSON.parse(stdout) as ESLint10.LintResult[]).flatMap((r) => r.messages.map((m) => `${path.basename(r.filePath)}:${m.line} ${m.ruleId ?? m.message}`)).sort();
    return { status, found, judged: stderr.split('\n').filter((l) => l.includes('the project judged')).length };
  }

  test.each([['eslint.config.mjs', 'eslint'], ['eslint.config.cjs', 'eslint'], ['eslint.config.mjs', 'eslint-9'], ['eslint.config.cjs', 'eslint-9']] as const)('%s with %s', (config, version) => {
    const cwd = installed({ ...FILES, [config]: CONFIGS[config], 'supabase/migrations/003_open.sql': table('open', false) });
    expect(run(cwd, version, ['.'])).toEqual({ status: 1, found: ['003_open.sql:1 tenantlint/table-without-rls'], judged: 1 });
  });

  test('threads share one judgement', () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`supabase/migrations/1${String(i).padStart(2, '0')}_t.sql`, table(`t${i}`, false)]));
    const cwd = installed({ ...FILES, ...many, 'eslint.config.mjs': CONFIGS['eslint.config.mjs'] });
    const alone = run(cwd, 'eslint', ['.']);
    expect(alone.found.length).toBe(12);
    expect(run(cwd, 'eslint', ['--concurrency', '3', '.'])).toEqual(alone);
    expect(alone.judged).toBe(1);
  });

  test('the cache forgets what another file has changed', () => {
    const cwd = installed({ ...FILES, 'supabase/migrations/003_open.sql': table('open', false), 'eslint.config.mjs': CONFIGS['eslint.config.mjs'] });
    const cached = ['--cache', '--cache-location', 'node_modules/.cache/', '.'];
    const found = ['003_open.sql:1 tenantlint/table-without-rls'];
    expect(run(cwd, 'eslint', cached)).toEqual({ status: 1, found, judged: 1 });
    expect(run(cwd, 'eslint', cached)).toEqual({ status: 1, found, judged: 0 });
    // Another file says that rows of this one are nobody's.
    writeFileSync(path.join(cwd, 'tenantlint.config.jsonc'), FILES['tenantlint.config.jsonc'].replace('"root"', '"tables": { "open": "global" }, "root"'));
    expect(run(cwd, 'eslint', cached)).toMatchObject({ judged: 1, found: [] });
  });
});

test('every rule says what it is, where its page is, and what it takes', () => {
  expect(Object.keys(plugin.rules['suppression']?.meta?.messages ?? {}).sort()).toEqual(Object.keys(SUPPRESSION_MESSAGES).sort());
  for (const [id, { meta }] of Object.entries(plugin.rules)) {
    expect(meta?.docs?.description, id).toBeTruthy();
    // A release's tag holds the sources, so that a page which is here is there.
    const [, version, file = ''] = /^https:\/\/github\.com\/[\w-]+\/[\w-]+\/blob\/v([\d.]+)\/(.*)$/.exec(meta?.docs?.url ?? '') ?? [];
    expect([id, version, file.includes(id), existsSync(path.join(root, file))]).toEqual([id, plugin.meta.version.split('+')[0], true, true]);
    expect(meta?.schema, id).toBeDefined();
    expect(Object.keys(meta?.messages ?? {}).length, id).toBeGreaterThan(0);
  }
  const sets = (['recommended', 'strict', 'audit'] as const).map((preset) => new Set(Object.keys(plugin.configs[preset][0]?.rules ?? {})));
  for (const [narrow, wide] of [[sets[0], sets[1]], [sets[1], sets[2]]]) expect([...(narrow ?? [])].filter((r) => !wide?.has(r))).toEqual([]);
});

describe('RuleTester', () => {
  const cwd = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-rules-'));
  const before = process.cwd();
  for (const [file, content] of Object.entries(FILES)) {
    mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true });
    writeFileSync(path.join(cwd, file), content);
  }
  beforeAll(() => process.chdir(cwd));
  afterAll(() => {
    process.chdir(before);
    rmSync(cwd, { recursive: true });
  });
  RuleTester.describe = describe;
  RuleTester.it = it;
  process.chdir(cwd);
  const tester = new RuleTester({ plugins: { tenantlint: plugin }, language: 'tenantlint/sql' } as Linter.Config);
  process.chdir(before);
  const rule = plugin.rules['table-without-rls'];
  if (!rule) throw new Error('no such rule');
  tester.run('table-without-rls', rule, {
    valid: [{ code: table('tasks'), filename: 'supabase/migrations/003_tasks.sql' }, { code: table('tasks', false), filename: 'elsewhere/tasks.txt' }],
    invalid: [{ code: table('tasks', false), filename: 'supabase/migrations/003_tasks.sql', errors: [{ messageId: 'neverEnabled', line: 1, column: 14, endColumn: 19 }] }],
  });
});

describe('oxlint', () => {
  test('the page prints a configuration of all rules', () => {
    const script = /node -p "(.*)" > \.oxlintrc\.json/.exec(readFileSync(path.join(root, 'packages/eslint-plugin/README.md'), 'utf8'))?.[1] ?? '';
    const { stdout } = spawnSync(process.execPath, ['-p', script], { cwd: path.join(root, 'packages/eslint-plugin'), encoding: 'utf8' });
    const [first] = plugin.configs.recommended;
    expect(JSON.parse(stdout)).toEqual({ jsPlugins: ['eslint-plugin-tenantlint'], rules: first?.rules });
  });

  test.each(['vault-cpa', 'dealership'])('%s: the same findings in code', (system) => {
    const cwd = path.join(root, 'fixtures', system);
    const config = path.join(mkdtempSync(path.join(os.tmpdir(), 'tenantlint-oxlint-')), 'oxlintrc.json');
    onTestFinished(() => rmSync(path.dirname(config), { recursive: true }));
    const [rules] = plugin.configs.strict;
    writeFileSync(config, JSON.stringify({ jsPlugins: [require.resolve('eslint-plugin-tenantlint')], categories: { correctness: 'off' }, rules: rules?.rules }));
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(path.dirname(require.resolve('oxlint/package.json')), 'bin/oxlint'), '-c', config, '--format', 'json', '.'], { cwd, encoding: 'utf8' });
    const { diagnostics } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { diagnostics: { filename: string; code: string; labels: { span: { line: number; column: number } }[] }[] };
    const found = diagnostics.map((d) => `${d.filename}:${d.labels[0]?.span.line}:${d.labels[0]?.span.column} ${/\((.*)\)/.exec(d.code)?.[1]}`).sort();
    const expected = told(cwd, 'strict', /\.[cm]?[jt]sx?$/).map((f) => `${f.file}:${f.start.line}:${f.start.column} ${f.rule}`).sort();
    expect(stderr).toBe('');
    expect(found).toEqual(expected);
  });
});
