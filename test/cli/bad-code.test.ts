import { beforeAll, expect, test } from 'vitest';
import { buildOnce, project, tenantlint } from './run.ts';

beforeAll(buildOnce);

const BASE = {
  'package.json': '{ "name": "shop", "dependencies": { "@prisma/client": "6.2.0", "next": "15.1.0", "next-auth": "4.24.0" } }',
  'prisma/schema.prisma': `datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
model Organization {
  id       String    @id
  projects Project[]
  members  Member[]
}
model Member {
  id     String       @id
  orgId  String
  userId String
  org    Organization @relation(fields: [orgId], references: [id])
  @@unique([orgId, userId])
}
model Project {
  id    String       @id
  name  String
  orgId String
  org   Organization @relation(fields: [orgId], references: [id])
  @@index([orgId])
}
`,
  'src/db.ts': `import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n`,
  'src/session.ts': `import { getServerSession } from 'next-auth';\nexport async function caller() { const session = await getServerSession(); if (!session) throw new Error('no'); return session.user; }\n`,
};

/** A route that asks for an id which nobody checked; \`more\` stands before it in the same file. */
const route = (more: string, types = true): string => `import { prisma } from '../../../src/db';
import { caller } from '../../../src/session';
${more}
export async function GET(request${types ? ': Request' : ''}, { params }) {
  await caller();
  return Response.json(await prisma.project.findUnique({ where: { id: params.id } }));
}
`;

interface Inspected {
  readonly sites: readonly { readonly file: string; readonly verdict: string; readonly operation: string }[];
}

async function inspect(files: Readonly<Record<string, string>>): Promise<{ readonly sites: string[]; readonly unread: readonly { readonly file: string; readonly reason: string }[] }> {
  const { dir } = project({ ...BASE, ...files });
  const told = await tenantlint(dir, ['inspect', '--format', 'json']);
  expect(told.err).toBe('');
  const checked = await tenantlint(dir, ['check', '--format', 'json']);
  expect(checked.err).toBe('');
  expect(checked.code).toBeLessThan(2);
  return {
    sites: (JSON.parse(told.out) as Inspected).sites.map((s) => `${s.file} ${s.operation} ${s.verdict}`),
    unread: (JSON.parse(checked.out) as { readonly unread: readonly { readonly file: string; readonly reason: string }[] }).unread,
  };
}

const LEAK = 'app/api/x/route.ts findUnique leak';
const deep = (n: number, open: string, inner: string, close: string): string => open.repeat(n) + inner + close.repeat(n);

test.each([
  ['a syntax error', `const broken = ((;`],
  ['an unclosed class', `class A { method( {`],
  ['parentheses without end', `export const deep = ${deep(20_000, '(', '1', ')')};`],
  ['arrays without end', `export const deep = ${deep(20_000, '[', '1', ']')};`],
  ['functions in functions', `export const deep = ${deep(3_000, '() => (', '1', ')')};`],
  ['calls in a row', `export const chain = x${'.next()'.repeat(8_000)};`],
  ['a choice of thousands', `export const choice = ${Array.from({ length: 8_000 }, (_, i) => `a === ${i} ? ${i} : `).join('')}0;`],
])('%s costs only itself', async (_, text) => {
  const { sites, unread } = await inspect({ 'app/api/x/route.ts': route(''), 'app/api/y/route.ts': route(text) });
  expect(sites).toContain(LEAK);
  // What stands beside it in the same file is either judged or said to be unread.
  expect(sites.some((s) => s.startsWith('app/api/y/route.ts')) || unread.some((u) => u.file === 'app/api/y/route.ts')).toBe(true);
});

test('a generated file of 5 MB is said, and not read', async () => {
  const { sites, unread } = await inspect({ 'app/api/x/route.ts': route(''), 'src/generated.ts': `import { prisma } from './db';\n${'export const row = () => prisma.project.findMany({ where: {} });\n'.repeat(80_000)}` });
  expect(sites).toContain(LEAK);
  expect(unread.find((u) => u.file === 'src/generated.ts')?.reason).toMatch(/too large/);
});

