import { describe, expect, test } from 'vitest';
import type { History, Source, Step } from '@tenantlint/model';
import { createSqlParser, sqlHistories } from './index.ts';

const sql = createSqlParser();
const TABLE = 'create table t (a int);';

function read(files: Readonly<Record<string, string>>): readonly History[] {
  const sources: Source[] = Object.entries(files).map(([path, text]) => ({ path, text }));
  const wanted = sources.filter(({ path }) => sqlHistories.wants(path));
  const histories = sqlHistories.read(wanted, sql);
  expect(sqlHistories.read([...wanted].reverse(), sql), 'the order of the input does not matter').toEqual(histories);
  return histories;
}

function one(files: Readonly<Record<string, string>>): History {
  const [history, ...more] = read(files);
  expect(more.map(({ root }) => root)).toEqual([]);
  if (history === undefined) throw new Error('no history recognised');
  return history;
}

const ids = (history: History): string[] => history.steps.map(({ id }) => id);
const downs = (history: History): (string | undefined)[] => history.steps.map((step) => (step.down?.known === true ? step.down.value.map(({ kind }) => kind).join(' ') : step.down === undefined ? undefined : 'unread'));
const skipped = (history: History): Record<string, string> => Object.fromEntries(history.skipped.map(({ file, reason }) => [file, reason]));
const words = (files: Readonly<Record<string, string>>, step: Step | undefined): string | undefined => {
  const place = step?.downAt;
  return place === undefined ? undefined : files[place.file]?.slice(place.start, place.end);
};

describe('Supabase', () => {
  const folder = 'apps/web/supabase';

  test('only <timestamp>_name.sql directly in migrations is run, in the order of the names', () => {
    const history = one({
      [`${folder}/migrations/20240102000000_b.sql`]: TABLE,
      [`${folder}/migrations/20240101000000_a.sql`]: TABLE,
      [`${folder}/migrations/no_number.sql`]: TABLE,
      [`${folder}/migrations/20240103.sql`]: TABLE,
      [`${folder}/migrations/old/20230101000000_c.sql`]: TABLE,
      [`${folder}/schemas/all.sql`]: TABLE,
      [`${folder}/tests/rls.sql`]: 'select 1;',
      [`${folder}/seed.sql`]: 'insert into t values (1);',
      [`${folder}/seeds/more.sql`]: 'insert into t values (1);',
      [`${folder}/config.toml`]: '',
    });
    expect(history).toMatchObject({ tool: 'supabase', root: `${folder}/migrations`, downs: { expected: false }, seeds: [`${folder}/seed.sql`, `${folder}/seeds/more.sql`] });
    expect(ids(history)).toEqual(['20240101000000_a', '20240102000000_b']);
    expect(history.steps.every(({ transactional }) => transactional)).toBe(true);
    expect(skipped(history)).toEqual({
      [`${folder}/migrations/20240103.sql`]: 'the name is not <timestamp>_name.sql',
      [`${folder}/migrations/no_number.sql`]: 'the name is not <timestamp>_name.sql',
      [`${folder}/migrations/old/20230101000000_c.sql`]: 'in a subfolder: only files directly in migrations are run',
      [`${folder}/schemas/all.sql`]: 'a declared schema: only the migrations made from it are run',
    });
  });

  test('the init file that old versions wrote is skipped', () => {
    const history = one({ 'supabase/migrations/20211201000000_init.sql': TABLE, 'supabase/migrations/20220101000000_a.sql': TABLE });
    expect(ids(history)).toEqual(['20220101000000_a']);
    expect(Object.keys(skipped(history))).toEqual(['supabase/migrations/20211201000000_init.sql']);
    expect(ids(one({ 'supabase/migrations/20230101000000_init.sql': TABLE }))).toEqual(['20230101000000_init']);
  });

  test('rollback files beside the migrations are their way back', () => {
    const files = {
      'supabase/migrations/20240101000000_a.sql': TABLE,
      'supabase/migrations/20240101000000_a.down.sql': 'drop table t;',
      'supabase/migrations/20240102000000_b.sql': TABLE,
      'supabase/migrations/20240103000000_c.sql': `${TABLE}\n-- ROLLBACK:\n-- drop table t;\n`,
      'supabase/migrations/20240104000000_rollback_of_c.sql': TABLE,
      'supabase/migrations/20240105000000_d.sql': TABLE,
      'supabase/rollback/20240102000000_b_rollback.sql': 'drop table t;',
      'supabase/rollback/d.sql': '-- drop table t;\n',
      'supabase/rollback/unknown.sql': 'drop table t;',
    };
    const history = one(files);
    expect(ids(history)).toEqual(['20240101000000_a', '20240102000000_b', '20240103000000_c', '20240104000000_rollback_of_c', '20240105000000_d']);
    expect(downs(history)).toEqual(['drop', 'drop', undefined, undefined, undefined]);
    expect(history.downs).toMatchObject({ expected: true, why: 'rollback files stand beside the migrations; 2 of 5 have one' });
    expect(history.steps.map((step) => words(files, step))).toEqual(['drop table t;', 'drop table t;', '-- ROLLBACK:\n-- drop table t;', '', '-- drop table t;']);
    expect(skipped(history)).toEqual({
      'supabase/migrations/20240101000000_a.down.sql': 'a rollback by its name, yet the tool would run it as a migration',
      'supabase/rollback/unknown.sql': 'a rollback of no migration of this folder',
    });
  });

  test('a project without migrations is what its schemas declare', () => {
    const history = one({ 'supabase/schemas/02_b.sql': TABLE, 'supabase/schemas/01_a.sql': TABLE });
    expect(history).toMatchObject({ tool: 'supabase', root: 'supabase/schemas' });
    expect(ids(history)).toEqual(['01_a', '02_b']);
  });
});

