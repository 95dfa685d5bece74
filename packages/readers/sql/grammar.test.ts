import { describe, expect, test } from 'vitest';
import { startParser } from './grammar-instance.ts';
import { LONGEST_STATEMENT, parsePlpgsql, parseStatement } from './grammar.ts';
import { splitStatements } from './lexer.ts';

const refused = (message: unknown, offset: unknown = 0) => ({ ok: false, message, offset });

describe('one statement', () => {
  test('gives its tree, with or without its semicolon', () => {
    const tree = { ok: true, stmt: { VariableSetStmt: expect.objectContaining({ name: 'role' }) } };
    expect(parseStatement('set role app')).toEqual(tree);
    expect(parseStatement('-- as the application\nset role app;')).toEqual(tree);
  });

  test('the grammar is that of Postgres 18', () => {
    expect(parseStatement('create table t (a int, b int generated always as (a * 2) virtual)').ok).toBe(true);
  });

  test.each(['', ' \n', '-- nothing', '/* nothing */;'])('%j is no statement', (text) => {
    expect(parseStatement(text)).toEqual(refused('no statement'));
  });

  test('two statements are refused, not cut to the first', () => {
    expect(parseStatement("select 'é'; drop table t")).toEqual(refused('more than one statement', 12));
  });

  test('a NUL byte is refused, not taken for the end', () => {
    expect(parseStatement('select 1\0; drop table x')).toEqual(refused('NUL byte in the statement', 8));
  });

  test('a byte order mark is left to the lexer', () => {
    const text = '\ufeffselect 1';
    expect(parseStatement(text).ok).toBe(false);
    const [chunk] = splitStatements(text).chunks;
    expect(parseStatement(text.slice(chunk?.start, chunk?.end)).ok).toBe(true);
  });

  test.each(["select 'é日本😀' fro t 1", 'select 1 fro t 1', "select '😀' as 日本, fro t 1"])(
    'the offset of an error is in UTF-16 units: %s',
    (text) => {
      const error = parseStatement(text);
      expect(error).toEqual(refused(expect.stringContaining('syntax error'), expect.any(Number)));
      expect(!error.ok && text.slice(error.offset)).toMatch(/^(?:t 1|1)$/);
    },
  );

  test('a string that never closes is an error at its quote', () => {
    expect(parseStatement("select 'é', 'x")).toEqual(refused(expect.stringContaining('unterminated'), 12));
  });

  test('text beyond ASCII comes back as it was, lone surrogates replaced', () => {
    expect(JSON.stringify(parseStatement("select 'é日本😀'"))).toContain('é日本😀');
    expect(JSON.stringify(parseStatement("select 'a\ud800é'"))).toContain('a\ufffdé');
  });
});

describe('what the parser cannot take is a value, and the next statement is read', () => {
  const tooDeep = expect.stringMatching(/too deeply nested|memory exhausted/);
  const hostile: readonly (readonly [string, string, unknown])[] = [
    ['10,000 parentheses', `select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, tooDeep],
    ['5,000 sub-selects', `${'(select '.repeat(5000)}1${')'.repeat(5000)}`, tooDeep],
    ['10,000 additions', `select ${'a+'.repeat(10_000)}a`, tooDeep],
    ['20,000 unions', `select 1${' union select 1'.repeat(20_000)}`, tooDeep],
    ['a literal of 40 MB', `select '${'x'.repeat(40e6)}'`, expect.stringContaining('too large')],
    ['2 MB of rows', `insert into t values (1)${',(1)'.repeat(500_000)}`, expect.stringContaining('too large')],
  ];

  test.each(hostile)('%s', (_, sql, message) => {
    const { exitCode } = process;
    expect(parseStatement(sql)).toEqual(refused(message, expect.any(Number)));
    expect(parseStatement('select 1').ok).toBe(true);
    expect(process.exitCode).toBe(exitCode);
  });

  test('150,000 ANDs are flat, and read', () => {
    const sql = `select 1 where a${' and a'.repeat(150_000)}`;
    expect(sql.length).toBeLessThan(LONGEST_STATEMENT);
    expect(parseStatement(sql).ok).toBe(true);
  });

  test('a hundred broken instances in a row are all replaced', () => {
    const sql = `select ${'a+'.repeat(10_000)}a`;
    for (let i = 0; i < 100; i++) expect(parseStatement(sql).ok).toBe(false);
    expect(parseStatement('select 1').ok).toBe(true);
  });

  test('PL/pgSQL of 9,000 nested blocks', () => {
    const body = `${'if a then '.repeat(9000)}null; ${'end if; '.repeat(9000)}`;
    expect(parsePlpgsql(`do $$ begin ${body} end $$`)).toEqual(refused(tooDeep));
    expect(parsePlpgsql('do $$ begin null; end $$').ok).toBe(true);
  });
});

describe('PL/pgSQL', () => {
  test('a trigger function', () => {
    const parsed = parsePlpgsql(`create function stamp() returns trigger language plpgsql as $$
      begin
        if new.tenant_id is null then new.tenant_id := current_setting('app.tenant')::uuid; end if;
        return new;
      end $$`);
    expect(parsed.ok && parsed.functions).toHaveLength(1);
    expect(JSON.stringify(parsed)).toContain(`"query":"new.tenant_id is null"`);
  });

  test('a DO block with EXECUTE', () => {
    const parsed = parsePlpgsql(`do $do$ begin execute format('alter table %I enable row level security', t); end $do$`);
    expect(JSON.stringify(parsed)).toContain('PLpgSQL_stmt_dynexecute');
  });

  test('an error has a message and no place', () => {
    expect(parsePlpgsql('do $$ begin foo bar end $$')).toEqual(refused(expect.stringContaining('unexpected end')));
  });
});

describe('an instance', () => {
  // Long enough for a leaked input or tree to outgrow the memory that an instance starts with.
  const filler = 'x'.repeat(10_000);
  test.each([
    ['SQL', `select '${filler}'`],
    ['an error in SQL', `select '${filler}' from`],
  ])('does not grow over 20,000 parses of %s', (_, sql) => {
    const parser = startParser();
    parser.parse(sql);
    const before = parser.memoryBytes();
    for (let i = 0; i < 20_000; i++) parser.parse(sql);
    expect(parser.memoryBytes()).toBe(before);
  });

  test.each([
    ['PL/pgSQL', `do $$ begin perform '${filler}'; end $$`],
    ['an error in PL/pgSQL', `do $$ begin perform '${filler}' end $$`],
  ])('does not grow over 10,000 parses of %s', (_, sql) => {
    const parser = startParser();
    parser.parsePlpgsql(sql);
    const before = parser.memoryBytes();
    for (let i = 0; i < 10_000; i++) parser.parsePlpgsql(sql);
    expect(parser.memoryBytes()).toBe(before);
  });
});
