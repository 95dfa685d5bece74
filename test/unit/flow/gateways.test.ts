import { expect, test } from 'vitest';
import { analyseProduct, inRoute, SESSION } from './product.ts';

const verdicts = (files: Record<string, string>): string[] => analyseProduct({ files }).filter((s) => s.at.file.startsWith('app/')).map((s) => `${s.operation} ${s.verdict} ${s.certainty}`);

const MIDDLEWARE = (rest: string): string => `import { getToken } from 'next-auth/jwt';
import { NextResponse } from 'next/server';
const open = ['/brand/', '/icons/'];
export async function middleware(request) {
  const { pathname } = request.nextUrl;
  if (open.some((prefix) => pathname.startsWith(prefix))) return NextResponse.next();
  const token = await getToken({ req: request });
  if (!token) return NextResponse.redirect(new URL('/signin', request.url));
  ${rest}
  return NextResponse.next();
}
`;
const ROLE = `if (pathname.startsWith('/makers') && token.role !== 'SUPER_ADMIN') return NextResponse.redirect(new URL('/', request.url));`;
const PAGE = `${SESSION}export default async function Page() { return <p>{await prisma.invoice.findMany({ take: 10 })}</p>; }`;

test('what the middleware asks before it lets a path pass holds in the page', () => {
  expect(verdicts({ 'middleware.ts': MIDDLEWARE(ROLE), 'app/(staff)/makers/page.tsx': PAGE })[0]).toMatch(/^findMany (?:by-design|guarded)/);
  expect(verdicts({ 'middleware.ts': MIDDLEWARE(ROLE), 'app/invoices/page.tsx': PAGE })[0]).toMatch(/^findMany leak/);
  expect(verdicts({ 'middleware.ts': MIDDLEWARE(''), 'app/(staff)/makers/page.tsx': PAGE })[0]).toMatch(/^findMany leak/);
  const matched = (matcher: string): string | undefined => verdicts({ 'middleware.ts': `${MIDDLEWARE(ROLE)}export const config = { matcher: ['${matcher}'] };`, 'app/makers/page.tsx': PAGE })[0];
  expect(matched('/((?!api|_next/static).*)')).toMatch(/^findMany (?:by-design|guarded)/);
  expect(matched('/makers/:path*')).toMatch(/^findMany (?:by-design|guarded)/);
  expect(matched('/((?!api|makers).*)')).toMatch(/^findMany leak/);
  expect(matched('/invoices/:path*')).toMatch(/^findMany leak/);
});

test('pages that the middleware tells apart are told apart, and others share what it found', () => {
  const paths = ['makers', 'makers/list', 'makers/list/own', 'makers/open', 'makers/opened', 'reports', 'reports/own'];
  const of = (open: string): string[] => {
    const middleware = MIDDLEWARE(`if (${open}) return NextResponse.next(); if ((pathname.startsWith('/makers') || pathname.startsWith('/reports')) && token.role !== 'SUPER_ADMIN') return NextResponse.redirect(new URL('/', request.url));`);
    const sites = analyseProduct({ files: { 'middleware.ts': `const OPEN = ['/makers/open', '/reports/own']; const KNOWN = { '/makers/list': true };\n${middleware}`, ...Object.fromEntries(paths.map((path) => [`app/${path}/page.tsx`, PAGE])) } });
    return sites.filter((s) => s.at.file.startsWith('app/') && s.verdict === 'leak').map((s) => s.at.file.slice(4, -9)).sort();
  };
  expect(of('false')).toEqual([]);
  expect(of(`pathname === '/makers/list'`)).toEqual(['makers/list']);
  expect(of(`pathname.startsWith('/makers/open')`)).toEqual(['makers/open', 'makers/opened']);
  expect(of(`pathname.endsWith('/own')`)).toEqual(['makers/list/own', 'reports/own']);
  expect(of(`pathname.includes('/list')`)).toEqual(['makers/list', 'makers/list/own']);
  expect(of('OPEN.includes(pathname)')).toEqual(['makers/open', 'reports/own']);
  expect(of(`OPEN.some((open) => open === pathname)`)).toEqual(['makers/open', 'reports/own']);
  expect(of(`(pathname + '/').startsWith('/makers/open/')`)).toEqual(['makers/open']);
  expect(of(`'/makers/list/own'.startsWith(pathname)`)).toEqual(['makers', 'makers/list', 'makers/list/own']);
  expect(of('KNOWN[pathname]')).toEqual(['makers/list']);
});

