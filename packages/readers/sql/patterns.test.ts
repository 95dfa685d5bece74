import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Excerpt } from './excerpt.ts';
import { createSqlParser } from './index.ts';
import { KEYWORDS } from './keywords.ts';
import { splitStatements } from './lexer.ts';
import { lowerEvents } from './lower-event.ts';
import { recall } from './patterns.ts';
import { read } from './read.ts';
import { readStatement, type Reading } from './statement.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Statements of the fixtures and of the pages of the rules, and forms that neither has. */
const statements: readonly string[] = [...new Set([
  ...sqlBelow(path.join(root, 'fixtures')),
  ...sqlBelow(path.join(root, 'rules')),
  'create role r bypassrls', 'create role r with password \'p\' in role a, b', 'grant a to b with admin option', 'grant select (a, b) on t to public, r', 'alter role r set x to y',
  'set role none', 'set x = y', 'set time zone \'utc\'', 'reset role', 'set session authorization r', 'create table a partition of b for values with (modulus 4, remainder 1)',
  'create table a (b int) partition by list (b)', 'select extract(year from a), date \'2020-01-01\', interval \'1\' day, a::b.c[], b\'01\', x\'f\', n\'a\', 1e3, -1, - 1, a.b.c.d, $1',
  'select a from b where c like \'x\' escape \'y\' and d between 1 and 2 and e in (\'f\', \'g\') and (h, i) overlaps (j, k)', 'select xmlelement(name a, xmlattributes(b as c))',
  'select json_object(\'a\': b), json_value(c, \'$.d\' returning text default \'e\' on empty)', 'merge into a using b on a.c = b.c when matched then update set d = \'e\' when not matched then insert (f) values (\'g\')',
  'insert into a (b) values (\'c\') on conflict (d) do update set e = excluded.e returning f', 'create function a(b c default \'d\') returns setof e language plpgsql set f to \'g\' as $$h$$',
  'create function a() returns trigger language c as \'b\', \'c\'', 'do $$ begin end $$', 'comment on column a.b is \'c\'', 'create extension a with schema b version \'c\'',
  'with recursive a (b) as (select c from d union all select e from a) search depth first by b set f select * from a', 'insert into a values (1, -2, 3.5, -4.5, null, \'b\')', 'create table a (b float(10), c numeric(12, 2), d bit(3), e time(6)) with (fillfactor = 70)', 'create sequence a increment by -1 start 5', 'select a from b limit 10 offset 5', 'fetch 5 from a', 'listen a', 'explain (analyze, format json) select a', 'copy a (b) from stdin with (format csv, delimiter \'c\')',
  'create type a as enum (\'b\', \'c\')', 'alter type a add value \'b\' before \'c\'', 'create trigger a after update of b on c for each row execute function d.e(\'f\', g, 1)', 'alter default privileges for role a in schema b grant select on tables to c',
])];

function sqlBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) => !file.includes('node_modules')).flatMap((file) => {
    if (!/\.(sql|md)$/.test(file)) return [];
    const text = readFileSync(path.join(dir, file), 'utf8');
    const parts = file.endsWith('.sql') ? [text] : [...text.matchAll(/```sql[^\n]*\n([^]*?)```/g)].map((match) => match[1] ?? '');
    return parts.flatMap((part) => splitStatements(part).chunks.filter(({ kind }) => kind === 'statement').map(({ start, end }) => part.slice(start, end)));
  });
}

/** Every word that a lowering could compare a name with. */
const compared = readdirSync(path.join(root, 'packages/readers/sql')).filter((file) => file.startsWith('lower-') && !file.startsWith('lower-event')).flatMap((file) => {
  const text = readFileSync(path.join(root, 'packages/readers/sql', file), 'utf8');
  return [...text.matchAll(/'([^'\\\n]+)'/g)].map((match) => match[1] ?? '').filter((word) => !word.includes('/'));
});

const names = ['a', 'Tenant_Id', '"Mixed Case"', '"select"', 'public', 'none', '"public"', 'select', 'role', 'int4', 'bypassrls', 'list', 'modulus', 'zq1qz', '"a""b"', '"é"', 'é', 'x'.repeat(70), 'a$b', 'e'];
const strings = ["''", "'b'", "'it''s'", "'a'\n  'b'", '$$x$$', '$$$$', '$t$ $$ \'x\' $t$', "E'\\n'", "U&'\\0061'", "'é😀'", "'zq2qz'", "'a\\'"];
const numbers = ['0', '00', '1', '42', '007', '1.5', '0.0', '.5', '1.', '1e3', '999999999', '9999999999', '900000001', '1_000', '0xff', '- 5', '-7', '- -3', '-0.5', '+2'];
const gaps = [' ', '\n', ' /* c */ ', ' -- é\n', ''];

