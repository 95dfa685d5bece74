import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { repository, type Repository } from './cli/repository.ts';
import { bin, buildOnce } from './cli/run.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(path.join(root, 'packages/cli/HOOKS.md'), 'utf8');
/** A set-up as the page shows it. */
const shown = (file: string) => {
  const text = new RegExp(`\`\`\`\\w+ ${file.replace(/[.]/g, '\\.')}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  if (text === undefined) throw new Error(`HOOKS.md shows no ${file}`);
  return text;
};

beforeAll(buildOnce);

const table = (name: string, secured = true) => `create table ${name} (id uuid primary key, org_id uuid not null references orgs (id));
create index on ${name} (org_id);
${secured ? `alter table ${name} enable row level security;\ncreate policy own on ${name} using (org_id = (select (auth.jwt() ->> 'org_id')::uuid)) with check (org_id = (select (auth.jwt() ->> 'org_id')::uuid));\n` : ''}`;
const FILES = {
  '.gitignore': 'node_modules/\n',
  'package.json': '{ "name": "p", "private": true, "type": "module" }',
  'tenantlint.config.jsonc': '{ "migrations": { "downs": "forward-only", "reason": "a test" }, "tenancy": { "root": "orgs" } }',
  'supabase/config.toml': 'project_id = "p"\n',
  'supabase/migrations/001_orgs.sql': 'create table orgs (id uuid primary key, name text not null);\nalter table orgs enable row level security;\ncreate policy own on orgs for select using (id = (select (auth.jwt() ->> \'org_id\')::uuid));\n',
  'supabase/migrations/002_old.sql': table('old', false),
};
const NEW = 'supabase/migrations/003_new.sql';

/** A product with everything in node_modules/.bin that its hooks call. */
function product(): Repository {
  const made = repository(FILES);
  const bins = path.join(made.dir, 'node_modules/.bin');
  mkdirSync(bins, { recursive: true });
  symlinkSync(bin, path.join(bins, 'tenantlint'));
  return made;
}

function commit({ dir, git, write }: Repository, files: Readonly<Record<string, string>>) {
  for (const [file, text] of Object.entries(files)) write(file, text);
  git('add', '-A');
  const { status, stdout, stderr } = spawnSync('git', ['commit', '-m', 'a change'], { cwd: dir, encoding: 'utf8', env: environment() });
  return { status, said: stripVTControlCharacters(stdout + stderr) };
}

function environment(): NodeJS.ProcessEnv {
  const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org' };
  const { CI: _ci, LEFTHOOK: _lefthook, HUSKY: _husky, ...env } = process.env;
  return { ...env, ...identity, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', PATH: `${path.join(root, 'test/node_modules/.bin')}${path.delimiter}${env['PATH']}` };
}

function run({ dir }: Repository, program: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(path.join(root, 'test/node_modules/.bin', program), [...args], { cwd: dir, encoding: 'utf8', env: environment() });
  if (status !== 0) throw new Error(stdout + stderr);
}

function script(made: Repository, file: string, text: string): void {
  made.write(file, text);
  chmodSync(path.join(made.dir, file), 0o755);
}

const SETUPS: Readonly<Record<string, (made: Repository) => void>> = {
  'git alone': (made) => script(made, '.git/hooks/pre-commit', shown('.git/hooks/pre-commit')),
  lefthook: (made) => {
    made.write('lefthook.yml', shown('lefthook.yml'));
    run(made, 'lefthook', 'install');
  },
  husky: (made) => {
    run(made, 'husky');
    made.write('.husky/pre-commit', shown('.husky/pre-commit'));
  },
  'lint-staged': (made) => {
    made.write('lint-staged.config.mjs', shown('lint-staged.config.mjs'));
    script(made, '.git/hooks/pre-commit', `#!/bin/sh\nexec ${/`(lint-staged --[^`]*)`/.exec(page)?.[1]}\n`);
  },
  // What pre-commit does with the hook: the entry, without names, once for all files.
  'the entry of .pre-commit-hooks.yaml': (made) => script(made, '.git/hooks/pre-commit', `#!/bin/sh\nexec node_modules/.bin/${/entry: (.*)/.exec(readFileSync(path.join(root, '.pre-commit-hooks.yaml'), 'utf8'))?.[1]}\n`),
};

