import { beforeAll, expect, test } from 'vitest';
import { buildOnce, project, tenantlint } from './run.ts';

beforeAll(buildOnce);

const MIGRATION = `create table "Org" (id text primary key);
create table "Member" (id text primary key, "orgId" text not null references "Org"(id), "userId" text not null, unique ("orgId", "userId"));
create table "Project" (id text primary key, name text not null, "orgId" text not null references "Org"(id));
create index on "Project" ("orgId");
create role app_user nologin;
alter table "Project" enable row level security;
alter table "Project" force row level security;
create policy tenant on "Project" using ("orgId" = current_setting('app.tenant_id', true)) with check ("orgId" = current_setting('app.tenant_id', true));
grant select, insert, update, delete on "Project" to app_user;
`;

const BASE = {
  'package.json': '{ "name": "shop", "dependencies": { "@prisma/client": "6.2.0", "next-auth": "4.24.0" } }',
  'prisma/schema.prisma': `datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
model Org {
  id       String    @id
  projects Project[]
  members  Member[]
}
model Member {
  id     String @id
  orgId  String
  userId String
  org    Org    @relation(fields: [orgId], references: [id])
  @@unique([orgId, userId])
}
model Project {
  id    String @id
  name  String
  orgId String
  org   Org    @relation(fields: [orgId], references: [id])
  @@index([orgId])
}
`,
  'prisma/migrations/20240101000000_a/migration.sql': MIGRATION,
  'src/session.ts': `import { getServerSession } from 'next-auth';
export async function caller() { const session = await getServerSession(); if (!session) throw new Error('no'); return session.user; }
`,
};

async function verdict(factory: string, handler: string): Promise<string[]> {
  const { dir } = project({
    ...BASE,
    'src/db.ts': `import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n${factory}\n`,
    'app/api/x/route.ts': `import { prisma, scoped } from '../../../src/db';
import { caller } from '../../../src/session';
export async function GET(request: Request, { params }) { const me = await caller(); ${handler} }
`,
  });
  const { out, err } = await tenantlint(dir, ['inspect', '--format', 'json']);
  expect(err).toBe('');
  return (JSON.parse(out) as { sites: readonly { readonly operation: string; readonly verdict: string; readonly why: readonly string[] }[] }).sites.filter((s) => s.operation === 'findUnique').map((s) => `${s.verdict}: ${s.why.join('; ')}`);
}

const EXTENDED = (set: string): string => `export function scoped(tenant: string) {
  return prisma.$extends({ query: { $allModels: { async $allOperations({ args, query }) {
    ${set}
  } } } });
}`;
const IN_ONE = (name: string): string => EXTENDED(`const [, result] = await prisma.$transaction([prisma.$executeRaw\`SELECT set_config('${name}', \${tenant}, TRUE)\`, query(args)]); return result;`);
const RUN = `export const scoped = (tenant: string, run: (tx: any) => Promise<any>) => prisma.$transaction(async (tx) => { await tx.$executeRaw\`SELECT set_config('app.tenant_id', \${tenant}, true)\`; return run(tx); });`;
const QUERY = 'return Response.json(await db.project.findUnique({ where: { id: params.id } }));';

const TENANT = ['injected: policies of public.Project let app_user see the tenant\'s rows only'];
/** Safe as well, and useless: rules about the setting tell. */
const NOTHING = ['injected: policies of public.Project let app_user see nothing here'];

test.each([
  ['an extension that sets the tenant before each operation', IN_ONE('app.tenant_id'), `const db = scoped(me.orgId); ${QUERY}`, TENANT],
  ['a transaction that begins with the tenant', RUN, `return scoped(me.orgId, (db) => db.project.findUnique({ where: { id: params.id } }));`, TENANT],
  ['the client beside the extension', IN_ONE('app.tenant_id'), `const db = prisma; ${QUERY}`, NOTHING],
  ['another setting than the policies read', IN_ONE('app.company'), `const db = scoped(me.orgId); ${QUERY}`, NOTHING],
])('%s', async (_, factory, handler, want) => {
  expect(await verdict(factory, handler)).toEqual(want);
});
