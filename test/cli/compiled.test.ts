import { readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildOnce, project, tenantlint } from './run.ts';

beforeAll(buildOnce);

const FILES = { 'migrations/001_a.sql': 'create table tenants (id uuid primary key);\ncreate table notes (id uuid primary key, tenant_id uuid references tenants (id));\ncreate table notes (id int);\n' };
const kept = (home: string) => path.join(home, '.cache/tenantlint-code');
const list = (home: string) => readdirSync(kept(home)).sort();

test('what a run compiled is there for the next one, and what is damaged is compiled again', async () => {
  const { dir } = project(FILES);
  const { dir: home } = project({ 'empty.txt': '' });
  const run = () => tenantlint(dir, ['check', '--no-cache', '--format', 'json'], { HOME: home });
  const first = await run();
  expect(first.err).toBe('');
  const written = list(home);
  const code = written.find((name) => !name.endsWith('.json')) ?? '';
  const file = path.join(kept(home), code);
  const times = () => written.map((name) => statSync(path.join(kept(home), name)).mtimeMs);
  const before = times();
  expect(await run()).toEqual(first);
  expect([list(home), times()]).toEqual([written, before]);
  const whole = readFileSync(file);
  const damage = [
    () => truncateSync(file, whole.length / 2),
    () => writeFileSync(file, whole.map((byte, n) => (n === 5_000 ? byte ^ 255 : byte))),
    () => writeFileSync(file, ''),
    () => writeFileSync(path.join(kept(home), written.find((name) => name.endsWith('.json')) ?? ''), '{'),
  ];
  for (const damaged of damage) {
    damaged();
    expect(await run()).toEqual(first);
  }
  expect(readFileSync(file).length).toBeGreaterThan(whole.length / 2);
});

test('nothing that is compiled is kept or believed in what is linted', async () => {
  const { dir } = project(FILES);
  await tenantlint(dir, ['check', '--no-cache'], { HOME: dir });
  expect(readdirSync(dir)).toEqual(['migrations']);
});
