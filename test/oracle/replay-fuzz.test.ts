import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSqlParser } from '@tenantlint/readers/sql';
import { openPglite, openServer, type Database } from './pg-database.ts';
import { compareStatements } from './pg-differences.ts';
import { OPENING, randomHistory } from './pg-random.ts';

/** Histories to try; each is up to 24 statements. */
const runs = Number(process.env['REPLAY_FUZZ_RUNS'] ?? 80);

const sql = createSqlParser();
let db: Database;

beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});

afterAll(() => db.close());

test('random histories leave the same catalog as on Postgres', { timeout: runs * 2_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(randomHistory(24), async (history) => {
      const { differences } = await compareStatements(db, sql, [...OPENING, ...history]);
      expect(differences).toEqual([]);
    }),
    { numRuns: runs },
  );
});
