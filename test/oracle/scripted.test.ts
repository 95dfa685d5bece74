import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { replay } from '@tenantlint/engine';
import type { History } from '@tenantlint/model';
import { findScripted, readScripted } from '@tenantlint/readers/scripted';
import { createSqlParser, sqlHistories } from '@tenantlint/readers/sql';

const here = fileURLToPath(new URL('./scripted', import.meta.url));
const sql = createSqlParser();

/** The catalog that a history leaves, without places; a list of names is a set. */
function catalog(histories: readonly History[]): unknown {
  const { last } = replay(histories, sql, { base: 'plain' });
  const plain = (key: string, value: unknown): unknown => (/^at$|At$|^createdIn$|^verbatim$|^changed$/.test(key) ? undefined : value instanceof Map ? Object.fromEntries([...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))) : value);
  return JSON.parse(JSON.stringify({ tables: last.tables, views: last.views, types: last.types, functions: last.functions, extensions: last.extensions }, plain));
}

describe.each(['knex', 'node-pg-migrate'])('%s', (tool) => {
  const text = readFileSync(path.join(here, 'cases', `${tool}.js`), 'utf8');
  const file = 'migrations/20240101000000_all.js';
  const input = { files: new Set([file, 'package.json']), text: (f: string) => (f === file ? text : '{"dependencies":{"pg":"8"}}') };
  const { histories } = readScripted(input, findScripted(input), sql);

  test('the same catalog as from the SQL that the tool itself makes', () => {
    expect(histories.map((h) => [h.tool, h.steps.map((s) => s.unread)])).toEqual([[tool, [[]]]]);
    const made = readFileSync(path.join(here, 'recorded', `${tool}.sql`), 'utf8');
    expect(catalog(histories)).toEqual(catalog(sqlHistories.read([{ path: 'migrations/20240101000000_all.sql', text: made }], sql)));
  });
});