describe('Prisma and Drizzle', () => {
  test('a folder a migration; one statement runs without a transaction', () => {
    const files = {
      'prisma/migrations/20240102_b/migration.sql': 'create index concurrently i on t (a);',
      'prisma/migrations/20240101_a/migration.sql': `${TABLE} alter table t add b int;`,
      'prisma/migrations/20240101_a/down.sql': 'drop table t;',
      'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
      'prisma/rollback/20240102_b.sql': 'drop index i;',
      'prisma/sql/query.sql': 'select 1',
    };
    const history = one(files);
    expect(history).toMatchObject({ tool: 'prisma', root: 'prisma/migrations', downs: { expected: true } });
    expect(ids(history)).toEqual(['20240101_a', '20240102_b']);
    expect(history.steps.map(({ transactional }) => transactional)).toEqual([true, false]);
    expect(downs(history)).toEqual(['drop', 'drop']);
  });

  test('the lock file says for which product', () => {
    const history = one({ 'prisma/migrations/1_a/migration.sql': TABLE, 'prisma/migrations/migration_lock.toml': 'provider = "mysql"' });
    expect(history.steps).toEqual([]);
    expect(skipped(history)).toEqual({ 'prisma/migrations/1_a/migration.sql': 'written for mysql' });
  });

  test('the journal of Drizzle is the order', () => {
    const journal = JSON.stringify({ version: '7', dialect: 'postgresql', entries: [{ idx: 1, tag: '0000_b' }, { idx: 0, tag: '0001_a' }, { idx: 2, tag: '0002_gone' }] });
    const history = one({
      'drizzle/meta/_journal.json': journal,
      'drizzle/0000_b.sql': `${TABLE}\n--> statement-breakpoint\nalter table t add b int`,
      'drizzle/0001_a.sql': TABLE,
      'drizzle/0003_unlisted.sql': TABLE,
    });
    expect(history).toMatchObject({ tool: 'drizzle', root: 'drizzle' });
    expect(ids(history)).toEqual(['0001_a', '0000_b']);
    expect(history.steps[1]?.up.map(({ kind }) => kind)).toEqual(['create-table', 'alter-table']);
    expect(skipped(history)).toEqual({ 'drizzle/0002_gone.sql': 'listed in the journal, but there is no such file', 'drizzle/0003_unlisted.sql': 'not listed in the journal' });
    const other = one({ 'drizzle/meta/_journal.json': journal.replace('postgresql', 'sqlite'), 'drizzle/0001_a.sql': TABLE });
    expect(other.steps).toEqual([]);
    expect(one({ 'drizzle/meta/_journal.json': '{', 'drizzle/0001_a.sql': TABLE }).skipped[0]?.reason).toContain('not valid JSON');
  });

  test('the newer folders of Drizzle', () => {
    expect(one({ 'drizzle/20240101_a/migration.sql': TABLE }).tool).toBe('drizzle');
    expect(one({ 'db/20240101_a/migration.sql': TABLE, 'drizzle.config.ts': '' }).tool).toBe('drizzle');
  });
});

