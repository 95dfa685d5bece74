import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../packages/cli/main.ts';
import { project } from './run.ts';

async function run(dir: string, args: readonly string[]) {
  let out = '';
  const stream = { write: (text: string) => (out += text), on: () => undefined, columns: 100, isTTY: false };
  const host = { stdout: stream, stderr: stream, env: {}, cwd: () => dir } as unknown as Parameters<typeof main>[1];
  const code = await main(args, host);
  return { code, out };
}

const CREATE = 'create table notes (id uuid primary key, code text, mood text)';

const ALEMBIC = {
  'alembic.ini': '[alembic]\nscript_location = db\n', 'db/env.py': '',
  'db/versions/1.py': `from alembic import op\n\nrevision = "a1"\ndown_revision = None\n\n\ndef upgrade():\n    op.execute("${CREATE}")\n\n\ndef downgrade():\n    op.drop_table("notes")\n`,
};
const revision = (up: string, down: string) => ({ ...ALEMBIC, 'db/versions/2.py': `from alembic import op\nimport sqlalchemy as sa\n\nrevision = "b2"\ndown_revision = "a1"\n\n\ndef upgrade() -> None:\n${up}\n\ndef downgrade() -> None:\n${down}` });

const knex = (more: string) => ({
  'package.json': '{ "dependencies": { "knex": "3.1.0" } }',
  'migrations/20240101000000_init.js': `exports.up = async function (knex) {\n  await knex.raw('${CREATE}');\n};\nexports.down = async function (knex) {\n  await knex.schema.dropTable('notes');\n};\n`,
  'migrations/20240102000000_more.js': more,
});
const knexTyped = (up: string, down: string) => ({
  'package.json': '{ "dependencies": { "knex": "3.1.0" } }',
  'migrations/20240101000000_init.ts': `import type { Knex } from 'knex';\n\nexport async function up(knex: Knex): Promise<void> {\n  await knex.raw('${CREATE}');\n}\n\nexport async function down(knex: Knex): Promise<void> {\n  await knex.schema.dropTable('notes');\n}\n`,
  'migrations/20240102000000_more.ts': `import type { Knex } from 'knex';\n\nexport async function up(knex: Knex): Promise<void> {\n${up}}\n\nexport async function down(knex: Knex): Promise<void> {\n${down}}\n`,
});
const migration = (name: string, up: string, down: string) => `import { MigrationInterface, QueryRunner } from 'typeorm';\n\nexport class ${name} implements MigrationInterface {\n  name = '${name}';\n\n  public async up(queryRunner: QueryRunner): Promise<void> {\n${up}  }\n\n  public async down(queryRunner: QueryRunner): Promise<void> {\n${down}  }\n}\n`;
const typeorm = (up: string, down: string) => ({
  'package.json': '{ "dependencies": { "typeorm": "0.3.20" } }',
  'src/migrations/1700000000001-Init.ts': migration('Init1700000000001', `    await queryRunner.query(\`${CREATE}\`);\n`, '    await queryRunner.query(`DROP TABLE notes`);\n'),
  'src/migrations/1700000000002-More.ts': migration('More1700000000002', up, down),
});
const pgm = (more: string) => ({
  'package.json': '{ "dependencies": { "node-pg-migrate": "7.0.0" } }',
  'migrations/1700000000001_init.js': `exports.up = (pgm) => {\n  pgm.sql('${CREATE}');\n};\nexports.down = (pgm) => {\n  pgm.sql('drop table notes');\n};\n`,
  'migrations/1700000000002_more.js': more,
});

