import { describe, expect, test } from 'vitest';
import { asksOf, textOf } from './asked.ts';
import { analysed, inRoute } from './product.ts';

const asked = (body: string, top = ''): string[] => inRoute(body, top).queries.map((q) => `${q.operation} ${q.table.kind === 'table' ? q.table.name : '?'} ${textOf(q.condition)}`);

describe('a request is sent when it is awaited, whatever it was kept in', () => {
  test.each([
    ['awaited', `await db.from('projects').select('id').eq('id', 'p');`, ['select projects id = "p"']],
    ['not awaited', `db.from('projects').delete().eq('id', 'p');`, []],
    ['then', `db.from('projects').delete().eq('id', 'p').then(({ error }) => error);`, ['delete projects id = "p"']],
    ['returned', `const find = (id: string) => db.from('projects').select('id').eq('id', id); await find('p');`, ['select projects id = "p"']],
    ['returned by an async function', `const find = async (id: string) => db.from('projects').select('id').eq('id', id); await find('p');`, ['select projects id = "p"']],
    ['all at once', `const [a, b] = await Promise.all([db.from('projects').select('id').eq('id', 'p'), db.from('tasks').select('id').eq('id', 't')]);`, ['select projects id = "p"', 'select tasks id = "t"']],
    ['all settled', `await Promise.allSettled(['a'].map((id) => db.from('projects').delete().eq('id', id)));`, ['delete projects id = "a"']],
    ['handed to a package', `const { data } = await withTimeout(db.from('projects').select('id').eq('id', 'p'), 500); if (data) for (const one of data) await db.from('tasks').delete().eq('project_id', one.id);`, ['select projects id = "p"', 'delete tasks project_id = "<column>"']],
    ['for each', `for (const id of ['a']) await db.from('projects').delete().eq('id', id);`, ['delete projects id = "a"']],
    ['a table in a variable', `const table = db.from('projects'); await table.select('id').eq('id', 'p'); await table.delete().eq('id', 'q');`, ['select projects id = "p"', 'delete projects id = "q"']],
    ['a client in an object', `const ctx = { db }; await ctx.db.from('projects').select('id');`, ['select projects all()']],
    ['a destructured client', `const { db: inner } = { db }; await inner.from('projects').select('id');`, ['select projects all()']],
    ['a cast client', `const any = db as any; await (any as any).from('projects').select('id');`, ['select projects all()']],
    ['another schema', `await db.schema('private').from('projects').select('id');`, ['select projects all()']],
  ])('%s', (_, body, want) => {
    expect(asked(body)).toEqual(want);
  });

  test('a returned request is sent by whoever called', () => {
    const { queries } = analysed({
      'lib/queries.ts': `export const projectsOf = (db: any, org: string) => db.from('projects').select('id').eq('org_id', org);`,
      'app/api/x/route.ts': `import { createClient } from '@supabase/supabase-js'; import { projectsOf } from '../../../lib/queries';
export async function GET() { const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!); const { data } = await projectsOf(db, 'o-1').order('name').limit(5); return Response.json(data); }`,
    });
    expect(queries.map((q) => `${q.clientKind} ${textOf(q.condition)} ${q.at.file} ${q.limited}`)).toEqual(['service-role org_id = "o-1" lib/queries.ts true']);
  });
});