describe('tools with both directions in a file', () => {
  test('dbmate', () => {
    const files = {
      'db/migrations/2_b.sql': `-- migrate:up transaction:false\ncreate index concurrently i on t (a);\n-- migrate:down\ndrop index i`,
      'db/migrations/10_a.sql': `-- migrate:up\n${TABLE}\n\n-- migrate:down\n-- nothing to do\n`,
      'db/schema.sql': TABLE,
    };
    const history = one(files);
    expect(history).toMatchObject({ tool: 'dbmate', root: 'db/migrations', downs: { expected: true } });
    expect(ids(history)).toEqual(['10_a', '2_b']);
    expect(history.steps.map(({ transactional }) => transactional)).toEqual([true, false]);
    expect(downs(history)).toEqual([undefined, 'drop']);
    expect(history.steps.map((step) => step.up.map(({ kind }) => kind))).toEqual([['create-table'], ['create-index']]);
    expect(words(files, history.steps[0])).toBe('-- migrate:down');
    expect(skipped(history)).toEqual({ 'db/schema.sql': 'the state that the migrations lead to, written down' });
  });

  test('goose, by number', () => {
    const body = '-- +goose StatementBegin\ncreate function f() returns int language plpgsql as $$ begin return 1; end $$;\n-- +goose StatementEnd';
    const history = one({
      'sql/10_b.sql': `-- +goose NO TRANSACTION\n-- +goose Up\n${TABLE}\n-- +goose Down\ndrop table t;`,
      'sql/2_a.sql': `-- +goose Up\n${body}\n-- +goose Down\nselec 1;`,
      'sql/readme.sql': '',
    });
    expect(history.tool).toBe('goose');
    expect(ids(history)).toEqual(['2_a', '10_b']);
    expect(history.steps[0]?.up.map(({ kind }) => kind)).toEqual(['create-function']);
    expect(downs(history)).toEqual(['unread', 'drop']);
    expect(history.steps.map(({ unread }) => unread.length)).toEqual([1, 0]);
    expect(history.steps.map(({ transactional }) => transactional)).toEqual([true, false]);
    expect(skipped(history)).toEqual({ 'sql/readme.sql': 'the name does not start with a version number' });
  });

  test('sql-migrate and node-pg-migrate', () => {
    expect(downs(one({ 'migrations/1_a.sql': `-- +migrate Up\n${TABLE}\n-- +migrate Down\ndrop table t;` }))).toEqual(['drop']);
    const history = one({ 'migrations/1_a.sql': `-- Up Migration\n${TABLE}\n---- Down Migration\ndrop table t;` });
    expect([history.tool, ...downs(history)]).toEqual(['node-pg-migrate', 'drop']);
  });
});

