import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { lint } from 'tenantlint';
import { repository } from './repository.ts';
import { buildOnce, project, tenantlint } from './run.ts';

beforeAll(buildOnce);

const table = (name: string, secured = true) => `create table ${name} (id uuid primary key, org_id uuid not null references orgs (id));
create index on ${name} (org_id);
${secured ? `alter table ${name} enable row level security;\ncreate policy own on ${name} using (org_id = (select (auth.jwt() ->> 'org_id')::uuid)) with check (org_id = (select (auth.jwt() ->> 'org_id')::uuid));\n` : ''}`;
const ORGS = 'create table orgs (id uuid primary key, name text not null);\nalter table orgs enable row level security;\ncreate policy own on orgs for select using (id = (select (auth.jwt() ->> \'org_id\')::uuid));\n';
/** `old` is open, and was before anything changed. */
const FILES = {
  'supabase/config.toml': 'project_id = "p"\n',
  'supabase/migrations/001_orgs.sql': ORGS,
  'supabase/migrations/002_old.sql': table('old', false),
  'supabase/migrations/003_notes.sql': table('notes'),
  'supabase/rollbacks/none.txt': '',
};
const CONFIG = { 'tenantlint.config.jsonc': '{ "migrations": { "downs": "forward-only", "reason": "a test" }, "tenancy": { "root": "orgs" } }' };

interface Reported { readonly rule: string; readonly file: string; readonly start: { readonly line: number } }

async function reported(dir: string, ...args: readonly string[]) {
  const ran = await tenantlint(dir, [...args, '--format', 'json']);
  if (ran.out === '') throw new Error(ran.err);
  const { findings } = JSON.parse(ran.out) as { findings: readonly Reported[] };
  return { code: ran.code, err: ran.err, found: findings.map((f) => `${f.file}:${f.start.line} ${f.rule}`) };
}

test('old findings are not reported, those of a new file are', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  expect((await reported(dir)).found).toEqual(['supabase/migrations/002_old.sql:1 table-without-rls']);
  expect(await reported(dir, '--since', 'HEAD')).toMatchObject({ code: 0, found: [] });
  write('supabase/migrations/004_tasks.sql', table('tasks', false));
  expect(await reported(dir, '--since', 'HEAD')).toMatchObject({ code: 1, found: ['supabase/migrations/004_tasks.sql:1 table-without-rls'] });
  // Not staged: no part of the commit.
  expect(await reported(dir, '--staged')).toMatchObject({ code: 0, found: [] });
  git('add', '-A');
  expect(await reported(dir, '--staged')).toMatchObject({ code: 1, found: ['supabase/migrations/004_tasks.sql:1 table-without-rls'] });
});

test('what a change does to a table of another file is reported once', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  write('supabase/migrations/004_open.sql', 'alter table notes disable row level security;\n');
  git('add', '-A');
  const { found } = await reported(dir, '--staged', '--preset', 'strict');
  expect(found.filter((f) => f.includes('old'))).toEqual([]);
  expect(found.filter((f) => /without-rls|isolation-weakened/.test(f))).toEqual(['supabase/migrations/004_open.sql:1 isolation-weakened']);
  git('commit', '-qm', 'second');
  expect((await reported(dir, '--since', 'HEAD~1', '--preset', 'strict')).found).toEqual(found);
});

test('a line that goes away can cause a finding on lines that stay', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  write('supabase/migrations/003_notes.sql', table('notes', false));
  git('add', '-A');
  expect((await reported(dir, '--staged')).found).toEqual(['supabase/migrations/003_notes.sql:1 table-without-rls']);
});

test('--staged judges what is staged, whatever the working tree holds', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  write('supabase/migrations/004_tasks.sql', table('tasks', false));
  git('add', '-A');
  write('supabase/migrations/004_tasks.sql', table('tasks'));
  expect((await reported(dir, '--staged')).found).toEqual(['supabase/migrations/004_tasks.sql:1 table-without-rls']);
  git('add', '-A');
  write('supabase/migrations/004_tasks.sql', table('tasks', false));
  expect((await reported(dir, '--staged')).found).toEqual([]);
  rmSync(path.join(dir, 'supabase/migrations/004_tasks.sql'));
  write('tenantlint.config.jsonc', '{ broken');
  expect(await reported(dir, '--staged')).toMatchObject({ code: 0, found: [] });
});

