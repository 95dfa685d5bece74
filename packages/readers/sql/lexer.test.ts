import { describe, expect, test } from 'vitest';
import { splitStatements, type Chunk } from './lexer.ts';

/** Chunks as `kind: text`, which is what a reader of a test wants to see. */
function pieces(text: string): string[] {
  return splitStatements(text).chunks.map((chunk) => `${chunk.kind}: ${text.slice(chunk.start, chunk.end)}`);
}

function statements(text: string): string[] {
  const { chunks } = splitStatements(text);
  expect(chunks.filter((chunk) => chunk.kind !== 'statement')).toEqual([]);
  return chunks.map((chunk) => text.slice(chunk.start, chunk.end));
}

function problem(text: string): Extract<Chunk, { kind: 'problem' }> {
  const found = splitStatements(text).chunks.find((chunk) => chunk.kind === 'problem');
  if (found?.kind !== 'problem') throw new Error('no problem found');
  return found;
}

describe('where a statement ends', () => {
  test('at its semicolon, which is not part of it', () => {
    expect(splitStatements('select 1 ; select 2').chunks).toEqual([
      { kind: 'statement', start: 0, end: 8, terminated: true },
      { kind: 'statement', start: 11, end: 19, terminated: false },
    ]);
  });

  test.each([
    ['nothing', '', []],
    ['only blanks, comments and semicolons', ' ;; -- a;\n/* b; */ ;', []],
    ['a doubled quote', "select 'it''s; fine'; b", ["select 'it''s; fine'", 'b']],
    ['a backslash is a character in a plain string', "select 'c:\\'; b", ["select 'c:\\'", 'b']],
    ['a backslash escapes in an E string', "select e'it\\'s; fine', E'\\\\'; b", ["select e'it\\'s; fine', E'\\\\'", 'b']],
    ['an E string goes on after a newline', "select E'a'\n  'b\\'; c'; d", ["select E'a'\n  'b\\'; c'", 'd']],
    ['… and after a line comment', "select E'a' -- ;\n'b\\'; c'; d", ["select E'a' -- ;\n'b\\'; c'", 'd']],
    ['a word that ends in e opens no E string', "select date'\\'; b", ["select date'\\'", 'b']],
    ['Unicode strings and identifiers', `select U&'\\0061;' as U&"\\0062;"; b`, [`select U&'\\0061;' as U&"\\0062;"`, 'b']],
    ['quoted identifiers', 'create table "a;""b" (); c', ['create table "a;""b" ()', 'c']],
    ['a dollar quote', 'select $$;$$; b', ['select $$;$$', 'b']],
    ['a tagged dollar quote around another', 'select $a$ $$;$$ ; $b$ $a$; b', ['select $a$ $$;$$ ; $b$ $a$', 'b']],
    ['a tag beyond ASCII', 'select $été$;$été$; b', ['select $été$;$été$', 'b']],
    ['a dollar sign within a name', 'select a$b$; c$b$', ['select a$b$', 'c$b$']],
    ['parameters', 'select $1; select $2', ['select $1', 'select $2']],
    ['a dollar quote after a number', 'select 1$$;$$; b', ['select 1$$;$$', 'b']],
    ['nested comments', 'select /* ; /* ; */ ; */ 1; b', ['select /* ; /* ; */ ; */ 1', 'b']],
    ['a comment opened by an operator', 'select 2*/* ; */3; b', ['select 2*/* ; */3', 'b']],
    ['minus is no comment', 'select 1 - -1; b', ['select 1 - -1', 'b']],
    ['CRLF and CR alone', 'select 1 -- a;\r; b -- c;\r\n; d', ['select 1', 'b', 'd']],
    ['an open parenthesis', 'create table a (x int; create table b (y int)', ['create table a (x int', 'create table b (y int)']],
  ])('%s', (_, text, expected) => {
    expect(statements(text)).toEqual(expected);
  });

  test('comments around a statement are no part of it, those within are', () => {
    expect(statements('-- a\n/* b */ select 1 -- c\n + 2 -- d\n;')).toEqual(['select 1 -- c\n + 2']);
  });

  test('a byte order mark is skipped and the offsets stay those of the text', () => {
    expect(splitStatements('\ufeffselect 1').chunks).toEqual([{ kind: 'statement', start: 1, end: 9, terminated: false }]);
  });
});

