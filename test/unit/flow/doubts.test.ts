import { expect, test } from 'vitest';
import { analyseProduct, inRoute, SCHEMA, SESSION } from './product.ts';

const of = (body: string, model: string, schema = SCHEMA, top = ''): string[] =>
  inRoute(body, { schema, top }).filter((s) => s.model === model).map((s) => `${s.operation} ${s.verdict} ${s.certainty}${s.defect ? ` ${s.defect.kind}` : ''}`);

const EXTENSION = (assign: string): string => `const scoped = (tenant: string) => prisma.$extends({ query: { $allModels: { async $allOperations({ operation, args, query }) {
  const given = { ...args };
  if (['findMany', 'groupBy'].includes(operation)) { const narrowed = given as { where?: object }; ${assign} }
  return query(given);
} } } });
`;

test('an object that has two names changes under both', () => {
  const extended = (assign: string): string[] => of('const db = scoped(orgId); return Response.json(await db.project.findMany({ where: { isPublic: false } }));', 'Project', SCHEMA, EXTENSION(assign));
  expect(extended('narrowed.where = { ...narrowed.where, orgId: tenant };')).toEqual(['findMany injected proven']);
  expect(extended('console.log(narrowed);')).toEqual(['findMany leak proven unscoped']);
  expect(of('const and: object[] = []; const where = { AND: and }; and.push({ orgId }); await prisma.project.findMany({ where });', 'Project')).toEqual(['findMany scoped proven']);
  expect(of('const where: { orgId?: string } = {}; limit(where, orgId); await prisma.project.findMany({ where });', 'Project', SCHEMA, 'function limit(where: { orgId?: string }, tenant: string) { where.orgId = tenant; }\n')).toEqual(['findMany scoped proven']);
});

test('variables of a block live on where a function sees them', () => {
  const asked = (made: string): string[] => of(`let ask = () => prisma.project.findMany({ where: { orgId } });\n${made}\nreturn Response.json(await ask());`, 'Project');
  const query = (tenant: string): string => `ask = () => prisma.project.findMany({ where: { orgId: ${tenant} } });`;
  expect(asked(`{ const own = orgId; ${query('own')} }`)).toContain('findMany scoped proven');
  expect(asked(`for (const own of [orgId]) { const tenant = own; ${query('tenant')} }`).every((s) => s === 'findMany scoped proven')).toBe(true);
  expect(asked(`try { const own = orgId; ${query('own')} } catch (error) { const own = orgId; ${query('own')} }`).every((s) => s === 'findMany scoped proven')).toBe(true);
  expect(asked(`{ const sent = new URL(request.url).searchParams.get('org') ?? ''; ${query('sent')} }`).some((s) => s.startsWith('findMany leak'))).toBe(true);
});

test('a role that only the makers of the product have', () => {
  const role = (check: string): string[] => of(`const me = await prisma.user.findUniqueOrThrow({ where: { id: userId } }); ${check} return Response.json(await prisma.project.findMany({ take: 10 }));`, 'Project', SCHEMA.replace('email       String   @unique', 'email       String   @unique\n  role        String'));
  expect(role(`if (me.role !== 'super_admin') throw new Error('x');`)).toEqual(['findMany by-design likely']);
  expect(role(`if (!['system_admin', 'platform-admin'].includes(me.role)) throw new Error('x');`)).toEqual(['findMany by-design likely']);
  // Every tenant has its administrators; a role of the user's own may be the platform's.
  expect(role(`if (me.role !== 'admin') throw new Error('x');`)).toEqual(['findMany leak likely unscoped']);
  expect(role(`if (me.role !== 'super_admin' && me.role !== 'admin') throw new Error('x');`)).toEqual(['findMany leak proven unscoped']);
  const session = (check: string): string[] => of(`const { user } = await getServerSession(); ${check} return Response.json(await prisma.project.findMany({ take: 10 }));`, 'Project');
  expect(session(`if (!user.isSuperAdmin) throw new Error('x');`)).toEqual(['findMany by-design likely']);
  expect(session(`if (!user.isAdmin) throw new Error('x');`)).toEqual(['findMany leak proven unscoped']);
});

