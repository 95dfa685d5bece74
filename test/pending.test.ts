import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rules } from '@tenantlint/rules';
import { analyse, inMemory, lint, type PendingFiles } from 'tenantlint';
import { project } from './cli/run.ts';
import { readCases } from './harness/literate.ts';

/** They ask about the state that is there, whoever made it. */
const ALWAYS: ReadonlySet<string> = new Set(['foreign-key-unindexed', 'timestamp-without-zone']);

const SOURCES = ['001_init', '002_notes', '003_more'].map((name, i) => ({ path: `migrations/${name}.sql`, text: `create table t${i} (id bigint primary key);\n` }));
const deploys = async (pending?: PendingFiles, config = {}) => {
  const { facts } = await analyse(await inMemory(SOURCES, config), { pending });
  return facts.timeline.steps.map((_, n) => facts.deploy(n));
};

test('nothing is pending unless somebody says so', async () => expect(await deploys()).toEqual([undefined, undefined, undefined]));

test('files of a change go out together', async () => expect(await deploys((file) => file > 'migrations/002')).toEqual([undefined, 0, 0]));

test('each migration is a deploy of its own when all are judged', async () => {
  expect(await deploys('all')).toEqual([0, 1, 2]);
  expect(await deploys(undefined, { migrations: { pending: 'all' } })).toEqual([0, 1, 2]);
});

test('a file is pending by its name as well as by its step', async () => {
  const { facts } = await analyse(await inMemory(SOURCES, {}), { pending: (file) => file.endsWith('003_more.sql') });
  expect(SOURCES.map((s) => facts.pending(s.path))).toEqual([false, false, true]);
  expect(facts.timeline.steps.map((s) => facts.pending(s))).toEqual([false, false, true]);
});

test('a file that is named as a path is pending, a folder is history', async () => {
  const { dir } = project({ 'package.json': '{}', 'migrations/001_init.sql': 'create table t (id bigint primary key);\n', 'migrations/002_index.sql': 'create index on t (id);\n' });
  const found = async (...paths: string[]) => (await lint({ cwd: dir, paths, rules: ['index-not-concurrent'] })).findings.map((f) => f.at.file);
  expect(await found('migrations')).toEqual([]);
  expect(await found('migrations/002_index.sql')).toEqual(['migrations/002_index.sql']);
});

test('a Supabase project says which server it runs on, and the configuration has the last word', async () => {
  const toml = { path: 'supabase/config.toml', text: '[db]\nport = 54322\nmajor_version = 17\n' };
  const sql = { path: 'supabase/migrations/20240101000000_init.sql', text: 'create table t (id bigint primary key);\n' };
  const version = async (config = {}) => (await analyse(await inMemory([toml, sql], config))).facts.postgres;
  expect(await version()).toBe(17);
  expect(await version({ migrations: { postgres: 14 } })).toBe(14);
});

test('of applied migrations no rule about locks says anything', async () => {
  const said: string[] = [];
  for (const rule of rules.filter((r) => r.sources.some((s) => s.tool === 'squawk' || s.tool === 'pgfence') && !ALWAYS.has(r.id))) {
    for (const c of readCases(readFileSync(new URL(`../rules/${rule.id}/README.md`, import.meta.url), 'utf8'))) {
      const { findings } = await lint({ sources: c.sources, rules: [rule.id], preset: 'audit' });
      said.push(...findings.map((f) => `${rule.id} on ${f.at.file}`));
    }
  }
  expect(said).toEqual([]);
});

test('NOT NULL as a constraint, which older servers do not know, is read at once as well', async () => {
  const sources = [{ path: 'migrations/001_init.sql', text: 'create table t (id bigint primary key, a text, b text);\n' }, { path: 'migrations/002_required.sql', text: 'alter table t add constraint a_there not null a;\nalter table t add constraint b_there not null b not valid;\n' }];
  const { findings } = await lint({ sources, rules: ['column-required-at-once'], config: { migrations: { postgres: 18 } }, pending: (file) => file.endsWith('002_required.sql') });
  expect(findings.map((f) => f.text)).toEqual([expect.stringContaining('`t.a`')]);
});