describe('statements that hold semicolons', () => {
  test('BEGIN ATOMIC … END, with CASE … END inside', () => {
    const body = 'create or replace function f() returns int begin atomic select case when a then 1 else 2 end; select 3; end';
    expect(statements(`${body}; select 4;`)).toEqual([body, 'select 4']);
    const procedure = 'CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END';
    expect(statements(`${procedure}; select 4;`)).toEqual([procedure, 'select 4']);
  });

  test('END and CASE as names in a body', () => {
    const body = 'create function f() returns int begin atomic select a as end, t.case from t; select 1; end';
    expect(statements(`${body}; b`)).toEqual([body, 'b']);
  });

  test('begin alone opens no body', () => {
    expect(statements('begin; create function f() returns int as $$ begin; end $$; commit')).toHaveLength(3);
    expect(statements('create table begin (atomic int); b')).toHaveLength(2);
  });

  test('CREATE RULE with its actions in parentheses', () => {
    const rule = 'create or replace rule r as on insert to t do also (insert into a values (1); delete from b;)';
    expect(statements(`${rule}; select 1`)).toEqual([rule, 'select 1']);
  });
});

describe('psql', () => {
  test('commands take their line', () => {
    const text = "\\connect db\n\\set x 'a;b'\n\\if :x\nselect 1;\n\\endif\n\\restrict k3y\n";
    expect(pieces(text)).toEqual([
      'psql: \\connect db',
      "psql: \\set x 'a;b'",
      'psql: \\if :x',
      'statement: select 1',
      'psql: \\endif',
      'psql: \\restrict k3y',
    ]);
  });

  test('a command may send the statement before it', () => {
    expect(pieces('select 1 \\gset\nselect 2 \\g\nselect 3')).toEqual([
      'statement: select 1',
      'psql: \\gset',
      'statement: select 2',
      'psql: \\g',
      'statement: select 3',
    ]);
  });

  test('SQL goes on after a double backslash, and an escaped semicolon ends a statement', () => {
    expect(pieces('\\set x 1 \\\\ select 1\\; select 2;')).toEqual(['psql: \\set x 1', 'statement: select 1', 'statement: select 2']);
  });

  test('a command inside a statement makes it unreadable, and only it', () => {
    const text = "create table t (\n\\if :it's\n a int\n);\nselect 1;";
    expect(pieces(text)).toEqual([`problem: ${text.slice(0, text.indexOf(';'))}`, 'statement: select 1']);
    expect(problem(text)).toMatchObject({ at: text.indexOf('\\if'), reason: 'psql command inside a statement' });
  });

  test('\\copy takes the line whole', () => {
    expect(pieces("\\copy t to 'a\\b' delimiter ';'\nselect 1")).toEqual(["psql: \\copy t to 'a\\b' delimiter ';'", 'statement: select 1']);
  });
});

describe('COPY data', () => {
  test.each([
    ['COPY t (a, b) FROM stdin;', 'statement: COPY t (a, b) FROM stdin'],
    ['copy t from stdin with (format csv);', 'statement: copy t from stdin with (format csv)'],
    ['\\copy t from stdin', 'psql: \\copy t from stdin'],
  ])('%s', (copy, first) => {
    expect(pieces(`${copy}\n1\t'it;\n\\N\t$$\n\\.\nselect 1;`)).toEqual([first, "copy-data: 1\t'it;\n\\N\t$$\n\\.", 'statement: select 1']);
  });

  test('ends with CRLF too', () => {
    expect(pieces('copy t from stdin;\r\na\r\n\\.\r\nselect 1;')).toEqual([
      'statement: copy t from stdin',
      'copy-data: a\r\n\\.',
      'statement: select 1',
    ]);
  });

  test('does not follow COPY from a file, to standard output, or of a query', () => {
    expect(statements("copy t from 'stdin'; copy (select * from stdin) to stdout; copy t to stdout; b")).toHaveLength(4);
  });

  test('a comment on the line of the COPY is a comment', () => {
    const { comments, chunks } = splitStatements('copy t from stdin; -- rows\na\n\\.\n');
    expect(comments).toMatchObject([{ text: ' rows' }]);
    expect(chunks.map((chunk) => chunk.kind)).toEqual(['statement', 'copy-data']);
  });

  test('without an end is a problem', () => {
    const text = 'copy t from stdin;\na\nb\n';
    expect(pieces(text)).toEqual(['statement: copy t from stdin', 'problem: a\nb']);
  });
});

