import { describe, expect, test } from 'vitest';
import type { History } from '@tenantlint/model';
import { createSqlParser } from '../sql/index.ts';
import { findScripted, readScripted } from './index.ts';

const sql = createSqlParser();
const PG = '{"dependencies":{"pg":"8"}}';

function read(files: Readonly<Record<string, string>>): readonly History[] {
  const all = { 'package.json': PG, ...files };
  const input = { files: new Set(Object.keys(all)), text: (path: string): string | undefined => Object.entries(all).find(([name]) => name === path)?.[1] };
  return readScripted(input, findScripted(input), sql).histories;
}

function one(files: Readonly<Record<string, string>>): History {
  const [history, ...more] = read(files);
  expect(more.map(({ root }) => root)).toEqual([]);
  if (history === undefined) throw new Error('no history recognised');
  return history;
}

const kinds = (history: History): string[][] => history.steps.map(({ up }) => up.map(({ kind }) => kind));
const downs = (history: History): (string | undefined)[] => history.steps.map(({ down }) => (down === undefined ? undefined : down.known ? down.value.map(({ kind }) => kind).join(' ') : 'unread'));
const typeorm = (body: string, name = 'Init1700000000000', rest = ''): string => `import { MigrationInterface, QueryRunner } from 'typeorm';\nexport class ${name} implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n${body}\n  }\n${rest}}\n`;

describe('TypeORM', () => {
  test('the times in the names of the classes are the order, over all folders of a package', () => {
    const history = one({
      'src/migrations/a.ts': typeorm('await queryRunner.query(`alter table t add b int`)', 'Second1700000000002'),
      'src/enterprise/migrations/b.ts': typeorm('await queryRunner.query("create table t (a int)")', 'First1700000000001', '  public async down(q: QueryRunner) { await q.query("drop table t"); }\n'),
      'src/migrations/index.ts': 'export const all = [];',
    });
    expect(history).toMatchObject({ tool: 'typeorm', root: 'src', downs: { expected: true } });
    expect(history.steps.map(({ file }) => file)).toEqual(['src/enterprise/migrations/b.ts', 'src/migrations/a.ts']);
    expect(kinds(history)).toEqual([['create-table'], ['alter-table']]);
    expect(downs(history)).toEqual(['drop', undefined]);
  });

  test('places are those of the characters in the string', () => {
    const text = typeorm('    await queryRunner.query(`create table "orgs" (id uuid)`);');
    const [event] = one({ 'src/migrations/a.ts': text }).steps[0]?.up ?? [];
    expect(event && text.slice(event.at.start, event.at.end)).toBe('create table "orgs" (id uuid)');
    expect(event?.kind === 'create-table' && text.slice(event.name.at.start, event.name.at.end)).toBe('"orgs"');
  });

  test('what is put together from constants is read, with the call as its place', () => {
    const text = typeorm("for (const t of ['a', 'b']) await queryRunner.query(`alter table ${t} ` + ENABLE);", 'X1700000000000').replace('export class', "const ENABLE = 'enable row level security';\nexport class");
    const [step] = one({ 'src/migrations/a.ts': text }).steps;
    expect(step?.up.map((event) => [event.kind, event.kind === 'alter-table' ? event.table.name : '', text.slice(event.at.start, event.at.start + 17)])).toEqual([['alter-table', 'a', 'queryRunner.query'], ['alter-table', 'b', 'queryRunner.query']]);
    expect(step?.unread).toEqual([]);
  });

  test('what depends on the time it is run is said, and nothing is guessed', () => {
    const [step] = one({ 'src/migrations/a.ts': typeorm("await queryRunner.query(`create table t${process.env.N} (a int)`);\nif (process.env.PROD) await queryRunner.query('drop table t');\nconst rows = await queryRunner.query('select 1');\nfor (const r of rows) await queryRunner.query(`update t set a = ${r.a}`);") }).steps;
    expect(step?.up.map((event) => [event.kind, event.kind === 'unread' ? event.verb : undefined])).toEqual([['unread', 'CREATE TABLE'], ['unread', 'DROP TABLE'], ['run', undefined], ['unread', 'UPDATE']]);
    expect(step?.unread).toHaveLength(3);
  });

  test('a question about what is there makes the statement a cautious one; an early return as well', () => {
    const [step] = one({ 'src/migrations/a.ts': typeorm("const there = await queryRunner.hasColumn('t', 'a');\nif (!there) await queryRunner.query('alter table t add a int');\nif (await queryRunner.hasTable('u')) return;\nawait queryRunner.query('create table u (a int)');") }).steps;
    expect(step?.up).toMatchObject([{ kind: 'alter-table', actions: [{ do: 'add-column', ifNotExists: true }] }, { kind: 'create-table', ifNotExists: true }]);
  });

  test('tables from objects', () => {
    const [step] = one({
      'src/migrations/a.ts': typeorm(`await queryRunner.createTable(new Table({ name: 'users', columns: [
        { name: 'id', type: 'uuid', isPrimary: true, isGenerated: true, generationStrategy: 'uuid' },
        { name: 'email', type: 'varchar', length: '80', isNullable: true },
      ], foreignKeys: [{ columnNames: ['id'], referencedTableName: 'people', referencedColumnNames: ['id'], onDelete: 'CASCADE' }] }), true);
      await queryRunner.createIndex('users', new TableIndex({ name: 'i', columnNames: ['email'], isUnique: true }));
      await queryRunner.dropColumn('users', 'email');`),
    }).steps;
    expect(step?.up).toMatchObject([
      { kind: 'create-table', ifNotExists: true, elements: [{ name: 'id' }, { name: 'email', typeText: undefined }, {}].map(() => ({})) },
      { kind: 'alter-table', actions: [{ do: 'add-constraint', constraint: { kind: 'foreign key', onDelete: 'cascade' } }] },
      { kind: 'create-index', unique: true }, { kind: 'alter-table', actions: [{ do: 'drop-column', column: 'email' }] },
    ].map((event) => ('elements' in event ? { kind: event.kind, ifNotExists: event.ifNotExists } : event)));
  });

  test('migrations for other products beside them are left out', () => {
    const body = typeorm('await queryRunner.query(`create table t (a int)`)');
    const history = one({ 'src/migrations/postgres/a.ts': body, 'src/migrations/mysql/a.ts': body, 'src/migrations/sqlite/a.ts': body });
    expect(history.steps).toHaveLength(1);
    expect(history.skipped).toEqual([{ file: 'src/migrations/mysql/a.ts', reason: 'written for MySQL' }, { file: 'src/migrations/sqlite/a.ts', reason: 'written for SQLite' }]);
    expect(one({ 'package.json': '{"dependencies":{"mysql2":"3"}}', 'src/migrations/a.ts': body }).steps).toEqual([]);
  });
});

