import { describe, expect, test } from 'vitest';
import type { SqlExpr } from '@tenantlint/model';
import { createSqlParser } from './index.ts';

const sql = createSqlParser();
const at = { file: 'app.ts', start: 100, end: 200 };

describe('texts that stand in other files', () => {
  test('verbatim text has places in its file, computed text the place it came from', () => {
    expect(sql.expression('a = é.b', at, true)).toMatchObject({ kind: 'operator', at: { file: 'app.ts', start: 100, end: 107 }, right: { at: { start: 104, end: 107 } } });
    expect(sql.expression('a = b', at, false)).toMatchObject({ at, left: { at }, right: { at } });
    expect(sql.events('create table t (a int); alter table t add b text', at, true)).toMatchObject([{ at: { start: 100, end: 122 } }, { at: { start: 124 }, actions: [{ column: { at: { start: 142, end: 143 } } }] }]);
    expect(sql.events('create table t (a int)', at, false)).toMatchObject([{ at, columns: [{ at, typeAt: at }] }]);
    expect(sql.statements('select 1; delete from t', at, true)).toMatchObject([{ kind: 'select' }, { kind: 'delete', at: { start: 110 } }]);
  });

  test('holes become parameters and leave the places of the rest', () => {
    const text = "select * from t where a = :id and b = :other and c = :id and d::text = ':no' limit ?";
    const [statement] = sql.statements(text, { ...at, start: 0 }, true);
    if (statement?.kind !== 'select' || statement.where?.kind !== 'and') throw new Error('misread');
    const rights = statement.where.of.map((one) => one.kind === 'operator' ? one.right : one);
    expect(rights).toMatchObject([{ kind: 'param', index: 1 }, { kind: 'param', index: 2 }, { kind: 'param', index: 1 }, { kind: 'literal', value: ':no' }]);
    expect(rights.slice(0, 3).map((one: SqlExpr) => text.slice(one.at.start, one.at.end))).toEqual([':id', ':other', ':id']);
    expect(text.slice(statement.where.at.start, statement.where.at.end)).toBe("a = :id and b = :other and c = :id and d::text = ':no'");
    expect(statement.limit).toMatchObject({ kind: 'param', at: { start: text.length - 1, end: text.length } });
    expect(sql.expression('a = ? and b = ?', at, true)).toMatchObject({ of: [{ right: { index: 1 } }, { right: { index: 2, at: { start: 114, end: 115 } } }] });
  });

  test('a question mark between operands is the jsonb operator', () => {
    expect(sql.expression("a ? 'b'", at, true)).toMatchObject({ kind: 'operator', op: '?' });
  });

  test('what is no expression is opaque, as a whole', () => {
    for (const text of ['a, b', 'a from t', 'a as b', '', 'a +', 'a; drop table t']) {
      expect(sql.expression(text, at, true), text).toEqual({ kind: 'opaque', text, at: { file: 'app.ts', start: 100, end: 100 + text.length } });
    }
    expect(sql.statements('selec 1', at, true)).toMatchObject([{ kind: 'other', text: 'selec 1' }]);
  });
});