describe('tools with a file for each direction', () => {
  test('one migration in the words of several products: Postgres runs its own', () => {
    const history = one({
      'm/1_init.up.sql': TABLE, 'm/1_init.down.sql': 'drop table t;',
      'm/2_more.postgres.up.sql': 'alter table t add b int;', 'm/2_more.postgres.down.sql': 'alter table t drop b;', 'm/2_more.sqlite3.up.sql': 'alter table t add b int;', 'm/2_more.cockroach.up.sql': 'alter table t add b int;',
      'm/3_all.up.sql': 'alter table t add c int;', 'm/3_all.postgres.up.sql': 'alter table t add c text;',
    });
    expect(ids(history)).toEqual(['1_init', '2_more.postgres', '3_all.postgres']);
    expect(skipped(history)).toMatchObject({ 'm/2_more.sqlite3.up.sql': 'written for SQLite', 'm/2_more.cockroach.up.sql': 'written for CockroachDB', 'm/3_all.up.sql': 'a variant of it is written for Postgres' });
    expect(downs(history)).toEqual(['drop', 'alter-table', undefined]);
  });

  test('what takes a migration out of its transaction beside it: Flyway, Diesel', () => {
    expect(one({ 'sql/V1__a.sql': TABLE, 'sql/V2__b.sql': 'vacuum;', 'sql/V2__b.sql.conf': 'executeInTransaction=false\n' }).steps.map((s) => s.transactional)).toEqual([true, false]);
    expect(one({ 'm/1_a/up.sql': TABLE, 'm/2_b/up.sql': 'vacuum;', 'm/2_b/metadata.toml': 'run_in_transaction = false\n' }).steps.map((s) => s.transactional)).toEqual([true, false]);
  });

  test('golang-migrate, by number', () => {
    const files = {
      'migrations/000010_b.up.sql': TABLE,
      'migrations/000010_b.down.sql': '\n  drop table t;\n',
      'migrations/2_a.up.sql': TABLE,
      'migrations/3_lost.down.sql': 'drop table t;',
      'migrations/notes.sql': TABLE,
    };
    const history = one(files);
    expect(history).toMatchObject({ tool: 'golang-migrate', downs: { expected: true, why: 'each migration has a down file; 1 of 2 have one' } });
    expect(ids(history)).toEqual(['2_a', '000010_b']);
    expect(downs(history)).toEqual([undefined, 'drop']);
    expect(words(files, history.steps[1])).toBe('drop table t;');
    expect(skipped(history)).toEqual({
      'migrations/3_lost.down.sql': 'undoes no migration of this folder',
      'migrations/notes.sql': 'the name ends neither in .up.sql nor in .down.sql',
    });
  });

  test('folders with up.sql and down.sql', () => {
    const history = one({ 'migrations/10_b/up.sql': TABLE, 'migrations/2_a/up.sql': TABLE, 'migrations/2_a/down.sql': 'drop table t;' });
    expect([history.tool, history.root]).toEqual(['plain', 'migrations']);
    expect(ids(history)).toEqual(['2_a', '10_b']);
    expect(downs(history)).toEqual(['drop', undefined]);
  });

  test('Flyway: versions as numbers, undo scripts, repeatables last, placeholders', () => {
    const history = one({
      'db/migration/V1.10__c.sql': TABLE,
      'db/migration/V1_2__b.sql': 'create table ${schema}.t (a int); create index concurrently i on ${schema}.t (a);',
      'db/migration/sub/V1__a.sql': TABLE,
      'db/migration/U1.2__b.sql': 'drop table t;',
      'db/migration/R__views.sql': 'create or replace view v as select 1;',
      'db/migration/B1__base.sql': TABLE,
      'db/migration/notes.sql': TABLE,
    });
    expect([history.tool, history.root]).toEqual(['flyway', 'db/migration']);
    expect(ids(history)).toEqual(['V1__a', 'V1_2__b', 'V1.10__c', 'R__views']);
    expect(downs(history)).toEqual([undefined, 'drop', undefined, undefined]);
    expect(history.steps.map(({ transactional }) => transactional)).toEqual([true, false, true, true]);
    expect(history.steps[1]?.up[0]).toMatchObject({ kind: 'create-table', name: { schema: '__schema_', name: 't' } });
    expect(Object.keys(skipped(history)).sort()).toEqual(['db/migration/B1__base.sql', 'db/migration/notes.sql']);
  });

  test('sqitch: the plan is the order, reworked changes are named after a tag', () => {
    const plan = '%syntax-version=1.0.0\n%project=p\n\nschema 2024-01-01T00:00:00Z A <a@b> # first\nusers [schema] 2024-01-02T00:00:00Z A <a@b>\n@v1 2024-01-03T00:00:00Z A <a@b>\nusers [users@v1] 2024-01-04T00:00:00Z A <a@b>\nlost 2024-01-04T00:00:00Z A <a@b>\n';
    const history = one({
      'db/sqitch.plan': plan,
      'db/deploy/schema.sql': 'BEGIN; create schema s; COMMIT;',
      'db/deploy/users.sql': TABLE,
      'db/deploy/users@v1.sql': TABLE,
      'db/revert/schema.sql': 'drop schema s;',
      'db/verify/schema.sql': 'select 1;',
      'db/deploy/stray.sql': TABLE,
    });
    expect([history.tool, history.root]).toEqual(['sqitch', 'db']);
    expect(ids(history)).toEqual(['schema', 'users@v1', 'users']);
    expect(downs(history)).toEqual(['drop', undefined, undefined]);
    expect(skipped(history)).toEqual({ 'db/deploy/lost.sql': 'named in the plan, but there is no such file', 'db/deploy/stray.sql': 'no change of this name in the plan' });
  });

  test('sqitch: the script of a reworked change is named after any tag before its rework', () => {
    const plan = '%project=p\n\nusers 2024-01-02T00:00:00Z A <a@b>\n@v1 2024-01-03T00:00:00Z A <a@b>\nroles 2024-01-03T00:00:00Z A <a@b>\n@v2 2024-01-04T00:00:00Z A <a@b>\nusers [users@v2] 2024-01-05T00:00:00Z A <a@b>\n';
    const history = one({ 'db/sqitch.plan': plan, 'db/deploy/roles.sql': TABLE, 'db/deploy/users.sql': TABLE, 'db/deploy/users@v2.sql': TABLE });
    expect(ids(history)).toEqual(['users@v2', 'roles', 'users']);
    expect(skipped(history)).toEqual({});
  });

  test('graphile-migrate: committed files, then the current one', () => {
    const history = one({
      'migrations/committed/000002-b.sql': '--! Previous: sha1:x\n--! Hash: sha1:y\n--! no-transaction\n\ngrant select on t to :DATABASE_VISITOR;',
      'migrations/committed/000001.sql': `--! Previous: -\n--! Hash: sha1:x\n\n${TABLE}`,
      'migrations/afterReset.sql': 'create extension if not exists citext;\ngrant connect on database :DATABASE_NAME to :DATABASE_OWNER;',
      'migrations/current.sql': 'alter table t add b int;\n--! include functions/f.sql\nalter table t add c int;',
      'migrations/fixtures/functions/f.sql': 'create function f() returns int language sql as $$ select 1 $$;',
    });
    expect(history).toMatchObject({ tool: 'graphile-migrate', root: 'migrations', downs: { expected: false } });
    expect(ids(history)).toEqual(['afterReset', '000001', '000002-b', 'current']);
    expect(history.steps.map(({ transactional }) => transactional)).toEqual([true, true, false, true]);
    expect(history.steps[2]?.up).toMatchObject([{ kind: 'grant', to: ['_database_visitor'] }]);
    expect(history.steps[3]?.up.map(({ kind, at }) => [kind, at.file])).toEqual([
      ['alter-table', 'migrations/current.sql'], ['create-function', 'migrations/fixtures/functions/f.sql'], ['alter-table', 'migrations/current.sql'],
    ]);
  });
});