describe('Knex', () => {
  test('CommonJS, helpers of the project, and a way back that throws', () => {
    const history = one({
      'db/migrations/2_b.js': "const { protect } = require('../protect');\nexports.up = (knex) => protect(knex, 'orgs');\nexports.down = () => { throw new Error('no way back'); };",
      'db/migrations/1_a.js': "module.exports = { up: (knex) => knex.schema.createTable('orgs', (t) => { t.increments(); }), down: (knex) => knex.schema.dropTable('orgs') };",
      'db/protect.js': 'exports.protect = async (knex, table) => { await knex.raw(`alter table ${table} enable row level security`); };',
    });
    expect(history).toMatchObject({ tool: 'knex', root: 'db/migrations' });
    expect(history.steps.map(({ id }) => id)).toEqual(['1_a', '2_b']);
    expect(kinds(history)).toEqual([['create-table'], ['alter-table']]);
    expect(downs(history)).toEqual(['drop', undefined]);
  });

  test('no transaction where the migration says so; rows that are written are told of', () => {
    const history = one({ 'migrations/1_a.js': "exports.config = { transaction: false };\nexports.up = async (knex) => { await knex('plans').insert([{ name: 'free' }]); await knex('plans').where('name', 'x').del(); };" });
    expect(history.steps[0]).toMatchObject({ transactional: false });
    expect(kinds(history)).toEqual([['data', 'data']]);
  });

  test('the database in hands that are not the project\'s', () => {
    const [step] = one({ 'migrations/1_a.js': "const { apply } = require('some-package');\nexports.up = async (knex) => { await knex.schema.createTable('a', (t) => { t.uuid('id'); }); await apply(knex); };" }).steps;
    expect(step?.up.map(({ kind }) => kind)).toEqual(['create-table', 'unread']);
  });

  test('a program that does not end, or nests without end, is given up', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const history = one({
      'migrations/1_a.js': "function again(knex) { return again(knex); }\nexports.up = (knex) => again(knex);",
      'migrations/2_b.js': `exports.up = async (knex) => { await knex.raw('create table t (a int)'); const deep = ${deep}; };`,
      'migrations/3_c.js': "exports.up = async (knex) => { await knex.raw('create table u (a int)'); };",
    });
    expect(history.steps.at(-1)?.up.map(({ kind }) => kind)).toEqual(['create-table']);
    expect(history.steps[0]?.unread.map(({ reason }) => reason)).toEqual(['up is too much to follow']);
  });
});

