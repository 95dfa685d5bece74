import { describe, expect, test } from 'vitest';
import type { SchemaEvent } from '@tenantlint/model';
import { readPrisma, type ReadExpression } from './index.ts';

const opaque: ReadExpression = (text, at) => ({ kind: 'opaque', text, at });
const datasource = 'datasource db {\n  provider = "postgresql"\n}\n';
const model = (name: string): string => `model ${name} {\n  id Int @id\n}\n`;

const read = (files: Readonly<Record<string, string>>) =>
  readPrisma(Object.entries(files).map(([path, text]) => ({ path, text })), opaque);
const grouped = (files: Readonly<Record<string, string>>) => read(files).map((schema) => schema.files);

describe('which files are one schema', () => {
  test('all files below the folder of the datasource', () => {
    expect(grouped({
      'prisma/schema/base.prisma': datasource,
      'prisma/schema/user.prisma': model('User'),
      'prisma/schema/billing/invoice.prisma': model('Invoice'),
    })).toEqual([['prisma/schema/base.prisma', 'prisma/schema/billing/invoice.prisma', 'prisma/schema/user.prisma']]);
  });

  test('a datasource in a folder beside the models', () => {
    expect(grouped({
      'schema/config/db.prisma': datasource,
      'schema/user.prisma': model('User'),
    })).toEqual([['schema/config/db.prisma', 'schema/user.prisma']]);
  });

  test('two packages are two schemas, also when one lies inside the other', () => {
    expect(grouped({
      'a/schema.prisma': datasource + model('A'),
      'a/inner/schema.prisma': datasource + model('B'),
      'a/inner/more.prisma': model('C'),
      'a/other.prisma': model('D'),
      'b/schema.prisma': datasource,
    })).toEqual([['a/inner/more.prisma', 'a/inner/schema.prisma'], ['a/other.prisma', 'a/schema.prisma'], ['b/schema.prisma']]);
  });

  test('two datasources in one folder are two schemas; the usual name takes the rest', () => {
    expect(grouped({
      'prisma/audit.prisma': datasource,
      'prisma/schema.prisma': datasource,
      'prisma/user.prisma': model('User'),
    })).toEqual([['prisma/audit.prisma'], ['prisma/schema.prisma', 'prisma/user.prisma']]);
  });

  test('the copy beside a generated client is not read', () => {
    expect(grouped({
      'prisma/schema.prisma': `${datasource}generator client {\n  provider = "prisma-client"\n  output = "../src/generated"\n}\n`,
      'src/generated/schema.prisma': datasource + model('User'),
    })).toEqual([['prisma/schema.prisma']]);
  });

  test('files without any datasource belong together by folder', () => {
    expect(grouped({ 'x/a.prisma': model('A'), 'x/b.prisma': model('B'), 'y/a.prisma': model('A') }))
      .toEqual([['x/a.prisma', 'x/b.prisma'], ['y/a.prisma']]);
  });

  test('anything else is left alone', () => {
    expect(read({ 'readme.md': model('A'), 'a.sql': '' })).toEqual([]);
  });
});

const schema = `${datasource}
model Organization {
  id      String   @id @default(uuid()) @db.Uuid
  slug    String
  members Member[]
  tags    Tag[]
}

model Member {
  orgId  String       @map("org_id") @db.Uuid
  userId String       @map("user_id")
  secret String       @ignore
  shape  Unsupported("circle")?
  org    Organization @relation(fields: [orgId], references: [id], onDelete: Cascade)
  email  String       @unique

  @@id([orgId, userId])
  @@unique([orgId, email], name: "orgEmail")
  @@index([userId])
  @@map("members")
}

model Tag {
  id   Int            @id @default(autoincrement())
  orgs Organization[]
}

model Old {
  id Int
  @@ignore
}
`;

