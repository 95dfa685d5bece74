import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Validator } from '@cfworker/json-schema';
import { beforeAll, describe, expect, test } from 'vitest';
import checkSchema from '../../packages/cli/schema/check.schema.json' with { type: 'json' };
import inspectSchema from '../../packages/cli/schema/inspect.schema.json' with { type: 'json' };
import { bin, buildOnce, project, tenantlint } from './run.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

beforeAll(buildOnce);

const MEMBERS = `create table organizations (id uuid primary key, name text not null);
alter table organizations enable row level security;
create table members (user_id uuid not null references auth.users (id), organization_id uuid not null references organizations (id), primary key (organization_id, user_id));
alter table members enable row level security;
`;
const OPEN = `${MEMBERS}create table projects (id uuid primary key, organization_id uuid not null references organizations (id) on delete cascade);\ncreate index on projects (organization_id);\n`;
const CLOSED = `${OPEN}alter table projects enable row level security;\ncreate policy mine on projects for select to authenticated using (organization_id = (select (auth.jwt() -> 'app_metadata' ->> 'organization_id')::uuid));\n`;
const MIGRATION = 'supabase/migrations/20240101000000_init.sql';

interface Report {
  findings: { rule: string; file: string; start: { line: number; column: number }; suppressed?: object }[];
  unread: { file: string; start: { line: number }; reason: string }[];
  notRun: { rule: string; reason: string }[];
}
const read = (text: string) => JSON.parse(text) as Report;

function violations(schema: object, text: string): string[] {
  return new Validator(schema, '2020-12', false).validate(JSON.parse(text)).errors.map((e) => `${e.instanceLocation} ${e.error}`);
}

