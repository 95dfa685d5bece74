import { expect, test } from 'vitest';
import { brief, inRoute } from './product.ts';

/** [what, body of a handler with the caller's \`orgId\` and \`userId\`, verdicts owed in source order]. */
type Case = readonly [what: string, body: string, want: readonly string[], top?: string];

const conditions: readonly Case[] = [
  ['1 tenant in the condition', `return Response.json(await prisma.invoice.findMany({ where: { orgId } }));`, ['Invoice.findMany scoped']],
  ['2 compound unique with the tenant', `return Response.json(await prisma.project.findUnique({ where: { orgId_slug: { orgId, slug: body.slug } } }));`, ['Project.findUnique scoped']],
  ['3 unique and tenant', `return Response.json(await prisma.project.findUnique({ where: { id: params.id, orgId } }));`, ['Project.findUnique scoped']],
  ['4 relation path', `return Response.json(await prisma.version.findMany({ where: { document: { project: { orgId } } } }));`, ['Version.findMany scoped']],
  ['4b every is true of nothing', `return Response.json(await prisma.project.findMany({ where: { documents: { every: { project: { orgId } } } } }));`, ['Project.findMany leak widened']],
  ['5 membership of the caller', `return Response.json(await prisma.project.findMany({ where: { org: { members: { some: { userId } } } } }));`, ['Project.findMany scoped']],
  ['5b membership of whom the request names', `return Response.json(await prisma.project.findMany({ where: { org: { members: { some: { userId: body.userId } } } } }));`, ['Project.findMany leak unbound-id']],
  ['6 root relation', `return Response.json(await prisma.project.findMany({ where: { org: { id: orgId } } }));`, ['Project.findMany scoped']],
  ['7 condition grown in a variable', `const where: any = { orgId }; if (body.q) where.name = body.q; return Response.json(await prisma.project.findMany({ where }));`, ['Project.findMany scoped']],
  ['8 pushed to AND', `const where: any = { AND: [] }; where.AND.push({ orgId }); return Response.json(await prisma.project.findMany({ where }));`, ['Project.findMany scoped']],
  ['8b base and filter', `const base = { orgId }; return Response.json(await prisma.project.findMany({ where: { AND: [base, body.filter] } }));`, ['Project.findMany scoped']],
  ['9 spread of a helper', `return Response.json(await prisma.invoice.findMany({ where: { ...tenantWhere(orgId), status: body.status } }));`, ['Invoice.findMany scoped'], `const tenantWhere = (orgId: string) => ({ orgId });`],
  ['10 wrapper that adds the tenant', `return Response.json(await prisma.invoice.findMany({ where: withTenant({ status: body.status }, orgId) }));`, ['Invoice.findMany scoped'], `function withTenant<T>(where: T, orgId: string) { if (!orgId) throw new Error('no tenant'); return { ...where, orgId }; }`],
  ['11 spread after the tenant', `return Response.json(await prisma.invoice.findMany({ where: { orgId, ...body.filter } }));`, ['Invoice.findMany leak replaced']],
  ['12 spread before the tenant', `return Response.json(await prisma.invoice.findMany({ where: { ...body.filter, orgId } }));`, ['Invoice.findMany scoped']],
  ['13 condition only when there is a tenant', `return Response.json(await list(body.orgId ? orgId : undefined));`, ['Invoice.findMany leak maybe-undefined'], `const list = (orgId?: string) => prisma.invoice.findMany({ where: { ...(orgId ? { orgId } : {}) } });`],
  ['15 optional session, not narrowed', `const s = await getServerSession(); return Response.json(await prisma.invoice.findMany({ where: { orgId: s?.user?.orgId } }));`, ['Invoice.findMany leak maybe-undefined']],
  ['15b narrowed before', `const s = await getServerSession(); if (!s?.user?.orgId) return new Response(null, { status: 401 }); return Response.json(await prisma.invoice.findMany({ where: { orgId: s?.user?.orgId } }));`, ['Invoice.findMany scoped']],
  ['16 in of a list', `const ids = (await prisma.member.findMany({ where: { userId } })).map((m) => m.orgId); return Response.json(await prisma.invoice.findMany({ where: { orgId: { in: ids } } }));`, ['Member.findMany scoped', 'Invoice.findMany scoped']],
  ['16b in of nothing', `return Response.json(await prisma.invoice.findMany({ where: { orgId: { in: body.all ? undefined : [orgId] } } }));`, ['Invoice.findMany leak maybe-undefined']],
  ['17 undefined inside a relation', `return Response.json(await prisma.task.findMany({ where: { project: { orgId: undefined } } }));`, ['Task.findMany leak maybe-undefined']],
  ['18 widened', `return Response.json(await prisma.invoice.findMany({ where: { OR: [{ orgId }, { status: 'draft' }] } }));`, ['Invoice.findMany leak widened']],
  ['19 tenant beside OR', `return Response.json(await prisma.invoice.findMany({ where: { orgId, OR: [{ status: 'a' }, { status: 'b' }] } }));`, ['Invoice.findMany scoped']],
  ['20 every branch has the tenant', `return Response.json(await prisma.invoice.findMany({ where: { OR: [{ orgId, status: 'a' }, { orgId, status: 'b' }] } }));`, ['Invoice.findMany scoped']],
  ['20b an empty branch is dropped', `return Response.json(await prisma.invoice.findMany({ where: { OR: [{ orgId }, {}] } }));`, ['Invoice.findMany scoped']],
  ['21 NOT the tenant', `return Response.json(await prisma.invoice.findMany({ where: { NOT: { orgId } } }));`, ['Invoice.findMany leak unscoped']],
  ['50 everything in a handler', `await prisma.invoice.deleteMany({ where: {} });`, ['Invoice.deleteMany leak unscoped']],
  ['51 count', `return Response.json(await prisma.invoice.count({ where: { status: 'open' } }));`, ['Invoice.count leak unscoped']],
  ['52 cursor beside the tenant', `return Response.json(await prisma.invoice.findMany({ where: { orgId }, cursor: { id: body.cursor }, take: 10 }));`, ['Invoice.findMany scoped']],
  ['53 model chosen at run time', `return Response.json(await (prisma as any)[body.model].findUnique({ where: { id: body.id } }));`, ['?.findUnique unknown']],
  ['58 identity that is unique per tenant only', `return Response.json(await prisma.customer.findFirst({ where: { email: body.email } }));`, ['Customer.findFirst leak unbound-id']],
  ['59 tenant written down', `return Response.json(await prisma.invoice.findMany({ where: { orgId: 'org_1' } }));`, ['Invoice.findMany leak fixed-tenant']],
  ['66 select is no filter', `return Response.json(await prisma.invoice.findMany({ where: { status: 'open' }, select: { orgId: true } }));`, ['Invoice.findMany leak unscoped']],
  ['81 tenant from the body', `return Response.json(await prisma.invoice.findMany({ where: { orgId: body.orgId } }));`, ['Invoice.findMany leak chosen-tenant']],
  ['81b checked against membership', `const m = await prisma.member.findUnique({ where: { orgId_userId: { orgId: body.orgId, userId } } }); if (!m) return new Response(null, { status: 403 }); return Response.json(await prisma.invoice.findMany({ where: { orgId: body.orgId } }));`, ['Member.findUnique scoped', 'Invoice.findMany scoped']],
  ['global table', `return Response.json(await prisma.currency.findMany());`, ['Currency.findMany by-design']],
  ['tenant from the caller\'s own row', `const u = await prisma.member.findFirst({ where: { userId } }); if (!u) throw new Error('x'); return Response.json(await prisma.invoice.findMany({ where: { orgId: u.orgId } }));`, ['Member.findFirst scoped', 'Invoice.findMany scoped']],
];

for (const [name, body, want, top] of conditions) {
  test(name, () => {
    expect(brief(inRoute(body, top === undefined ? {} : { top }))).toEqual(want);
  });
}
