import { describe, expect, test } from 'vitest';
import { parseSchema, resolve } from './index.ts';

const problemsOf = (text: string): [place: string, reason: string][] => {
  const file = parseSchema('schema.prisma', text);
  const { problems } = resolve([file]);
  return [...file.problems, ...problems].map(({ at, reason }) => [text.slice(at.start, at.end), reason]);
};
const places = (text: string): string[] => problemsOf(text).map(([place]) => place);

/** Models with their fields, enums with their values: what survived. */
const survivors = (text: string): Record<string, string[]> => {
  const { datamodel } = resolve([parseSchema('schema.prisma', text)]);
  return Object.fromEntries([
    ...datamodel.models.map((model) => [model.name, model.fields.map((field) => field.name)]),
    ...datamodel.enums.map((each) => [each.name, each.values.map((value) => value.name)]),
  ]);
};
const incomplete = (text: string): string[] =>
  resolve([parseSchema('schema.prisma', text)]).datamodel.models.filter((model) => !model.complete).map((model) => model.name);

describe('a broken line costs that line', () => {
  const around = (line: string): string => `model A {\n  id Int @id\n${line}\n  last Int\n}\n\nmodel B {\n  id Int @id\n}\n`;

  test.each([
    ['no type', '  name', ['name'], ['id', 'last']],
    ['no name', '  @unique', ['@unique'], ['id', 'last']],
    ['an attribute that never closes', '  name String @default("x"', ['name String @default("x"'], ['id', 'name', 'last']],
    ['a string that never closes', '  name String @default("x)', ['name String @default("x)'], ['id', 'name', 'last']],
    ['words behind the type', '  name String hello // c', ['name String hello // c'], ['id', 'name', 'last']],
    ['an attribute of the block in pieces', '  @@index([id,\n    last])', ['@@index([id,', 'last])'], ['id', 'last', 'last']],
    ['a trailing comma in a list', '  @@unique([id, last,])', ['@@unique([id, last,])'], ['id', 'last']],
    ['an expression of no known form', '  n Int @default(1 + 2)', ['n Int @default(1 + 2)'], ['id', 'n', 'last']],
    ['characters of no name', '  $ Int\n  a! Int', ['$ Int', 'a! Int'], ['id', 'last']],
    ['nesting without end', `  n Int @default(${'['.repeat(5000)}`, [`n Int @default(${'['.repeat(5000)}`], ['id', 'n', 'last']],
    ['a block comment that never closes', '  /* n Int', ['/* n Int'], ['id', 'last']],
  ])('%s', (_, line, expected, fields) => {
    const text = around(line);
    expect(places(text).filter((place) => place !== 'last')).toEqual(expected);
    expect(survivors(text).A).toEqual([...new Set(fields)]);
    expect(survivors(text).B).toEqual(['id']);
    expect(incomplete(text)).toEqual(['A']);
  });

  test('older spellings are read and reported', () => {
    const text = around('  a: Int\n  b [String]\n  c String!\n  d String[]?');
    expect(places(text)).toEqual([':', 'String', '!', '?']);
    expect(survivors(text).A).toEqual(['id', 'a', 'b', 'c', 'd', 'last']);
    expect(incomplete(text)).toEqual([]);
  });
});

describe('a broken block costs that block', () => {
  test('a block that never closes ends where the next begins', () => {
    const text = 'model A {\n  id Int @id\n\nmodel B {\n  id Int @id\n}\nenum E {\n  X\n';
    expect(problemsOf(text)).toEqual([['A', '`A` is never closed: a `}` is missing.'], ['E', '`E` is never closed: a `}` is missing.']]);
    expect(survivors(text)).toEqual({ A: ['id'], B: ['id'], E: ['X'] });
  });

  test('a misspelt keyword is one problem, and its body is no other', () => {
    const text = 'modle A {\n  id Int @id\n  x Int\n}\nmodel B {\n  id Int @id\n}\n';
    expect(places(text)).toEqual(['modle A {\n  id Int @id\n  x Int\n}']);
    expect(survivors(text)).toEqual({ B: ['id'] });
  });

  test('a misspelt block that never closes ends where the next begins', () => {
    expect(survivors('modle A {\n  id Int @id\nmodel B {\n  id Int @id\n}\n')).toEqual({ B: ['id'] });
  });

  test('text between blocks', () => {
    const text = 'hello\nworld\n\nmodel B {\n  id Int @id\n}\n}\n';
    expect(places(text)).toEqual(['hello\nworld', '}']);
    expect(survivors(text)).toEqual({ B: ['id'] });
  });

  test('braces where Prisma does not want them', () => {
    const text = 'model A\n{\n  id Int @id }\nmodel B { id Int @id }\nmodel C {}\nmodel D {\n id Int @id\n} model E {\n id Int @id\n}\n';
    expect(places(text)).toEqual(['A', '}', 'B', '}', 'C']);
    expect(survivors(text)).toEqual({ A: ['id'], B: ['id'], C: [], D: ['id'], E: ['id'] });
  });

  test('what Prisma reads, however odd', () => {
    const text = 'model A {} // o\n id Int @id\n}\nmodelB {\n id Int @id(,)\n}\n';
    expect(problemsOf(text)).toEqual([]);
    expect(survivors(text)).toEqual({ A: ['id'], B: ['id'] });
  });

  test('a name that is taken', () => {
    const text = 'model A {\n  id Int @id\n  id String\n}\nenum A {\n  X\n}\nmodel String {\n  id Int @id\n}\n';
    expect(places(text)).toEqual(['id', 'A', 'String']);
    expect(survivors(text)).toEqual({ A: ['id'] });
  });
});