describe('node-pg-migrate', () => {
  test('the tool turns round what it can by itself', () => {
    const history = one({
      'migrations/1700000000001_a.js': "exports.up = (pgm) => { pgm.createTable('orgs', { id: 'id' }); pgm.addColumns('orgs', { name: { type: 'text' } }); };",
      'migrations/1700000000002_b.js': "exports.up = (pgm) => { pgm.sql('create table t (a int)'); };",
      'migrations/1700000000003_c.js': "exports.up = (pgm) => { pgm.createTable('u', { id: 'id' }); };\nexports.down = false;",
    });
    expect(history.tool).toBe('node-pg-migrate');
    expect(downs(history)).toEqual(['alter-table drop', undefined, undefined]);
  });

  test('no transaction', () => {
    expect(one({ 'migrations/1_a.ts': "import type { MigrationBuilder } from 'node-pg-migrate';\nexport async function up(pgm: MigrationBuilder): Promise<void> { pgm.noTransaction(); pgm.createIndex('t', 'a', { concurrently: true }); }" }).steps[0]).toMatchObject({ transactional: false, up: [{ kind: 'create-index', concurrently: true }] });
  });
});

test('comments of the program and of the SQL in it, by place', () => {
  const text = typeorm("// tenantlint-disable-next-line a -- one\nawait queryRunner.query(`create table t (a int);\n-- tenantlint-disable-next-line b -- two\ncreate table u (a int)`);");
  const input = { files: new Set(['m/migrations/a.ts']), text: (): string => text };
  const found = readScripted(input, findScripted(input), sql).comments.get('m/migrations/a.ts') ?? [];
  expect(found.map((one) => [one.text.trim(), text.slice(one.at.start, one.at.end)])).toEqual([
    ['tenantlint-disable-next-line a -- one', '// tenantlint-disable-next-line a -- one'], ['tenantlint-disable-next-line b -- two', '-- tenantlint-disable-next-line b -- two'],
  ]);
});

test('code that is no migration is left alone', () => {
  expect(read({ 'src/repo.ts': "export const up = (knex) => knex('t').select();", 'src/service.ts': 'const pgm = 1; pump.up();', 'migrations/1_a.test.ts': "exports.up = (knex) => knex.raw('x');" })).toEqual([]);
});

const told = (history: History): string[] => history.steps.flatMap(({ up }) => up.map((event) => (event.kind === 'unread' ? `unread ${event.verb ?? ''}: ${event.reason}` : event.kind)));