describe('a request that is built in steps', () => {
  test.each([
    ['replaced', `let q = db.from('projects').select('id'); q = q.eq('id', 'p'); await q;`, ['select projects id = "p"']],
    ['changed in place', `const q = db.from('projects').select('id'); q.eq('id', 'p'); q.eq('name', 'n'); await q;`, ['select projects all(id = "p"; name = "n")']],
    ['in one branch', `let q = db.from('projects').select('id').eq('org_id', 'o'); if (request.url) q = q.eq('name', 'n'); await q;`, ['select projects all(one of (name = "n" | all()); org_id = "o")']],
    ['in place in one branch', `const q = db.from('projects').select('id').eq('org_id', 'o'); if (request.url) q.eq('name', 'n'); await q;`, ['select projects all(one of (name = "n" | all()); org_id = "o")']],
    ['in both branches', `let q = db.from('projects').select('id'); if (request.url) { q = q.eq('name', 'n'); } else { q = q.is('name', null); } await q;`, ['select projects one of (name = "n" | name is null)']],
    ['in a loop', `let q = db.from('projects').select('id').eq('org_id', 'o'); for (const [c, v] of Object.entries(await request.json())) { if (v) q = q.eq(c, v); } await q;`, ['select projects all(one of (one of (narrowing | all()) | all()); org_id = "o")']],
    ['by a helper', `const open = (q: any) => q.eq('status', 'open'); await open(db.from('projects').select('id'));`, ['select projects status = "open"']],
    ['by one of two', `const q = request.url ? db.from('projects').select('id').eq('id', 'a') : db.from('projects').select('id').eq('id', 'b'); await q;`, ['select projects id = "a"', 'select projects id = "b"']],
    ['of one of two tables', `const name = request.url ? 'projects' : 'tasks'; await db.from(name).select('id').eq('id', 'a');`, ['select projects id = "a"', 'select tasks id = "a"']],
    ['of a table that is chosen at run time', `await db.from(await request.text()).select('id').eq('id', 'a');`, ['select ? id = "a"']],
    ['with a column that is chosen at run time', `const by = request.url ? 'id' : 'slug'; await db.from('projects').select('id').eq(by, 'a').eq(await request.text(), 'b');`, ['select projects all(narrowing; one of (id = "a" | slug = "a"))']],
    ['by reduce', `await [['id', 'a']].reduce((q, [c, v]) => q.eq(c, v), db.from('projects').select('id') as any);`, ['select projects one of (all() | id = "a")']],
  ])('%s', (name, body, want) => {
    expect(asked(body), name).toEqual(want);
  });

  test('branches add up, they do not multiply', () => {
    const steps = Array.from({ length: 20 }, (_, i) => `if (u.searchParams.get('c${i}')) q = q.eq('c${i}', 'x');`).join(' ');
    const { queries } = inRoute(`const u = new URL(request.url); let q = db.from('projects').select('id').eq('org_id', 'o'); ${steps} await q;`);
    expect(queries.map((q) => (q.condition.kind === 'all' ? q.condition.of.length : 0))).toEqual([21]);
  });

  test('limits and orders hold on every way', () => {
    const limited = (body: string): boolean[] => inRoute(body).queries.map((q) => q.limited);
    expect(limited(`let q = db.from('projects').select('id'); if (request.url) q = q.limit(5); await q;`)).toEqual([false]);
    expect(limited(`let q = db.from('projects').select('id').limit(9); if (request.url) q = q.eq('id', 'a'); await q;`)).toEqual([true]);
    expect(limited(`await db.from('projects').select('id').range(0, 9);`)).toEqual([true]);
    expect(limited(`await db.from('projects').select('id, tasks(id)').limit(3, { referencedTable: 'tasks' });`)).toEqual([false]);
    expect(limited(`await db.from('projects').select('id').eq('id', 'a').maybeSingle();`)).toEqual([true]);
  });

  test('what is underlined is the table', () => {
    const { queries } = inRoute(`const { data } = await db\n    .from('projects')\n    .select('id');`);
    const [query] = queries;
    expect(query?.at.file).toBe('app/api/x/route.ts');
    expect((query?.at.end ?? 0) - (query?.at.start ?? 0)).toBe(`from('projects')`.length);
  });
});