test('a layout that leaves shows none of its pages', () => {
  const layout = (check: string): string => `${SESSION}import { redirect } from 'next/navigation';
export default async function Layout({ children }) { const { user } = await getServerSession(); ${check} return <main>{children}</main>; }`;
  expect(verdicts({ 'app/makers/layout.tsx': layout(`if (user.role !== 'super_admin') redirect('/');`), 'app/makers/invoices/page.tsx': PAGE })[0]).toMatch(/^findMany (?:by-design|guarded)/);
  expect(verdicts({ 'app/makers/layout.tsx': layout(`if (user.role !== 'super_admin') console.log('x');`), 'app/makers/invoices/page.tsx': PAGE })[0]).toMatch(/^findMany leak/);
  expect(verdicts({ 'app/other/layout.tsx': layout(`if (user.role !== 'super_admin') redirect('/');`), 'app/makers/invoices/page.tsx': PAGE })[0]).toMatch(/^findMany leak/);
});

const HEADER = `${SESSION}export async function GET(req: Request) { const { userId } = await caller(); return Response.json(await prisma.invoice.findMany({ where: { orgId: req.headers.get('x-org-id') } })); }`;

test('a header is the caller\'s word, unless the gateway of the product sets it', () => {
  expect(verdicts({ 'app/api/x/route.ts': HEADER })).toEqual(['findMany leak likely']);
  const sets = MIDDLEWARE(`const headers = new Headers(request.headers); headers.set('X-Org-Id', token.orgId); return NextResponse.next({ request: { headers } });`);
  expect(verdicts({ 'middleware.ts': sets, 'app/api/x/route.ts': HEADER })).toEqual(['findMany scoped possible']);
  expect(verdicts({ 'middleware.ts': MIDDLEWARE(''), 'app/api/x/route.ts': HEADER })).toEqual(['findMany leak likely']);
  // Which site was asked for decides what everybody sees there.
  expect(verdicts({ 'app/api/x/route.ts': HEADER.replace('x-org-id', 'x-forwarded-host') })).toEqual(['findMany scoped possible']);
});

test('a row that hangs off one that was checked by the same value', () => {
  const of = (body: string): string[] => inRoute(body).filter((s) => s.operation === 'delete').map((s) => `${s.verdict} ${s.certainty}`);
  const version = `const v = await prisma.version.findUnique({ where: { id: body.version, documentId: body.document } }); if (!v) throw new Error('x'); await prisma.version.delete({ where: { id: body.version } });`;
  const check = `const d = await prisma.document.findFirst({ where: { id: body.document, project: { orgId } } }); if (!d) throw new Error('x');`;
  expect(of(`${check} ${version}`)[0]).toMatch(/^(?:guarded|scoped)/);
  expect(of(version)).toEqual(['leak proven']);
});

test('what was checked in another form is not proven to be unchecked', () => {
  const of = (key: string): string[] => inRoute(`const key = ${key}; const c = await prisma.customer.findFirst({ where: { id: key, orgId } }); if (!c) throw new Error('x'); await prisma.customer.delete({ where: { id: body.customer } });`).filter((s) => s.operation === 'delete').map((s) => s.verdict);
  expect(of(`body.customer.startsWith('cus_') ? body.customer : 'cus_' + body.customer`)[0]).not.toBe('leak');
  expect(of('body.other')).toEqual(['leak']);
});

test('a job asks for its secret where one is set', () => {
  const job = (check: string): string[] => verdicts({ 'env.ts': `import { z } from 'zod'; export const env = z.object({ CRON_SECRET: z.string().optional() }).parse(process.env);`, 'app/api/jobs/x/route.ts': `${SESSION}import { env } from '../../../../env';
export async function GET(req: Request) { const secret = env.CRON_SECRET; ${check} return Response.json(await prisma.invoice.findMany({ take: 10 })); }` });
  expect(job(`if (secret && req.headers.get('authorization') !== \`Bearer \${secret}\`) return new Response('x', { status: 401 });`)[0]).toMatch(/^findMany by-design/);
  expect(job('')[0]).toMatch(/^findMany leak/);
});