describe('no tool at all', () => {
  test('numbered files in a folder, by number', () => {
    const history = one({
      'db/10_c.sql': TABLE, 'db/2_b.sql': TABLE, 'db/schema.sql': TABLE, 'db/other.sql': TABLE, 'db/2_b_rollback.sql': 'drop table t;', 'db/seed.sql': 'insert into t values (1);',
    });
    expect(history).toMatchObject({ tool: 'plain', root: 'db', seeds: ['db/seed.sql'] });
    expect(ids(history)).toEqual(['schema', '2_b', '10_c']);
    expect(downs(history)).toEqual([undefined, 'drop', undefined]);
    expect(skipped(history)).toEqual({ 'db/other.sql': 'no number tells when it is run' });
  });

  test('a migrations folder without numbers, by name', () => {
    expect(ids(one({ 'migrations/b.sql': TABLE, 'migrations/a.sql': TABLE }))).toEqual(['a', 'b']);
  });

  test('a dump alone, a file alone, a folder alone', () => {
    expect(one({ 'db/structure.sql': `--\n-- PostgreSQL database dump\n--\n${TABLE}` })).toMatchObject({ tool: 'dump', root: 'db/structure.sql', steps: [{ id: 'structure' }] });
    expect(one({ 'x.sql': TABLE })).toMatchObject({ tool: 'plain', root: 'x.sql' });
    expect(ids(one({ 'b.sql': TABLE, 'a.sql': TABLE }))).toEqual(['a', 'b']);
    expect(read({ 'queries/a.sql': 'select 1;', 'tests/b.sql': TABLE })).toEqual([]);
    expect(read({})).toEqual([]);
  });

  test('a dump elsewhere repeats the history that makes its tables, and no other', () => {
    const dump = `-- PostgreSQL database dump\n${TABLE}\ncreate table u (a int);`;
    const [repeated, ...none] = read({ 'app/db/migrations/001_a.sql': TABLE, 'data/schema.sql': dump });
    expect(none).toEqual([]);
    expect(skipped(repeated ?? one({}))).toEqual({ 'data/schema.sql': 'the state that the migrations lead to, written down' });
    expect(read({ 'app/db/migrations/001_a.sql': 'create table other (a int);', 'data/schema.sql': dump }).map(({ root }) => root)).toEqual(['app/db/migrations', 'data/schema.sql']);
  });

  test('a dump beside a folder written for another product is the schema', () => {
    const histories = read({ 'db/structure.sql': TABLE, 'db/clickhouse/001_a.sql': 'create table t (a UInt64) engine = MergeTree() order by a;', 'db/clickhouse/002_b.sql': 'drop table t;' });
    expect(histories.map(({ root, steps }) => [root, steps.length])).toEqual([['db/clickhouse', 0], ['db/structure.sql', 1]]);
  });

  test('a loose file among migrations that make the same tables is a draft', () => {
    const histories = read({ 'prisma/migrations/1_a/migration.sql': TABLE, 'prisma/migrations/2_all.sql': TABLE, 'prisma/migrations/3_rls.sql': 'alter table t enable row level security;' });
    expect(histories.map(({ tool, steps }) => [tool, steps.length])).toEqual([['prisma', 1], ['plain', 1]]);
    expect(histories.map(skipped)).toEqual([{}, { 'prisma/migrations/2_all.sql': 'prisma does not run it, and its migrations make the same tables' }]);
  });

  test('archived migrations are history that is no longer run', () => {
    expect(read({ 'migrations/001_a.sql': TABLE, 'migrations/archive/001_old.sql': TABLE, 'db_backup/001_x.sql': TABLE, 'db_backup/002_y.sql': TABLE }).map(({ root }) => root)).toEqual(['migrations']);
  });

  test('several histories of one project, each with its own', () => {
    const histories = read({
      'supabase/migrations/20240101000000_a.sql': TABLE,
      'packages/db/prisma/migrations/1_a/migration.sql': TABLE,
      'services/api/migrations/1_a.up.sql': TABLE,
      'services/stats/migrations/001_a.sql': 'create table t (a UInt64) engine = MergeTree() order by a;',
      'services/stats/migrations/002_b.sql': 'drop table t;',
    });
    expect(histories.map(({ tool, root, steps }) => [tool, root, steps.length])).toEqual([
      ['prisma', 'packages/db/prisma/migrations', 1],
      ['golang-migrate', 'services/api/migrations', 1],
      ['plain', 'services/stats/migrations', 0],
      ['supabase', 'supabase/migrations', 1],
    ]);
    expect(histories[2]?.skipped.map(({ reason }) => reason)).toEqual(['written for ClickHouse', 'written for ClickHouse']);
  });

  test('a file that cannot be read leaves the history as it is', () => {
    const history = one({ 'migrations/1_a.sql': 'create tabel x;', 'migrations/2_b.sql': TABLE });
    expect(history.steps.map(({ unread, up }) => [unread.length, up.length])).toEqual([[1, 1], [0, 1]]);
  });
});

