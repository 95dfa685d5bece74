import { expect, test } from 'vitest';
import { inRoute } from './product.ts';

const of = (body: string, model: string, top = ''): string[] => inRoute(body, { top }).filter((s) => s.model === model).map((s) => `${s.operation} ${s.verdict} ${s.certainty}`);

test('what asks nothing and calls itself in many places leaves strength for what comes after it', () => {
  const calls = Array.from({ length: 110 }, (_, i) => `k${i}: mask(of.k${i})`).join(', ');
  const top = `const mask = (of: any): any => (of ? { ${calls} } : '***');\n`;
  const checked = `const p = await prisma.project.findFirst({ where: { id: params.id, orgId } }); if (!p) throw new Error('x'); log(mask(body));`;
  expect(of(`${checked} return Response.json(await prisma.document.findMany({ where: { projectId: params.id } }));`, 'Document', top)).toEqual(['findMany guarded proven']);
});

test('what is known again each time that it is used counts once', () => {
  const fetched = `const p = await prisma.project.findFirst({ where: { id: params.id, orgId } }); const there = (): any => p;`;
  const query = `return Response.json(await prisma.document.findMany({ where: { id: body.x, title: there().name } }));`;
  const reads = Array.from({ length: 24 }, () => `log(there().name);`).join(' ');
  expect(of(`${fetched} ${query}`, 'Document')).toEqual(['findMany leak proven']);
  expect(of(`${fetched} ${reads} ${query}`, 'Document')).toEqual(['findMany leak proven']);
});
