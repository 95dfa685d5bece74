import { beforeAll, describe, expect, test } from 'vitest';
import { buildOnce, project, tenantlint } from './run.ts';

beforeAll(buildOnce);

const TABLE = (name: string): string => `create table ${name} (id int primary key);\n`;
const bytes = (...parts: readonly (string | number)[]): Uint8Array => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]))));

/** What is wrong with each file, and what is said of it; undefined where it is read, and runs, as it is. Each makes one table besides. */
const FILES: readonly (readonly [name: string, content: string | Uint8Array, reason: string | undefined])[] = [
  ['nul', bytes('create table b', 0, ' (id int);\n', TABLE('after_nul')), 'NUL byte'],
  ['bom', bytes(0xef, 0xbb, 0xbf, TABLE('after_bom').replace('\n', '\r\n')), undefined],
  ['crlf', `create table x1 (\r\n  id int\r\n);\r\n${TABLE('after_crlf')}`, undefined],
  ['latin', bytes(`create table x2 (name text default 'caf`, 0xe9, `');\n`, TABLE('after_latin')), 'not valid UTF-8; read as Latin-1'],
  ['utf16', Buffer.from(`\ufeff${TABLE('after_utf16')}`, 'utf16le'), undefined],
  ['large', `create table x3 (id text default '${'x'.repeat(40_000_000)}');\n${TABLE('after_large')}`, 'statement too large to parse'],
  ['parentheses', `create table x4 (id int default ${'('.repeat(10_000)}1${')'.repeat(10_000)});\n${TABLE('after_parentheses')}`, 'memory exhausted'],
  ['cases', `select ${'case when true then '.repeat(10_000)}1${' end'.repeat(10_000)};\n${TABLE('after_cases')}`, 'memory exhausted'],
  ['blocks', `do $$ begin ${'begin '.repeat(10_000)}null; ${'end; '.repeat(10_000)} end $$;\n${TABLE('after_blocks')}`, 'nested too deeply'],
  ['conditions', `select 1 where ${Array.from({ length: 10_000 }, () => 'a = 1').join(' and ')};\n${TABLE('after_conditions')}`, undefined],
  ['dollar', `${TABLE('after_dollar')}create function f() returns int language plpgsql as $$ begin return 1; end;\n`, 'dollar quote $$ is never closed'],
  ['quote', `${TABLE('after_quote')}comment on table x5 is 'oops;\n`, 'string is never closed'],
  ['comment', `${TABLE('after_comment')}/* never closed\n`, 'never closed'],
  ['views', `create view v1 as select * from v2;\ncreate view v2 as select * from v1;\n${TABLE('after_views')}`, 'relation "v2" does not exist'],
  ['calls', `create function f1() returns boolean language sql as $$ select f2() $$;\ncreate function f2() returns boolean language sql as $$ select f1() $$;\ncreate policy p on orgs using (f1());\n${TABLE('after_calls')}`, undefined],
  ['loop', `do $$ begin while true loop null; end loop; end $$;\n${TABLE('after_loop')}`, 'the loop does not end'],
  ['recursion', `create function r(n int) returns void language plpgsql as $$ begin perform r(n + 1); end $$;\nselect r(1);\n${TABLE('after_recursion')}`, 'stack depth limit exceeded'],
  ['wide', `create policy q on orgs for select using (${Array.from({ length: 3_000 }, () => 'id in (select id from after_nul)').join(' or ')});\n${TABLE('after_wide')}`, undefined],
];

describe('bad input costs only itself', () => {
  test('each in the middle of a history: a clear line, and everything after it is read', async () => {
    const number = (i: number): string => String(i + 1).padStart(3, '0');
    const { dir } = project({
      'migrations/000_base.sql': 'create table orgs (id int primary key);\nalter table orgs enable row level security;\n',
      ...Object.fromEntries(FILES.map(([name, content], i) => [`migrations/${number(i)}_${name}.sql`, content])),
      'migrations/folder.sql/inside.sql': 'not even sql',
    });
    const { code, out, err } = await tenantlint(dir, ['inspect', '--format', 'json']);
    expect(err).toBe('');
    expect(code).toBe(0);
    const model = JSON.parse(out) as { readonly tables: readonly { readonly name: string }[]; readonly unread: readonly { readonly file: string; readonly reason: string }[] };
    expect(model.tables.map(({ name }) => name)).toEqual(expect.arrayContaining(FILES.map(([name]) => `public.after_${name}`)));
    for (const [i, [name, , reason]] of FILES.entries()) {
      const said = model.unread.filter(({ file }) => file === `migrations/${number(i)}_${name}.sql`).map((one) => one.reason);
      expect([name, said], name).toEqual([name, reason === undefined ? [] : [expect.stringContaining(reason)]]);
      expect(said.every((line) => line.length < 200 && !/[\u0000-\u001f]/.test(line)), name).toBe(true);
    }
    const checked = await tenantlint(dir, ['check', '--preset', 'audit']);
    expect(checked.err).toBe('');
    expect(checked.code).toBe(1);
  });
});

test('what Postgres would refuse, and what depends on run time, is said with its place; the rest goes on', async () => {
  const { dir } = project({
    'migrations/001_base.sql': TABLE('a'),
    'migrations/002_bad.sql': `alter table a drop column name;\n${TABLE('b')}`,
    'migrations/003_open.sql': "do $$ declare t text; begin select v into t from b limit 1; execute 'drop table ' || t; end $$;\n",
  });
  const { code, out } = await tenantlint(dir, ['check', '--format', 'json']);
  const { unread } = JSON.parse(out) as { readonly unread: readonly { readonly file: string; readonly start: { readonly line: number }; readonly reason: string }[] };
  expect(code).toBe(0);
  expect(unread.map(({ file, start }) => `${file}:${start.line}`)).toEqual(['migrations/002_bad.sql:1', 'migrations/003_open.sql:1']);
  expect(unread[0]?.reason).toContain('column "name" of relation "a" does not exist');
});
