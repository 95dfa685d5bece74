import { expect, test } from 'vitest';
import { brief, inRoute, SCHEMA } from './product.ts';

test.each([
  ['tenant in the condition', `return Response.json(await prisma.project.findMany({ where: { orgId } }));`, ['Project.findMany scoped']],
  ['no condition', `return Response.json(await prisma.project.findMany());`, ['Project.findMany leak unscoped']],
  ['id from the request', `await prisma.project.update({ where: { id: params.id }, data: { name: body.name } });`, ['Project.update leak unbound-id']],
  ['check then act', `const p = await prisma.project.findFirst({ where: { id: params.id, orgId } }); if (!p) throw new Error('x'); await prisma.project.update({ where: { id: params.id }, data: { name: 'x' } });`, ['Project.findFirst scoped', 'Project.update guarded']],
  ['row id', `const p = await prisma.project.findFirst({ where: { slug: body.slug, orgId } }); await prisma.project.delete({ where: { id: p!.id } });`, ['Project.findFirst scoped', 'Project.delete guarded']],
  ['compared after', `const p = await prisma.project.findUnique({ where: { id: params.id } }); if (p?.orgId !== orgId) throw new Error('x'); return Response.json(p);`, ['Project.findUnique guarded']],
])('%s', (_, body, want) => {
  const sites = inRoute(body);
  expect(brief(sites)).toEqual(want);
});

test('a row that is found by a secret which was handed out, whether or not anything keeps secrets apart', () => {
  const schema = `${SCHEMA}
model Invitation {
  id    String       @id @default(uuid())
  email String
  token String
  code  String
  orgId String
}`;
  const by = (field: string): string[] => brief(inRoute(`return Response.json(await prisma.invitation.findFirst({ where: { ${field}: body.${field} } }));`, { schema }));
  expect(by('token')).toEqual(['Invitation.findFirst by-design']);
  expect(by('code')[0]).toContain('leak');
});

test('typed SQL takes parameters only', () => {
  const [site] = inRoute(`return Response.json(await prisma.$queryRawTyped(projectsOf(body.search)));`, { top: `import { projectsOf } from '@prisma/client/sql';` });
  expect(site?.verdict).toBe('unknown');
  expect(site?.shape.spliced).toBeUndefined();
});