/** After these the parser's build of the grammar takes a comment for the next word. */
const looksAhead = /^(?:with|without|not|nulls|format)$/i;

/** The statement with other names and strings, other gaps, and now and then another word altogether. */
function varied(text: string, others: readonly string[], draw: () => number): string {
  const { tokens } = new Excerpt('', text, 0);
  let out = '';
  for (let i = 0; i < tokens.count; i++) {
    const own = text.slice(tokens.start(i), tokens.end(i));
    const isName = /^["a-z_]/i.test(own) && !own.endsWith("'") && !KEYWORDS.has(own.toLowerCase());
    const isString = /^('|\$\w*\$)/.test(own);
    const other = isName ? others : isString ? strings : /^\d/.test(own) ? numbers : undefined;
    out += other !== undefined && draw() % 3 === 0 ? other[draw() % other.length] ?? own : own;
    const written = text.slice(tokens.end(i), i + 1 < tokens.count ? tokens.start(i + 1) : tokens.end(i));
    const gap = gaps[draw() % (gaps.length - 1)] ?? written;
    out += written !== '' && draw() % 4 === 0 && !(looksAhead.test(own) && /\S/.test(gap)) ? gap : written;
  }
  return out;
}

const drawn = fc.infiniteStream(fc.nat(9999)).map((draws) => (): number => draws.next().value ?? 0);
const quoted = compared.flatMap((word) => [`"${word}"`, ...(/^[a-z_]\w*$/.test(word) ? [word] : [])]);

/** As a file is read, and statement by statement without any pattern. */
function bothWays(text: string): { readonly cast: unknown; readonly read: unknown } {
  const reading: Reading = { events: [], unread: [] };
  readStatement(reading, 'a.sql', text, 7);
  const direct = read(new Excerpt('a.sql', text, 7), lowerEvents);
  return { cast: reading.unread.length > 0 ? reading.unread : reading.events, read: direct.ok ? direct.value : [{ at: direct.at, reason: direct.reason }] };
}

describe('a statement of a known pattern means what it means by itself', () => {
  test('whatever its names, strings and gaps', () => {
    fc.assert(
      fc.property(fc.constantFrom(...statements), drawn, (text, draw) => {
        const { cast, read: direct } = bothWays(varied(text, names, draw));
        expect(cast).toEqual(direct);
      }),
      { numRuns: 6000 },
    );
  });

  test('also where a name is one that the reader compares names with', () => {
    for (const text of statements) recall('events', new Excerpt('a.sql', text, 0), lowerEvents);
    fc.assert(
      fc.property(fc.constantFrom(...statements), drawn, (text, draw) => {
        const { cast, read: direct } = bothWays(varied(text, quoted, draw));
        expect(cast).toEqual(direct);
      }),
      { numRuns: 8000 },
    );
  });

  test('down to the case of what is cut out of it', () => {
    for (const bound of ['DEFAULT', 'DEFAULT', 'default', 'Default']) {
      expect(bothWays(`create table a partition of b ${bound}`).cast).toMatchObject([{ partitionOf: { bound } }]);
    }
  });

  test('and what was read of one does not change with the next', () => {
    const sql = createSqlParser();
    const text = statements.filter((statement) => read(new Excerpt('a.sql', statement, 0), lowerEvents).ok).map((statement) => `${statement};`).join('\n');
    const first = sql.file({ path: 'a.sql', text });
    const before = JSON.stringify(first.events);
    const again = sql.file({ path: 'a.sql', text });
    sql.file({ path: 'b.sql', text: text.replace(/\b[a-z]\w*\b/g, (word) => (KEYWORDS.has(word) ? word : `${word}2`)) });
    expect(JSON.stringify(first.events)).toBe(before);
    expect(again.events).toEqual(first.events);
  });
});

test('the keywords are those of the grammar', () => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm')).toString('latin1');
  const start = wasm.indexOf('abort\0absent\0');
  const words = wasm.slice(start, wasm.indexOf('\0zone\0', start) + '\0zone'.length).split('\0');
  expect(start).toBeGreaterThan(0);
  expect([...KEYWORDS].sort()).toEqual(words.sort());
});
