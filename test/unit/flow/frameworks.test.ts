import { expect, test } from 'vitest';
import type { QuerySite } from '@tenantlint/model';
import { analyseProduct } from './product.ts';

/** What the entry points share: none of them names the client or asks it itself. */
const SHARED = {
  'src/db.ts': `import { PrismaClient } from '@prisma/client';
export const prisma = new PrismaClient();`,
  'src/session.ts': `import { getServerSession } from 'next-auth';
export async function caller() { const session = await getServerSession(); if (!session) throw new Error('unauthorized'); return session.user; }`,
  'src/projects.ts': `import { prisma } from './db';
export const list = (orgId: string) => prisma.project.findMany({ where: { orgId } });
export const one = (id: string) => prisma.project.findUnique({ where: { id } });`,
};

const sites = (files: Readonly<Record<string, string>>, packages: Readonly<Record<string, string>> = {}): readonly QuerySite[] => analyseProduct({ files: { ...SHARED, ...files }, packages });

/** `operation verdict entry`, as the queries stand in the file. */
const told = (files: Readonly<Record<string, string>>, packages: Readonly<Record<string, string>> = {}): string[] => sites(files, packages).map((s) => `${s.operation} ${s.verdict}${s.entry ? ` ${s.entry.kind}/${s.entry.framework}` : ''}`);

const BOTH = `import { list, one } from '../../src/projects'; import { caller } from '../../src/session';`;

test.each([
  ['Next.js route', 'app/api/route.ts', `${BOTH} export async function GET(req, { params }) { const me = await caller(); return Response.json([await list(me.orgId), await one(params.id)]); }`, 'route/next'],
  ['Next.js page', 'app/projects/page.tsx', `${BOTH} export default async function Page({ params }) { const me = await caller(); const rows = await list(me.orgId); const row = await one(params.id); return <div>{rows.map((r) => r.name)}{row.name}</div>; }`, 'page/next'],
  ['Next.js component of the server', 'app/projects/page.tsx', `import { Detail } from './detail'; export default function Page({ params }) { return <Detail id={params.id} />; }`, 'page/next'],
  ['Next.js pages/api', 'pages/api/x.ts', `${BOTH} export default async function handler(req, res) { const me = await caller(); res.json([await list(me.orgId), await one(req.query.id)]); }`, 'route/next'],
  ['getServerSideProps', 'pages/projects/x.tsx', `${BOTH} export async function getServerSideProps(context) { const me = await caller(); return { props: { rows: await list(me.orgId), row: await one(context.params.id) } }; } export default function Page() { return null; }`, 'page/next'],
  ['Next.js server action', 'app/things/actions.ts', `'use server'; ${BOTH} export async function load(id) { const me = await caller(); return [await list(me.orgId), await one(id)]; }`, 'action/next'],
  ['Next.js action inside a page', 'app/projects/page.tsx', `${BOTH} export default async function Page() { async function load(data) { 'use server'; const me = await caller(); await list(me.orgId); return one(data.get('id')); } return <form action={load} />; }`, 'action/next'],
  ['Next.js middleware', 'app/x/middleware.ts', `${BOTH} export async function middleware(request) { const me = await caller(); await list(me.orgId); return Response.json(await one(request.nextUrl.searchParams.get('id'))); }`, 'middleware/next'],
  ['tRPC', 'src/server/router.ts', `import { initTRPC, TRPCError } from '@trpc/server'; ${BOTH} const t = initTRPC.create();
const signedIn = t.procedure.use(async ({ ctx, next }) => { const me = await caller(); return next({ ctx: { ...ctx, me } }); });
export const router = t.router({ list: signedIn.query(({ ctx }) => list(ctx.me.orgId)), one: signedIn.input(z.object({ id: z.string() })).mutation(({ input }) => one(input.id)) });`, 'procedure/trpc'],
  ['oRPC', 'src/server/router.ts', `import { os } from '@orpc/server'; ${BOTH} const base = os.use(async ({ context, next }) => next({ context: { me: await caller() } }));
export const router = { list: base.handler(({ context }) => list(context.me.orgId)), one: base.handler(({ input }) => one(input.id)) };`, 'procedure/orpc'],
  ['next-safe-action', 'src/server/actions.ts', `import { createSafeActionClient } from 'next-safe-action'; ${BOTH} const client = createSafeActionClient().use(async ({ next }) => next({ ctx: { me: await caller() } }));
export const load = client.action(async ({ parsedInput, ctx }) => [await list(ctx.me.orgId), await one(parsedInput.id)]);`, 'action/next-safe-action'],
  ['Express', 'src/server/app.ts', `import express from 'express'; ${BOTH} const router = express.Router();
router.use(async (req, res, next) => { req.me = await caller(); next(); });
router.get('/:id', async (req, res) => { res.json([await list(req.me.orgId), await one(req.params.id)]); });
const app = express(); app.use('/p', router);`, 'route/express'],
  ['Hono', 'src/server/app.ts', `import { Hono } from 'hono'; ${BOTH} const app = new Hono();
app.use(async (c, next) => { c.set('me', await caller()); await next(); });
app.get('/:id', async (c) => c.json([await list(c.get('me').orgId), await one(c.req.param('id'))]));`, 'route/hono'],
  ['Fastify', 'src/server/app.ts', `import fastify from 'fastify'; ${BOTH} const app = fastify();
app.addHook('preHandler', async (request) => { request.me = await caller(); });
app.get('/:id', async (request) => [await list(request.me.orgId), await one(request.params.id)]);`, 'route/fastify'],
  ['Koa', 'src/server/app.ts', `import Router from '@koa/router'; ${BOTH} const router = new Router();
router.use(async (ctx, next) => { ctx.state.me = await caller(); await next(); });
router.get('/:id', async (ctx) => { ctx.body = [await list(ctx.state.me.orgId), await one(ctx.params.id)]; });`, 'route/koa'],
  ['GraphQL resolvers', 'src/server/resolvers.ts', `${BOTH} export const resolvers = { Query: { projects: async () => list((await caller()).orgId), project: async (_, args) => { await caller(); return one(args.id); } } };`, 'resolver/graphql'],
  ['edge function', 'supabase/functions/x.ts', `${BOTH} Deno.serve(async (req) => { const me = await caller(); const { id } = await req.json(); return Response.json([await list(me.orgId), await one(id)]); });`, 'route/edge'],
  ['worker', 'src/server/worker.ts', `${BOTH} export default { async fetch(request, env) { const me = await caller(); return Response.json([await list(me.orgId), await one((await request.json()).id)]); } };`, 'route/worker'],
])('%s: the tenant of the session, and an id that nobody checked', (_, file, text, entry) => {
  const detail = { 'app/projects/detail.tsx': `${BOTH} export async function Detail({ id }) { const me = await caller(); const rows = await list(me.orgId); const row = await one(id); return <p>{rows.length}{row.name}</p>; }` };
  expect(told({ [file]: text, ...(text.includes('./detail') ? detail : {}) })).toEqual([`findMany scoped ${entry}`, `findUnique leak ${entry}`]);
});