test('an area for administrators that asks for the role, and reads where nobody signs in, are no proof', () => {
  const at = (file: string, check: string): string | undefined => verdicts({ [file]: `${SESSION}export async function GET(req: Request) { const { user } = await getServerSession(); ${check} return Response.json(await prisma.invoice.findMany({ take: 10 })); }` })[0];
  const admin = `if (user.role !== 'admin') throw new Error('x');`;
  expect(at('app/api/admin/x/route.ts', admin)).toBe('findMany leak likely');
  expect(at('app/api/x/route.ts', admin)).toBe('findMany leak proven');
  expect(at('app/api/admin/x/route.ts', `if (!user.id) throw new Error('x');`)).toBe('findMany leak proven');
  // Who reads by a tenant of their choice without signing in may be everybody on purpose; who writes is not.
  const open = (act: string): string | undefined => verdicts({ 'app/api/x/route.ts': `${SESSION}export async function POST(req: Request) { const body = await req.json(); return Response.json(await ${act}); }` })[0];
  expect(open('prisma.invoice.findMany({ where: { orgId: body.orgId } })')).toBe('findMany leak likely');
  expect(open('prisma.invoice.deleteMany({ where: { orgId: body.orgId } })')).toBe('deleteMany leak proven');
});

test('what nobody signs in for is odd where all others have to', () => {
  const route = (body: string): string => `${SESSION}export async function GET(req: Request, { params }: { params: { id: string } }) { ${body} }`;
  const one = `const { orgId } = await caller(); return Response.json(await prisma.invoice.findFirst({ where: { id: params.id, orgId } }));`;
  const open = route('return Response.json(await prisma.invoice.findUnique({ where: { id: params.id } }));');
  const files = (n: number): Record<string, string> => Object.fromEntries(Array.from({ length: n }, (_, i) => [`app/api/a${i}/route.ts`, route(one)]));
  const at = (n: number, file = 'app/api/x/route.ts'): string[] => analyseProduct({ files: { ...files(n), [file]: open } }).filter((s) => s.at.file === file).map((s) => `${s.verdict} ${s.certainty}${s.defect ? ` ${s.defect.kind}` : ''}`);
  expect(at(12)).toEqual(['leak likely unbound-id']);
  expect(at(4)).toEqual(['by-design possible']);
  expect(at(12, 'app/api/share/route.ts')).toEqual(['by-design possible']);
});

test('what is asked through a proxy is asked where it is read', () => {
  const sites = analyseProduct({ files: { 'db.ts': `import { PrismaClient } from '@prisma/client';
export const db = new Proxy(new PrismaClient(), { get(target, name) { const value = target[name]; return typeof value === 'function' ? (...args) => value.apply(target, args) : value; } });`, 'app/api/x/route.ts': `${SESSION}import { db } from '../../../db';
export async function DELETE(req: Request) { await caller(); const body = await req.json(); await db.invoice.delete({ where: { id: body.id } }); }` } });
  expect(sites.map((s) => `${s.at.file} ${s.verdict}`)).toEqual(['app/api/x/route.ts leak']);
});

test('a helper that gives the session or an answer', () => {
  const helper = `import { NextResponse } from 'next/server';
async function signedIn() { try { const session = await getServerSession(); if (!session) throw new Error('x'); return session; } catch { return NextResponse.json({ error: 'x' }, { status: 401 }); } }
function refuse(session, tenant) { if (String(session.user.orgId) !== String(tenant)) return new NextResponse('x', { status: 403 }); return null; }
`;
  const of = (check: string): string[] => verdicts({ 'app/api/x/route.ts': `${SESSION}${helper}export async function GET(req: Request, { params }: { params: { id: string } }) { const session = await signedIn(); if (session instanceof NextResponse) return session; ${check} return Response.json(await prisma.invoice.findMany({ where: { orgId: params.id } })); }` });
  expect(of('const error = refuse(session, params.id); if (error) return error;')[0]).toMatch(/^findMany (?:guarded|scoped) proven/);
  expect(of('refuse(session, params.id);')).toEqual(['findMany leak proven']);
});

test('proxies that wrap functions hand on the rest', () => {
  const sites = analyseProduct({ files: { 'db.ts': `import { PrismaClient } from '@prisma/client';
export const db = new Proxy(new PrismaClient(), { get(target, name) { const value = target[name]; if (typeof value === 'function') return async (...args) => value.apply(target, args); return value; } });`, 'app/api/x/route.ts': `${SESSION}import { db } from '../../../db';
export async function DELETE(req: Request, { params }: { params: { id: string } }) { const { orgId } = await caller(); const i = await db.invoice.findUnique({ where: { id: params.id } }); if (!i || i.orgId !== orgId) throw new Error('x'); await db.invoice.delete({ where: { id: params.id } }); }` } });
  expect(sites.map((s) => `${s.operation} ${s.verdict} ${s.certainty}`)).toEqual(['findUnique guarded likely', 'delete guarded proven']);
});
