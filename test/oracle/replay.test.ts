import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSqlParser } from '@tenantlint/readers/sql';
import { openPglite, openServer, type Database } from './pg-database.ts';
import { compare, supabaseSetup } from './pg-differences.ts';

const folder = fileURLToPath(new URL('histories/', import.meta.url));
const histories = readdirSync(folder).filter((name) => name.endsWith('.sql')).sort();
const sql = createSqlParser();
let db: Database;

beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});

afterAll(() => db.close());

describe('the replayed catalog is the one that Postgres holds', () => {
  test.each(histories)('%s', async (name) => {
    const file = { path: name, text: readFileSync(folder + name, 'utf8') };
    const { differences } = await compare(db, sql, [file]);
    expect(differences).toEqual([]);
  });
});

test('the Supabase base is what its SQL makes', async () => {
  const { differences } = await compare(db, sql, [{ path: 'nothing.sql', text: 'select 1;' }], supabaseSetup(), 'supabase');
  expect(differences).toEqual([]);
});