test.each(['@remix-run/node', 'react-router'])('%s: loaders and actions', (framework) => {
  expect(told({ 'app/routes/x.tsx': `${BOTH} export async function loader({ params }) { const me = await caller(); return [await list(me.orgId), await one(params.id)]; }` }, { [framework]: '2.0.0' })).toEqual(['findMany scoped page/remix', 'findUnique leak page/remix']);
});

test.each([
  ['queue', 'src/jobs/x.ts', `import { Worker } from 'bullmq'; import { one } from '../projects'; new Worker('q', async (job) => { await one(job.data.id); });`, 'queue/bullmq'],
  ['step functions', 'src/jobs/x.ts', `import { Inngest } from 'inngest'; import { one } from '../projects'; const inngest = new Inngest({ id: 'x' }); export const job = inngest.createFunction({ id: 'j' }, { event: 'e' }, async ({ event, step }) => { await step.run('one', () => one(event.data.id)); });`, 'queue/inngest'],
  ['cron', 'src/jobs/x.ts', `import cron from 'node-cron'; import { one } from '../projects'; cron.schedule('* * * * *', async () => { await one('p1'); });`, 'cron/node-cron'],
  ['webhook with a signature', 'app/api/hook/route.ts', `import Stripe from 'stripe'; import { one } from '../../../src/projects'; const stripe = new Stripe(process.env.KEY!);
export async function POST(req) { const event = stripe.webhooks.constructEvent(await req.text(), req.headers.get('stripe-signature'), process.env.SECRET!); await one(event.data.object.metadata.id); return new Response(); }`, 'route/next'],
  ['cron route behind a shared secret', 'app/api/cron/route.ts', `import { one } from '../../../src/projects'; export async function GET(req) { if (req.headers.get('authorization') !== \`Bearer \${process.env.CRON_SECRET}\`) return new Response('no', { status: 401 }); return Response.json(await one('p1')); }`, 'route/next'],
  ['command line', 'src/commands/x.ts', `import { Command } from 'commander'; import { one } from '../projects'; const program = new Command(); program.command('x').action(async (id) => { await one(id); });`, 'script/commander'],
])('%s: works for the system, by design', (_, file, text, entry) => {
  expect(told({ [file]: text }).filter((line) => line.startsWith('findUnique'))).toEqual([`findUnique by-design ${entry}`]);
});

