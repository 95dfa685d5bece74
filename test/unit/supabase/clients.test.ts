import { describe, expect, test } from 'vitest';
import { textOf } from './asked.ts';
import { analysed } from './product.ts';

const encoded = (role: string): string => `eyJhbGciOiJIUzI1NiJ9.${btoa(JSON.stringify({ iss: 'supabase', role, exp: 1 })).replace(/=+$/, '')}.c2lnbmF0dXJl`;

/** The kind of client behind the one query of a route. */
function kind(client: string, imports = `import { createClient } from '@supabase/supabase-js';`, files: Readonly<Record<string, string>> = {}): string {
  const { queries } = analysed({ ...files, 'app/api/x/route.ts': `${imports}
export async function POST(request: Request) {
  const db = ${client};
  await db.from('projects').select('id');
}` });
  return queries.map((q) => q.clientKind).join() || 'no query';
}

describe('the key says what row level security does to a client', () => {
  test.each([
    ['service-role', `createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)`],
    ['service-role', `createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SECRET_KEY as string, { auth: { persistSession: false } })`],
    ['service-role', `createClient(process.env.URL!, process.env.SUPABASE_SERVICE_KEY ?? '')`],
    ['service-role', `createClient(process.env.URL!, process.env.SERVICE_ROLE || process.env.SUPABASE_SERVICE_ROLE_KEY || process.env.SUPABASE_ANON_KEY!)`],
    ['service-role', `createClient(process.env.URL!, process.env['SUPABASE_SERVICE_ROLE_KEY'])`],
    ['service-role', `createClient('https://x.supabase.co', 'sb_secret_abc')`],
    ['service-role', `createClient('https://x.supabase.co', '${encoded('service_role')}')`],
    ['user', `createClient('https://x.supabase.co', '${encoded('anon')}')`],
    ['user', `createClient('https://x.supabase.co', 'sb_publishable_abc')`],
    ['user', `createClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!)`],
    ['user', `createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_ANON_KEY)`],
    ['anon', `createClient(process.env.URL!, process.env.SUPABASE_ANON_KEY!, { auth: { persistSession: false } })`],
    ['user', `createClient(process.env.URL!, process.env.SUPABASE_ANON_KEY!, { auth: { persistSession: false }, global: { headers: { Authorization: request.headers.get('Authorization')! } } })`],
    ['user', `createClient(process.env.URL!, process.env.SUPABASE_ANON_KEY!, { global: { headers: { Authorization: \`Bearer \${await request.text()}\` } } })`],
    ['service-role', `createClient(process.env.URL!, process.env.SUPABASE_ANON_KEY!, { global: { headers: { Authorization: \`Bearer \${process.env.SUPABASE_SERVICE_ROLE_KEY}\` } } })`],
    ['user', `createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!, { global: { headers: { Authorization: request.headers.get('Authorization')! } } })`],
    ['user', `createClient(process.env.URL!, process.env.SUPABASE_ANON_KEY!, { accessToken: async () => 'token' })`],
    ['user', `createClient(process.env.NEXT_PUBLIC_SUPABASE_URL ?? 'http://localhost', process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY ?? 'placeholder')`],
    ['unknown', `createClient('https://x.supabase.co', '${encoded('reporting')}')`],
    ['unknown', `createClient(process.env.URL!, process.env.SUPABASE_KEY!)`],
    ['unknown', `createClient(process.env.URL!, someKey())`],
    ['unknown', `createClient(process.env.URL!, process.env.SUPABASE_JWT_SECRET!)`],
  ])('%s: %s', (want, code) => {
    expect(kind(code)).toBe(want);
  });

  test('behind constants, functions and files of the program', () => {
    const files = {
      'lib/env.ts': `export const env = { supabase: { url: process.env.SUPABASE_URL!, serviceKey: process.env.SUPABASE_SERVICE_ROLE_KEY! } };
export function required(name: string): string { const value = process.env[name]; if (!value) throw new Error(name); return value; }`,
      'lib/admin.ts': `import { createClient, type SupabaseClient } from '@supabase/supabase-js';
export const stated: SupabaseClient = createClient(env.supabase.url, env.supabase.serviceKey);
let late: SupabaseClient | null = null;
export function typed(): SupabaseClient { if (late) return late; late = createClient(env.supabase.url, env.supabase.serviceKey); return late; }
let started: SupabaseClient;
export const start = () => { started = createClient(env.supabase.url, env.supabase.serviceKey); };
export function given() { return started; }
import { env } from './env';
let cached: ReturnType<typeof createClient> | null = null;
export function getAdmin() { if (!cached) { cached = createClient(env.supabase.url, env.supabase.serviceKey); } return cached; }
export async function makeAdmin() { const key = env.supabase.serviceKey; return createClient(env.supabase.url, key); }
export const ready = createClient(env.supabase.url, env.supabase.serviceKey);
export class Repository { constructor(private readonly client = createClient(env.supabase.url, env.supabase.serviceKey)) {} get db() { return this.client; } }`,
    };
    expect(kind('getAdmin()', `import { getAdmin } from '../../../lib/admin';`, files)).toBe('service-role');
    expect(kind('await makeAdmin()', `import { makeAdmin } from '../../../lib/admin';`, files)).toBe('service-role');
    expect(kind('ready', `import { ready } from '../../../lib/admin';`, files)).toBe('service-role');
    expect(kind('new Repository().db', `import { Repository } from '../../../lib/admin';`, files)).toBe('service-role');
    expect(kind('typed()', `import { typed } from '../../../lib/admin';`, files)).toBe('service-role');
    expect(kind('stated', `import { stated } from '../../../lib/admin';`, files)).toBe('service-role');
    expect(kind('given()', `import { given } from '../../../lib/admin';`, files)).toBe('service-role');
    expect(kind('(ready as any)', `import { ready } from '../../../lib/admin';`, files)).toBe('service-role');
    expect(kind(`createClient(required('SUPABASE_URL'), required('SUPABASE_SERVICE_ROLE_KEY'))`, `import { createClient } from '@supabase/supabase-js'; import { required } from '../../../lib/env';`, files)).toBe('service-role');
  });
});