test('--since looks from where the branch left, not from where REF is by now', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  git('checkout', '-qb', 'topic');
  write('supabase/migrations/005_topic.sql', table('topic', false));
  git('add', '-A');
  git('commit', '-qm', 'topic');
  git('checkout', '-q', 'main');
  write('supabase/migrations/002_old.sql', `${table('old', false)}alter table old enable row level security;\n`);
  git('commit', '-qam', 'main goes on');
  git('checkout', '-q', 'topic');
  expect((await reported(dir, '--since', 'main')).found).toEqual(['supabase/migrations/005_topic.sql:1 table-without-rls']);
});

test('what was found before is remembered in .git, and only believed where it was written for this state', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  const folder = path.join(dir, '.git/tenantlint');
  const old = 'supabase/migrations/002_old.sql:1 table-without-rls';
  write('supabase/migrations/004_tasks.sql', table('tasks'));
  git('add', '-A');
  expect((await reported(dir, '--staged')).found).toEqual([]);
  // This state and the one before it.
  const kept = readdirSync(folder);
  expect(kept.length).toBe(2);
  git('commit', '-qm', 'second');
  write('supabase/migrations/005_more.sql', table('more'));
  git('add', '-A');
  // Somebody else's answers, then none that can be read: the first are believed, so they have been read.
  for (const file of kept) writeFileSync(path.join(folder, file), '[]');
  expect((await reported(dir, '--staged')).found).toEqual([old]);
  for (const file of kept) writeFileSync(path.join(folder, file), '{ broken');
  expect((await reported(dir, '--staged')).found).toEqual([]);
  // Other options are other questions.
  for (const file of readdirSync(folder)) writeFileSync(path.join(folder, file), '[]');
  expect((await reported(dir, '--staged', '--preset', 'strict')).found).toEqual([]);
  chmodSync(folder, 0o500);
  expect((await reported(dir, '--staged', '--preset', 'audit')).err).toBe('');
  chmodSync(folder, 0o700);
  expect(git('status', '--porcelain')).toBe('A  supabase/migrations/005_more.sql\n');
});

test('what is remembered of one folder is nothing that another has', async () => {
  const two = Object.fromEntries(['a', 'b'].flatMap((folder) => Object.entries({ ...FILES, ...CONFIG }).map(([file, text]) => [`${folder}/${file}`, text])));
  const { dir, git, write } = repository({ 'package.json': '{}', ...two });
  write('a/supabase/migrations/002_old.sql', table('old'));
  git('add', '-A');
  git('commit', '-qm', 'second');
  const inside = async (folder: string) => (await reported(path.join(dir, folder), '--staged')).found;
  for (const round of ['4_third', '5_fourth']) {
    write(`a/supabase/migrations/00${round}.sql`, table(`t${round}`));
    git('add', '-A');
    expect([round, await inside('b'), await inside('a')]).toEqual([round, [], []]);
    git('commit', '-qm', round);
  }
});

test('a merge brings about what neither side had', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  git('checkout', '-qb', 'topic');
  write('notes.md', 'of the branch\n');
  git('add', '-A');
  git('commit', '-qm', 'topic');
  git('checkout', '-q', 'main');
  write('supabase/migrations/004_meanwhile.sql', table('meanwhile', false));
  git('add', '-A');
  git('commit', '-qm', 'main goes on');
  git('checkout', '-q', 'topic');
  git('merge', '-q', '--no-commit', '--no-ff', 'main');
  expect(await reported(dir, '--staged')).toMatchObject({ code: 0, found: [] });
  // What is resolved by hand is the merge's own.
  write('supabase/migrations/004_meanwhile.sql', `${table('meanwhile', false)}${table('more', false)}`);
  write('supabase/migrations/003_notes.sql', table('notes', false));
  git('add', '-A');
  expect((await reported(dir, '--staged')).found).toEqual(['supabase/migrations/003_notes.sql:1 table-without-rls', 'supabase/migrations/004_meanwhile.sql:3 table-without-rls']);
});