/** Pending programs that lock for long, and what stands in place of that afterwards: in the same file, and in new ones. */
const CASES: Readonly<Record<string, { readonly files: Readonly<Record<string, string>>; readonly last: string; readonly says: readonly string[]; readonly more?: Readonly<Record<string, readonly string[]>> }>> = {
  'alembic, an index alone': {
    files: revision('    op.execute("create index notes_code_idx on notes (code)")\n', '    op.execute("drop index notes_code_idx")\n'), last: 'db/versions/2.py',
    says: ['def upgrade() -> None:\n    with op.get_context().autocommit_block():\n        op.execute("create index concurrently notes_code_idx on notes (code)")\n\n\ndef downgrade() -> None:\n    # Undoes b2.\n    with op.get_context().autocommit_block():\n        op.execute("drop index concurrently public.notes_code_idx")\n'],
  },
  'alembic, an index among others': {
    files: revision('    op.execute(sa.text("create index notes_code_idx on notes (code)"))\n    op.add_column("notes", sa.Column("tone", sa.Text()))\n', '    op.drop_column("notes", "tone")\n    op.execute("drop index notes_code_idx")\n'), last: 'db/versions/2.py',
    says: ['def upgrade() -> None:\n    op.add_column("notes", sa.Column("tone", sa.Text()))\n\n\ndef downgrade() -> None:\n    op.drop_column("notes", "tone")\n'],
    more: { 'index_notes_code_idx.py': ['    with op.get_context().autocommit_block():\n        op.execute("""create index concurrently notes_code_idx on notes (code)""")\n', 'op.execute("drop index concurrently public.notes_code_idx")'] },
  },
  'alembic, a check': {
    files: revision('    op.execute("""\n        alter table notes\n        add constraint short check (length(code) < 9)\n    """)\n', '    op.execute("alter table notes drop constraint short")\n'), last: 'db/versions/2.py',
    says: ['        add constraint short check (length(code) < 9) not valid\n    """)\n', '    op.execute("alter table notes drop constraint short")\n'],
    more: { 'validate_short.py': ['validate constraint short'] },
  },
  'alembic, NOT NULL': {
    files: revision("    op.execute('alter table notes alter column code set not null')\n", "    op.execute('alter table notes alter column code drop not null')\n"), last: 'db/versions/2.py',
    says: ["    op.execute('alter table notes add constraint notes_code_not_null "],
    more: { 'require_notes_code.py': ['validate constraint notes_code_not_null'] },
  },
  'alembic, create_index alone': {
    files: revision('    op.create_index(\n        op.f("notes_code_idx"), "notes", ["code"], unique=False,\n    )\n', '    op.drop_index(op.f("notes_code_idx"), table_name="notes")\n'), last: 'db/versions/2.py',
    says: ['def upgrade() -> None:\n    with op.get_context().autocommit_block():\n        op.create_index(\n            op.f("notes_code_idx"), "notes", ["code"], unique=False, postgresql_concurrently=True\n        )\n\n\ndef downgrade() -> None:\n    # Undoes b2.\n    with op.get_context().autocommit_block():\n        op.execute("drop index concurrently public.notes_code_idx")\n'],
  },
  'alembic, create_index among others': {
    files: revision('    op.add_column("notes", sa.Column("tone", sa.Text()))\n    op.create_index("notes_code_idx", "notes", ["code"], postgresql_where=sa.text("mood is not null"))\n', '    op.drop_index("notes_code_idx", table_name="notes")\n    op.drop_column("notes", "tone")\n'), last: 'db/versions/2.py',
    says: ['def upgrade() -> None:\n    op.add_column("notes", sa.Column("tone", sa.Text()))\n\n\ndef downgrade() -> None:\n    op.drop_column("notes", "tone")\n'],
    more: { 'index_notes_code_idx.py': ['create index concurrently notes_code_idx on notes (code) where mood IS NOT NULL', 'op.execute("drop index concurrently public.notes_code_idx")'] },
  },
  'alembic, create_foreign_key and create_check_constraint': {
    files: revision('    op.create_foreign_key("same", "notes", "notes", ["id"], ["id"], ondelete="CASCADE")\n    op.create_check_constraint("short", "notes", "length(code) < 9")\n', '    op.drop_constraint("short", "notes", type_="check")\n    op.drop_constraint("same", "notes", type_="foreignkey")\n'), last: 'db/versions/2.py',
    says: ['["id"], ondelete="CASCADE", postgresql_not_valid=True)\n', '"length(code) < 9", postgresql_not_valid=True)\n', '    op.drop_constraint("short", "notes", type_="check")\n    op.drop_constraint("same", "notes", type_="foreignkey")\n'],
    more: { 'validate_same_and_more.py': ['validate constraint same', 'validate constraint short'] },
  },
  'alembic, alter_column nullable=False': {
    files: revision('    op.alter_column("notes", "code", existing_type=sa.Text(), nullable=False)\n', '    op.alter_column("notes", "code", existing_type=sa.Text(), nullable=True)\n'), last: 'db/versions/2.py',
    says: ['    op.execute("alter table notes add constraint notes_code_not_null '],
    more: { 'require_notes_code.py': ['validate constraint notes_code_not_null'] },
  },
  'knex, an index alone': {
    files: knex("exports.up = async function (knex) {\n  await knex.raw('create index notes_code_idx on notes (code)');\n};\n\nexports.down = async function (knex) {\n  await knex.raw('drop index notes_code_idx');\n};\n"), last: 'migrations/20240102000000_more.js',
    says: ['exports.config = { transaction: false };\n\nexports.up = async function (knex) {\n  await knex.raw(`create index concurrently notes_code_idx on notes (code)`);\n};\n\nexports.down = async function (knex) {\n  // Undoes 20240102000000_more.\n  await knex.raw(`drop index concurrently public.notes_code_idx`);\n};\n'],
  },
  'knex, what is given back': {
    files: knex("exports.up = function (knex) {\n  return knex.raw('create index notes_code_idx on notes (code)');\n};\n\nexports.down = function (knex) {\n  return knex.raw('drop index notes_code_idx');\n};\n"), last: 'migrations/20240102000000_more.js',
    says: ['exports.config = { transaction: false };\n\nexports.up = function (knex) {\n  return knex.raw(`create index concurrently notes_code_idx on notes (code)`);\n};\n'],
  },
  'knex with types, an index among others': {
    files: knexTyped("  await knex.schema.alterTable('notes', (t) => { t.text('tone'); });\n  await knex.schema.raw(`\n    create index notes_code_idx\n    on notes (code);\n  `);\n", "  await knex.schema.raw('drop index notes_code_idx');\n  await knex.schema.alterTable('notes', (t) => { t.dropColumn('tone'); });\n"), last: 'migrations/20240102000000_more.ts',
    says: ["{\n  await knex.schema.alterTable('notes', (t) => { t.text('tone'); });\n}\n", "{\n  await knex.schema.alterTable('notes', (t) => { t.dropColumn('tone'); });\n}\n"],
    more: { '20240102000001_index_notes_code_idx.ts': ["import type { Knex } from 'knex';\n\nexport const config = { transaction: false };\n\nexport async function up(knex: Knex): Promise<void> {\n  await knex.raw(`create index concurrently notes_code_idx\n    on notes (code)`);\n}\n", 'await knex.raw(`drop index concurrently public.notes_code_idx`);'] },
  },
  'knex, a check': {
    files: knex("exports.up = async (knex) => {\n  await knex.raw('alter table notes add constraint short check (length(code) < 9)');\n};\n\nexports.down = async (knex) => {\n  await knex.raw('alter table notes drop constraint short');\n};\n"), last: 'migrations/20240102000000_more.js',
    says: ["  await knex.raw('alter table notes add constraint short check (length(code) < 9) not valid');\n", "  await knex.raw('alter table notes drop constraint short');\n"],
    more: { '20240102000001_validate_short.js': ['exports.up = async function (knex) {\n  await knex.raw(`alter table notes validate constraint short`);\n};\n'] },
  },
  'typeorm, an index alone': {
    files: typeorm('    await queryRunner.query(`CREATE INDEX "notes_code_idx" ON "notes" ("code")`);\n', '    await queryRunner.query(`DROP INDEX "notes_code_idx"`);\n'), last: 'src/migrations/1700000000002-More.ts',
    says: ["implements MigrationInterface {\n  transaction = false;\n\n  name = 'More1700000000002';\n", '    await queryRunner.query(`CREATE INDEX concurrently "notes_code_idx" ON "notes" ("code")`);\n', '    await queryRunner.query(`drop index concurrently public.notes_code_idx`);\n'],
  },
  'typeorm, a foreign key and an index': {
    files: typeorm('    await queryRunner.query("CREATE INDEX notes_code_idx ON notes (code)");\n    await queryRunner.query("ALTER TABLE notes ADD CONSTRAINT same FOREIGN KEY (id) REFERENCES notes (id)");\n', '    await queryRunner.query("ALTER TABLE notes DROP CONSTRAINT same");\n    await queryRunner.query("DROP INDEX notes_code_idx");\n'), last: 'src/migrations/1700000000002-More.ts',
    says: ['    await queryRunner.query("ALTER TABLE notes ADD CONSTRAINT same FOREIGN KEY (id) REFERENCES notes (id) not valid");\n  }\n', '    await queryRunner.query("ALTER TABLE notes DROP CONSTRAINT same");\n  }\n'],
    more: {
      '1700000001002-IndexNotesCodeIdx.ts': ["import { MigrationInterface, QueryRunner } from 'typeorm';\n\nexport class IndexNotesCodeIdx1700000001002 implements MigrationInterface {\n  name = 'IndexNotesCodeIdx1700000001002';\n\n  transaction = false;\n", 'await queryRunner.query(`drop index concurrently public.notes_code_idx`);'],
      '1700000002002-ValidateSame.ts': ['await queryRunner.query(`alter table notes validate constraint same`);'],
    },
  },
  'node-pg-migrate, an index alone': {
    files: pgm("exports.up = (pgm) => {\n  pgm.sql('create index notes_code_idx on notes (code)');\n};\nexports.down = (pgm) => {\n  pgm.sql('drop index notes_code_idx');\n};\n"), last: 'migrations/1700000000002_more.js',
    says: ['exports.up = (pgm) => {\n  pgm.noTransaction();\n  pgm.sql(`create index concurrently notes_code_idx on notes (code)`);\n};\nexports.down = (pgm) => {\n  // Undoes 1700000000002_more.\n  pgm.noTransaction();\n  pgm.sql(`drop index concurrently public.notes_code_idx`);\n};\n'],
  },
  'node-pg-migrate, UNIQUE': {
    files: pgm("exports.up = (pgm) => {\n  pgm.addColumn('notes', { tone: 'text' });\n  pgm.sql('alter table notes add constraint once unique (code)');\n};\nexports.down = (pgm) => {\n  pgm.sql('alter table notes drop constraint once');\n  pgm.dropColumn('notes', 'tone');\n};\n"), last: 'migrations/1700000000002_more.js',
    says: ["exports.up = (pgm) => {\n  pgm.addColumn('notes', { tone: 'text' });\n};\nexports.down = (pgm) => {\n  pgm.dropColumn('notes', 'tone');\n};\n"],
    more: { '1700000001002_index_once.js': ['exports.up = (pgm) => {\n  pgm.noTransaction();\n  pgm.sql(`create unique index concurrently once on notes (code)`);\n  pgm.sql(`alter table notes add constraint once unique using index once`);\n};\n'] },
  },
};