describe('files as they come', () => {
  test('a bad statement is said with Postgres\' words at the exact place, and costs no other', () => {
    const text = "create table a (x int);\n-- é😀\ncreate tabel b (y int);\ncreate table c (z int,);\nalter table a add w int;\n";
    const { events, unread } = sql.file({ path: 'a.sql', text });
    expect(events.map(({ kind }) => kind)).toEqual(['create-table', 'unread', 'unread', 'alter-table']);
    expect(unread.map(({ reason, at: place }) => [reason, text.slice(place.start, place.end)])).toEqual([
      ['syntax error at or near "tabel"', 'tabel'],
      ['syntax error at or near ")"', ')'],
    ]);
    expect(events[1]).toMatchObject({ reason: 'syntax error at or near "tabel"', verb: 'create tabel' });
    expect(text.slice(events[1]?.at.start, events[1]?.at.end)).toBe('create tabel b (y int)');
  });

  test('comments, psql commands and COPY data', () => {
    const text = "\\restrict abc\n\\set x 1\n/* one */ copy t from stdin; -- two\n1\tselect;\n\\.\n\\i other.sql\nselect 1 \\gexec\n";
    const { events, comments, unread } = sql.file({ path: 'a.sql', text });
    expect(events.map(({ kind }) => kind)).toEqual(['data', 'unread', 'run', 'unread']);
    expect(comments.map((comment) => comment.text.trim())).toEqual(['one', 'two']);
    expect(unread.map(({ reason }) => reason)).toEqual(['\\i includes another file', '\\gexec runs the SQL that a query returns']);
  });

  test.each<readonly [string, string]>([
    ['byte order mark and CRLF', '\ufeffcreate table é (a int);\r\nalter table é add b int;\r\n'],
    ['no semicolon at the end', 'create table t (a int);\ncreate table u (a int)'],
  ])('%s', (_, text) => {
    const { events, unread } = sql.file({ path: 'a.sql', text });
    expect(unread).toEqual([]);
    for (const event of events) expect(text.slice(event.at.start, event.at.end)).toMatch(/^(?:create|alter) table .*(?:\)|int)$/);
    expect(events).toHaveLength(2);
  });

  test.each<readonly [string, string, number]>([
    ['nothing', '', 0],
    ['blanks and comments', ' -- a\n /* b */ ;;; ', 0],
    ['a NUL byte', 'select 1\0; drop table x; select 2', 3],
    ['a quote that never ends', "select 1; select 'a", 2],
    ['a dollar quote that never ends', 'do $a$ begin', 1],
    ['a comment that never ends', 'select 1 /* a', 1],
    ['one more parenthesis', 'create policy p on t using ((a);', 1],
    ['lone surrogates', "select '\ud800', \"\udc00\" from t", 1],
    ['control characters', 'select \u0001 1', 1],
    ['a deep nest of parentheses', `select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, 1],
    ['a deep nest of calls', `select ${'f('.repeat(900)}1${')'.repeat(900)}`, 1],
    ['a deep nest of sub-selects', `select ${'(select '.repeat(900)}1${')'.repeat(900)}`, 1],
    ['a long chain of operators', `select ${'a + '.repeat(3000)}1`, 1],
    ['a long chain of AND', `select ${'a = 1 and '.repeat(50_000)}true`, 1],
    ['a long chain of UNION', `select 1${' union select 1'.repeat(1500)}`, 1],
    ['a long list of columns', `create table t (${Array.from({ length: 1600 }, (_, i) => `c${i} int`).join(',')})`, 1],
    ['a very long literal', `select '${'x'.repeat(3_000_000)}'; select 2`, 2],
    ['only an operator', '@#%', 1],
    ['words that are no SQL', 'Lorem ipsum; dolor sit', 2],
  ])('never throws: %s', (_, text, count) => {
    const { events, unread } = sql.file({ path: 'a.sql', text });
    expect(events).toHaveLength(count);
    expect(unread).toHaveLength(events.filter(({ kind }) => kind === 'unread').length);
    for (const { at: place } of [...events, ...unread]) {
      expect(place.start).toBeGreaterThanOrEqual(0);
      expect(place.end).toBeLessThanOrEqual(text.length);
      expect(place.end).toBeGreaterThan(place.start);
    }
    expect(sql.file({ path: 'b.sql', text: 'select 1' }).unread, 'and the parser lives on').toEqual([]);
  });

  test('expressions too deep to follow are opaque, at their place', () => {
    const text = `select a where ${'not ('.repeat(1500)}b${')'.repeat(1500)}`;
    const [event] = sql.file({ path: 'a.sql', text }).events;
    expect(event?.kind === 'run' || event?.kind === 'unread').toBe(true);
    expect(JSON.stringify(event).length).toBeGreaterThan(100);
  });

  test('the rows of a dump are read when they are asked for', () => {
    const row = "insert into public.t (a, b) values (1, 'é');\n";
    const text = `create table t (a int);\n${row.repeat(30_000)}`;
    const { events } = sql.file({ path: 'dump.sql', text });
    const last = events.at(-1);
    if (last?.kind !== 'data' || last.statement.kind !== 'insert') throw new Error('no insert');
    expect(events).toHaveLength(30_001);
    const small = sql.file({ path: 'dump.sql', text: row }).events[0];
    const { table, columns, source, returning } = last.statement;
    expect(text.slice(table.at.start, table.at.end)).toBe('public.t');
    expect(source?.values?.[0]).toMatchObject([{ value: 1 }, { value: 'é' }]);
    expect([columns.length, returning.length]).toEqual([2, 0]);
    const shifted = JSON.stringify(small?.kind === 'data' && small.statement).replace(/"(start|end)":(\d+)/g, (_, key: string, n: string) => `"${key}":${Number(n) + text.length - row.length}`);
    expect(JSON.stringify(last.statement), 'the same as when it is read at once').toBe(shifted);
  });
});