describe('what is written', () => {
  const written = (body: string): string[] => inRoute(body).queries.flatMap((q) => [...q.inserts, ...q.changes].map((w) => w.entries.map((e) => (e.kind === 'field' ? e.field : e.kind)).join(' ')));
  test.each([
    [`await db.from('projects').insert({ org_id: 'o', ...(await request.json()) })`, ['org_id spread']],
    [`await db.from('projects').insert({ ...(await request.json()), org_id: 'o' })`, ['spread org_id']],
    [`await db.from('projects').update(await request.json()).eq('id', 'p')`, ['spread']],
    [`const rows = (await request.json()).rows.map((r: any) => ({ ...r, org_id: 'o' })); await db.from('projects').insert(rows)`, ['spread org_id']],
    [`const rows: any[] = []; rows.push({ org_id: 'o', name: 'a' }); if (request.url) rows.push({ org_id: 'o', slug: 'b' }); await db.from('projects').insert(rows)`, ['org_id name', 'org_id slug']],
    [`await db.from('projects').insert(request.url ? { org_id: 'o' } : { name: 'n' })`, ['org_id', 'name']],
  ])('%s', (body, want) => {
    expect(written(body)).toEqual(want);
  });
});

describe('services beside the tables are no queries', () => {
  test.each([
    `const { data } = db.storage.from('projects').getPublicUrl(params.id); return Response.json(data.publicUrl);`,
    `await db.auth.admin.createUser({ email: 'a@b.c' }); await db.auth.admin.deleteUser(params.id);`,
    `const { data } = await db.auth.admin.listUsers(); return Response.json(data.users);`,
    `await db.functions.invoke('mail', { body: { id: params.id } });`,
    `const channel = db.channel('room').on('postgres_changes', { event: '*', schema: 'public', table: 'projects' }, () => {}).subscribe(); await db.removeChannel(channel);`,
    `await db.auth.signOut();`,
  ])('%s', (body) => {
    expect(inRoute(`${body}\n  await db.from('tasks').select('id').eq('id', 't');`.replace(/return Response\.json\((.*?)\);/, 'console.log($1);')).queries.map((q) => asksOf(q)['']), 'the code after it is reached').toEqual(['id = "t"']);
  });
});

describe('what is asked for is called by its place in the request', () => {
  test.each([
    [`Number(body.id)`, 'request.body.id'],
    [`String(body.id).trim()`, 'request.body.id'],
    [`body.path.split('/')[1]`, 'request.body.path'],
    [`\`task_\${body.id}\``, 'request.body.id'],
    [`Object.keys(body.tasks)[0]`, 'request.body.tasks'],
  ])('%s', (value, source) => {
    const { sites } = inRoute(`const body = await request.json(); const { data: { user } } = await db.auth.getUser(); if (!user) throw new Error('nobody'); const { data } = await db.from('tasks').select('id, title').eq('id', ${value}); return Response.json(data);`);
    expect(sites.map((s) => (s.defect && 'value' in s.defect ? s.defect.value : s.verdict))).toEqual([source]);
  });
});

describe('a promise is there, whatever it resolves to', () => {
  const track = `async function track(id: string): Promise<void> { if (!process.env.TRACK) return; await fetch(id); }
async function name(id: string) { const { data } = await db.from('tags').select('name').eq('id', 't').maybeSingle(); return data; }`;
  test.each([
    [`track('a').catch(() => undefined);`, 'leak'],
    [`void track('a').then(() => track('b')).finally(() => undefined);`, 'leak'],
    [`await name('a').then((found) => { if (!found) throw new Error('none'); });`, 'leak'],
    [`if (await name('a').then((found) => found === null)) return new Response();`, 'leak'],
  ])('%s', (before, verdict) => {
    const { sites } = inRoute(`const body = await request.json(); const { data: { user } } = await db.auth.getUser(); if (!user) throw new Error('nobody'); ${before} const { data } = await db.from('tasks').select('id, title').eq('id', body.id); return Response.json(data);`, track);
    expect(sites.filter((s) => s.table === 'public.tasks').map((s) => s.verdict)).toEqual([verdict]);
  });
});