describe('Kysely', () => {
  const kysely = (up: string, down = ''): string => `import { Kysely, sql } from 'kysely';\nexport async function up(db: Kysely<unknown>): Promise<void> {\n${up}\n}\n${down === '' ? '' : `export async function down(db: Kysely<unknown>) { ${down} }\n`}`;

  test('tables, indexes and types are sent when they are executed', () => {
    const history = one({
      'src/migrations/001_orgs.ts': kysely(`
await db.schema.createType('plan').asEnum(['free', 'paid']).execute();
await db.schema.createTable('orgs').ifNotExists()
  .addColumn('id', 'uuid', (col) => col.primaryKey().defaultTo(sql\`gen_random_uuid()\`))
  .addColumn('plan', sql\`plan\`, (col) => col.notNull().defaultTo('free'))
  .addColumn('parent_id', 'uuid', (col) => col.references('orgs.id').onDelete('cascade'))
  .addUniqueConstraint('orgs_plan', ['plan', 'parent_id'])
  .addCheckConstraint('orgs_self', sql\`parent_id <> id\`)
  .execute();
db.schema.createTable('never_run');
await db.schema.createIndex('orgs_parent').on('orgs').columns(['parent_id', 'plan desc']).where('plan', '=', 'paid').execute();`, "await db.schema.dropTable('orgs').execute();"),
      'src/migrations/002_alter.ts': kysely(`
await db.schema.alterTable('orgs').addColumn('name', 'varchar(80)').alterColumn('plan', (col) => col.dropNotNull()).execute();
await db.schema.alterTable('orgs').addForeignKeyConstraint('orgs_fk', ['parent_id'], 'orgs', ['id']).onDelete('set null').execute();
await db.schema.alterTable('orgs').renameColumn('name', 'title').execute();
await db.schema.alterTable('orgs').dropConstraint('orgs_fk').ifExists().execute();`),
    });
    expect(history).toMatchObject({ tool: 'kysely', root: 'src/migrations' });
    expect(kinds(history)).toEqual([['create-type', 'create-table', 'create-index'], ['alter-table', 'alter-table', 'rename', 'alter-table']]);
    expect(downs(history)).toEqual(['drop', undefined]);
    const [table] = history.steps[0]?.up.filter((event) => event.kind === 'create-table') ?? [];
    expect(table?.columns.map((column) => [column.name, `${column.type.name}${column.type.mods.join()}${'[]'.repeat(column.type.dims)}`])).toEqual([['id', 'uuid'], ['plan', 'plan'], ['parent_id', 'uuid']]);
  });

  test('statements of SQL, by a connection or a transaction, stand where their characters do', () => {
    const text = kysely(`const t = 'orgs';
await sql\`alter table orgs enable row level security\`.execute(db);
await sql\`create index on \${sql.table(t)} (\${sql.ref('id')})\`.execute(db);
await db.transaction().execute(async (trx) => { await sql.raw('drop table orgs').execute(trx); });
await sql\`select \${process.env.X}\`.execute(db);`);
    const history = one({ 'migrations/001.ts': text });
    const [rls] = history.steps[0]?.up ?? [];
    expect(rls && text.slice(rls.at.start, rls.at.end)).toBe('alter table orgs enable row level security');
    expect(told(history)).toEqual(['alter-table', 'create-index', 'drop', 'unread SELECT: the SQL is not constant']);
  });

  test('rows that are changed, and what is not known', () => {
    expect(told(one({ 'migrations/001.ts': kysely(`
await db.insertInto('orgs').values({ name: 'a' }).execute();
await db.updateTable('orgs').set((eb) => ({ name: eb.ref('x') })).where('id', '=', 1).execute();
const rows = await db.selectFrom('orgs').selectAll().execute();
for (const row of rows) await db.deleteFrom('orgs').where('id', '=', row.id).execute();
await db.schema.createTable(process.env.T).addColumn('a', 'int4').execute();
await db.schema.createTable('t').addColumn('a', process.env.TYPE).execute();`) }))).toEqual(['data', 'data', 'data', 'unread : what it changes is not constant', 'unread CREATE TABLE: what the table is made of is not constant']);
  });
});

test('texts and lists that double without end are given up', () => {
  const doubling = (up: string): string => `export const up = async (knex) => {\n${up}\n};`;
  const told = (up: string): unknown => one({ 'migrations/1_a.js': doubling(up) }).steps[0]?.up.map((event) => (event.kind === 'unread' ? event.reason : event.kind));
  expect(told(`let s = 'ab'; ${"s = s.replaceAll('a', s); ".repeat(40)} await knex.raw(s);`)).toEqual(['the SQL is not constant']);
  expect(told(`let s = 'ab'; ${'s = s + s; '.repeat(60)} await knex.raw(s);`)).toEqual(['the SQL is not constant']);
  expect(told(`let l = ['a', 'b']; ${'l = [...l, ...l]; '.repeat(60)} await knex.raw(l.join(' '));`)).toEqual(['the SQL is not constant']);
  expect(told(`let l = ['a', 'b']; ${'l = l.concat(l); '.repeat(60)} await knex.raw(l.join(' '));`)).toEqual(['the SQL is not constant']);
});

