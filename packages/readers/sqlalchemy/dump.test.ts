import { describe, expect, test } from 'vitest';
import { createSqlParser } from '../sql/index.ts';
import { readModelDump, terminated } from './dump.ts';

const sql = createSqlParser();

describe('compiled DDL', () => {
  // As `print(CreateTable(table))` prints it, one after the other.
  const printed = '\nCREATE TABLE tenants (\n\tid UUID NOT NULL, \n\tnote VARCHAR DEFAULT \'(\', \n\tPRIMARY KEY (id)\n)\n\n\n\nCREATE TABLE users (\n\tid UUID NOT NULL\n)\n\n\nCREATE INDEX ix_users_id ON users (id)\n';

  test('statements are told apart, and every character stays where it was', () => {
    const { text } = terminated({ path: 'models.sql', text: printed });
    expect(text).toHaveLength(printed.length);
    const { events } = sql.file({ path: 'models.sql', text });
    expect(events.map((e) => e.kind)).toEqual(['create-table', 'create-table', 'create-index']);
    const [, users] = events;
    expect(users?.kind === 'create-table' && printed.slice(users.name.at.start, users.name.at.end)).toBe('users');
  });

  test('SQL with semicolons is left alone', () => {
    const source = { path: 'a.sql', text: 'CREATE TABLE a (id int);\n\nCREATE TABLE b (id int);\n' };
    expect(terminated(source)).toEqual(source);
  });
});

describe('JSON dump', () => {
  const dump = (over: object = {}): string => JSON.stringify({
    format: 'tenantlint-models', version: 1, statements: ['CREATE TABLE "tenants" (\n\tid UUID NOT NULL\n)'],
    models: [{ name: 'Tenant', table: 'public.tenants', columns: [{ name: 'key', column: 'id', required: true, unique: true, list: false, sharedDefault: false }], relationships: [], uniques: [] }],
    ...over,
  }, null, 1);

  test('names of tables and columns have their places in the file', () => {
    const text = dump();
    const read = readModelDump({ path: 'models.json', text }, sql);
    const [table] = read?.history.steps[0]?.up ?? [];
    if (table?.kind !== 'create-table') throw new Error('no table');
    expect(text.slice(table.name.at.start, table.name.at.end)).toBe('\\"tenants\\"');
    expect(table.columns.map((c) => text.slice(c.at.start, c.at.end))).toEqual(['id']);
    const field = read?.models.models.get('Tenant')?.fields.get('key');
    expect(field && text.slice(field.at.start, field.at.end)).toBe('key');
  });

  test('other JSON is not a dump, and what cannot be read is said', () => {
    expect(readModelDump({ path: 'package.json', text: '{"name": "x"}' }, sql)).toBeUndefined();
    expect(readModelDump({ path: 'models.json', text: dump({ version: 2 }) }, sql)?.unread.map((u) => u.reason)).toEqual(['the dump of models has version 2; version 1 is read']);
    expect(readModelDump({ path: 'models.json', text: dump().slice(0, -3) }, sql)?.unread.map((u) => u.reason)).toEqual(['the dump of models is no valid JSON']);
    expect(readModelDump({ path: 'models.json', text: dump({ statements: ['CREATE TABEL x'] }) }, sql)?.unread).toHaveLength(1);
  });
});
