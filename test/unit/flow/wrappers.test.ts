import { expect, test } from 'vitest';
import { analyseProduct, brief } from './product.ts';

const BASE = (check: string) => ({
  'src/db.ts': `import { PrismaClient } from '@prisma/client';
export const prisma = new PrismaClient();`,
  'src/with-org.ts': `import { getServerSession } from 'next-auth';
import { prisma } from './db';
async function organization(req: Request) {
  const session = await getServerSession();
  if (!session) throw new Response('unauthorized', { status: 401 });
  const { orgId } = await req.json();
  ${check}
  return orgId;
}
export const withOrg = (handler) => async (req, context) => handler(req, { ...context, orgId: await organization(req) });`,
  'app/api/x/route.ts': `import { withOrg } from '../../../src/with-org';
import { prisma } from '../../../src/db';
export const GET = withOrg(async (req, { orgId }) => Response.json(await prisma.project.findMany({ where: { orgId } })));`,
});

const verdict = (check: string): string[] => brief(analyseProduct({ files: BASE(check) })).map((line) => line.split(' ').slice(0, 2).join(' ')).filter((line) => line.startsWith('Project.'));

test.each([
  ['the membership is there', `const member = await prisma.member.findUnique({ where: { orgId_userId: { orgId, userId: session.user.id } } }); if (!member) throw new Error('no');`, 'Project.findMany scoped'],
  ['the membership is counted', `const n = await prisma.member.count({ where: { orgId, userId: session.user.id } }); if (n === 0) throw new Error('no');`, 'Project.findMany scoped'],
  ['one of the memberships', `const members = await prisma.member.findMany({ where: { userId: session.user.id } }); if (!members.some((m) => m.orgId === orgId)) throw new Error('no');`, 'Project.findMany scoped'],
  ['nothing is checked, whatever the name says', ``, 'Project.findMany leak'],
  ['somebody is a member', `const member = await prisma.member.findFirst({ where: { orgId } }); if (!member) throw new Error('no');`, 'Project.findMany leak'],
  ['the membership is looked up and not asked', `await prisma.member.findUnique({ where: { orgId_userId: { orgId, userId: session.user.id } } });`, 'Project.findMany leak'],
])('a wrapper that takes the tenant from the request: %s', (_, check, want) => {
  expect(verdict(check)).toEqual([want]);
});

test('what a function of a package gives back for a function is that function, with a memory', () => {
  const auth = (wrapped: string): Record<string, string> => ({
    'db.ts': `import { PrismaClient } from '@prisma/client'; export const prisma = new PrismaClient();`,
    'session.ts': `import { cache } from 'react'; import { unstable_cache } from 'next/cache'; import { memo } from 'somewhere'; import { getServerSession } from 'next-auth'; import { prisma } from './db';
      export const user = ${wrapped};`,
    'app/api/x/[id]/route.ts': `import { prisma } from '../../../../db'; import { user } from '../../../../session';
      export async function GET(_req: Request, { params }: { params: { id: string } }) { const u = await user(); if (!u) return new Response('', { status: 401 }); return Response.json([await prisma.project.findMany({ where: { org: { members: { some: { userId: u.id } } } } }), await prisma.invoice.findUnique({ where: { id: params.id } })]); }`,
  });
  const verdicts = (wrapped: string): string[] => analyseProduct({ files: auth(wrapped) }).map((s) => `${s.model} ${s.verdict} ${s.certainty}`);
  const body = `async () => { const s = await getServerSession(); return s?.user?.id ? { id: s.user.id } : null; }`;
  for (const wrapped of [body, `cache(${body})`, `unstable_cache(${body}, ['x'])`, `memo(${body})`, `memo(${body}, { ttl: 5 })`]) expect(verdicts(wrapped), wrapped).toEqual(['Project scoped proven', 'Invoice leak proven']);
});
