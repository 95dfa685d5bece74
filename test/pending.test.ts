import { expect, test } from 'vitest';
import { analyse, inMemory, type PendingFiles } from 'tenantlint';

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