test('imports in a circle, classes that extend each other, functions that call each other', async () => {
  const { sites } = await inspect({
    'src/a.ts': `import { b, B } from './b';\nexport * from './b';\nexport const a = b;\nexport class A extends B {}\nexport const down = (n) => (n > 0 ? up(n - 1) : a);\nimport { up } from './b';`,
    'src/b.ts': `import { a, A, down } from './a';\nexport * from './a';\nexport const b = a;\nexport class B extends A {}\nexport const up = (n) => down(n + 1);`,
    'app/api/x/route.ts': route(`import { A, down } from '../../../src/a';\nconst one = new A();\none.anything(down(3));`),
  });
  expect(sites).toEqual([LEAK]);
});

test.each(['js', 'jsx', 'mjs', 'tsx'])('JavaScript and JSX: .%s', async (extension) => {
  const { sites } = await inspect({ [`app/api/x/route.${extension}`]: route(extension === 'mjs' ? '' : 'const view = <main title="x">{1}</main>;', false) });
  expect(sites).toEqual([`app/api/x/route.${extension} findUnique leak`]);
});

test('CommonJS', async () => {
  const { sites } = await inspect({
    'src/connection.js': `const { PrismaClient } = require('@prisma/client');\nmodule.exports = { prisma: new PrismaClient() };`,
    'src/server.js': `const express = require('express');\nconst { prisma } = require('./connection');\nconst app = express();\napp.get('/:id', async (req, res) => { res.json(await prisma.project.findUnique({ where: { id: req.params.id } })); });`,
  });
  expect(sites.map((s) => s.split(' ').slice(0, 2).join(' '))).toEqual(['src/server.js findUnique']);
});

test('paths of a tsconfig that is missing or broken', async () => {
  const text = route('').replaceAll('../../../src', '@/src');
  const missing = await inspect({ 'app/api/x/route.ts': text });
  expect(missing.sites.map((s) => s.split(' ')[0])).toEqual(['app/api/x/route.ts']);
  const broken = await inspect({ 'app/api/x/route.ts': text, 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] }' });
  expect(broken.sites).toEqual([LEAK]);
});

test('decorators of both kinds', async () => {
  const { sites } = await inspect({
    'src/service.ts': `import { prisma } from './db';
const logged = (value: unknown, context: ClassMethodDecoratorContext) => value;
@sealed export class Projects {
  @logged async one(id: string) { return prisma.project.findUnique({ where: { id } }); }
  constructor(@Inject('x') private readonly x: unknown) {}
  @accessor() accessor name = 'x';
}`,
    'app/api/x/route.ts': `import { Projects } from '../../../src/service';\nimport { caller } from '../../../src/session';\nexport async function GET(request: Request, { params }) { await caller(); return Response.json(await new Projects().one(params.id)); }`,
  });
  expect(sites).toEqual(['src/service.ts findUnique leak']);
});

test('more branches than anybody could follow are given up, and said', async () => {
  const branches = Array.from({ length: 4_000 }, (_, i) => `if (params.a${i}) { where = { ...where, f${i}: params.b${i} }; list.push(await one(params.c${i})); }`).join('\n');
  const { sites, unread } = await inspect({
    'app/api/x/route.ts': route(''),
    'app/api/y/route.ts': `import { prisma } from '../../../src/db';\nconst one = (id) => prisma.project.findUnique({ where: { id } });\nexport async function GET(request, { params }) { let where = {}; const list = [];\n${branches}\nreturn Response.json(await prisma.project.findMany({ where })); }`,
  });
  expect(sites).toContain(LEAK);
  expect(sites.filter((s) => s.startsWith('app/api/y'))).toHaveLength(2);
  expect(unread.filter((u) => u.file === 'app/api/y/route.ts').map((u) => u.reason).join()).toMatch(/too much to follow/);
});