describe('factories', () => {
  test.each([
    ['user', `createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, { cookies: { getAll() { return []; } } })`, `import { createServerClient } from '@supabase/ssr';`],
    ['service-role', `createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!, { cookies: { getAll: () => [], setAll() {} } })`, `import { createServerClient } from '@supabase/ssr';`],
    ['user', `createBrowserClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY!)`, `import { createBrowserClient } from '@supabase/ssr';`],
    ['user', `createRouteHandlerClient({ cookies })`, `import { createRouteHandlerClient } from '@supabase/auth-helpers-nextjs'; import { cookies } from 'next/headers';`],
    ['service-role', `createRouteHandlerClient({ cookies }, { supabaseKey: process.env.SUPABASE_SERVICE_ROLE_KEY! })`, `import { createRouteHandlerClient } from '@supabase/auth-helpers-nextjs'; import { cookies } from 'next/headers';`],
    ['user', `createServerComponentClient({ cookies })`, `import { createServerComponentClient } from '@supabase/auth-helpers-nextjs'; import { cookies } from 'next/headers';`],
    ['user', `createMiddlewareClient({ req: request, res: new Response() })`, `import { createMiddlewareClient } from '@supabase/auth-helpers-nextjs';`],
    ['user', `createClientComponentClient()`, `import { createClientComponentClient } from '@supabase/auth-helpers-nextjs';`],
    ['service-role', `serverSupabaseServiceRole(request)`, `import { serverSupabaseServiceRole } from '#supabase/server';`],
    ['service-role', `createClient(Deno.env.get('SUPABASE_URL') ?? '', Deno.env.get('SUPABASE_SERVICE_ROLE_KEY') ?? '')`, `import { createClient } from 'https://esm.sh/@supabase/supabase-js@2.45.4?target=deno';`],
    ['user', `createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_ANON_KEY')!, { global: { headers: { Authorization: request.headers.get('Authorization')! } } })`, `import { createClient } from 'jsr:@supabase/supabase-js@2';`],
    ['service-role', `createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!)`, `import { createClient } from 'npm:@supabase/supabase-js@2.39.3';`],
    ['service-role', `supabase.createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)`, `import * as supabase from '@supabase/supabase-js';`],
    ['service-role', `new SupabaseClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)`, `import { SupabaseClient } from '@supabase/supabase-js';`],
    ['service-role', `new PostgrestClient(process.env.URL!, { headers: { apikey: process.env.SUPABASE_SERVICE_ROLE_KEY! } })`, `import { PostgrestClient } from '@supabase/postgrest-js';`],
    ['no query', `createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)`, `import { createClient } from 'redis';`],
  ])('%s: %s', (want, code, imports) => {
    expect(kind(code, imports)).toBe(want);
  });

  test('the version that an import names decides what .match() does', () => {
    const read = (from: string, packages: Readonly<Record<string, string>> = {}): string => {
      const { queries } = analysed({ 'app/api/x/route.ts': `import { createClient } from '${from}';
export async function POST() { await createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!).from('projects').delete().match({ org_id: undefined }); }` }, packages);
      return queries.map((q) => textOf(q.condition)).join();
    };
    expect(read('npm:@supabase/supabase-js@2.45.0')).toBe('org_id = "undefined"');
    expect(read('npm:@supabase/supabase-js@2.105.0')).toBe('all()');
    expect(read('jsr:@supabase/supabase-js@2')).toBe('all()');
    expect(read('@supabase/supabase-js')).toBe('all()');
    expect(read('@supabase/supabase-js', { '@supabase/supabase-js': '2.99.2' })).toBe('org_id = "undefined"');
    expect(read('@supabase/supabase-js', { '@supabase/supabase-js': '2.99.3' })).toBe('all()');
  });
});

