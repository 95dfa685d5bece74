import { expect, test } from 'vitest';
import { inRoute, SCHEMA } from './product.ts';

const GUARD = `async function mine(orgId: string, id: string) { const p = await prisma.project.findFirst({ where: { id, orgId } }); if (!p) throw new Error('x'); return p; }`;

/** What is said of the update, which asks for nothing but the id. */
const update = (guard: string): string | undefined => {
  const site = inRoute(`${guard} await prisma.document.updateMany({ where: { projectId: params.id }, data: { title: 'x' } });`, { schema: SCHEMA, top: GUARD }).findLast((s) => s.model === 'Document');
  return site && site.verdict;
};

test('a check is one for whoever waits for it', () => {
  expect(update('await mine(orgId, params.id);')).toBe('guarded');
  expect(update('mine(orgId, params.id);')).toBe('leak');
  expect(update('void mine(orgId, params.id);')).toBe('leak');
  expect(update('mine(orgId, params.id).then((p) => console.log(p));')).toBe('leak');
  expect(update('const checked = mine(orgId, params.id); await checked;')).toBe('guarded');
  expect(update('[params.id].forEach(async (id) => { await mine(orgId, id); });')).toBe('leak');
  expect(update('body.ids.forEach(async (id) => { await mine(orgId, params.id); });')).toBe('leak');
});

test('whoever takes the failure of a check goes on without it', () => {
  expect(update('await mine(orgId, params.id).catch(() => null);')).toBe('leak');
  expect(update('await mine(orgId, params.id).catch((e) => { throw e; });')).toBe('guarded');
  expect(update('const p = await mine(orgId, params.id).catch(() => null); if (!p) return;')).toBe('guarded');
  expect(update('const ok = await mine(orgId, params.id).catch(() => false); if (ok === false) throw new Error("x");')).toBe('guarded');
});

test('what begins together is not checked by each other', () => {
  expect(update('await Promise.all([mine(orgId, params.id), mine(orgId, body.id)]);')).toBe('guarded');
  expect(update('await Promise.allSettled([mine(orgId, params.id)]);')).toBe('leak');
  expect(update('await Promise.race([mine(orgId, params.id), mine(orgId, body.id)]);')).toBe('leak');
  const [read] = inRoute(`const [, rows] = await Promise.all([mine(orgId, params.id), prisma.document.findMany({ where: { projectId: params.id } })]); return Response.json(rows);`, { schema: SCHEMA, top: GUARD }).filter((s) => s.model === 'Document');
  expect(read?.verdict).toBe('guarded');
  const [written] = inRoute(`await Promise.all([mine(orgId, params.id), prisma.document.deleteMany({ where: { projectId: params.id } })]);`, { schema: SCHEMA, top: GUARD }).filter((s) => s.model === 'Document');
  expect(written?.verdict).toBe('leak');
});
