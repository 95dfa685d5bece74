import { expect, test } from 'vitest';
import { analyseProduct, inRoute, SCHEMA, SESSION } from './product.ts';

const of = (body: string, model: string, schema = SCHEMA, top = ''): string[] =>
  inRoute(body, { schema, top }).filter((s) => s.model === model).map((s) => `${s.operation} ${s.verdict} ${s.certainty}${s.defect ? ` ${s.defect.kind}` : ''}`);

/** An organization that points to the one of its projects that counts; items hang off lists, and name a project besides. */
const POINTED = SCHEMA.replace('slug      String     @unique\n', 'slug      String     @unique\n  mainProjectId String?\n  lists     List[]\n').replace('  documents Document[]\n  tasks', '  items     Item[]\n  documents Document[]\n  tasks') + `
model List {
  id    String       @id
  orgId String
  org   Organization @relation(fields: [orgId], references: [id])
  items Item[]
}

model Item {
  id        String  @id
  listId    String
  projectId String
  list      List    @relation(fields: [listId], references: [id])
  project   Project @relation(fields: [projectId], references: [id])
}
`;

test('a row is compared along any key to what belongs to somebody', () => {
  const compared = (test_: string): string[] => of(`const org = await prisma.organization.findUniqueOrThrow({ where: { id: orgId } }); const item = await prisma.item.findUniqueOrThrow({ where: { id: params.id } }); if (${test_}) throw new Error('x'); return Response.json(item);`, 'Item', POINTED);
  expect(compared('item.projectId !== org.mainProjectId')).toEqual(['findUniqueOrThrow guarded likely']);
  expect(compared('item.id !== org.mainProjectId')).toEqual(['findUniqueOrThrow leak proven unbound-id']);
});

test('a row that was checked before its columns are used again vouches for what they name', () => {
  const through = (check: string): string[] => of(`const org = await prisma.organization.findUniqueOrThrow({ where: { id: params.id }, include: { members: { where: { userId } } } }); ${check} await prisma.item.updateMany({ where: { id: body.item, projectId: org.mainProjectId }, data: { listId: 'x' } });`, 'Item', POINTED);
  expect(through(`if (org.members.length === 0) throw new Error('x');`)[0]).toMatch(/^updateMany guarded/);
  expect(through('')[0]).toMatch(/^updateMany leak/);
});

test('the tenant of a row that is judged where it is fetched binds what was checked against it', () => {
  const [site] = of(`const org = await prisma.organization.findUniqueOrThrow({ where: { slug: body.slug } }); await allowed(org, userId); const p = await prisma.project.findFirst({ where: { id: params.id, orgId: org.id } }); if (!p) throw new Error('x'); await prisma.project.update({ where: { id: params.id }, data: { name: 'x' } });`, 'Project', SCHEMA, `import { allowed } from 'policy';`).slice(-1);
  expect(site).toBe('update scoped likely');
});

test('where more was known than is kept, a leak is no proof', () => {
  const way = (n: number): string => `case ${n}: { const d = await prisma.document.findFirst({ where: { id: body.d${n}, project: { orgId } } }); if (!d) throw new Error('x'); break; }`;
  const ways = (n: number): string[] => of(`switch (body.kind) { ${Array.from({ length: n }, (_, i) => way(i)).join(' ')} default: throw new Error('x'); } await prisma.invoice.delete({ where: { id: params.id } });`, 'Invoice');
  expect(ways(2)[0]).toMatch(/^delete leak proven/);
  expect(ways(6)[0]).toMatch(/^delete leak likely/);
});

test('a party beside the tenants is no tenant that the request chooses', () => {
  const schema = `${SCHEMA}
model Vendor {
  id      String       @id
  members VendorUser[]
  orders  Order[]
}

model VendorUser {
  vendorId String
  userId   String
  vendor   Vendor @relation(fields: [vendorId], references: [id])
  @@id([vendorId, userId])
}

model Order {
  id       String @id
  vendorId String
  vendor   Vendor @relation(fields: [vendorId], references: [id])
}
`;
  const sites = of(`return Response.json(await prisma.order.findMany({ where: { vendorId: body.vendorId } }));`, 'Order', schema);
  expect(sites.every((line) => !line.includes('proven'))).toBe(true);
  expect(of(`return Response.json(await prisma.project.findMany({ where: { orgId: body.orgId } }));`, 'Project', schema)).toEqual(['findMany leak proven chosen-tenant']);
});

