import { expect, test } from 'vitest';
import { analysed } from './product.ts';

const CLIENT = `createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!)`;
const IMPORT = `import { createClient } from 'https://esm.sh/@supabase/supabase-js@2';`;
const BODY = `{ const db = ${CLIENT}; const { id } = await req.json(); await remove(db, id); return new Response('ok'); }`;
const REMOVE = `async function remove(db: ReturnType<typeof createClient>, id: string) { await db.from('projects').delete().eq('id', id); }`;

test.each([
  ['Deno.serve', `${IMPORT}\n${REMOVE}\nDeno.serve(async (req) => ${BODY});`, 'edge route'],
  ['Deno.serve with options', `${IMPORT}\n${REMOVE}\nDeno.serve({ port: 8000 }, async (req) => ${BODY});`, 'edge route'],
  ['a handler by name', `${IMPORT}\n${REMOVE}\nasync function handler(req: Request) ${BODY}\nDeno.serve(handler);`, 'edge route'],
  ['serve of the standard library', `import { serve } from 'https://deno.land/std@0.168.0/http/server.ts';\n${IMPORT}\n${REMOVE}\nserve(async (req) => ${BODY});`, 'edge route'],
  ['Bun.serve', `${IMPORT}\n${REMOVE}\nBun.serve({ async fetch(req) ${BODY} });`, 'edge route'],
  ['a worker', `${IMPORT}\n${REMOVE}\nexport default { async fetch(req: Request) ${BODY} };`, 'worker route'],
])('%s', (_, text, want) => {
  const { sites } = analysed({ 'supabase/functions/remove/index.ts': text });
  expect(sites.map((s) => `${s.entry?.framework} ${s.entry?.kind} ${s.clientKind} ${s.operation}`)).toEqual([`${want} service-role delete`]);
});

test.each([
  [`if (req.headers.get('x-cron-secret') !== Deno.env.get('CRON_SECRET')) return new Response('no', { status: 401 });`, 'by-design'],
  [`if (req.headers.get('authorization') !== \`Bearer \${Deno.env.get('CRON_SECRET')}\`) return new Response('no', { status: 401 });`, 'by-design'],
  [`if (req.headers.get('authorization') !== \`Bearer \${Deno.env.get('SUPABASE_ANON_KEY')}\`) return new Response('no', { status: 401 });`, 'leak'],
  [`if (req.headers.get('x-mode') !== Deno.env.get('MODE')) return new Response('no', { status: 401 });`, 'leak'],
  [`if (!req.headers.get('x-cron-secret')) return new Response('no', { status: 401 });`, 'leak'],
])('a shared secret lets other systems in: %s', (check, want) => {
  const { sites } = analysed({ 'supabase/functions/sweep/index.ts': `${IMPORT}\nDeno.serve(async (req) => { ${check} const db = ${CLIENT}; const { data } = await db.from('projects').select('id'); return Response.json(data); });` });
  expect(sites.map((s) => s.verdict)).toEqual([want]);
});

test('schedules act for the system', () => {
  const { sites } = analysed({ 'supabase/functions/sweep/index.ts': `${IMPORT}\nDeno.cron('sweep', '0 * * * *', async () => { const db = ${CLIENT}; await db.from('projects').delete().eq('status', 'gone'); });` });
  expect(sites.map((s) => `${s.entry?.kind} ${s.verdict}`)).toEqual(['cron by-design']);
});
