import { expect, test } from 'vitest';
import { lint } from 'tenantlint';

/** Order, names and versions of each tool, as it documents them. */
const table = (name: string) => `create table ${name} (id bigint primary key);\n`;
const dbmate = (name: string) => `-- migrate:up\n${table(name)}-- migrate:down\ndrop table ${name};\n`;
const goose = (name: string) => `-- +goose Up\n${table(name)}-- +goose Down\ndrop table ${name};\n`;
const knex = (name: string) => `exports.up = (knex) => knex.schema.createTable('${name}', (t) => { t.bigIncrements('id'); });\nexports.down = (knex) => knex.schema.dropTable('${name}');\n`;
const kysely = (name: string) => `import { type Kysely } from 'kysely';\nexport async function up(db: Kysely<unknown>) { await db.schema.createTable('${name}').addColumn('id', 'bigint').execute(); }\nexport async function down(db: Kysely<unknown>) { await db.schema.dropTable('${name}').execute(); }\n`;
const pgMigrate = (name: string) => `exports.up = (pgm) => { pgm.createTable('${name}', { id: 'id' }); };\nexports.down = (pgm) => { pgm.dropTable('${name}'); };\n`;
const sequelize = (name: string) => `module.exports = { async up(queryInterface, Sequelize) { await queryInterface.createTable('${name}', { id: { type: Sequelize.BIGINT, primaryKey: true } }); }, async down(queryInterface) { await queryInterface.dropTable('${name}'); } };\n`;
const mikro = (name: string) => `import { Migration } from '@mikro-orm/migrations';\nexport class Make extends Migration { async up() { this.addSql('create table ${name} (id bigint primary key);'); } async down() { this.addSql('drop table ${name};'); } }\n`;
const typeorm = (name: string, type: string) => `import { MigrationInterface, QueryRunner } from 'typeorm';\nexport class ${type} implements MigrationInterface { async up(queryRunner: QueryRunner) { await queryRunner.query('create table ${name} (id bigint primary key)'); } async down(queryRunner: QueryRunner) { await queryRunner.query('drop table ${name}'); } }\n`;
const alembic = (id: string, after: string | undefined, name: string) => `from alembic import op\nimport sqlalchemy as sa\nrevision = '${id}'\ndown_revision = ${after === undefined ? 'None' : `'${after}'`}\ndef upgrade():\n    op.create_table('${name}', sa.Column('id', sa.BigInteger, primary_key=True))\ndef downgrade():\n    op.drop_table('${name}')\n`;
const journal = (...entries: readonly (readonly [tag: string, when: number])[]) => JSON.stringify({ dialect: 'postgresql', entries: entries.map(([tag, when], idx) => ({ idx, when, tag })) });
const committed = (name: string) => `--! Previous: -\n--! Hash: sha1:1\n${table(name)}`;
const plan = (...lines: readonly string[]) => `%project=shop\n\n${lines.map((line) => `${line} 2024-01-01T00:00:00Z me <me@example.org> # x`).join('\n')}\n`;
const LOCK = { 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n' };

interface Scene {
  readonly of: string;
  readonly files: Readonly<Record<string, string>>;
  /** Part of the paths that the change adds; all others are applied. */
  readonly adds?: string;
  readonly found: readonly string[];
}

const SCENES: readonly Scene[] = [
  { of: 'Prisma: names decide, not times', files: { ...LOCK, 'prisma/migrations/20240101000000_a/migration.sql': table('a'), 'prisma/migrations/20240101000000_b/migration.sql': table('b') }, found: [] },
  { of: 'Prisma: late', files: { ...LOCK, 'prisma/migrations/20240102000000_b/migration.sql': table('b'), 'prisma/migrations/20240103000000_c/migration.sql': table('c') }, adds: '20240102', found: ['late prisma/migrations/20240102000000_b/migration.sql'] },
  { of: 'Prisma: a folder without migration.sql', files: { ...LOCK, 'prisma/migrations/20240101000000_a/migration.sql': table('a'), 'prisma/migrations/20240102000000_b/up.sql': table('b') }, found: ['broken prisma/migrations/20240102000000_b/up.sql'] },
  { of: 'Drizzle: two of one number', files: { 'drizzle/meta/_journal.json': journal(['0000_a', 1], ['0001_b', 2], ['0001_c', 3]), 'drizzle/0000_a.sql': table('a'), 'drizzle/0001_b.sql': table('b'), 'drizzle/0001_c.sql': table('c') }, adds: '0001_c', found: ['siblings drizzle/0001_c.sql'] },
  { of: 'Drizzle: dated before what was run', files: { 'drizzle/meta/_journal.json': journal(['0000_a', 100], ['0001_b', 300], ['0002_c', 200]), 'drizzle/0000_a.sql': table('a'), 'drizzle/0001_b.sql': table('b'), 'drizzle/0002_c.sql': table('c') }, adds: '0002_c', found: ['late drizzle/0002_c.sql'] },
  { of: 'Drizzle: dated behind what was run', files: { 'drizzle/meta/_journal.json': journal(['0000_a', 100], ['0001_b', 300], ['0002_c', 200]), 'drizzle/0000_a.sql': table('a'), 'drizzle/0001_b.sql': table('b'), 'drizzle/0002_c.sql': table('c') }, adds: '0001_b', found: [] },
  { of: 'Drizzle: listed and not there', files: { 'drizzle/meta/_journal.json': journal(['0000_a', 100], ['0001_b', 300]), 'drizzle/0000_a.sql': table('a') }, found: ['broken drizzle/meta/_journal.json'] },
  { of: 'Drizzle: there and not listed', files: { 'drizzle/meta/_journal.json': journal(['0000_a', 100]), 'drizzle/0000_a.sql': table('a'), 'drizzle/0001_b.sql': table('b') }, found: ['skipped drizzle/0001_b.sql'] },
  { of: 'Drizzle: a journal that nobody keeps', files: { 'drizzle/meta/_journal.json': journal(['0000_a', 100]), 'drizzle/0001_b.sql': table('b'), 'drizzle/0002_c.sql': table('c') }, found: [] },
  { of: 'sqitch: planned and not there', files: { 'db/sqitch.plan': plan('a', 'b [a]'), 'db/deploy/a.sql': table('a') }, found: ['broken db/sqitch.plan'] },
  { of: 'sqitch: there and not planned', files: { 'db/sqitch.plan': plan('a'), 'db/deploy/a.sql': table('a'), 'db/deploy/c.sql': table('c') }, found: ['skipped db/deploy/c.sql'] },
  { of: 'sqitch: required too late, and never', files: { 'db/sqitch.plan': plan('b [a]', 'a [other:x !y z]'), 'db/deploy/a.sql': table('a'), 'db/deploy/b.sql': table('b') }, found: ['broken db/sqitch.plan', 'broken db/sqitch.plan'] },
  { of: 'sqitch: twice, without a tag', files: { 'db/sqitch.plan': plan('a', 'a'), 'db/deploy/a.sql': table('a') }, found: ['broken db/sqitch.plan'] },
  { of: 'sqitch: reworked behind a tag', files: { 'db/sqitch.plan': plan('a', '@v1', 'a [a@v1]'), 'db/deploy/a@v1.sql': table('a'), 'db/deploy/a.sql': 'alter table a add column note text;\n' }, found: [] },
  { of: 'sqitch: planned before what was deployed', files: { 'db/sqitch.plan': plan('a', 'b', 'c'), 'db/deploy/a.sql': table('a'), 'db/deploy/b.sql': table('b'), 'db/deploy/c.sql': table('c') }, adds: 'deploy/b.sql', found: ['late db/deploy/b.sql'] },
  { of: 'Supabase: same version', files: { 'supabase/migrations/20240101000000_a.sql': table('a'), 'supabase/migrations/20240101000000_b.sql': table('b') }, found: ['same supabase/migrations/20240101000000_b.sql'] },
  { of: 'dbmate: same version, and none', files: { 'db/migrations/20240101_a.sql': dbmate('a'), 'db/migrations/20240101_b.sql': dbmate('b'), 'db/migrations/c.sql': dbmate('c') }, found: ['skipped db/migrations/c.sql', 'same db/migrations/20240101_b.sql'] },
  { of: 'dbmate: late', files: { 'db/migrations/20240102_b.sql': dbmate('b'), 'db/migrations/20240103_c.sql': dbmate('c') }, adds: '20240102', found: ['late db/migrations/20240102_b.sql'] },
  { of: 'goose: same version in other digits', files: { 'm/00001_a.sql': goose('a'), 'm/1_b.sql': goose('b') }, found: ['same m/1_b.sql'] },
  { of: 'golang-migrate: same version, and no version', files: { 'm/1_a.up.sql': table('a'), 'm/01_b.up.sql': table('b'), 'm/2_c.up.sql': table('c'), 'm/d.up.sql': table('d') }, found: ['skipped m/d.up.sql', 'same m/1_a.up.sql'] },
  { of: 'golang-migrate: a gap', files: { 'm/1_a.up.sql': table('a'), 'm/2_b.up.sql': table('b'), 'm/3_c.up.sql': table('c'), 'm/5_d.up.sql': table('d') }, adds: '5_d', found: ['gap m/5_d.up.sql'] },
  { of: 'Flyway: one version, written in several ways', files: { 'db/V1__a.sql': table('a'), 'db/V1_1__b.sql': table('b'), 'db/V1.1__c.sql': table('c'), 'db/V01__d.sql': table('d'), 'db/V2_e.sql': table('e') }, found: ['skipped db/V2_e.sql', 'same db/V1_1__b.sql', 'same db/V1__a.sql'] },
  { of: 'Flyway: late', files: { 'db/V2__b.sql': table('b'), 'db/V3__c.sql': table('c') }, adds: 'V2__b', found: ['late db/V2__b.sql'] },
  { of: 'Alembic: heads', files: { 'alembic/env.py': '', 'alembic/versions/a.py': alembic('a1', undefined, 'a'), 'alembic/versions/b.py': alembic('b1', 'a1', 'b'), 'alembic/versions/c.py': alembic('c1', 'a1', 'c') }, found: ['heads alembic/versions/b.py'] },
  { of: 'Alembic: trees of their own', files: { 'alembic/env.py': '', 'alembic/versions/a.py': alembic('a1', undefined, 'a'), 'alembic/versions/b.py': alembic('b1', undefined, 'b') }, found: [] },
  { of: 'Alembic: one revision in two files', files: { 'alembic/env.py': '', 'alembic/versions/a.py': alembic('a1', undefined, 'a'), 'alembic/versions/b.py': alembic('b1', 'a1', 'b'), 'alembic/versions/c.py': alembic('b1', 'a1', 'c') }, found: ['same alembic/versions/c.py'] },
  { of: 'Alembic: builds on what is not there', files: { 'alembic/env.py': '', 'alembic/versions/a.py': alembic('a1', undefined, 'a'), 'alembic/versions/b.py': alembic('b1', 'zzzz', 'b') }, found: ['broken alembic/versions/b.py'] },
  { of: 'Knex: names decide', files: { 'migrations/20240101000000_a.js': knex('a'), 'migrations/20240101000000_b.js': knex('b') }, found: [] },
  { of: 'Knex: late', files: { 'migrations/20240102000000_b.js': knex('b'), 'migrations/20240103000000_c.js': knex('c') }, adds: '20240102', found: ['late migrations/20240102000000_b.js'] },
  { of: 'Knex: 10 comes before 2', files: { 'migrations/2_b.js': knex('b'), 'migrations/10_a.js': knex('a') }, adds: '10_a', found: ['late migrations/10_a.js'] },
  { of: 'Kysely: dates of one year', files: { 'migrations/2024-01-01_a.ts': kysely('a'), 'migrations/2024-01-02_b.ts': kysely('b') }, found: [] },
  { of: 'Kysely: late', files: { 'migrations/2024-01-02_b.ts': kysely('b'), 'migrations/2024-01-03_c.ts': kysely('c') }, adds: '2024-01-02', found: ['late migrations/2024-01-02_b.ts'] },
  { of: 'node-pg-migrate: names decide', files: { 'migrations/1700000000000_a.js': pgMigrate('a'), 'migrations/1700000000000_b.js': pgMigrate('b') }, found: [] },
  { of: 'node-pg-migrate: late', files: { 'migrations/1700000000001_b.js': pgMigrate('b'), 'migrations/1700000000002_c.js': pgMigrate('c') }, adds: '0001_b', found: ['late migrations/1700000000001_b.js'] },
  { of: 'Sequelize: late', files: { 'migrations/20240102000000-b.js': sequelize('b'), 'migrations/20240103000000-c.js': sequelize('c') }, adds: '20240102', found: ['late migrations/20240102000000-b.js'] },
  { of: 'MikroORM: late', files: { 'src/migrations/Migration20240102000000.ts': mikro('b'), 'src/migrations/Migration20240103000000.ts': mikro('c') }, adds: '20240102', found: ['late src/migrations/Migration20240102000000.ts'] },
  { of: 'TypeORM: late', files: { 'src/migrations/1700000000001-B.ts': typeorm('b', 'B1700000000001'), 'src/migrations/1700000000002-C.ts': typeorm('c', 'C1700000000002') }, adds: '0001-B', found: ['late src/migrations/1700000000001-B.ts'] },
  { of: 'TypeORM: a class without a time', files: { 'src/migrations/1700000000000-A.ts': typeorm('a', 'A1700000000000'), 'src/migrations/B.ts': typeorm('b', 'MakeB') }, found: ['broken src/migrations/B.ts'] },
  { of: 'graphile-migrate: same number', files: { 'migrations/committed/000001-a.sql': committed('a'), 'migrations/committed/000001-b.sql': committed('b') }, found: ['same migrations/committed/000001-b.sql'] },
  { of: 'a folder: a gap, and no number', files: { 'migrations/001_a.sql': table('a'), 'migrations/002_b.sql': table('b'), 'migrations/003_c.sql': table('c'), 'migrations/005_d.sql': table('d'), 'migrations/x.sql': table('x') }, adds: '005', found: ['skipped migrations/x.sql', 'gap migrations/005_d.sql'] },
  { of: 'Rails: the state is one file', files: { 'db/structure.sql': `--\n-- PostgreSQL database dump\n--\n${table('a')}INSERT INTO "schema_migrations" (version) VALUES\n('20240101000000'),\n('20240102000000');\n` }, found: [] },
];

test.each(SCENES)('$of', async ({ files, adds, found }) => {
  const sources = Object.entries({ 'package.json': '{ "dependencies": { "pg": "8.0.0" } }', ...files }).map(([path, text]) => ({ path, text }));
  const { findings } = await lint({ sources, preset: 'audit', rules: ['migrations-collide', 'migration-misnamed'], pending: (file) => adds !== undefined && file.includes(adds) });
  expect(findings.map((f) => `${f.message} ${f.at.file}`).sort()).toEqual([...found].sort());
});