test('a check that decides on some way is not idle', () => {
  const sites = analyseProduct({ files: { 'app/api/x/route.ts': `${SESSION}
export async function POST(req: Request, { params }: { params: { id: string } }) {
  const { orgId } = await caller();
  const p = await prisma.project.findUnique({ where: { id: params.id } });
  if (req.headers.get('x-strict')) { if (p?.orgId !== orgId) throw new Error('x'); await audit(p); }
  return Response.json(p);
}
declare function audit(of: unknown): Promise<void>;` } });
  const [site] = sites.filter((s) => s.model === 'Project');
  expect([site?.verdict, site?.certainty, site?.defect?.kind]).toEqual(['leak', 'likely', 'idle-guard']);
});

test('what an update writes is no check of the row that it reaches', () => {
  const moved = (where: string): string | undefined => of(`const p = await prisma.project.findFirstOrThrow({ where: { id: body.project, orgId } }); await prisma.document.update({ where: ${where}, data: { projectId: p.id } });`, 'Document').at(-1);
  expect(moved('{ id: params.id }')).toMatch(/^update leak proven/);
  expect(moved('{ id: params.id, projectId: p.id }')).toMatch(/^update (?:scoped|guarded) proven/);
});

test('an administrator by the user\'s own row, beside the roles in each tenant, may be the platform\'s', () => {
  const own = SCHEMA.replace('  email       String   @unique\n', '  email       String   @unique\n  role        String\n');
  const guarded = (schema: string): string | undefined => of(`const me = await prisma.user.findUniqueOrThrow({ where: { id: userId } }); if (me.role !== 'admin') throw new Error('x'); return Response.json(await prisma.invoice.findMany());`, 'Invoice', schema)[0];
  expect(guarded(own)).toMatch(/^findMany leak likely/);
  expect(guarded(own.replace('  role   String\n', ''))).toMatch(/^findMany leak proven/);
});

test('an administrator by a list of roles that names no tenant may be the platform\'s', () => {
  const schema = SCHEMA.replace('  memberships Member[]\n', '  memberships Member[]\n  roles       UserRole[]\n') + `
model UserRole {
  userId String
  role   String
  user   User   @relation(fields: [userId], references: [id])
  @@id([userId, role])
}
`;
  const asked = (where: string): string | undefined => of(`const admin = await prisma.userRole.findFirst({ where: ${where} }); if (!admin) throw new Error('x'); return Response.json(await prisma.invoice.findMany());`, 'Invoice', schema)[0];
  expect(asked("{ userId, role: 'admin' }")).toMatch(/^findMany leak likely/);
  expect(asked("{ userId, role: 'editor' }")).toMatch(/^findMany leak proven/);
});

test('a page that guests see as well proves nothing by an id', () => {
  const page = (guest: string): string | undefined => analyseProduct({ files: {
    'db.ts': `import { PrismaClient } from '@prisma/client'; export const prisma = new PrismaClient();`,
    'app/polls/[id]/page.tsx': `import { getServerSession } from 'next-auth'; import { redirect } from 'next/navigation'; import { prisma } from '../../../db';
export default async function Page({ params }) { const session = await getServerSession(); ${guest} const p = await prisma.invoice.findUnique({ where: { id: params.id } }); return <p>{p.amount}</p>; }`,
  } }).find((s) => s.model === 'Invoice')?.certainty;
  expect(page(`if (!session) redirect('/login');`)).toBe('proven');
  expect(page(`const guest = session ? await prisma.user.findUnique({ where: { id: session.user.id } }) : await prisma.user.findUnique({ where: { email: 'guest' } });`)).not.toBe('proven');
});

test('whoever was sent an invitation has its id', () => {
  const schema = SCHEMA.replace('  members   Member[]\n', '  members   Member[]\n  invites   Invite[]\n') + `
model Invite {
  id    String       @id @default(cuid())
  email String
  orgId String
  org   Organization @relation(fields: [orgId], references: [id])
}
`;
  expect(of('return Response.json(await prisma.invite.findUnique({ where: { id: params.id } }));', 'Invite', schema)[0]).toMatch(/^findUnique leak likely/);
  expect(of('return Response.json(await prisma.invite.findMany({ where: { email: params.id } }));', 'Invite', schema)[0]).toMatch(/^findMany leak proven/);
  expect(of('await prisma.invite.delete({ where: { id: params.id } });', 'Invite', schema)[0]).toMatch(/^delete leak proven/);
});