describe('what code can ask the client for', () => {
  const [only] = read({ 'schema.prisma': schema });
  const member = only?.models.models.get('Member');

  test('delegates, tables and columns', () => {
    expect(member).toMatchObject({ delegate: 'member', table: 'public.members' });
    expect(member?.fields.get('orgId')).toMatchObject({ kind: 'scalar', column: 'org_id', required: true, unique: false, list: false });
    expect(member?.fields.get('email')).toMatchObject({ unique: true });
  });

  test('compound keys by the name that `where` gives them', () => {
    expect([...(member?.uniques ?? [])]).toEqual([['orgId_userId', ['orgId', 'userId']], ['orgEmail', ['orgId', 'email']]]);
  });

  test('relations from both sides', () => {
    expect(member?.fields.get('org')).toMatchObject({ kind: 'relation', model: 'Organization', list: false, on: [['orgId', 'id']] });
    expect(only?.models.models.get('Organization')?.fields.get('members'))
      .toMatchObject({ kind: 'relation', model: 'Member', list: true, on: [['id', 'orgId']], through: undefined });
  });

  test('the join table of a many-to-many relation', () => {
    for (const [name, field] of [['Organization', 'tags'], ['Tag', 'orgs']] as const) {
      expect(only?.models.models.get(name)?.fields.get(field)).toMatchObject({ on: [], through: 'public._OrganizationToTag' });
    }
  });

  test('what is ignored or unsupported is not there', () => {
    expect(only?.models.models.has('Old')).toBe(false);
    expect([...(member?.fields.keys() ?? [])]).toEqual(['orgId', 'userId', 'org', 'email']);
  });
});

describe('the events of a schema', () => {
  const [only] = read({ 'schema.prisma': schema });
  const events = only?.history.steps[0]?.up ?? [];
  const cut = (at: { start: number; end: number }): string => schema.slice(at.start, at.end);
  const of = <K extends SchemaEvent['kind']>(kind: K) =>
    events.filter((event): event is Extract<SchemaEvent, { kind: K }> => event.kind === kind);

  test('stand at the names of models and fields', () => {
    const members = of('create-table').find((event) => event.name.name === 'members');
    expect(members && cut(members.name.at)).toBe('Member');
    expect(members && cut(members.at)).toMatch(/^model Member \{[^]*@@map\("members"\)\n\}$/);
    expect(members?.columns.map((column) => [column.name, cut(column.at), cut(column.typeAt)])).toEqual([
      ['org_id', 'orgId', 'String'], ['user_id', 'userId', 'String'], ['secret', 'secret', 'String'], ['shape', 'shape', 'circle'], ['email', 'email', 'String'],
    ]);
  });

  test('keys, indexes and foreign keys stand at their attributes', () => {
    expect(of('create-index').map((event) => [event.name, cut(event.at)])).toEqual([
      ['members_email_key', '@unique'],
      ['members_org_id_email_key', '@@unique([orgId, email], name: "orgEmail")'],
      ['members_user_id_idx', '@@index([userId])'],
      ['_OrganizationToTag_B_index', 'tags'],
    ]);
    expect(of('alter-table').map((event) => cut(event.at))).toEqual([
      '@relation(fields: [orgId], references: [id], onDelete: Cascade)', 'tags', 'tags',
    ]);
  });

  test('say whether the delete rule was stated', () => {
    const stated = readPrisma([{
      path: 'schema.prisma',
      text: `${datasource}model A {\n  id Int @id\n  bs B[]\n}\nmodel B {\n  id Int @id\n  a A? @relation(fields: [aId], references: [id])\n  aId Int?\n}\n`,
    }], opaque)[0]?.history.steps[0]?.up.at(-1);
    expect(stated).toMatchObject({ actions: [{ constraint: { onDelete: 'set null', onUpdate: 'cascade', onDeleteStated: false } }] });
  });

  test('an ignored model is a table all the same', () => {
    expect(of('create-table').map((event) => event.name.name)).toContain('Old');
  });
});

test('a document database has models and no tables', () => {
  const [only] = read({ 'schema.prisma': 'datasource db {\n  provider = "mongodb"\n}\nmodel A {\n  id String @id @map("_id") @db.ObjectId\n}\n' });
  expect(only?.models.models.has('A')).toBe(true);
  expect(only?.history.steps[0]?.up).toEqual([]);
});
