import { expect, test } from 'vitest';
import { inRoute, SCHEMA } from './product.ts';

/** What is said of the last query on the model. */
const last = (body: string, model = 'Project'): string | undefined => {
  const site = inRoute(body, { schema: SCHEMA }).findLast((s) => s.model === model);
  return site && `${site.operation} ${site.verdict}`;
};
const remove = 'await prisma.project.deleteMany({ where: { id: { in: body.ids } } });';
const asked = (asks: string, leaves: string): string | undefined => last(`${asks} if (${leaves}) throw new Error('x'); ${remove}`);

test('that one of many rows is there says nothing of the others', () => {
  const count = 'const own = await prisma.project.count({ where: { id: { in: body.ids }, orgId } });';
  expect(asked(count, 'own === 0')).toBe('deleteMany leak');
  expect(asked(count, '!own')).toBe('deleteMany leak');
  expect(asked(count, 'own !== body.ids.length')).toBe('deleteMany guarded');
  const first = 'const own = await prisma.project.findFirst({ where: { id: { in: body.ids }, orgId } });';
  expect(asked(first, '!own')).toBe('deleteMany leak');
  const rows = 'const own = await prisma.project.findMany({ where: { id: { in: body.ids }, orgId } });';
  expect(asked(rows, 'own.length < 1')).toBe('deleteMany leak');
  expect(asked(rows, 'own.length !== body.ids.length')).toBe('deleteMany guarded');
  expect(last(`${rows} await prisma.project.deleteMany({ where: { id: { in: own.map((o) => o.id) } } });`)).toBe('deleteMany guarded');
});

test('what every row is asked holds of each value, what some row is asked of none', () => {
  const rows = 'const rows = await prisma.project.findMany({ where: { id: { in: body.ids } } });';
  expect(asked(rows, '!rows.every((r) => r.orgId === orgId)')).toBe('deleteMany guarded');
  expect(asked(rows, 'rows.some((r) => r.orgId !== orgId)')).toBe('deleteMany guarded');
  expect(asked(rows, '!rows.some((r) => r.orgId === orgId)')).toBe('deleteMany leak');
  expect(last(`${rows} for (const r of rows) if (r.orgId !== orgId) throw new Error('x'); ${remove}`)).toBe('deleteMany guarded');
  expect(last(`${rows} const foreign = rows.filter((r) => r.orgId !== orgId); if (foreign.length > 0) throw new Error('x'); ${remove}`)).toBe('deleteMany guarded');
  expect(asked(rows, 'rows.find((r) => r.orgId !== orgId)')).toBe('deleteMany guarded');
  expect(asked(rows, '!rows.find((r) => r.orgId === orgId)')).not.toBe('deleteMany guarded');
  const named = "const rows = await prisma.project.findMany({ where: { id: { in: body.ids }, name: 'x' } });";
  expect(asked(named, 'rows.some((r) => r.orgId !== orgId)')).not.toBe('deleteMany guarded');
});

test('a member among the rows of a parent is somebody else than the rest of them', () => {
  const org = 'const org = await prisma.organization.findUniqueOrThrow({ where: { id: params.id }, include: { members: true, projects: true } });';
  expect(last(`${org} if (!org.members.some((m) => m.userId === userId)) throw new Error('x'); await prisma.project.deleteMany({ where: { orgId: params.id } });`)).toBe('deleteMany scoped');
  expect(last(`${org} if (!org.projects.some((p) => p.orgId === orgId)) throw new Error('x'); await prisma.invoice.deleteMany({ where: { orgId: org.id } });`, 'Invoice')).toBe('deleteMany scoped');
});

test('rows are looked up by their key', () => {
  const rows = 'const rows = await prisma.project.findMany({ where: { orgId } });';
  const documents = (id: string): string => `return Response.json(await prisma.document.findMany({ where: { projectId: ${id} } }));`;
  expect(last(`${rows} const known = new Map(rows.map((r) => [r.id, r])); if (!known.has(body.id)) throw new Error('x'); ${documents('body.id')}`, 'Document')).toBe('findMany guarded');
  expect(last(`${rows} const known = Object.fromEntries(rows.map((r) => [r.id, r])); const p = known[body.id]; if (!p) throw new Error('x'); ${documents('p.id')}`, 'Document')).toBe('findMany guarded');
  expect(last(`${rows} const known = Object.fromEntries(rows.map((r) => [r.id, r])); if (!known[body.id]) throw new Error('x'); ${documents('body.id')}`, 'Document')).toBe('findMany guarded');
  expect(last(`${rows} const known = Object.fromEntries(rows.map((r) => [r.name, r])); if (!known[body.id]) throw new Error('x'); ${documents('body.id')}`, 'Document')).toBe('findMany leak');
});

test('that the row belongs to some tenant is nothing that was checked', () => {
  const row = 'const p = await prisma.project.findUnique({ where: { id: params.id }, include: { org: { include: { members: true } } } });';
  const removed = (some: string): string | undefined => last(`${row} if (!p || !p.org.members.some((m) => ${some})) throw new Error('x'); await prisma.project.delete({ where: { id: params.id } });`);
  expect(removed('m.userId === userId')).toBe('delete guarded');
  expect(removed("m.role === 'owner'")).toBe('delete leak');
});