describe('clients that nobody is seen to hand in', () => {
  const read = (text: string): string[] => analysed({ 'lib/x.ts': `import type { SupabaseClient } from '@supabase/supabase-js';\n${text}` }).queries.map((q) => `${q.clientKind} ${q.table.kind === 'table' ? q.table.name : '?'} ${textOf(q.condition)}`);
  test('a parameter of the client\'s type', () => {
    expect(read(`export async function list(db: SupabaseClient<Database>, orgId: string) { return db.from('projects').select('id').eq('org_id', orgId); }`)).toEqual(['unknown projects org_id = "<symbol>"']);
  });
  test('what a factory returns', () => {
    const admin = `import { createClient } from '@supabase/supabase-js'; export async function createAdmin(region?: string) { return createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!); }`;
    const { queries } = analysed({ 'lib/admin.ts': admin, 'lib/x.ts': `import { createAdmin } from './admin';
type Admin = Awaited<ReturnType<typeof createAdmin>>;
export async function one(db: Awaited<ReturnType<typeof createAdmin>>, id: string) { await db.from('projects').delete().eq('id', id); }
export async function other({ db }: { db: Admin }, id: string) { await db.from('tasks').delete().eq('id', id); }` });
    expect(queries.map((q) => `${q.clientKind} ${q.table.kind === 'table' ? q.table.name : '?'}`)).toEqual(['service-role projects', 'service-role tasks']);
  });
  test('a parameter of any type, where the schema has the table', () => {
    expect(read(`export async function list(db: any, orgId: string) { return db.from('projects').select('id').eq('org_id', orgId); }`)).toEqual(['unknown projects org_id = "<symbol>"']);
    expect(read(`export async function list(ctx: any) { await ctx.db.from('nowhere').select('id'); await ctx.list.from([1, 2]).select(); await ctx.storage.from('projects').list(); }`)).toEqual([]);
  });
  test('other clients begin at a table of that name as well', () => {
    expect(read(`export async function list(db: any) { await db.select('id').from('projects').where('x'); Array.from('projects'); Buffer.from('projects'); }`)).toEqual([]);
  });
});

