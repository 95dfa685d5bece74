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

const verdicts = (text: string): string[] => server(text).map((line) => line.split(' ').slice(0, 2).join(' '));

test('Fastify: what was put on the application stands where it is named, and ends the request where it answers', () => {
  const app = (hook: string): string => `import Fastify from 'fastify';
const app = Fastify();
app.decorate('authenticate', async (request, reply) => { try { await request.jwtVerify(); } catch { ${hook} } });`;
  const byId = `async (request) => prisma.project.findUnique({ where: { id: request.params.id } })`;
  expect(verdicts(`${app('return reply.code(401).send();')} app.get('/p/:id', { onRequest: [app.authenticate] }, ${byId});`)).toEqual(['Project.findUnique leak']);
  expect(verdicts(`${app('return reply.code(401).send();')} app.addHook('onRequest', app.authenticate); app.get('/p/:id', ${byId});`)).toEqual(['Project.findUnique leak']);
  const own = (leaves: string): string => `${app('return reply.code(401).send();')} app.addHook('onRequest', app.authenticate); app.get('/p/:id', { preHandler: async (request, reply) => { const p = await prisma.project.findFirst({ where: { id: request.params.id, orgId: request.user.org } }); if (!p) ${leaves} } }, ${byId});`;
  expect(verdicts(own('return reply.code(404).send();'))).toEqual(['Project.findFirst scoped', 'Project.findUnique guarded']);
  expect(verdicts(own('request.log.warn(1);'))).toEqual(['Project.findFirst scoped', 'Project.findUnique leak']);
  expect(verdicts(`${app('request.log.warn(1);')} app.get('/p/:id', { onRequest: [app.authenticate] }, ${byId});`)).toEqual(['Project.findUnique by-design']);
});

test('Koa: a router is mounted by its routes, behind what the application uses', () => {
  const app = (caught: string): string => `import Koa from 'koa';
import Router from '@koa/router';
import jwt from 'jsonwebtoken';
const app = new Koa();
const router = new Router();
app.use(async (ctx, next) => { try { ctx.state.user = jwt.verify(ctx.get('authorization'), process.env.KEY); } catch { ${caught} } await next(); });
router.get('/p/:id', async (ctx) => { ctx.body = await prisma.project.findUnique({ where: { id: ctx.params.id } }); });
app.use(router.routes());`;
  expect(verdicts(app('ctx.throw(401);'))).toEqual(['Project.findUnique leak']);
  expect(verdicts(app('ctx.state.user = undefined;'))).toEqual(['Project.findUnique by-design']);
});

test('GraphQL: resolvers are those that a server is given', () => {
  const one = `import { ApolloServer } from '@apollo/server';
const resolvers = { Query: { project: (_, { id }, ctx) => { if (!ctx.user) throw new Error('x'); return prisma.project.findUnique({ where: { id } }); } } };`;
  expect(verdicts(`${one} new ApolloServer({ typeDefs: '', resolvers });`)).toEqual(['Project.findUnique leak']);
  expect(verdicts(one)).toEqual(['Project.findUnique unknown']);
});
