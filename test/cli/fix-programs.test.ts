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
    const file = added.find((f) => f.endsWith(name)) ?? '';
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