describe('exit codes', () => {
  test('1 when something is reported, in every format', async () => {
    const p = project({ [MIGRATION]: OPEN });
    for (const format of ['pretty', 'json', 'sarif', 'github']) {
      const { code, out, err } = await tenantlint(p.dir, ['--format', format]);
      expect({ format, code, err }).toEqual({ format, code: 1, err: '' });
      expect(out).toContain('table-without-rls');
    }
  });

  test('0 when nothing is', async () => {
    const p = project({ [MIGRATION]: CLOSED });
    const { code, out } = await tenantlint(p.dir, []);
    expect(out).toContain('nothing to report');
    expect(code).toBe(0);
  });

  test('0 when what is reported lies below the level that fails', async () => {
    const p = project({ [MIGRATION]: CLOSED.replace('create index on projects (organization_id);\n', '') });
    expect((await tenantlint(p.dir, [])).code).toBe(1);
    expect((await tenantlint(p.dir, ['--fail-on', 'error'])).code).toBe(0);
  });

  test.each([
    ['an option that does not exist', ['--frmat', 'json'], "Unknown option '--frmat'"],
    ['a format that does not exist', ['--format', 'xml'], '--format xml: one of pretty, json, sarif, github'],
    ['a path that does not exist', ['missing'], 'missing: no such file or folder'],
    ['a path elsewhere that does not exist', ['../elsewhere'], '../elsewhere: no such file or folder'],
    ['paths without a folder in common', ['.', '../elsewhere'], '../elsewhere: outside of the current folder; run tenantlint from a folder above all paths'],
    ['a configuration that does not exist', ['--config', 'missing.jsonc'], 'missing.jsonc: cannot be read'],
    ['a step that does not exist', ['inspect', '--at', 'missing.sql'], '--at missing.sql: no migration of that name was read'],
    ['a rule that does not exist', ['explain', 'table-without-rsl'], 'there is no rule table-without-rsl; did you mean table-without-rls?'],
    ['a table that does not exist', ['explain', 'table', 'project'], 'there is no table project; did you mean projects?'],
    ['an output that cannot be written', ['--output', 'missing/report.json'], '--output missing/report.json: cannot be written (ENOENT)'],
  ])('2 and one line for %s', async (_, args, line) => {
    const p = project({ [MIGRATION]: OPEN });
    const { code, err, out } = await tenantlint(p.dir, args);
    expect(err).toMatch(/^tenantlint: [^\n]+\n$/);
    expect(err).toContain(line);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  test('2 where there is nothing to lint', async () => {
    const p = project({ 'notes.txt': 'nothing' });
    const { code, err } = await tenantlint(p.dir, []);
    expect(err).toContain('nothing to lint');
    expect(code).toBe(2);
  });
});

describe('configuration', () => {
  test.each([
    ['a comma that is missing', '{\n  "preset": "audit"\n  "rules": {}\n}', 'tenantlint.config.jsonc:3:3: comma expected'],
    ['a property that does not exist', '{\n  "presets": "audit"\n}', 'tenantlint.config.jsonc:2:3'],
    ['a value that is not allowed', '{\n  "preset": "loud"\n}', 'tenantlint.config.jsonc:2:13: preset'],
    ['a rule that does not exist', '{\n  "rules": { "no-such-rule": "off" }\n}', 'tenantlint.config.jsonc:2:14: there is no rule no-such-rule'],
  ])('%s is one line with its place', async (_, config, line) => {
    const p = project({ [MIGRATION]: OPEN, 'tenantlint.config.jsonc': config });
    const { code, err } = await tenantlint(p.dir, []);
    expect(err).toMatch(/^tenantlint: [^\n]+\n$/);
    expect(err).toContain(line);
    expect(code).toBe(2);
  });

  test('turns rules off and changes their severity', async () => {
    const p = project({ [MIGRATION]: OPEN, 'tenantlint.config.jsonc': '{ "rules": { "table-without-rls": "note" } /* why not */ }' });
    const { code, out } = await tenantlint(p.dir, ['--format', 'json']);
    expect(read(out).findings.map((f) => f.rule)).toEqual(['table-without-rls']);
    expect(code).toBe(0);
  });
});

describe('suppressions', () => {
  test('a comment with a reason answers for a finding of the statement below', async () => {
    const p = project({ [MIGRATION]: OPEN.replace('create table projects', '-- tenantlint-disable-next-line table-without-rls -- import only, gone by Friday\ncreate table projects') });
    const { code, out } = await tenantlint(p.dir, ['--format', 'json']);
    expect(read(out).findings.map((f) => f.suppressed)).toEqual([{ by: 'comment', reason: 'import only, gone by Friday' }]);
    expect(code).toBe(0);
    expect((await tenantlint(p.dir, [])).out).not.toContain('table-without-rls');
    expect((await tenantlint(p.dir, ['--suppressed'])).out).toContain('gone by Friday');
  });

  test.each([
    ['no reason', 'tenantlint-disable-next-line table-without-rls', 'no-reason', 2],
    ['no rule', 'tenantlint-disable-next-line -- all of it', 'no-rule', 2],
    ['a rule that does not exist', 'tenantlint-disable-next-line table-wihout-rls -- why', 'unknown-rule', 2],
    ['nothing to suppress', 'tenantlint-disable-next-line policy-without-rls -- why', 'unused', 2],
  ])('a comment with %s is reported', async (_, comment, message, count) => {
    const p = project({ [MIGRATION]: OPEN.replace('create table projects', `-- ${comment}\ncreate table projects`) });
    const { findings } = JSON.parse((await tenantlint(p.dir, ['--format', 'json'])).out) as { findings: { rule: string; message: string }[] };
    expect(findings.filter((f) => f.rule === 'suppression').map((f) => f.message)).toEqual([message]);
    expect(findings).toHaveLength(count);
  });
});

describe('bad input: the rest is linted', () => {
  const others = { [MIGRATION]: OPEN };
  test.each([
    ['a statement that does not parse', { 'supabase/migrations/20240102000000_bad.sql': 'select 1;\ncreate tabel x (id int);\nselect 2;' }, 'supabase/migrations/20240102000000_bad.sql', 2],
    ['a NUL byte', { 'supabase/migrations/20240102000000_bad.sql': 'select \0 1;' }, 'supabase/migrations/20240102000000_bad.sql', 1],
    ['a Prisma model without an end', { 'prisma/schema.prisma': 'model A {\n  id Int @id\n' }, 'prisma/schema.prisma', 1],
  ])('%s', async (_, files, file, line) => {
    const p = project({ ...others, ...files });
    const { code, out } = await tenantlint(p.dir, ['--format', 'json']);
    const { unread, findings } = read(out);
    expect(unread.filter((u) => u.file === file).map((u) => u.start.line)[0]).toBe(line);
    expect(findings.map((f) => f.rule)).toContain('table-without-rls');
    expect(code).toBe(1);
  });

  test('an empty file, a folder named like a file, Latin-1, UTF-16, CRLF', async () => {
    const p = project({
      'supabase/migrations/20240102000000_empty.sql': '',
      'supabase/migrations/20240103000000_latin.sql': Buffer.from("comment on table projects is 'Stra\xdfe';", 'latin1'),
      'supabase/migrations/20240104000000_utf16.sql': Buffer.from("\ufeffcomment on table projects is 'x';", 'utf16le'),
      [MIGRATION]: `\ufeff${OPEN.replaceAll('\n', '\r\n')}`,
    });
    mkdirSync(path.join(p.dir, 'supabase/migrations/20240105000000_folder.sql'));
    const { code, out } = await tenantlint(p.dir, ['--format', 'json']);
    const { unread, findings } = read(out);
    expect(unread).toEqual([expect.objectContaining({ file: 'supabase/migrations/20240103000000_latin.sql', reason: 'not valid UTF-8; read as Latin-1' })]);
    expect(findings.map((f) => [f.rule, f.start.line, f.start.column])).toEqual([['table-without-rls', 5, 14]]);
    expect(code).toBe(1);
  });

  test('one of several paths is missing: said, and the rest is linted', async () => {
    const p = project(others);
    const { code, out } = await tenantlint(p.dir, ['supabase', 'missing', '--format', 'json']);
    expect(read(out).unread.map((u) => u.reason)).toEqual(['no such file or folder']);
    expect(code).toBe(1);
  });

  test('2 when nothing at all could be read', async () => {
    const p = project({ 'prisma/schema.prisma': '%%%%' });
    const { code, out, err } = await tenantlint(p.dir, []);
    expect(out).toContain('not read prisma/schema.prisma:1');
    expect(err).toBe('tenantlint: nothing could be read\n');
    expect(code).toBe(2);
  });
});

test('a single file is judged with the project around it, and reported alone', async () => {
  const p = project({ [MIGRATION]: OPEN, 'supabase/migrations/20240102000000_more.sql': 'create table notes (id uuid primary key, organization_id uuid references organizations (id));' });
  const { out } = await tenantlint(p.dir, ['supabase/migrations/20240102000000_more.sql', '--format', 'json']);
  expect(new Set(read(out).findings.map((f) => f.file))).toEqual(new Set(['supabase/migrations/20240102000000_more.sql']));
  expect(read(out).findings.map((f) => f.rule)).toContain('table-without-rls');
});

test('a project elsewhere is linted as if from its own folder, and shown as it was typed', async () => {
  const p = project({ [`product/${MIGRATION}`]: OPEN, 'product/tenantlint.config.jsonc': '{ "rules": { "table-without-rls": "warning" } }', 'desk/note.txt': '' });
  const { code, out } = await tenantlint(path.join(p.dir, 'desk'), ['../product']);
  expect(out).toContain(`warning table-without-rls  ../product/${MIGRATION}:5:14`);
  expect(code).toBe(1);
  const report = JSON.parse((await tenantlint(path.join(p.dir, 'desk'), ['../product', '--format', 'json'])).out) as { root: string; findings: { file: string }[] };
  expect([report.root, report.findings[0]?.file]).toEqual(['../product', MIGRATION]);
});

test('products that lie beside one another are judged each on its own', async () => {
  const files = (name: string, sql: string) => ({ [`${name}/package.json`]: '{}', [`${name}/${MIGRATION}`]: sql });
  const p = project({ ...files('a', OPEN), ...files('b', CLOSED), 'a/tenantlint.config.jsonc': '{ "rules": { "table-without-rls": "note" } }' });
  const { code, out } = await tenantlint(p.dir, ['--format', 'json']);
  const report = JSON.parse(out) as { findings: { file: string; severity: string }[]; notes: string[]; summary: { tables: number } };
  expect(report.findings.map((f) => [f.file, f.severity])).toEqual([[`a/${MIGRATION}`, 'note']]);
  expect(report.summary.tables).toBe(6);
  expect(report.notes).toContain('b: Environment: Supabase; anon and authenticated are not trusted');
  expect(code).toBe(0);
  expect((await tenantlint(p.dir, ['inspect'])).err).toBe('tenantlint: several products are here; name one of a, b\n');
});

test('products of one workspace, each with a configuration of its own', async () => {
  const files = (name: string, sql: string) => ({ [`${name}/package.json`]: '{}', [`${name}/tenantlint.config.jsonc`]: '{}', [`${name}/${MIGRATION}`]: sql });
  const workspace = { 'package.json': '{ "workspaces": ["*"] }', ...files('a', OPEN), ...files('b', CLOSED) };
  const notes = async (more: Readonly<Record<string, string>>) => {
    const { out } = await tenantlint(project({ ...workspace, ...more }).dir, ['--format', 'json']);
    return (JSON.parse(out) as { notes: string[] }).notes.filter((n) => n.includes('Environment'));
  };
  expect(await notes({})).toEqual(['a: Environment: Supabase; anon and authenticated are not trusted', 'b: Environment: Supabase; anon and authenticated are not trusted']);
  // What is configured above all, or makes tables for all, is one product.
  expect(await notes({ 'tenantlint.config.jsonc': '{}' })).toHaveLength(1);
  expect(await notes({ 'db/migrations/001_more.sql': 'create table more (id int primary key);\n' })).toHaveLength(1);
});

test('products of one workspace without configurations are judged as one, and that is said', async () => {
  const root = { 'package.json': '{ "workspaces": ["*"] }', 'a/package.json': '{}', 'b/package.json': '{}' };
  const users = 'create table users (id uuid primary key);\ncreate table files (id uuid primary key, user_id uuid references users (id));\n';
  const prisma = (models: string) => `datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n${models}`;
  const said = async (files: Readonly<Record<string, string>>) => {
    const { out } = await tenantlint(project({ ...root, ...files }).dir, ['--format', 'json']);
    return (JSON.parse(out) as { notes: string[] }).notes.filter((n) => n.includes('one product'));
  };
  const own = 'Judged as one product with one database: a and b. If each has its own, ';
  const each = `${own}a tenantlint.config.jsonc in each ({} will do) makes them judged each on its own`;
  expect(await said({ [`a/${MIGRATION}`]: OPEN, [`b/${MIGRATION}`]: users })).toEqual([each]);
  expect((await tenantlint(project({ ...root, [`a/${MIGRATION}`]: OPEN, 'b/db/migrations/001_init.sql': users }).dir, [])).out).toContain(`\n${each}\n`);
  expect(await said({ 'a/prisma/schema.prisma': prisma('model users {\n  id String @id\n}\n'), 'b/prisma/schema.prisma': prisma('model notes {\n  id String @id\n}\n') })).toEqual([each]);
  expect(await said({ [`a/${MIGRATION}`]: OPEN, [`b/${MIGRATION}`]: users, 'scripts/report.sql': 'select count(*) from users;\n' })).toEqual([`${own}name one: tenantlint a`]);
  // One of them builds on the other's tables, or repeats them for its client; the root's are everybody's, and so is its configuration.
  expect(await said({ [`a/${MIGRATION}`]: OPEN, 'b/db/migrations/001_init.sql': 'create table notes (id uuid primary key, project_id uuid references projects (id));\n' })).toEqual([]);
  expect(await said({ 'a/db/migrations/001_init.sql': users, 'b/prisma/schema.prisma': prisma('model users {\n  id String @id\n}\n') })).toEqual([]);
  expect(await said({ [MIGRATION]: OPEN, 'b/db/migrations/001_init.sql': users })).toEqual([]);
  expect(await said({ 'a/prisma/schema.prisma': prisma('model users {\n  id String @id\n}\n'), 'a/prisma/migrations/1_init/migration.sql': 'create table users (id text primary key);\n', 'a/db/001_more.sql': 'create table more (id int primary key);\n' })).toEqual([]);
  expect(await said({ 'tenantlint.config.jsonc': '{}', [`a/${MIGRATION}`]: OPEN, [`b/${MIGRATION}`]: users })).toEqual([]);
});

test('Python: revisions are replayed, models only name what they make', async () => {
  const p = project({
    'alembic.ini': '[alembic]\nscript_location = migrations\n',
    'migrations/env.py': 'from alembic import context\n',
    'migrations/versions/0001_init.py': `from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("tenants", sa.Column("id", sa.Uuid(), primary_key=True))
    op.create_table("users", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), nullable=False))
    op.create_index("ix_users_tenant_id", "users", ["tenant_id"])
    op.create_table("projects", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), nullable=False))  # tenantlint-disable-line tenant-column-unindexed -- three rows a tenant


def downgrade():
    pass
`,
  });
  const { out } = await tenantlint(p.dir, ['--format', 'json']);
  expect(read(out).unread).toEqual([]);
  expect(read(out).findings.map((f) => [f.rule, f.start.line, f.suppressed !== undefined])).toEqual([['migration-without-undo', 9, false], ['tenant-column-unindexed', 12, true]]);
});

test('what stands above a project means nothing for its files', async () => {
  const p = project({ 'tests/fixtures/shop/package.json': '{}', 'tests/fixtures/shop/db/migrations/001_init.sql': OPEN });
  const { out } = await tenantlint(p.dir, ['tests/fixtures/shop', '--format', 'json']);
  expect(read(out).findings.map((f) => [f.rule, f.file])).toContainEqual(['table-without-rls', 'tests/fixtures/shop/db/migrations/001_init.sql']);
  expect((await tenantlint(p.dir, ['tests/fixtures/shop'])).out).toContain('  tests/fixtures/shop/db/migrations/001_init.sql:5:14\n');
  expect((await tenantlint(p.dir, ['explain', 'tests/fixtures/shop/db/migrations/001_init.sql:5'])).out).toContain('table-without-rls');
});

test('globs of a configuration start at its folder', async () => {
  const p = project({ [`product/${MIGRATION}`]: OPEN, 'product/tenantlint.config.jsonc': '{ "ignore": ["supabase/**"] }' });
  expect((await tenantlint(p.dir, ['product'])).err).toContain('nothing to lint');
});

test('a rule that lacks its facts is listed as not run', async () => {
  const p = project({ [MIGRATION]: 'create table countries (code text primary key);' });
  const { out } = await tenantlint(p.dir, ['--format', 'json']);
  expect(read(out).notRun).toContainEqual({ rule: 'policy-without-tenant', reason: 'no tenancy was found' });
  expect((await tenantlint(p.dir, [])).out).toContain('No tenancy was found');
});

describe('contracts', () => {
  test('check --format json keeps to its schema', async () => {
    const p = project({ [MIGRATION]: OPEN, 'supabase/migrations/20240102000000_bad.sql': 'create tabel x;' });
    expect(violations(checkSchema, (await tenantlint(p.dir, ['--format', 'json', '--preset', 'audit'])).out)).toEqual([]);
  });

  test('inspect --format json keeps to its schema, and shows the state after any step', async () => {
    const second = 'supabase/migrations/20240102000000_close.sql';
    const p = project({ [MIGRATION]: OPEN, [second]: CLOSED.slice(OPEN.length) });
    const last = (await tenantlint(p.dir, ['inspect', '--format', 'json'])).out;
    expect(violations(inspectSchema, last)).toEqual([]);
    const rls = (text: string) => (JSON.parse(text) as { tables: { name: string; rls: { enabled: boolean } }[] }).tables.find((t) => t.name === 'public.projects')?.rls.enabled;
    expect(rls(last)).toBe(true);
    expect(rls((await tenantlint(p.dir, ['inspect', '--format', 'json', '--at', MIGRATION])).out)).toBe(false);
  });

  test.each(readdirSync(fixtures))('both keep to them on %s', async (system) => {
    const cwd = path.join(fixtures, system);
    expect(violations(checkSchema, (await tenantlint(cwd, ['--format', 'json', '--preset', 'audit'])).out)).toEqual([]);
    expect(violations(inspectSchema, (await tenantlint(cwd, ['inspect', '--format', 'json'])).out)).toEqual([]);
  });

  test('a schema refuses what is not its contract', () => {
    expect(violations(checkSchema, '{ "version": 2 }')).not.toEqual([]);
    expect(violations(inspectSchema, '{ "version": 1, "tables": [{}] }')).not.toEqual([]);
  });

  test('the same input gives the same output, byte for byte', async () => {
    const p = project({ [MIGRATION]: OPEN });
    for (const args of [['--format', 'json'], ['--format', 'sarif'], ['inspect', '--format', 'json']]) expect((await tenantlint(p.dir, args)).out).toBe((await tenantlint(p.dir, args)).out);
  });
});

describe('output', () => {
  test('--output writes a file and prints nothing', async () => {
    const p = project({ [MIGRATION]: OPEN });
    const { out, code } = await tenantlint(p.dir, ['--format', 'json', '--output', 'report.json']);
    expect(out).toBe('');
    expect(code).toBe(1);
    expect(violations(checkSchema, readFileSync(path.join(p.dir, 'report.json'), 'utf8'))).toEqual([]);
  });

  test('colour only where it is asked for when nobody watches', async () => {
    const p = project({ [MIGRATION]: OPEN });
    const coloured = async (args: string[], env: Record<string, string>) => (await tenantlint(p.dir, args, env)).out.includes('\u001b[');
    expect(await coloured([], {})).toBe(false);
    expect(await coloured([], { FORCE_COLOR: '1' })).toBe(true);
    expect(await coloured(['--color'], { NO_COLOR: '1' })).toBe(true);
    expect(await coloured(['--no-color'], { FORCE_COLOR: '1' })).toBe(false);
  });

  test('a reader that stops reading is no error', async () => {
    const p = project({ [MIGRATION]: `${OPEN}${Array.from({ length: 400 }, (_, i) => `create table t${i} (id uuid primary key, organization_id uuid references organizations (id));`).join('\n')}` });
    const child = spawn('/bin/sh', ['-c', `"${process.execPath}" "${bin}" | head -n 1`], { cwd: p.dir });
    let err = '';
    child.stderr.on('data', (text: Buffer) => { err += text.toString(); });
    await new Promise((resolve) => child.on('close', resolve));
    expect(err).toBe('');
  });

  test('--help and --version', async () => {
    const p = project({});
    expect((await tenantlint(p.dir, ['--help'])).out).toContain('Exit code: 0');
    expect((await tenantlint(p.dir, ['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('what a verdict rests on', () => {
  const MEMBERS = `create table organizations (id uuid primary key);
create table members (org_id uuid not null references organizations (id), user_id uuid not null references auth.users (id), primary key (org_id, user_id));
create table notes (id uuid primary key, org_id uuid not null references organizations (id));
alter table organizations enable row level security;
alter table members enable row level security;
alter table notes enable row level security;
create policy own on members for select to authenticated using (user_id = (select auth.uid()));
create policy joins on members for insert to authenticated with check (user_id = (select auth.uid()));
create policy tenant on notes for select to authenticated using (org_id in (select org_id from members where user_id = (select auth.uid())));
`;
  test('a table that the caller may write is told with every verdict that it decides', async () => {
    const p = project({ 'supabase/migrations/20240101000000_init.sql': MEMBERS });
    expect((await tenantlint(p.dir, ['inspect'])).out).toContain('select isolated until public.members is written');
    expect((await tenantlint(p.dir, ['explain', 'table', 'notes'])).out).toContain('until members is written: members decides who the caller is, and the caller may insert it');
  });
});

describe('explain', () => {
  test('a rule, a table, a line', async () => {
    const p = project({ [MIGRATION]: OPEN });
    expect((await tenantlint(p.dir, ['explain', 'table-without-rls'])).out).toContain('row level security off');
    expect((await tenantlint(p.dir, ['explain', 'table', 'projects'])).out).toContain('keyed (organization_id)');
    expect((await tenantlint(p.dir, ['explain', `${MIGRATION}:5`])).out).toContain('table-without-rls');
  });
});