test('tables of which nothing is known', () => {
  const schema = `${SCHEMA}
model Ticket {
  identifier String
  value      String
  @@id([identifier, value])
}
`;
  expect(of('await prisma.ticket.deleteMany({ where: { identifier: body.email } });', 'Ticket', schema)[0]).toMatch(/^deleteMany (?:unknown|by-design)/);
});

test('rows of users, and what was published, are no proven leak', () => {
  expect(of('await prisma.user.updateMany({ where: { email: body.email }, data: { email: "x" } });', 'User')[0]).not.toMatch(/proven/);
  const schema = SCHEMA.replace('  amount     Int', '  amount     Int\n  listedAt   DateTime?');
  expect(of('return Response.json(await prisma.invoice.findMany({ where: { listedAt: { not: null } } }));', 'Invoice', schema)).toEqual(['findMany leak likely unscoped']);
  expect(of('return Response.json(await prisma.invoice.findMany({ where: { listedAt: null } }));', 'Invoice', schema)).toEqual(['findMany leak proven unscoped']);
  expect(of('await prisma.invoice.updateMany({ where: { listedAt: { not: null } }, data: { amount: 1 } });', 'Invoice', schema)).toEqual(['updateMany leak proven unscoped']);
});

test('what a store or a decoder made of the request is no longer the request\'s own word', () => {
  const top = `import { states } from 'states';\n`;
  expect(of('const { invoice } = await states.take(body.state); return Response.json(await prisma.invoice.findUnique({ where: { id: invoice } }));', 'Invoice', SCHEMA, top)).toEqual(['findUnique leak likely unbound-id']);
  expect(of('return Response.json(await prisma.invoice.findUnique({ where: { id: Number(body.invoice) } }));', 'Invoice', SCHEMA, top)).toEqual(['findUnique leak proven unbound-id']);
});

test('the code itself names the row', () => {
  expect(of(`return Response.json(await prisma.project.findUnique({ where: { id: 'prj_template' } }));`, 'Project')).toEqual(['findUnique by-design likely']);
  expect(of(`return Response.json(await prisma.project.findMany({ where: { OR: [{ id: 'prj_template' }, { name: body.name }] } }));`, 'Project')[0]).toMatch(/^findMany leak/);
});

test('routes for the tests of a browser are no product', () => {
  const body = `${SESSION}
export async function DELETE(req: Request, { params }: { params: { id: string } }) { await caller(); await prisma.invoice.delete({ where: { id: params.id } }); }`;
  const at = (file: string): string | undefined => analyseProduct({ files: { [file]: body } })[0]?.verdict;
  expect(at('app/api/e2e/[id]/route.ts')).toBe('by-design');
  expect(at('app/api/tests/[id]/route.ts')).toBe('leak');
});

test('goes on for one tenant only, which the program names', () => {
  const only = (check: string): string[] => of(`${check} await prisma.invoice.delete({ where: { id: body.id } });`, 'Invoice');
  expect(only(`if (body.orgId !== 'org_house') throw new Error('x');`)).toEqual(['delete leak likely unbound-id']);
  expect(only(`if (body.kind !== 'plain') throw new Error('x');`)).toEqual(['delete leak proven unbound-id']);
});

test('only what was sent as it is may bring any name', () => {
  const of = (row: string): string[] => inRoute(`const rows = []; for (const one of body.rows) rows.push(...expand(one)); await prisma.invoice.create({ data: ${row} });`, { top: `import { expand } from 'expand';\n` }).map((s) => `${s.operation} ${s.verdict} ${s.certainty}${s.defect ? ` ${s.defect.kind}` : ''}`);
  expect(of('{ orgId, ...body }')).toEqual(['create leak proven tenant-overwritten']);
  expect(of('{ orgId, ...expand(body) }')[0]).not.toMatch(/proven tenant-overwritten/);
});
