import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSqlParser } from '@tenantlint/readers/sql';
import { readCases } from '../harness/literate.ts';
import { openPglite, openServer, type Database } from './pg-database.ts';
import { compare, differences, supabaseSetup } from './pg-differences.ts';

const rules = fileURLToPath(new URL('../../rules/', import.meta.url));
const sql = createSqlParser();
let db: Database;

beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});

afterAll(() => db.close());

test('the Supabase base is what its SQL makes', async () => {
  const found = await compare(db, sql, [{ path: 'nothing.sql', text: 'select 1;' }], supabaseSetup(), 'supabase');
  expect(found.differences).toEqual([]);
});

const pages = readdirSync(rules).filter((rule) => existsSync(`${rules}${rule}/README.md`)).sort();

describe.each(pages)('SQL on the page of %s', (rule) => {
  const cases = readCases(readFileSync(`${rules}${rule}/README.md`, 'utf8'))
    .map(({ title, sources }) => ({ title, files: sources.filter(({ path }) => path.endsWith('.sql')) }))
    .filter(({ files }) => files.length > 0);
  test.runIf(cases.length > 0)('is replayed as Postgres runs it', async () => {
    for (const { title, files } of cases) expect(await differences(db, sql, files), title).toEqual([]);
  });
});
