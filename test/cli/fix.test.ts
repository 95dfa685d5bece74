import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { lint } from 'tenantlint';
import { main } from '../../packages/cli/main.ts';
import { project } from './run.ts';

const INIT = 'create table organizations (id uuid primary key);\ncreate table notes (id uuid primary key, organization_id uuid not null references organizations (id), code text);\n';
const MORE = `create index notes_code_idx on notes (code);
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

test('a migration that is a program is not edited either: the calls are printed', async () => {
  const { dir } = project({
    'package.json': '{ "dependencies": { "knex": "3.1.0" } }',
    'migrations/20240101000000_init.js': "exports.up = async function (knex) {\n  await knex.schema.createTable('notes', (t) => { t.uuid('id').primary(); });\n};\nexports.down = async function (knex) {\n  await knex.schema.dropTable('notes');\n};\n",
    'migrations/20240102000000_more.js': "exports.up = async function (knex) {\n  await knex.schema.alterTable('notes', (t) => { t.string('mood'); });\n};\nexports.down = async function () {};\n",
  });
  const { code, out } = await run(dir, ['fix', 'migrations/20240102000000_more.js']);
  expect(code).toBe(1);
  expect(out).toContain('it is a program');
  expect(out).toContain('await knex.raw(`alter table public.notes drop column mood`);');
});

test('with --since the migrations of the change are edited, and no others', async () => {
  const { dir } = project(TOOLS['dbmate']?.files ?? {});
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: dir, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'a');
  writeFileSync(path.join(dir, 'db/3_new.sql'), '-- migrate:up\nalter table notes add column mood text;\n\n-- migrate:down\n');
  const { code, out } = await run(dir, ['fix', '--since', 'main']);
  expect(out).toContain('db/3_new.sql: wrote');
  expect(out).not.toContain('2_more');
  expect(code).toBe(0);
  expect(readFileSync(path.join(dir, 'db/3_new.sql'), 'utf8')).toContain('alter table public.notes drop column mood;');
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

test('forward-only by configuration: nothing is asked, and the reason is', async () => {
  const config = (text: string) => ({ ...TOOLS['golang-migrate']?.files, 'tenantlint.config.jsonc': text });
  const silent = project(config('{ "migrations": { "downs": "forward-only", "reason": "restored from a snapshot" } }'));
  expect((await run(silent.dir, ['--format', 'json'])).out).not.toContain('migration-without-undo');
  expect((await run(silent.dir, ['fix'])).out).toContain('Every migration');
  const { code, out } = await run(project(config('{ "migrations": { "downs": "forward-only" } }')).dir, []);
  expect(code).toBe(2);
  expect(out).toContain('reason');
});