describe('proxies', () => {
  const WRAPPER = `import { createClient } from '@supabase/supabase-js';
const GLOBAL = new Set<string>(['orgs', 'members']);
function scoped(builder: any, orgId: string): any {
  return new Proxy(builder, {
    get(target, prop, receiver) {
      const original = (target as any)[prop];
      if (prop === 'select' || prop === 'delete') return (...args: any[]) => original.apply(target, args).eq('org_id', orgId);
      if (prop === 'update') return (row: any, options?: any) => { const { org_id: _own, ...rest } = row ?? {}; return original.call(target, rest, options).eq('org_id', orgId); };
      if (prop === 'insert') return (rows: any) => original.call(target, Array.isArray(rows) ? rows.map((r: any) => ({ ...r, org_id: orgId })) : { ...rows, org_id: orgId });
      return Reflect.get(target, prop, receiver);
    },
  });
}
export function forOrg(orgId: string) {
  if (!orgId) throw new Error('no tenant');
  const client = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
  return new Proxy(client as any, {
    get(target, prop) {
      if (prop === 'from') return (table: string) => { const builder = target.from(table); return GLOBAL.has(table) ? builder : scoped(builder, orgId); };
      if (prop === 'unscoped') return (table: string) => target.from(table);
      return Reflect.get(target, prop, target);
    },
  });
}
export const lazy = new Proxy({} as any, { get(_target, prop) { const client = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!); const value = (client as any)[prop]; return typeof value === 'function' ? value.bind(client) : value; } });`;

  const read = (body: string): string[] => analysed({ 'lib/wrapper.ts': WRAPPER, 'app/api/x/route.ts': `import { forOrg, lazy } from '../../../lib/wrapper';
export async function POST(request: Request) { const db = forOrg('o-1'); ${body} }` }).queries.map((q) => `${q.clientKind} ${q.operation} ${textOf(q.condition)}${q.stated ? ` stated ${textOf(q.stated)}` : ''}${[...q.inserts, ...q.changes].map((w) => ` ${w.entries.map((e) => (e.kind === 'field' ? e.field : e.kind)).join('+')}`).join('')}`);

  test('the call is where the wrapper is asked', () => {
    const { sites } = analysed({ 'lib/wrapper.ts': WRAPPER, 'app/api/x/route.ts': `import { forOrg } from '../../../lib/wrapper';
export async function POST() { const db = forOrg('o-1'); await Promise.all([db.from('projects').select('id'), db.from('tags').delete()]); }` });
    expect(sites.map((s) => `${s.at.file} ${s.table}`)).toEqual(['app/api/x/route.ts public.projects', 'app/api/x/route.ts public.tags']);
  });

  test.each([
    [`await db.from('projects').select('id').eq('id', 'p')`, ['scoped select all(id = "p"; org_id = "o-1") stated id = "p"']],
    [`await db.from('projects').select('id')`, ['scoped select org_id = "o-1" stated all()']],
    [`await db.from('projects').select('id').eq('org_id', 'o-1')`, ['scoped select org_id = "o-1" stated org_id = "o-1"']],
    [`await db.from('projects').delete().eq('id', 'p')`, ['scoped delete all(id = "p"; org_id = "o-1") stated id = "p"']],
    [`await db.from('projects').update({ name: 'x', org_id: 'other' }).eq('id', 'p')`, ['scoped update all(id = "p"; org_id = "o-1") stated id = "p" name']],
    [`await db.from('projects').insert({ name: 'x' })`, ['scoped insert all() stated all() name+org_id']],
    [`await db.from('projects').insert([{ name: 'x' }])`, ['scoped insert all() stated all() name+org_id']],
    [`await db.from('orgs').select('id')`, ['service-role select all()']],
    [`await db.unscoped('projects').select('id')`, ['service-role select all()']],
    [`await lazy.from('projects').select('id').eq('org_id', 'o-1')`, ['service-role select org_id = "o-1"']],
  ])('%s', (body, want) => {
    expect(read(body)).toEqual(want);
  });
});
