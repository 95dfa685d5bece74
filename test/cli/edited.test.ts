import { expect, test } from 'vitest';
import { main } from '../../packages/cli/main.ts';
import { repository } from './repository.ts';

const INIT = '-- the first\ncreate table organizations (id uuid primary key);\ncreate table notes (id uuid primary key, organization_id uuid not null references organizations (id));\n';
const SECOND = 'alter table notes add column code text;\n';

async function found(dir: string, rule = 'migrations-collide', ...asked: readonly string[]): Promise<string[]> {
  let out = '';
  const stream = { write: (text: string) => (out += text), on: () => undefined, columns: 100, isTTY: false };
  const host = { stdout: stream, stderr: stream, env: {}, cwd: () => dir } as unknown as Parameters<typeof main>[1];
  await main([...(asked.length > 0 ? asked : ['--since', 'main']), '--format', 'json', ...(rule === 'migrations-collide' ? [] : ['--preset', 'strict'])], host);
  const { findings } = JSON.parse(out) as { findings: { rule: string; message: string; file: string; text: string }[] };
  return findings.filter((f) => f.rule === rule).map((f) => `${f.message} ${f.file}`);
}

const FILES = { 'db/migrations/1_init.up.sql': INIT, 'db/migrations/2_more.up.sql': SECOND, 'db/migrations/3_last.up.sql': 'alter table notes add column mood text;\n' };

test('a migration that the branch found merged is edited; one that it made itself may be', async () => {
  const { dir, git, write } = repository(FILES);
  git('checkout', '-qb', 'work');
  write('db/migrations/4_own.up.sql', 'alter table notes add column own text;\n');
  git('add', '-A');
  git('commit', '-qm', 'own');
  write('db/migrations/4_own.up.sql', 'alter table notes add column own varchar(10);\n');
  git('commit', '-qam', 'own again');
  expect(await found(dir)).toEqual([]);
  write('db/migrations/2_more.up.sql', 'alter table notes add column code varchar(20);\n');
  expect(await found(dir)).toEqual(['edited db/migrations/2_more.up.sql']);
  write('db/migrations/2_more.up.sql', `-- why\n${SECOND}`);
  expect(await found(dir)).toEqual([]);
  // The last one is no exception: order says nothing of what is merged.
  write('db/migrations/3_last.up.sql', 'alter table notes add column mood varchar(20);\n');
  expect(await found(dir)).toEqual(['edited db/migrations/3_last.up.sql']);
});

test('what main got after the branch left it is not the branch\'s edit', async () => {
  const { dir, git, write } = repository(FILES);
  git('checkout', '-qb', 'work');
  git('checkout', '-q', 'main');
  write('db/migrations/3_last.up.sql', 'alter table notes add column mood varchar(20);\n');
  git('commit', '-qam', 'on main');
  git('checkout', '-q', 'work');
  write('db/migrations/4_own.up.sql', 'alter table notes add column own text;\n');
  expect(await found(dir)).toEqual([]);
});

test('a tool with checksums refuses other comments too, and another name is another migration', async () => {
  const { dir, git, write } = repository({ 'db/V1__init.sql': INIT, 'db/V2__more.sql': SECOND, 'db/R__view.sql': 'create or replace view codes as select code from notes;\n' });
  git('checkout', '-qb', 'work');
  write('db/V1__init.sql', INIT.replace('the first', 'first'));
  write('db/R__view.sql', 'create or replace view codes as select code, id from notes;\n');
  git('mv', 'db/V2__more.sql', 'db/V2__codes.sql');
  expect(await found(dir)).toEqual(['renamed db/V2__codes.sql']);
  write('db/V1__init.sql', INIT.replace('create table notes', 'create table  notes').replace('not null', ''));
  expect(await found(dir)).toEqual(['edited db/V1__init.sql', 'renamed db/V2__codes.sql']);
});

test('a migration is renamed where its tool knows it by what was changed', async () => {
  const ALEMBIC = "from alembic import op\nrevision = 'a1'\ndown_revision = None\ndef upgrade():\n    op.execute('create table rates (id bigint primary key)')\ndef downgrade():\n    op.execute('drop table rates')\n";
  const { dir, git } = repository({
    'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n', 'prisma/migrations/20240101000000_init/migration.sql': INIT,
    'supabase/migrations/20240101000000_init.sql': 'create table stamps (id bigint primary key);\n', 'alembic/env.py': '', 'alembic/versions/a1_init.py': ALEMBIC,
  });
  git('checkout', '-qb', 'work');
  git('mv', 'prisma/migrations/20240101000000_init', 'prisma/migrations/20240101000000_first');
  git('mv', 'supabase/migrations/20240101000000_init.sql', 'supabase/migrations/20240101000000_first.sql');
  git('mv', 'alembic/versions/a1_init.py', 'alembic/versions/a1_first.py');
  expect(await found(dir)).toEqual(['renamed prisma/migrations/20240101000000_first/migration.sql']);
});