describe.each(Object.keys(SETUPS))('%s', (name) => {
  test('stops a commit that opens a table, and no other', () => {
    const made = product();
    SETUPS[name]?.(made);
    expect(commit(made, { 'notes.md': 'nothing that is linted\n' })).toMatchObject({ status: 0 });
    const stopped = commit(made, { [NEW]: table('fresh', false) });
    expect(stopped.status).not.toBe(0);
    expect(stopped.said).toContain(`table-without-rls  ${NEW}:1:14`);
    expect(stopped.said).not.toContain('002_old.sql');
    expect(commit(made, { [NEW]: table('fresh') })).toMatchObject({ status: 0 });
    // Half of a file: what is staged is in order, what is not is nobody's business yet.
    made.write(NEW, `${table('fresh')}-- more\n`);
    made.git('add', '-A');
    writeFileSync(path.join(made.dir, NEW), table('fresh', false));
    const { status } = spawnSync('git', ['commit', '-m', 'half'], { cwd: made.dir, encoding: 'utf8', env: environment() });
    expect(status).toBe(0);
    expect(readFileSync(path.join(made.dir, NEW), 'utf8')).toBe(table('fresh', false));
  });

  test('stops a commit that only takes away what secured a table', () => {
    const made = product();
    const LATER = 'supabase/migrations/004_secured.sql';
    expect(commit(made, { [NEW]: table('fresh', false), [LATER]: table('fresh').replace(/^.*\n.*\n/, '') })).toMatchObject({ status: 0 });
    SETUPS[name]?.(made);
    made.git('add', '-A');
    made.git('commit', '-qm', 'the hook', '--no-verify', '--allow-empty');
    rmSync(path.join(made.dir, LATER));
    const stopped = commit(made, {});
    expect(stopped.status).not.toBe(0);
    expect(stopped.said).toContain(`table-without-rls  ${NEW}:1:14`);
  });
});

test('a commit of named files, from a folder below', () => {
  const made = product();
  SETUPS['git alone']?.(made);
  made.write(NEW, table('fresh', false));
  made.write('supabase/migrations/004_other.sql', table('other'));
  made.git('add', '-A');
  const partly = (file: string) => spawnSync('git', ['commit', '-m', 'partly', '--', file], { cwd: path.join(made.dir, 'supabase'), encoding: 'utf8', env: environment() }).status;
  expect(partly('migrations/003_new.sql')).toBe(1);
  expect(partly('migrations/004_other.sql')).toBe(0);
});

test('the hook for pre-commit names the version that it belongs to', () => {
  const { version } = JSON.parse(readFileSync(path.join(root, 'packages/cli/package.json'), 'utf8')) as { version: string };
  const hooks = readFileSync(path.join(root, '.pre-commit-hooks.yaml'), 'utf8');
  expect(/additional_dependencies: \['tenantlint@(.*)'\]/.exec(hooks)?.[1]).toBe(version);
  expect(/rev: v(.*)/.exec(page)?.[1]).toBe(version);
  // A filter by file would keep commits that only delete from the hook.
  expect(hooks).toMatch(/^\s+always_run: true$/m);
  expect(hooks).not.toMatch(/^\s+(?:files|types\w*|exclude):/m);
  // It packs and installs the repository itself, too, which then has to have a version, and should have no more.
  const { status, stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' });
  expect(status).toBe(0);
  const [packed] = JSON.parse(stdout) as { version: string; files: { path: string }[] }[];
  expect(packed?.version).toBe(version);
  expect(packed?.files.map((f) => f.path).sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
});