describe('goose migrations in Go', () => {
  const go = (up: string, down: string, register = 'AddMigrationContext(up2, down2)') => `package migrations\n\nfunc init() {\n\tgoose.${register}\n}\n\nfunc up2(ctx context.Context, tx *sql.Tx) error {\n${up}\treturn nil\n}\n\nfunc down2(ctx context.Context, tx *sql.Tx) error {\n${down}\treturn nil\n}\n`;
  const first = '-- +goose Up\ncreate table a (id int);\n-- +goose Down\ndrop table a;\n';
  const read2 = (text: string) => {
    const sources = [{ path: 'db/00001_a.sql', text: first }, { path: 'db/00002_b.go', text }, { path: 'db/00002_b_test.go', text: 'package migrations' }, { path: 'db/main.go', text: 'package main' }];
    const [history] = sqlHistories.read(sources.filter(({ path }) => sqlHistories.wants(path)), createSqlParser());
    return history?.steps[1];
  };

  test('constant SQL is read where it stands', () => {
    const text = go('\t// nothing else {\n\tif _, err := tx.ExecContext(ctx, `create table b (id int);\ncreate index on b (id)`); err != nil {\n\t\treturn err\n\t}\n', '\t_, err := tx.Exec("drop table b")\n\tif err != nil {\n\t\treturn err\n\t}\n');
    const step = read2(text);
    expect(step).toMatchObject({ id: '00002_b', tool: 'goose', transactional: true, unread: [] });
    expect(step?.up.map((e) => text.slice(e.at.start, e.at.end))).toEqual(['create table b (id int)', 'create index on b (id)']);
    expect(step?.down?.known === true && step.down.value.map((e) => text.slice(e.at.start, e.at.end))).toEqual(['drop table b']);
  });

  test.each([
    ['a loop', '\tfor _, t := range tables {\n\t\tif _, err := tx.Exec("drop table " + t); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n'],
    ['an argument', '\tif _, err := tx.Exec("delete from a where id = $1", 3); err != nil {\n\t\treturn err\n\t}\n'],
    ['another function', '\tif err := fill(tx); err != nil {\n\t\treturn err\n\t}\n'],
  ])('%s is not guessed, and said', (_what, up) => {
    const step = read2(go(up, ''));
    expect(step?.up.map((e) => e.kind)).toEqual(['unread']);
    expect(step?.unread).toMatchObject([{ at: { file: 'db/00002_b.go' }, reason: 'a migration in Go that does more than send constant SQL (up2)' }]);
    expect(step?.down).toBeUndefined();
  });

  test('without a transaction, without a way back', () => expect(read2(go('', '', 'AddMigrationNoTx(up2, nil)'))).toMatchObject({ transactional: false, down: undefined }));
});