test.each(Object.entries(CASES))('what locks for long is written the safe way: %s', async (_name, { files, last, says, more = {} }) => {
  const { dir } = project(files);
  const folder = path.dirname(path.join(dir, last));
  const before = readdirSync(folder);
  const dry = await run(dir, ['fix', last, '--dry-run']);
  expect(dry.out).toContain('--- a/');
  expect(readFileSync(path.join(dir, last), 'utf8')).toBe(files[last]);
  const { code, out } = await run(dir, ['fix', last]);
  const text = readFileSync(path.join(dir, last), 'utf8');
  expect(code, out).toBe(0);
  for (const part of says) expect(text, out).toContain(part);
  const added = readdirSync(folder).filter((file) => !before.includes(file));
  expect(added.length, out).toBe(Object.keys(more).length);
  for (const [name, parts] of Object.entries(more)) {
    const file = added.find((f) => f.endsWith(name)) ?? `none of ${added.join(', ')}`;
    for (const part of parts) expect(readFileSync(path.join(folder, file), 'utf8'), file).toContain(part);
  }
  const again = await run(dir, ['fix', last, ...added.map((file) => path.join(path.dirname(last), file))]);
  expect(again.out).toContain('Nothing to write');
});

test.each([
  ['within a condition', '    if True:\n        op.execute("create index notes_code_idx on notes (code)")\n'],
  ['of two statements', '    op.execute("create index notes_code_idx on notes (code); create index notes_mood_idx on notes (mood)")\n'],
  ['put together', '    name = "notes_code_idx"\n    op.execute(f"create index {name} on notes (code)")\n'],
  ['with parameters', '    op.execute("update notes set code = :code")\n'],
])('a statement of an Alembic revision that does not stand alone is left: %s', async (_name, up) => {
  const files = revision(up, '    op.execute("drop index notes_code_idx")\n');
  const { dir } = project(files);
  const { out } = await run(dir, ['fix', 'db/versions/2.py', '--dry-run']);
  expect(out).not.toContain('+def upgrade');
  expect(out).not.toContain('concurrently notes_code_idx on');
});

