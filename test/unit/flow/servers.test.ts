import { expect, test } from 'vitest';
import { analyseProduct, brief } from './product.ts';

const DB = `import { PrismaClient } from '@prisma/client';
export const prisma = new PrismaClient();`;
const server = (text: string): string[] => brief(analyseProduct({ files: { 'src/db.ts': DB, 'src/server.ts': `import { prisma } from './db';\n${text}` } }));

test('Hono: what a middleware sets, handlers get', () => {
  const app = `import { Hono } from 'hono';
import { jwt } from 'hono/jwt';
const app = new Hono();
app.use('*', jwt({ secret: process.env.SECRET }));
app.use('*', async (c, next) => { c.set('orgId', c.get('jwtPayload').org); await next(); });`;
  expect(server(`${app} app.get('/p', async (c) => c.json(await prisma.project.findMany({ where: { orgId: c.get('orgId') } })));`)).toEqual(['Project.findMany scoped']);
  expect(server(`${app} app.get('/p', async (c) => c.json(await prisma.project.findMany({ where: { orgId: c.var.orgId } })));`)).toEqual(['Project.findMany scoped']);
  expect(server(`${app} app.get('/p/:id', async (c) => c.json(await prisma.project.findUnique({ where: { id: c.req.param('id') } })));`)[0]).toContain('Project.findUnique leak');
});

test('Fastify: hooks that come to their end, and those that call done', () => {
  const app = `import Fastify from 'fastify';
const app = Fastify();
app.addHook('onRequest', async (request) => { await request.jwtVerify(); });
app.addHook('preHandler', (request, reply, done) => { request.orgId = request.user.org; done(); });`;
  expect(server(`${app} app.get('/p', async (request) => prisma.project.findMany({ where: { orgId: request.orgId } }));`)).toEqual(['Project.findMany scoped']);
  expect(server(`${app} app.get('/p/:id', async (request) => { const p = await prisma.project.findUnique({ where: { id: request.params.id } }); return p; });`)[0]).toContain('Project.findUnique leak');
});