describe('what never ends', () => {
  test.each([
    ["select 1; select 'it''s; b", "'it", 'string is never closed'],
    ["select 1; select E'it\\'; b", "E'it", 'string is never closed'],
    ['select 1; select "a; b', '"a', 'quoted identifier is never closed'],
    ['select 1; select $a$ $b$; b', '$a$', 'dollar quote $a$ is never closed'],
    ['select 1; select /* /* ; */ b', '/* /*', 'comment is never closed'],
    ['select 1; create function f() begin atomic select 1; b', 'begin', 'BEGIN ATOMIC is never ended by END'],
    ['select 1; create rule r as on insert to t do (a; b', '(a', 'parenthesis of CREATE RULE is never closed'],
  ])('%s', (text, opening, reason) => {
    expect(pieces(text)).toHaveLength(2);
    const start = text.indexOf('; ') + 2;
    expect(problem(text)).toEqual({ kind: 'problem', start, end: text.length, terminated: false, at: text.indexOf(opening), reason });
  });
});

describe('NUL', () => {
  test('in a statement: the statement is a problem, the next one is read', () => {
    const text = 'select 1\0; drop table x';
    expect(pieces(text)).toEqual(['problem: select 1\0', 'statement: drop table x']);
    expect(problem(text)).toMatchObject({ at: 8, reason: 'NUL byte' });
  });

  test('between statements and in comments', () => {
    expect(pieces('-- a\0b\0c\nselect 1;\0')).toEqual(['problem: \0b\0c', 'statement: select 1', 'problem: \0']);
  });
});

describe('comments', () => {
  test('are kept with their text and place', () => {
    const text = '-- one\r\nselect 1 /* two */; --three';
    expect(splitStatements(text).comments).toEqual([
      { start: 0, end: 6, kind: 'line', text: ' one' },
      { start: 17, end: 26, kind: 'block', text: ' two ' },
      { start: 28, end: 35, kind: 'line', text: 'three' },
    ]);
  });

  test('in strings and bodies are none of the file', () => {
    expect(splitStatements("select '-- a', \"/* b */\", $$ -- c\n$$").comments).toEqual([]);
  });
});

describe('the sections of migration tools end a statement that lacks its semicolon', () => {
  test.each([
    ['-- migrate:up\na\n-- migrate:down\nb'],
    ['-- +goose Up\na\n-- +goose Down\nb'],
    ['-- +migrate Up\na\n-- +migrate Down\nb'],
    ['a\n--> statement-breakpoint\nb'],
    ['-- Up Migration\na\n-- Down Migration\nb'],
    ['--changeset me:1\na\n--changeset me:2\nb'],
    ['-- +goose StatementBegin\na\n-- +goose StatementEnd\nb'],
  ])('%s', (text) => {
    expect(statements(text)).toEqual(['a', 'b']);
  });

  test('a body between StatementBegin and StatementEnd is one statement', () => {
    const body = 'create function f() returns int language plpgsql as $$\nbegin\n  return 1;\nend;\n$$';
    expect(statements(`-- +goose Up\n-- +goose StatementBegin\n${body};\n-- +goose StatementEnd\nselect 1;`)).toEqual([body, 'select 1']);
  });

  test('prose does not', () => {
    expect(statements('select a, -- up to migration: down, > statement\n b')).toHaveLength(1);
  });
});