test('code that is running until the deploy is done: what the change takes away from it', async () => {
  const PRISMA = (fields: string) => `datasource db {\n  provider = "postgresql"\n}\ngenerator client {\n  provider = "prisma-client-js"\n}\nmodel Organization {\n  id String @id\n  notes Note[]\n}\nmodel Note {\n  id String @id\n  organizationId String\n  organization Organization @relation(fields: [organizationId], references: [id])\n${fields}}\n`;
  const CODE = (select: string) => `import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\nexport async function GET(request: Request) {\n  const organizationId = new URL(request.url).searchParams.get('o') ?? '';\n  return Response.json(await prisma.note.findMany({ where: { organizationId }${select} }));\n}\n`;
  const { dir, git, write } = repository({
    'package.json': '{ "dependencies": { "@prisma/client": "6.0.0", "next": "15.0.0" } }',
    'prisma/schema.prisma': PRISMA('  mood String?\n  code String?\n'), 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    'prisma/migrations/20240101000000_init/migration.sql': 'CREATE TABLE "Organization" ("id" TEXT PRIMARY KEY);\nCREATE TABLE "Note" ("id" TEXT PRIMARY KEY, "organizationId" TEXT NOT NULL REFERENCES "Organization" ("id"), "mood" TEXT, "code" TEXT);\n',
    'app/api/notes/route.ts': CODE(''),
  });
  git('checkout', '-qb', 'work');
  write('prisma/schema.prisma', PRISMA('  code String?\n'));
  write('prisma/migrations/20240102000000_mood/migration.sql', 'ALTER TABLE "Note" DROP COLUMN "mood";\n');
  expect(await found(dir, 'deploy-breaks-readers')).toEqual(['running prisma/migrations/20240102000000_mood/migration.sql']);
  // Released before: the code that runs asks for what stays.
  git('checkout', '-q', '--', '.');
  write('app/api/notes/route.ts', CODE(', select: { id: true }'));
  git('commit', '-qam', 'without');
  git('branch', '-f', 'main');
  write('prisma/schema.prisma', PRISMA('  code String?\n'));
  expect(await found(dir, 'deploy-breaks-readers')).toEqual([]);
});

test('a deleted migration is told once, at the one that comes behind it', async () => {
  const { dir, git, write } = repository(FILES);
  git('checkout', '-qb', 'work');
  write('db/migrations/4_own.up.sql', 'alter table notes add column own text;\n');
  git('add', '-A');
  git('commit', '-qm', 'own');
  // What nobody else has may go.
  git('rm', '-q', 'db/migrations/4_own.up.sql');
  expect(await found(dir)).toEqual([]);
  git('rm', '-q', 'db/migrations/2_more.up.sql');
  expect(await found(dir)).toContain('deleted db/migrations/3_last.up.sql');
  // Once for all of them.
  git('rm', '-q', 'db/migrations/3_last.up.sql');
  expect((await found(dir)).filter((f) => f.startsWith('deleted'))).toEqual(['deleted db/migrations/1_init.up.sql']);
  git('checkout', '-q', 'HEAD', '--', 'db/migrations');
  expect(await found(dir)).toEqual([]);
  // Away from the folder is gone as well, and ways back are no migrations.
  write('db/migrations/3_last.down.sql', 'alter table notes drop column mood;\n');
  write('old/note.txt', '');
  git('add', '-A');
  git('commit', '-qm', 'a way back');
  git('branch', '-f', 'main');
  git('rm', '-q', 'db/migrations/3_last.down.sql');
  expect((await found(dir)).filter((f) => f.startsWith('deleted'))).toEqual([]);
  git('mv', 'db/migrations/3_last.up.sql', 'old/3_last.txt');
  expect((await found(dir)).filter((f) => f.startsWith('deleted'))).toEqual(['deleted db/migrations/4_own.up.sql']);
});

test('one migration in place of several: nobody knows whether databases hear of it', async () => {
  const { dir, git, write } = repository(FILES);
  git('checkout', '-qb', 'work');
  git('rm', '-q', 'db/migrations/1_init.up.sql', 'db/migrations/2_more.up.sql');
  write('db/migrations/2_squashed.up.sql', `${INIT}${SECOND}`);
  expect((await found(dir)).filter((f) => f.startsWith('deleted'))).toEqual([]);
});

test('staged: a migration that others were built on', async () => {
  const { dir, git } = repository(FILES);
  git('rm', '-q', 'db/migrations/2_more.up.sql');
  expect((await found(dir, 'migrations-collide', '--staged')).filter((f) => f.startsWith('deleted'))).toEqual(['deleted db/migrations/3_last.up.sql']);
  git('checkout', '-q', 'HEAD', '--', 'db/migrations');
  // The last one may be a draft.
  git('rm', '-q', 'db/migrations/3_last.up.sql');
  expect((await found(dir, 'migrations-collide', '--staged')).filter((f) => f.startsWith('deleted'))).toEqual([]);
});

test('a merge is not blamed for what the other side deleted, and each tool says what it makes of it', async () => {
  const { dir, git, write } = repository({ 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n', 'prisma/migrations/1_init/migration.sql': INIT, 'prisma/migrations/2_more/migration.sql': SECOND, 'prisma/migrations/3_last/migration.sql': 'alter table notes add column mood text;\n' });
  git('checkout', '-qb', 'side');
  git('rm', '-qr', 'prisma/migrations/2_more');
  expect(await found(dir, 'migrations-collide', '--staged')).toEqual(['deleted prisma/migrations/3_last/migration.sql']);
  git('commit', '-qm', 'deleted');
  git('checkout', '-q', 'main');
  write('note.txt', 'x');
  git('add', '-A');
  git('commit', '-qm', 'meanwhile');
  git('merge', '-q', '--no-commit', '--no-ff', 'side');
  expect(await found(dir, 'migrations-collide', '--staged')).toEqual([]);
});