describe('what does not resolve', () => {
  test('a type that is declared nowhere', () => {
    const text = 'model A {\n  id Int @id\n  b  Bee\n}\n';
    expect(problemsOf(text)).toEqual([['Bee', 'The type `Bee` is declared nowhere.']]);
    expect(survivors(text)).toEqual({ A: ['id', 'b'] });
  });

  test('a relation without its other side, or with too many', () => {
    expect(places('model A {\n  id Int @id\n  b B @relation(fields: [id], references: [id])\n}\nmodel B {\n  id Int @id\n}\n')).toEqual(['b']);
    expect(places('model A {\n  id Int @id\n  b B @relation(fields: [id], references: [id])\n}\nmodel B {\n  id Int @id\n  x A?\n  y A?\n}\n'))
      .toEqual(['b', 'x', 'y']);
    expect(places('model A {\n  id Int @id\n  b B?\n}\nmodel B {\n  id Int @id\n  a A?\n}\n')).toEqual(['b', 'a']);
  });

  test('an index over a field that is not there', () => {
    expect(places('model A {\n  id Int @id\n  @@index([nope])\n}\n')).toEqual(['@@index([nope])']);
  });
});

describe('any version of Prisma', () => {
  test('settings that later versions refuse', () => {
    const text = `datasource db {
  provider          = "postgres"
  url               = env("DATABASE_URL")
  directUrl         = env("DIRECT_URL")
  shadowDatabaseUrl = env("SHADOW")
  referentialIntegrity = "prisma"
  extensions        = [pgcrypto, uuid_ossp(map: "uuid-ossp", schema: "extensions")]
}
generator client {
  provider        = "prisma-client-js"
  previewFeatures = ["metrics", "fullTextSearch", "nope"]
  binaryTargets   = ["native"]
}
model A {
  id Int @id
}
`;
    expect(problemsOf(text)).toEqual([]);
    expect(resolve([parseSchema('s', text)]).datamodel).toMatchObject({ provider: 'postgres', relationMode: 'prisma' });
  });
});

describe('places', () => {
  const text = '\ufeff// ü 😀\r\nmodel Invoice { // open\r\n\tid  Int  @id\r\n  näme String? @map ( "n_a" ) /* c */\r\n}\r\n';
  const file = parseSchema('a.prisma', text);
  const cut = (at: { start: number; end: number }): string => text.slice(at.start, at.end);
  const [block] = file.blocks;

  test('count UTF-16 units of the file as it is, byte order mark and line ends included', () => {
    if (block?.kind !== 'model') throw new Error('no model');
    expect(file.problems).toEqual([]);
    expect(cut(block.name.at)).toBe('Invoice');
    expect(cut(block.at)).toBe(text.slice(text.indexOf('model'), text.indexOf('}') + 1));
    expect(block.fields.map((field) => [cut(field.at), cut(field.nameAt), cut(field.typeAt)])).toEqual([
      ['id  Int  @id', 'id', 'Int'], ['näme String? @map ( "n_a" )', 'näme', 'String'],
    ]);
    expect(block.fields.flatMap((field) => field.attributes.map((each) => cut(each.at)))).toEqual(['@id', '@map ( "n_a" )']);
    expect(resolve([file]).datamodel.models[0]?.fields[1]).toMatchObject({ column: { name: 'n_a' } });
  });

  test('comments keep theirs', () => {
    expect(file.comments.map((comment) => [cut(comment.at), comment.text])).toEqual([
      ['// ü 😀', ' ü 😀'], ['// open', ' open'], ['/* c */', ' c '],
    ]);
  });
});

describe('hostile input', () => {
  test.each([
    ['nothing', ''],
    ['one brace', '{'],
    ['a lone surrogate and a null', 'model \ud800 {\n \u0000\n}'],
    ['only openings', 'model A {\n'.repeat(20_000)],
    ['openings of comments', '/*\n'.repeat(100_000)],
    ['a model inside unknown blocks', 'x {\n'.repeat(50_000)],
    ['one-line blocks before openings of comments', 'model A {}\n/*\n'.repeat(50_000)],
    ['a long line', `model A {\n${'x'.repeat(1_000_000)}\n}`],
    ['many attributes', `model A {\n  id Int ${'@a '.repeat(200_000)}\n}`],
    ['brackets', '['.repeat(100_000)],
    ['blanks behind a broken line', `model A {\n  x ${' '.repeat(200_000)}!\n}`],
  ])('%s', (_, text) => {
    // Sizes at which quadratic work would run into the timeout.
    expect(() => resolve([parseSchema('a.prisma', text)])).not.toThrow();
  });
});
