import { expect, test } from 'vitest';
import { inRoute, SCHEMA } from './product.ts';

const last = (body: string, model: string, top = ''): string | undefined => inRoute(body, { schema: SCHEMA, top }).findLast((s) => s.model === model)?.verdict;

test('what a try checks is not known to its finally', () => {
  const within = (check: string): string | undefined => last(`try { ${check} } finally { await prisma.document.deleteMany({ where: { projectId: params.id } }); }`, 'Document');
  expect(within(`const p = await prisma.project.findFirst({ where: { id: params.id, orgId } }); if (!p) throw new Error('x');`)).toBe('leak');
  expect(last(`const p = await prisma.project.findFirst({ where: { id: params.id, orgId } }); if (!p) throw new Error('x'); try { await fetch('x'); } finally { await prisma.document.deleteMany({ where: { projectId: params.id } }); }`, 'Document')).toBe('guarded');
});

test('a generator gives what it yields', () => {
  const pages = `async function* pages(orgId: string) { for (;;) { const page = await prisma.project.findMany({ where: { orgId } }); if (page.length === 0) return; yield page; } }`;
  expect(last(`for await (const page of pages(orgId)) for (const p of page) await prisma.document.deleteMany({ where: { projectId: p.id } });`, 'Document', pages)).toBe('guarded');
  expect(last(`const all = []; for await (const page of pages(body.org)) all.push(...page); return Response.json(all);`, 'Project', pages)).toBe('leak');
});

test('what a variable of the file keeps is there for whoever comes next', () => {
  expect(last(`if (!memo.has(params.id)) memo.set(params.id, await prisma.project.findUnique({ where: { id: params.id } })); return Response.json(memo.get(params.id));`, 'Project', 'const memo = new Map();')).toBe('leak');
  expect(last(`latest = await prisma.project.findUnique({ where: { id: params.id } });`, 'Project', 'let latest;')).toBe('leak');
});

test('an address names a tenant, and says nothing of who may enter', () => {
  const named = (check: string): string | undefined => last(`const org = await prisma.organization.findUnique({ where: { slug: params.slug }, include: { members: { where: { userId } } } }); if (!org${check}) throw new Error('x'); return Response.json(await prisma.invoice.findMany({ where: { orgId: org.id } }));`, 'Invoice');
  expect(named(' || org.members.length === 0')).toBe('scoped');
  expect(named('')).toBe('leak');
});