test.each([
  ['within a condition', "  if (process.env.FAST) {\n    await knex.raw('create index notes_code_idx on notes (code)');\n  }\n"],
  ['behind what may leave', "  if (process.env.FAST) return;\n  await knex.raw('create index notes_code_idx on notes (code)');\n"],
  ['with values', "  const name = 'notes_code_idx';\n  await knex.raw(`create index ${name} on notes (code)`);\n"],
  ['of which something is done', "  await knex.raw('create index notes_code_idx on notes (code)').then(() => 1);\n"],
])('a statement of a program that does not stand alone is left: %s', async (_name, up) => {
  const files = knex(`exports.up = async function (knex) {\n${up}};\n\nexports.down = async function (knex) {\n  await knex.raw('drop index notes_code_idx');\n};\n`);
  const { dir } = project(files);
  await run(dir, ['fix', 'migrations/20240102000000_more.js']);
  expect(readFileSync(path.join(dir, 'migrations/20240102000000_more.js'), 'utf8')).toBe(files['migrations/20240102000000_more.js']);
});

test('a migration that may be applied is left, whatever it is written in', async () => {
  const files = CASES['alembic, a check']?.files ?? {};
  const { dir } = project(files);
  await run(dir, ['fix']);
  expect(readFileSync(path.join(dir, 'db/versions/2.py'), 'utf8')).toBe(files['db/versions/2.py']);
});
