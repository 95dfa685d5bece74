import { expect, test } from 'vitest';
import { analyseProduct, brief } from './product.ts';

const AUTH = `import { createCookieSessionStorage, redirect } from '@remix-run/node';
import { PrismaClient } from '@prisma/client';
export const prisma = new PrismaClient();
const storage = createCookieSessionStorage({ cookie: { name: 's', secrets: [process.env.SECRET!] } });
export async function requireMember(request: Request, slug: string | undefined) {
  const session = await storage.getSession(request.headers.get('Cookie'));
  const userId = session.get('userId');
  if (!userId) throw redirect('/login');
  const member = await prisma.member.findFirst({ where: { userId, org: { slug } } });
  if (!member) throw new Response('Not found', { status: 404 });
  return member;
}`;

const route = (body: string, kind = 'loader'): string[] => brief(analyseProduct({
  packages: { '@remix-run/node': '2.15.0' },
  files: {
    'app/auth.server.ts': AUTH,
    'app/routes/$org.projects.$id.tsx': `import { json } from '@remix-run/node';
import { prisma, requireMember } from '../auth.server';
export async function ${kind}({ request, params }) { ${body} }
export default function Page() { return null; }`,
  },
})).filter((line) => !line.startsWith('Member.'));

test.each([
  ['the tenant of the verified membership', `const member = await requireMember(request, params.org); return json(await prisma.project.findFirst({ where: { id: params.id, orgId: member.orgId } }));`, 'Project.findFirst scoped'],
  ['verified, then by id alone', `await requireMember(request, params.org); return json(await prisma.project.findUnique({ where: { id: params.id } }));`, 'Project.findUnique leak unbound-id'],
  ['the tenant of the path, never verified', `return json(await prisma.project.findMany({ where: { org: { slug: params.org } } }));`, 'Project.findMany'],
])('loader: %s', (_, body, want) => {
  expect(route(body)[0]).toContain(want);
});

test('action', () => {
  expect(route(`const form = await request.formData(); await prisma.project.delete({ where: { id: String(form.get('id')) } }); return null;`, 'action')).toEqual(['Project.delete leak unbound-id']);
});