describe('Sequelize', () => {
  test('tables with their types, keys and defaults; indexes and constraints by their usual names', () => {
    const history = one({
      'db/migrations/20240101000000-a.js': `module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('Orgs', {
      id: { type: Sequelize.UUID, primaryKey: true, allowNull: false, defaultValue: Sequelize.literal('gen_random_uuid()') },
      name: { type: Sequelize.STRING(80), allowNull: false, unique: true },
      plan: { type: Sequelize.ENUM('free', 'paid'), defaultValue: 'free' },
      tags: Sequelize.ARRAY(Sequelize.TEXT),
      ownerId: { type: Sequelize.BIGINT, references: { model: { tableName: 'Users' }, key: 'id' }, onDelete: 'CASCADE' },
      createdAt: { type: Sequelize.DATE, defaultValue: Sequelize.fn('now') },
    });
    await queryInterface.addIndex('Orgs', ['ownerId'], { where: { plan: 'paid' } });
    await queryInterface.addConstraint('Orgs', { fields: ['name', 'plan'], type: 'unique' });
    await queryInterface.sequelize.query('ALTER TABLE "Orgs" ENABLE ROW LEVEL SECURITY');
  },
  async down(queryInterface) { await queryInterface.dropTable('Orgs'); },
};`,
      'db/migrations/20240102000000-b.js': `const { DataTypes } = require('sequelize');
module.exports = { up: async ({ context: queryInterface }) => {
  await queryInterface.addColumn('Orgs', 'seats', { type: DataTypes.DECIMAL(10, 2), allowNull: false, defaultValue: 0 });
  await queryInterface.changeColumn('Orgs', 'name', { type: DataTypes.TEXT, allowNull: true });
  await queryInterface.removeIndex('Orgs', ['ownerId']);
  await queryInterface.bulkInsert('Orgs', [{ name: 'a' }]);
  await queryInterface.addColumn(process.env.T, 'x', { type: DataTypes.TEXT });
} };`,
    });
    expect(history).toMatchObject({ tool: 'sequelize', root: 'db/migrations' });
    expect(told(history)).toEqual(['create-type', 'create-table', 'create-index', 'alter-table', 'alter-table', 'alter-table', 'alter-table', 'alter-table', 'alter-table', 'drop', 'data', 'unread : what it changes is not constant']);
    const [table] = history.steps[0]?.up.filter((event) => event.kind === 'create-table') ?? [];
    expect(table?.columns.map((column) => [column.name, `${column.type.name}${column.type.mods.join()}${'[]'.repeat(column.type.dims)}`])).toEqual([['id', 'uuid'], ['name', 'character varying80'], ['plan', 'enum_Orgs_plan'], ['tags', 'text[]'], ['ownerId', 'bigint'], ['createdAt', 'timestamp with time zone']]);
    const [index] = history.steps[0]?.up.filter((event) => event.kind === 'create-index') ?? [];
    expect(index?.name).toBe('orgs_owner_id');
    expect(downs(history)).toEqual(['drop', undefined]);
  });
});

test('MikroORM: a migration speaks to itself', () => {
  const text = `import { Migration } from '@mikro-orm/migrations';
export class Migration20240101000000 extends Migration {
  override async up(): Promise<void> {
    this.addSql('create table "orgs" ("id" uuid primary key)');
    for (const t of ['orgs']) this.addSql(\`alter table "\${t}" enable row level security\`);
    this.addSql(process.env.SQL);
  }
  async down(): Promise<void> { this.addSql('drop table "orgs"'); }
}`;
  const history = one({ 'src/migrations/Migration20240101000000.ts': text });
  expect(history.tool).toBe('mikro-orm');
  expect(told(history)).toEqual(['create-table', 'alter-table', 'unread : the SQL is not constant']);
  expect(downs(history)).toEqual(['drop']);
});