test.each([
  ['prisma/seed.ts', 'seed'],
  ['scripts/backfill.ts', 'script'],
  ['src/projects.test.ts', 'test'],
  ['src/projects.clienttest.ts', 'test'],
])('%s is listed, and judged as what it is', (file, kind) => {
  const [site] = sites({ [file]: `import { PrismaClient } from '@prisma/client'; const prisma = new PrismaClient(); export async function main() { await prisma.project.deleteMany({}); }` }).filter((s) => s.at.file === file);
  expect([site?.verdict, site?.entry?.kind]).toEqual(['by-design', kind]);
});

test('tRPC: what a middleware reads of the raw input is what the handler gets', () => {
  const router = `import { initTRPC } from '@trpc/server'; import { z } from 'zod'; ${BOTH} const t = initTRPC.create();
const inOrg = t.procedure.use(async (opts) => { const me = await caller(); const sent = z.object({ orgId: z.string() }).safeParse(await opts.getRawInput()); if (!sent.success || sent.data.orgId !== me.orgId) throw new Error('forbidden'); return opts.next(); });
export const router = t.router({ list: inOrg.input(z.object({ orgId: z.string() })).query(({ input }) => list(input.orgId)) });`;
  expect(told({ 'src/server/router.ts': router })).toContain('findMany scoped procedure/trpc');
});

test.each(['hono/utils/buffer', 'crypto', '@std/crypto'])('a secret that %s compares with what was sent opens the way for the system', (from) => {
  const app = `import { Hono } from 'hono'; import { timingSafeEqual } from '${from}'; ${BOTH} const app = new Hono();
app.post('/', async (c, next) => { const sent = c.req.header('apisecret'); if (!sent || !(await timingSafeEqual(sent, process.env.API_SECRET!))) throw new Error('forbidden'); await next(); }, async (c) => c.json(await one((await c.req.json()).id)));`;
  expect(told({ 'src/server/app.ts': app })).toContain('findUnique by-design route/hono');
});

/** A procedure that asks whether the organization is among those of the session, or the caller one of the makers. */
const IN_SESSION = `import { initTRPC } from '@trpc/server'; import { z } from 'zod'; ${BOTH} const t = initTRPC.create();
const track = async (id: string) => { if (!process.env.TRACK) return; await fetch(id); };
const inOrg = t.procedure.use(async (opts) => { const me = await caller(); const sent = z.object({ orgId: z.string() }).safeParse(await opts.getRawInput()); if (!sent.success) throw new Error('bad');
  const org = me.organizations.flatMap((o) => [o]).find((o) => o.id === sent.data.orgId);
  if (!org) { if (me.MARK === true) return opts.next(); throw new Error('forbidden'); }
  track(org.id).catch(() => undefined);
  return opts.next(); });
export const router = t.router({ list: inOrg.input(z.object({ orgId: z.string() })).query(({ input }) => list(input.orgId)) });`;

test('tRPC: what the session lists is the caller\'s, and staff is left aside', () => {
  expect(told({ 'src/server/router.ts': IN_SESSION.replace('MARK', 'isPlatformAdmin') })).toContain('findMany scoped procedure/trpc');
});

test('tRPC: a member of whatever kind is no staff', () => {
  expect(told({ 'src/server/router.ts': IN_SESSION.replace('MARK', 'isManager') })).toContain('findMany leak procedure/trpc');
});
