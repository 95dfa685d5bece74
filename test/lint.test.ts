import { expect, test } from 'vitest';
import { lint, UsageError, type Source } from 'tenantlint';

const SCHEMA = `create table organizations (id uuid primary key);
alter table organizations enable row level security;
create table members (user_id uuid not null references auth.users (id), organization_id uuid not null references organizations (id), primary key (organization_id, user_id));
alter table members enable row level security;
create table projects (id uuid primary key, organization_id uuid not null references organizations (id));
create index on projects (organization_id);
`;
const migration = (text: string): Source => ({ path: 'supabase/migrations/20240101000000_init.sql', text });

test('a fingerprint survives lines that are added above', async () => {
  const before = await lint({ sources: [migration(SCHEMA)] });
  const after = await lint({ sources: [migration(`-- a comment\n\nselect 1;\n${SCHEMA}`)] });
  expect(before.findings).toHaveLength(1);
  expect(after.findings.map((f) => f.fingerprint)).toEqual(before.findings.map((f) => f.fingerprint));
  expect(after.findings[0]?.at.start).not.toBe(before.findings[0]?.at.start);
});

test('presets show the same findings and more of them', async () => {
  const of = async (preset: 'recommended' | 'strict' | 'audit') => (await lint({ sources: [migration(`${SCHEMA}create table countries (code text primary key);`)], preset })).findings.map((f) => f.fingerprint);
  const [recommended, strict, audit] = [await of('recommended'), await of('strict'), await of('audit')];
  expect(strict).toEqual(expect.arrayContaining(recommended));
  expect(audit).toEqual(expect.arrayContaining(strict));
  expect(strict.length).toBeGreaterThan(recommended.length);
});

test('a suppression is not called unused because the preset hides what it answers for', async () => {
  const text = `${SCHEMA}alter table projects enable row level security;\n-- tenantlint-disable-next-line table-without-rls -- rates are public\ncreate table countries (code text primary key);`;
  expect((await lint({ sources: [migration(text)] })).findings).toEqual([]);
});

test('names of the repository reach messages without control characters', async () => {
  const name = 'pro\u001b]0;x\u0007jects\u202e';
  const { findings } = await lint({ sources: [migration(SCHEMA.replaceAll('projects', `"${name}"`))] });
  expect(findings).toHaveLength(1);
  for (const f of findings) expect(f.text + f.why + f.fix).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/);
  expect(findings[0]?.text).toContain('pro\\u001b]0;x\\u0007jects\\u202e');
});

test('a rule that is asked for and does not exist is a mistake of the caller', async () => {
  await expect(lint({ sources: [], rules: ['no-such-rule'] })).rejects.toThrow(UsageError);
});

test('what nobody can have meant is refused, and nothing to lint is said', async () => {
  const wrong = async (options: object) => lint(options).then(() => 'taken', (error: unknown) => String(error));
  expect(await wrong({ sources: [], preset: 'all' })).toBe('UsageError: preset: all is none of recommended, strict, audit');
  expect(await wrong({ sources: [], config: { preset: 'all' } })).toMatch(/^UsageError: config:1:11: preset: this/);
  expect(await wrong({ cwd: '/nowhere' })).toBe('UsageError: cwd: there is no folder /nowhere');
  expect((await lint({ sources: [] })).notes).toEqual(['nothing to lint: no SQL migrations, Prisma schema or database queries were found here']);
});

test('a configuration among the sources is honoured', async () => {
  const config = { path: 'tenantlint.config.jsonc', text: '{ "rules": { "table-without-rls": "off" } }' };
  expect((await lint({ sources: [migration(SCHEMA), config] })).findings).toEqual([]);
});

test('a suppression of a query that is proven says by what argument', async () => {
  const schema = 'model Organization {\n  id String @id\n  users User[]\n  tasks Task[]\n}\nmodel User {\n  id String @id\n  organizationId String\n  organization Organization @relation(fields: [organizationId], references: [id])\n}\nmodel Task {\n  id String @id\n  organizationId String\n  organization Organization @relation(fields: [organizationId], references: [id])\n}\n';
  const code = (where: string) => `import { PrismaClient } from '@prisma/client';\nimport { getServerSession } from 'next-auth';\nconst prisma = new PrismaClient();\nexport async function GET() {\n  const session = await getServerSession();\n  if (!session) throw new Error('unauthorized');\n  // tenantlint-disable-next-line query-without-tenant -- reviewed\n  return Response.json(await prisma.task.findMany({ where: ${where}, take: 9 }));\n}\n`;
  const of = async (where: string) => (await lint({ sources: [{ path: 'prisma/schema.prisma', text: schema }, { path: 'app/api/tasks/route.ts', text: code(where) }] })).findings.filter((f) => f.rule === 'suppression' && !f.suppressed).map((f) => f.text);
  expect(await of('{}')).toEqual([]);
  expect(await of('{ organizationId: session.user.organizationId }')).toEqual(["`query-without-tenant` reports nothing here any more: the query is proven now (organizationId belongs to a tenant of the caller's)."]);
});