test('renaming a file brings nothing about; editing it meanwhile does', async () => {
  const { dir, git } = repository({ ...FILES, ...CONFIG });
  git('mv', 'supabase/migrations/002_old.sql', 'supabase/migrations/002_older.sql');
  expect((await reported(dir, '--staged')).found).toEqual([]);
  appendFileSync(path.join(dir, 'supabase/migrations/002_older.sql'), 'create table more (org_id uuid references orgs);\n');
  git('add', '-A');
  expect((await reported(dir, '--staged')).found).toEqual(['supabase/migrations/002_older.sql:3 table-without-rls', 'supabase/migrations/002_older.sql:3 tenant-column-unindexed']);
});

test('the first commit, and a commit of nothing that is linted', async () => {
  const { dir, git, write } = repository({});
  write('notes.md', 'hello\n');
  git('add', '-A');
  expect(await tenantlint(dir, ['--staged'])).toMatchObject({ code: 0, err: '' });
  for (const [file, text] of Object.entries({ ...FILES, ...CONFIG })) write(file, text);
  git('add', '-A');
  expect((await reported(dir, '--staged')).found).toEqual(['supabase/migrations/002_old.sql:1 table-without-rls']);
});

test('code without a schema is no reason to stop a commit', async () => {
  const { dir, git, write } = repository({ 'package.json': '{}' });
  write('src/a.ts', 'export const a = 1;\n');
  git('add', '-A');
  const ran = await tenantlint(dir, ['--staged']);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toContain('nothing to lint');
});

test('names of files are only names', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  const names = ['004_a b.sql', '005_"q".sql', '006_tab\there.sql', '007_$(touch pwned).sql', '008_ü.sql', '009_--output=pwned.sql', '011_:(top)x.sql'];
  // No migration tool takes such a name; it only has to confuse nobody.
  write('supabase/migrations/010_nl\n@@ -1 +1,9 @@\n+++ b', table('n', false));
  for (const [i, name] of names.entries()) write(`supabase/migrations/${name}`, table(`t${i}`, false));
  write('--output=pwned', '');
  git('add', '-A');
  const { found } = await reported(dir, '--staged');
  expect(found).toEqual(names.map((name) => `supabase/migrations/${name}:1 table-without-rls`).sort());
  git('commit', '-qm', 'names');
  expect((await reported(dir, '--since', 'HEAD~1')).found).toEqual(found);
  // One line of an edited file with a hostile name.
  for (const [i, name] of names.entries()) appendFileSync(path.join(dir, 'supabase/migrations', name), `-- more\n${table(`u${i}`, false)}`);
  git('add', '-A');
  expect((await reported(dir, '--staged')).found.length).toBe(names.length);
  expect(existsSync(path.join(dir, 'pwned'))).toBe(false);
});

test('nothing that the repository or its configuration names is started', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG, '.gitattributes': '*.sql diff=evil\n' });
  const evil = path.join(dir, 'evil.sh');
  writeFileSync(evil, `#!/bin/sh\ntouch ${path.join(dir, 'pwned')}\ncat "$1" 2>/dev/null\n`, { mode: 0o755 });
  for (const key of ['core.fsmonitor', 'diff.external', 'diff.evil.textconv', 'diff.evil.command', 'core.pager', 'core.editor']) git('config', key, evil);
  mkdirSync(path.join(dir, 'hooks'));
  writeFileSync(path.join(dir, 'hooks/post-index-change'), `#!/bin/sh\ntouch ${path.join(dir, 'pwned')}\n`, { mode: 0o755 });
  git('config', 'core.hooksPath', 'hooks');
  write('supabase/migrations/003_notes.sql', table('notes', false));
  git('-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', 'add', 'supabase');
  rmSync(path.join(dir, 'pwned'), { force: true });
  expect((await reported(dir, '--staged')).found).toEqual(['supabase/migrations/003_notes.sql:1 table-without-rls']);
  // What HEAD has is merged, and is edited here.
  expect((await reported(dir, '--since', 'HEAD')).found).toEqual(['supabase/migrations/003_notes.sql:1 migrations-collide', 'supabase/migrations/003_notes.sql:1 table-without-rls']);
  expect(existsSync(path.join(dir, 'pwned'))).toBe(false);
});

