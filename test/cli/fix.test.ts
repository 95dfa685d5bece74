import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { lint } from 'tenantlint';
import { main } from '../../packages/cli/main.ts';
import { project } from './run.ts';

const INIT = 'create table organizations (id uuid primary key);\ncreate table notes (id uuid primary key, organization_id uuid not null references organizations (id), code text);\n';
const MORE = `alter table notes add column mood text;
create function touch() returns trigger language plpgsql as $$ begin new.code := 'x'; return new; end $$;
create trigger touch before update on notes for each row execute function touch();
create policy own on notes using (organization_id = current_setting('app.tenant')::uuid);
`;
const REVISION = (id: string, after: string, up: string, down: string) => `from alembic import op\n\nrevision = "${id}"\ndown_revision = ${after}\n\n\ndef upgrade():\n${up.trim().split(';\n').map((s) => `    op.execute("""${s.replace(/;$/, '')}""")\n`).join('')}${down}`;
const init = (up: string) => `${up}${INIT}`;

/** How each tool keeps its migrations, the second one without a way back; and where that is looked for. */
const TOOLS: Readonly<Record<string, { readonly files: Readonly<Record<string, string>>; readonly last: string; readonly written: string }>> = {
  dbmate: {
    files: { 'db/1_init.sql': `${init('-- migrate:up\n')}\n-- migrate:down\ndrop table notes;\ndrop table organizations;\n`, 'db/2_more.sql': `-- migrate:up\n${MORE}\n-- migrate:down\n` },
    last: 'db/2_more.sql', written: 'db/2_more.sql',
  },
  goose: {
    files: { 'db/1_init.sql': `${init('-- +goose Up\n')}\n-- +goose Down\ndrop table notes;\ndrop table organizations;\n`, 'db/2_more.sql': `-- +goose Up\n-- +goose StatementBegin\n${MORE}-- +goose StatementEnd\n` },
    last: 'db/2_more.sql', written: 'db/2_more.sql',
  },
  'node-pg-migrate': {
    files: { 'migrations/1_init.sql': `${init('-- Up Migration\n')}\n-- Down Migration\ndrop table notes;\ndrop table organizations;\n`, 'migrations/2_more.sql': `-- Up Migration\n${MORE}` },
    last: 'migrations/2_more.sql', written: 'migrations/2_more.sql',
  },
  'golang-migrate': {
    files: { 'db/1_init.up.sql': INIT, 'db/1_init.down.sql': 'drop table notes;\ndrop table organizations;\n', 'db/2_more.up.sql': MORE },
    last: 'db/2_more.up.sql', written: 'db/2_more.down.sql',
  },
  flyway: { files: { 'db/V1__init.sql': INIT, 'db/U1__init.sql': 'drop table notes;\ndrop table organizations;\n', 'db/V2__more.sql': MORE }, last: 'db/V2__more.sql', written: 'db/U2__more.sql' },
  sqitch: {
    files: { 'sqitch.plan': '%project=p\n\ninit 2024-01-01T00:00:00Z a <a@b.c>\nmore 2024-01-02T00:00:00Z a <a@b.c>\n', 'deploy/init.sql': INIT, 'revert/init.sql': 'drop table notes;\ndrop table organizations;\n', 'deploy/more.sql': MORE },
    last: 'deploy/more.sql', written: 'revert/more.sql',
  },
  supabase: { files: { 'supabase/migrations/20240101000000_init.sql': INIT, 'supabase/migrations/20240102000000_more.sql': MORE }, last: 'supabase/migrations/20240102000000_more.sql', written: 'supabase/rollback/20240102000000_more.sql' },
  prisma: { files: { 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n', 'prisma/migrations/20240101000000_init/migration.sql': INIT, 'prisma/migrations/20240102000000_more/migration.sql': MORE }, last: 'prisma/migrations/20240102000000_more/migration.sql', written: 'prisma/rollback/20240102000000_more.sql' },
  diesel: { files: { 'migrations/1_init/up.sql': INIT, 'migrations/1_init/down.sql': 'drop table notes;\ndrop table organizations;\n', 'migrations/2_more/up.sql': MORE }, last: 'migrations/2_more/up.sql', written: 'migrations/2_more/down.sql' },
  alembic: {
    files: { 'alembic.ini': '[alembic]\nscript_location = db\n', 'db/env.py': '', 'db/versions/1.py': REVISION('a1', 'None', INIT, '\n\ndef downgrade():\n    op.drop_table("notes")\n    op.drop_table("organizations")\n'), 'db/versions/2.py': REVISION('b2', '"a1"', MORE.replace(/ {2}/g, ' '), '\n\ndef downgrade():\n    pass\n') },
    last: 'db/versions/2.py', written: 'db/versions/2.py',
  },
  'alembic without downgrade': {
    files: { 'alembic.ini': '[alembic]\nscript_location = db\n', 'db/env.py': '', 'db/versions/1.py': REVISION('a1', 'None', INIT, '\n\ndef downgrade():\n    op.drop_table("notes")\n    op.drop_table("organizations")\n'), 'db/versions/2.py': REVISION('b2', '"a1"', MORE, '') },
    last: 'db/versions/2.py', written: 'db/versions/2.py',
  },
};

async function run(dir: string, args: readonly string[]) {
  let out = '';
  const stream = { write: (text: string) => (out += text), on: () => undefined, columns: 100, isTTY: false };
  const host = { stdout: stream, stderr: stream, env: {}, cwd: () => dir } as unknown as Parameters<typeof main>[1];
  const code = await main(args, host);
  return { code, out };
}

const undo = async (dir: string) => (await lint({ cwd: dir, preset: 'audit', rules: ['migration-without-undo', 'undo-incomplete'], config: { migrations: { downs: 'required' } } })).findings.filter((f) => f.subject.name.includes('more') || f.subject.name === 'b2').map((f) => f.text);

test.each(Object.entries(TOOLS))('%s: the way back is written where the tool looks for it, and leads back', async (_tool, { files, last, written }) => {
  const { dir } = project(files);
  expect(await undo(dir)).not.toEqual([]);
  const before = written === last ? readFileSync(path.join(dir, last), 'utf8') : undefined;
  const dry = await run(dir, ['fix', last, '--dry-run']);
  expect(dry.out).toContain('would write');
  expect(await undo(dir)).not.toEqual([]);
  const done = await run(dir, ['fix', last]);
  expect(done.out).toContain(`${written}: wrote`);
  expect(done.code).toBe(0);
  const text = readFileSync(path.join(dir, written), 'utf8');
  if (before !== undefined && !_tool.startsWith('alembic')) expect(text.startsWith(before.trimEnd())).toBe(true);
  expect(await undo(dir), text).toEqual([]);
  expect((await run(dir, ['fix', last])).out).toContain('leads back');
});

test('a migration that may be applied is not edited: what it lacks is printed', async () => {
  const tool = TOOLS['dbmate'];
  const { dir } = project(tool?.files ?? {});
  const { code, out } = await run(dir, ['fix']);
  expect(code).toBe(1);
  expect(out).toContain('not written, db/2_more.sql may be applied already');
  expect(out).toContain('drop function public.touch();');
  expect(readFileSync(path.join(dir, 'db/2_more.sql'), 'utf8')).toBe(tool?.files['db/2_more.sql']);
});

/** Programs, the second one with a way back that does nothing, refuses, or is not there; and how the calls of theirs begin. */
const PROGRAMS: Readonly<Record<string, { readonly files: Readonly<Record<string, string>>; readonly last: string; readonly says: string }>> = {
  'knex, empty': { files: knex('exports.down = async function () {};\n'), last: 'migrations/20240102000000_more.js', says: 'exports.down = async function (knex) {\n  // Undoes 20240102000000_more.\n  await knex.raw(`alter table public.notes drop column mood`);\n};\n' },
  'knex, refuses': { files: knex("exports.down = async (db) => {\n  throw new Error('no way back');\n};\n"), last: 'migrations/20240102000000_more.js', says: 'exports.down = async (db) => {\n  // Undoes 20240102000000_more.\n  await db.raw(`alter table public.notes drop column mood`);\n};\n' },
  'knex, none': { files: knex(''), last: 'migrations/20240102000000_more.js', says: 'exports.down = async function (knex) {' },
  'typeorm, empty': {
    files: { 'package.json': '{ "dependencies": { "typeorm": "0.3.20" } }', 'src/migrations/1700000000001-Init.ts': typeorm('Init1700000000001', 'CREATE TABLE notes (id uuid PRIMARY KEY)', 'await queryRunner.query(`DROP TABLE notes`);'), 'src/migrations/1700000000002-More.ts': typeorm('More1700000000002', 'ALTER TABLE notes ADD COLUMN mood text', '// nothing\n') },
    last: 'src/migrations/1700000000002-More.ts', says: '  public async down(queryRunner: QueryRunner): Promise<void> {\n    // Undoes 1700000000002-More.\n    await queryRunner.query(`alter table public.notes drop column mood`);\n  }\n',
  },
  'node-pg-migrate, none': {
    files: { 'package.json': '{ "dependencies": { "node-pg-migrate": "7.0.0" } }', 'migrations/1700000000001_init.js': "exports.up = (pgm) => { pgm.sql('create table notes (id uuid primary key)'); };\nexports.down = (pgm) => { pgm.sql('drop table notes'); };\n", 'migrations/1700000000002_more.js': "exports.up = (pgm) => {\n  pgm.sql('alter table notes add column mood text');\n};\n" },
    last: 'migrations/1700000000002_more.js', says: 'exports.down = function (pgm) {\n  // Undoes 1700000000002_more.\n  pgm.sql(`alter table public.notes drop column mood`);\n};\n',
  },
};

function knex(down: string): Readonly<Record<string, string>> {
  return {
    'package.json': '{ "dependencies": { "knex": "3.1.0" } }',
    'migrations/20240101000000_init.js': "exports.up = async function (knex) {\n  await knex.schema.createTable('notes', (t) => { t.uuid('id').primary(); });\n};\nexports.down = async function (knex) {\n  await knex.schema.dropTable('notes');\n};\n",
    'migrations/20240102000000_more.js': `exports.up = async function (knex) {\n  await knex.schema.alterTable('notes', (t) => { t.text('mood'); });\n};\n${down}`,
  };
}

function typeorm(name: string, up: string, down: string): string {
  return `import { MigrationInterface, QueryRunner } from 'typeorm';\n\nexport class ${name} implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(\`${up}\`);\n  }\n\n  public async down(queryRunner: QueryRunner): Promise<void> {\n    ${down}\n  }\n}\n`;
}

test.each(Object.entries(PROGRAMS))('the way back of a program is written into it: %s', async (_name, { files, last, says }) => {
  const { dir } = project(files);
  const rest = files[last]?.split(/(?:exports|async) ?\.?down/)[0] ?? '';
  const { code, out } = await run(dir, ['fix', last]);
  expect(out).toContain(`${last}: wrote the way back`);
  expect(code).toBe(0);
  const text = readFileSync(path.join(dir, last), 'utf8');
  expect(text.startsWith(rest.trimEnd())).toBe(true);
  expect(text).toContain(says);
  expect((await lint({ cwd: dir, preset: 'audit', rules: ['migration-without-undo', 'undo-incomplete'], config: { migrations: { downs: 'required' } } })).findings.map((f) => f.text), text).toEqual([]);
  expect((await run(dir, ['fix', last])).out).toContain('Nothing to write');
});

const ONLINE = 'create index concurrently notes_code_idx on notes (code)';
const BACK = 'drop index concurrently public.notes_code_idx';
const pgm = { 'package.json': '{ "dependencies": { "node-pg-migrate": "7.0.0" } }', 'migrations/1700000000001_init.js': "exports.up = (pgm) => { pgm.sql('create table notes (id uuid primary key, code text)'); };\nexports.down = (pgm) => { pgm.sql('drop table notes'); };\n" };

/** An index that is built CONCURRENTLY, and how each tool is told to drop it outside of a transaction. */
const OUTSIDE: Readonly<Record<string, readonly [files: Readonly<Record<string, string>>, last: string, written: string, says: string]>> = {
  dbmate: [{ 'db/1_init.sql': `${init('-- migrate:up\n')}\n-- migrate:down\ndrop table notes;\n`, 'db/2_more.sql': `-- migrate:up transaction:false\n${ONLINE};\n\n-- migrate:down\n` }, 'db/2_more.sql', 'db/2_more.sql', `\n-- migrate:down transaction:false\n-- Undoes 2_more.\n${BACK};\n`],
  goose: [{ 'db/1_init.sql': `${init('-- +goose Up\n')}\n-- +goose Down\ndrop table notes;\n`, 'db/2_more.sql': `-- +goose NO TRANSACTION\n-- +goose Up\n${ONLINE};\n` }, 'db/2_more.sql', 'db/2_more.sql', `-- +goose Down\n-- Undoes 2_more.\n${BACK};\n`],
  'golang-migrate': [{ 'db/1_init.up.sql': INIT, 'db/1_init.down.sql': 'drop table notes;\n', 'db/2_more.up.sql': `${ONLINE};\n` }, 'db/2_more.up.sql', 'db/2_more.down.sql', `${BACK};\n`],
  flyway: [{ 'db/V1__init.sql': INIT, 'db/U1__init.sql': 'drop table notes;\n', 'db/V2__more.sql': `${ONLINE};\n` }, 'db/V2__more.sql', 'db/U2__more.sql', `${BACK};\n`],
  sqitch: [{ 'sqitch.plan': '%project=p\n\ninit 2024-01-01T00:00:00Z a <a@b.c>\nmore 2024-01-02T00:00:00Z a <a@b.c>\n', 'deploy/init.sql': INIT, 'revert/init.sql': 'drop table notes;\n', 'deploy/more.sql': `${ONLINE};\n` }, 'deploy/more.sql', 'revert/more.sql', `-- Undoes more.\n${BACK};\n`],
  'rollback file': [{ 'supabase/migrations/20240101000000_init.sql': INIT, 'supabase/migrations/20240102000000_more.sql': `${ONLINE};\n` }, 'supabase/migrations/20240102000000_more.sql', 'supabase/rollback/20240102000000_more.sql', `-- Undoes 20240102000000_more.\n${BACK};\n`],
  diesel: [{ 'migrations/1_init/up.sql': INIT, 'migrations/1_init/down.sql': 'drop table notes;\n', 'migrations/2_more/up.sql': `${ONLINE};\n`, 'migrations/2_more/metadata.toml': 'run_in_transaction = false\n' }, 'migrations/2_more/up.sql', 'migrations/2_more/down.sql', `${BACK};\n`],
  alembic: [{ 'alembic.ini': '[alembic]\nscript_location = db\n', 'db/env.py': '', 'db/versions/1.py': REVISION('a1', 'None', INIT, '\n\ndef downgrade():\n    op.drop_table("notes")\n    op.drop_table("organizations")\n'), 'db/versions/2.py': `from alembic import op\n\nrevision = "b2"\ndown_revision = "a1"\n\n\ndef upgrade():\n    with op.get_context().autocommit_block():\n        op.execute("${ONLINE}")\n\n\ndef downgrade():\n    pass\n` }, 'db/versions/2.py', 'db/versions/2.py', `def downgrade():\n    # Undoes b2.\n    with op.get_context().autocommit_block():\n        op.execute("${BACK}")\n`],
  knex: [{ ...knex(''), 'migrations/20240102000000_more.js': `exports.config = { transaction: false };\nexports.up = async function (knex) {\n  await knex.raw('create index concurrently notes_id_idx on notes (id)');\n};\nexports.down = async function (knex) {};\n` }, 'migrations/20240102000000_more.js', 'migrations/20240102000000_more.js', 'await knex.raw(`drop index concurrently public.notes_id_idx`);'],
  // What stands by itself is mended.
  'knex in a transaction': [{ ...knex(''), 'migrations/20240102000000_more.js': `exports.up = async function (knex) {\n  for (const name of ['notes_id_idx']) {\n    await knex.raw('create index concurrently notes_id_idx on notes (id)');\n  }\n};\nexports.down = async function (knex) {};\n` }, 'migrations/20240102000000_more.js', 'migrations/20240102000000_more.js', 'await knex.raw(`drop index public.notes_id_idx`);'],
  typeorm: [{ 'package.json': '{ "dependencies": { "typeorm": "0.3.20" } }', 'src/migrations/1700000000001-Init.ts': typeorm('Init1700000000001', 'CREATE TABLE notes (id uuid PRIMARY KEY, code text)', 'await queryRunner.query(`DROP TABLE notes`);'), 'src/migrations/1700000000002-More.ts': typeorm('More1700000000002', ONLINE, '').replace('implements MigrationInterface {', 'implements MigrationInterface {\n  transaction = false;\n') }, 'src/migrations/1700000000002-More.ts', 'src/migrations/1700000000002-More.ts', `await queryRunner.query(\`${BACK}\`);`],
  'node-pg-migrate': [{ ...pgm, 'migrations/1700000000002_more.js': `exports.up = (pgm) => {\n  pgm.noTransaction();\n  pgm.sql('${ONLINE}');\n};\n` }, 'migrations/1700000000002_more.js', 'migrations/1700000000002_more.js', `  pgm.noTransaction();\n  pgm.sql(\`${BACK}\`);\n`],
};

test.each(Object.entries(OUTSIDE))('an index that was built CONCURRENTLY goes so, where the tool can be told: %s', async (_name, [files, last, written, says]) => {
  const { dir } = project(files);
  const { code, out } = await run(dir, ['fix', last]);
  expect(code, out).toBe(0);
  const text = readFileSync(path.join(dir, written), 'utf8');
  expect(text).toContain(says);
  expect((await run(dir, ['fix', last])).out).toContain('Nothing to write');
});

test('a program of another form is not edited: the calls are printed', async () => {
  const last = 'migrations/20240102000000_more.js';
  const { dir } = project(knex('exports.down = () => Promise.resolve();\n'));
  const { code, out } = await run(dir, ['fix', last]);
  expect(code).toBe(1);
  expect(out).toContain('put this into it');
  expect(out).toContain('await knex.raw(`alter table public.notes drop column mood`);');
});

test('findings of applied migrations are left; unsafe fixes are written when they are asked for', async () => {
  const leak = "create table organizations (id uuid primary key);\ncreate table members (user_id uuid not null, organization_id uuid not null references organizations (id), primary key (user_id, organization_id));\nalter table members enable row level security;\ncreate policy own on members for select using (user_id = auth.uid());\ncreate table notes (id uuid primary key, organization_id uuid not null references organizations (id));\nalter table notes enable row level security;\n";
  const policy = 'create policy "members" on notes for select using (\n  exists (select 1 from members m where m.organization_id = organization_id and m.user_id = (select auth.uid()))\n);\n';
  const files = { 'supabase/migrations/20240101000000_init.sql': leak, 'supabase/migrations/20240102000000_policy.sql': policy };
  const last = 'supabase/migrations/20240102000000_policy.sql';
  const applied = project(files);
  const unasked = await run(applied.dir, ['fix']);
  expect(unasked.out).toContain('--unsafe writes it');
  const named = project(files);
  await run(named.dir, ['fix', last, '--unsafe']);
  expect(readFileSync(path.join(named.dir, last), 'utf8')).toContain('m.organization_id = notes.organization_id');
  // An applied policy is changed by a new migration.
  const done = await run(applied.dir, ['fix', '--unsafe']);
  expect(done.out).toContain('supabase/migrations/20240102000001_policy_members.sql: new');
  expect(readFileSync(path.join(applied.dir, last), 'utf8')).toBe(policy);
  expect(readFileSync(path.join(applied.dir, 'supabase/migrations/20240102000001_policy_members.sql'), 'utf8')).toContain('m.organization_id = notes.organization_id');
  expect((await lint({ cwd: applied.dir, rules: ['policy-captures-name'] })).findings).toEqual([]);
});

test('drafts get their way back in a folder of few files, and do not count among those that decide', async () => {
  const up = 'alter table notes add constraint short check (length(code) < 9);\nalter table notes add constraint full check (code <> \'\');\ncreate index notes_code_idx on notes (code);\nalter table notes add constraint notes_code_key unique (code);\n';
  const { dir } = project({ 'db/1_init.sql': `-- migrate:up\n${INIT}\n-- migrate:down\ndrop table notes;\ndrop table organizations;\n`, 'db/2_more.sql': `-- migrate:up\n${up}\n-- migrate:down\n` });
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: dir, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('add', 'db/1_init.sql');
  git('commit', '-q', '-m', 'a');
  git('add', '.');
  const { code, out } = await run(dir, ['fix', '--since', 'main']);
  expect(code, out).toBe(0);
  const files = readdirSync(path.join(dir, 'db')).sort();
  expect(files.length).toBeGreaterThan(4);
  for (const file of files) expect(readFileSync(path.join(dir, 'db', file), 'utf8').split('-- migrate:down')[1], file).toMatch(/^(?:alter|drop) /m);
  expect((await run(dir, ['fix', '--since', 'main'])).out).toContain('Nothing to write');
  expect((await run(dir, ['--since', 'main', '--format', 'json'])).out).not.toContain('migration-without-undo');
});

test('a dry run prints a diff that patch takes', async () => {
  const { dir } = project({ 'db/1_init.sql': `-- migrate:up\n${INIT}\n-- migrate:down\ndrop table notes;\ndrop table organizations;\n`, 'db/2_more.sql': '-- migrate:up\nalter table notes add check (code <> \'\');\n\n-- migrate:down\nalter table notes drop constraint notes_code_check;\n' });
  const { out } = await run(dir, ['fix', 'db/2_more.sql', '--dry-run']);
  const diff = out.slice(out.indexOf('\n--- ') + 1);
  execFileSync('patch', ['-p1'], { cwd: dir, input: diff });
  expect(readFileSync(path.join(dir, 'db/2_more.sql'), 'utf8')).toContain("add check (code <> '') not valid;");
  expect(readFileSync(path.join(dir, 'db/3_validate_notes_code_check.sql'), 'utf8')).toContain('validate constraint notes_code_check;');
});

test('with --since the migrations of the change are edited, and no others', async () => {
  const { dir } = project(TOOLS['dbmate']?.files ?? {});
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: dir, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'a');
  writeFileSync(path.join(dir, 'db/3_new.sql'), '-- migrate:up\nalter table notes add column spirit text;\n\n-- migrate:down\n');
  const { code, out } = await run(dir, ['fix', '--since', 'main']);
  expect(out).toContain('db/3_new.sql: wrote');
  expect(out).not.toContain('2_more');
  expect(code).toBe(0);
  expect(readFileSync(path.join(dir, 'db/3_new.sql'), 'utf8')).toContain('alter table public.notes drop column spirit;');
});

test('what no statement brings back is said in the file', async () => {
  const { dir } = project({ 'supabase/migrations/20240101000000_init.sql': INIT, 'supabase/migrations/20240102000000_more.sql': 'alter table notes drop column code;\ndelete from notes;\n' });
  await run(dir, ['fix', 'supabase/migrations/20240102000000_more.sql']);
  expect(readFileSync(path.join(dir, 'supabase/rollback/20240102000000_more.sql'), 'utf8')).toBe(`-- Undoes 20240102000000_more.
-- No statement brings back:
--   the values of notes.code: copy them to another table first, and fill them in from there
--   the rows that DELETE takes from notes: copy them to another table first, and fill them in from there
begin;

alter table public.notes add column code text;

commit;
`);
});

test.each([
  ['a copy', 'create table notes_codes as select id, code from notes;\nalter table notes drop column code;\n', 'notes_codes'],
  ['a table of its own', 'create table codes (note_id uuid, code text);\ninsert into codes (note_id, code) select id, code from notes;\nalter table notes drop column code;\n', 'codes'],
])('rows that were moved to %s are not dropped with it', async (_what, up, table) => {
  const { dir } = project({ 'supabase/migrations/20240101000000_init.sql': INIT, 'supabase/migrations/20240102000000_more.sql': up });
  await run(dir, ['fix', 'supabase/migrations/20240102000000_more.sql']);
  const text = readFileSync(path.join(dir, 'supabase/rollback/20240102000000_more.sql'), 'utf8');
  expect(text).toContain(`--   what lies in public.${table}: it stays: put it back from there, then \`drop table public.${table};\``);
  expect(text).not.toMatch(new RegExp(`^drop table public.${table}`, 'm'));
  expect(text).toContain('alter table public.notes add column code text;');
});

test('forward-only by configuration: nothing is asked, and the reason is', async () => {
  const config = (text: string) => ({ ...TOOLS['golang-migrate']?.files, 'tenantlint.config.jsonc': text });
  const silent = project(config('{ "migrations": { "downs": "forward-only", "reason": "restored from a snapshot" } }'));
  expect((await run(silent.dir, ['--format', 'json'])).out).not.toContain('migration-without-undo');
  expect((await run(silent.dir, ['fix'])).out).toContain('Nothing to write');
  const { code, out } = await run(project(config('{ "migrations": { "downs": "forward-only" } }')).dir, []);
  expect(code).toBe(2);
  expect(out).toContain('reason');
});