test('settings of the user do not change what git answers', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  for (const [key, value] of [['diff.noprefix', 'true'], ['diff.mnemonicPrefix', 'true'], ['color.ui', 'always'], ['diff.context', '20'], ['diff.interHunkContext', '50'], ['core.quotePath', 'false'], ['diff.relative', 'true'], ['diff.renames', 'false']] as const) git('config', key, value);
  write('supabase/migrations/002_old.sql', `-- heading\n${table('old', false)}${table('newer', false)}`);
  git('add', '-A');
  expect((await reported(dir, '--staged')).found).toEqual(['supabase/migrations/002_old.sql:4 table-without-rls']);
  expect((await reported(path.join(dir, 'supabase'), '--staged')).found).toEqual(['migrations/002_old.sql:4 table-without-rls']);
});

test('a suppression that is taken away lets its finding return', async () => {
  const disabled = `-- tenantlint-disable-next-line table-without-rls -- test\n${table('old', false)}`;
  const { dir, git, write } = repository({ ...FILES, ...CONFIG, 'supabase/migrations/002_old.sql': disabled });
  write('supabase/migrations/002_old.sql', table('old', false));
  git('add', '-A');
  expect((await reported(dir, '--staged')).found).toEqual(['supabase/migrations/002_old.sql:1 table-without-rls']);
});

test.each([
  ['an unknown commit', ['--since', 'nowhere'], 'tenantlint: --since nowhere: git knows no commit of that name here\n'],
  ['an option in place of a commit', ['--since=--output=pwned'], 'tenantlint: --since --output=pwned: git knows no commit of that name here\n'],
  ['both', ['--since', 'HEAD', '--staged'], 'tenantlint: --since and --staged: name one of them\n'],
  ['another command', ['inspect', '--staged'], 'tenantlint: --staged: only check asks what a change brought about\n'],
])('%s: one line, and 2', async (_, args, err) => {
  const { dir } = repository(FILES);
  expect(await tenantlint(dir, args)).toEqual({ code: 2, out: '', err });
});

test('no repository, no git: one line, and 2', async () => {
  const { dir } = project({ 'migrations/001.sql': 'select 1;\n' });
  const outside = await tenantlint(dir, ['--staged'], { GIT_CEILING_DIRECTORIES: path.dirname(dir) });
  expect(outside).toMatchObject({ code: 2, out: '' });
  expect(outside.err).toMatch(/^tenantlint: git: not a git repository.*\n$/);
  expect(await tenantlint(dir, ['--staged'], { PATH: dir })).toEqual({ code: 2, out: '', err: 'tenantlint: git is not installed; --since and --staged need it\n' });
});

test('the same from code', async () => {
  const { dir, git, write } = repository({ ...FILES, ...CONFIG });
  write('supabase/migrations/004_tasks.sql', table('tasks', false));
  const files = async (options: Parameters<typeof lint>[0]) => (await lint({ cwd: dir, ...options })).findings.map((f) => f.at.file);
  expect(await files({ since: 'HEAD' })).toEqual(['supabase/migrations/004_tasks.sql']);
  expect(await files({ staged: true })).toEqual([]);
  git('add', '-A');
  expect(await files({ staged: true })).toEqual(['supabase/migrations/004_tasks.sql']);
  await expect(lint({ cwd: dir, since: 'nowhere' })).rejects.toThrow('git knows no commit of that name');
  await expect(lint({ cwd: dir, since: 'HEAD', staged: true })).rejects.toThrow('name one of them');
});
