import { describe, expect, test } from 'vitest';
import { asksOf, bodyOf } from './asked.ts';
import { sent, type Version } from './client.ts';
import { asksFor } from './postgrest.ts';
import { inRoute } from './product.ts';

/** Values that chains may use, the same for the real client and for the reader. */
const VALUES = { org: 'o-1', id: 'p-1', other: 'p 2,(x)', n: 7, yes: true, none: null, missing: undefined, ids: ['a', 'b', 'a'], empty: [], text: '%needle%' };
const DECLARED = `const org = 'o-1'; const id = 'p-1'; const other = 'p 2,(x)'; const n = 7; const yes = true; const none = null; const missing = undefined; const ids = ['a', 'b', 'a']; const empty: string[] = []; const text = '%needle%';`;

async function compared(chain: string, version: Version = '2.109.0') {
  const { queries } = inRoute(`${DECLARED}\n  await ${chain};`, '', { '@supabase/supabase-js': version });
  const [query] = queries;
  if (!query || queries.length > 1) throw new Error(`${queries.length} queries read: ${chain}`);
  return { query, request: await sent(chain, VALUES, version) };
}

const FILTERS = [
  `db.from('projects').select()`,
  `db.from('projects').select('id').eq('org_id', org)`,
  `db.from('projects').select('id').eq('org_id', org).eq('org_id', id)`,
  `db.from('projects').select('*').eq('org_id', org).neq('status', 'gone').gt('amount', n).gte('amount', 1).lt('amount', 9).lte('amount', 8)`,
  `db.from('projects').select('*').eq('org_id', missing)`,
  `db.from('projects').select('*').eq('org_id', none)`,
  `db.from('projects').select('*').is('owner_id', null).is('is_public', true)`,
  `db.from('projects').select('*').in('id', ids)`,
  `db.from('projects').select('*').in('id', [id, other, n])`,
  `db.from('projects').select('*').in('id', empty)`,
  `db.from('projects').select('*').in('id', [...ids, id])`,
  `db.from('projects').select('*').not('owner_id', 'is', null)`,
  `db.from('projects').select('*').not('status', 'eq', 'gone').not('id', 'in', '(a,b)').not('name', 'like', text)`,
  `db.from('projects').select('*').not('id', 'in', \`(\${ids.join(',')})\`)`,
  `db.from('projects').select('*').filter('org_id', 'eq', org).filter('status', 'not.eq', 'gone').filter('id', 'in', '(a,"b,c")')`,
  `db.from('projects').select('*').filter('name', 'ilike', text).filter('owner_id', 'not.is', null)`,
  `db.from('projects').select('*').like('name', text).ilike('name', text).contains('labels', ['x']).containedBy('labels', ['x']).overlaps('labels', ['y'])`,
  `db.from('projects').select('*').textSearch('name', 'a & b', { type: 'websearch' })`,
  `db.from('projects').select('*').rangeGt('amount', '[1,2)').rangeAdjacent('amount', '[1,2)')`,
  `db.from('projects').select('*').likeAnyOf('name', ['a', 'b']).ilikeAllOf('name', ['a', 'b'])`,
  `db.from('projects').select('*').eq('data->>kind', 'x').eq('data->a->>b', 'y')`,
  `db.from('projects').select('*').match({ org_id: org, status: 'open' })`,
  `db.from('projects').select('*').match({ org_id: org, ...{ status: 'open' } }).eq('id', id)`,
  `db.from('projects').select('*').match({ org_id: missing, status: 'open' })`,
  `db.from('projects').select('*').match({ org_id: none })`,
  `db.from('projects').delete().match({ org_id: missing })`,
  `db.from('projects').delete().eq('id', id).eq('org_id', org)`,
  `db.from('projects').delete({ count: 'exact' }).in('id', ids).select()`,
  `db.from('projects').select('*').eq('org_id', org).order('name', { ascending: false }).range(0, 9).limit(5)`,
  `db.from('projects').select('*', { count: 'exact', head: true }).eq('org_id', org)`,
  `db.from('projects').select('*').eq('id', id).eq('org_id', org).maybeSingle()`,
  `db.from('projects').select('*').eq('id', id).single().throwOnError()`,
  `db.schema('public').from('projects').select('*').eq('id', id)`,
  `db.from('projects').select('*').eq('id', \`\${id}\`).eq('name', \`x-\${id}\`)`,
];

const LOGIC = [
  `.or('is_public.eq.true,status.eq.open')`,
  `.eq('org_id', org).or('is_public.eq.true,owner_id.is.null')`,
  `.or(\`org_id.eq.\${org},is_public.is.true\`)`,
  `.or('and(org_id.eq.a,status.eq.open),and(org_id.eq.b,or(amount.gt.1,amount.lt.5))')`,
  `.or('not.and(org_id.eq.a,status.eq.open),status.not.eq.gone')`,
  `.or('id.in.(a,b),name.ilike.%x%')`,
  `.or(\`id.in.(\${ids.join(',')}),org_id.eq.\${org}\`)`,
  `.or('name.eq."a,b",name.eq."say \\\\"hi\\\\""')`,
  `.or('labels.cs.{x,y},labels.ov.{"a,b"}')`,
  `.or('data->>kind.eq.x,status.is.null')`,
  `.or('status.not.in.(a,b),status.not.is.null')`,
  `.or('org_id.eq.a').or('status.eq.open,status.eq.new')`,
  `.or('id.eq.a, status.eq.open , and( org_id.eq.b , amount.gte.3 )')`,
  `.or('status.eq(any).{a,b}')`,
];

describe('conditions are those of the URL that the real client sends', () => {
  test.each(FILTERS)('%s', async (chain) => {
    const { query, request } = await compared(chain);
    expect(asksOf(query)).toEqual(asksFor(request));
  });

  test.each(LOGIC.map((l) => `db.from('projects').select('*')${l}`))('%s', async (chain) => {
    const { query, request } = await compared(chain);
    expect(asksOf(query)).toEqual(asksFor(request));
  });

  test.each([
    [`db.from('projects').select('id').match({ org_id: missing })`, '1.19.4', { '': 'org_id = "undefined"' }],
    [`db.from('projects').select('id').match({ org_id: missing })`, '2.109.0', {}],
    [`db.from('projects').delete().match({ org_id: missing, id })`, '1.19.4', { '': 'all(id = "p-1"; org_id = "undefined")' }],
    [`db.from('projects').delete().match({ org_id: missing, id })`, '2.109.0', { '': 'id = "p-1"' }],
  ] as const)('%s with version %s', async (chain, version, want) => {
    const { query, request } = await compared(chain, version);
    expect(asksFor(request)).toEqual(want);
    expect(asksOf(query)).toEqual(want);
  });
});

describe('filters on embedded rows are about these', () => {
  test.each([
    `db.from('projects').select('id, tasks(id)').eq('tasks.done', true).eq('org_id', org)`,
    `db.from('projects').select('id, open:tasks(id, title)').eq('open.done', false)`,
    `db.from('projects').select('id, tasks(id)').or('done.eq.true,title.eq.x', { referencedTable: 'tasks' })`,
    `db.from('projects').select('id, tasks(id)').or('done.eq.true,title.eq.x', { foreignTable: 'tasks' }).or('status.eq.a,status.eq.b')`,
    `db.from('projects').select('id, tasks(id, creator:people!created_by(name))').eq('tasks.creator.name', 'Ann')`,
    `db.from('projects').select('id, tasks(id)').not('tasks.title', 'is', null).in('tasks.id', ids).order('title', { referencedTable: 'tasks' }).limit(3, { referencedTable: 'tasks' })`,
    `db.from('tasks').select('id, projects!inner(org_id)').eq('projects.org_id', org).eq('id', id)`,
  ])('%s', async (chain) => {
    const { query, request } = await compared(chain);
    expect(asksOf(query)).toEqual(asksFor(request));
  });
});

describe('verbs and bodies are those that the real client sends', () => {
  const METHODS: Readonly<Record<string, string>> = { select: 'GET', count: 'HEAD', insert: 'POST', upsert: 'POST', update: 'PATCH', delete: 'DELETE', call: 'POST' };
  test.each([
    [`db.from('projects').insert({ org_id: org, name: 'x', slug: missing })`],
    [`db.from('projects').insert([{ org_id: org, name: 'x' }, { org_id: id, name: 'y' }]).select('id').single()`],
    [`db.from('projects').insert({ ...{ org_id: id, name: 'x' }, org_id: org })`],
    [`db.from('projects').update({ name: 'x', status: missing, amount: n, is_public: yes, owner_id: none }).eq('id', id).eq('org_id', org)`],
    [`db.from('projects').upsert({ id, org_id: org, name: 'x' }).select()`],
    [`db.from('projects').upsert([{ org_id: org, slug: 's', name: 'x' }], { onConflict: 'org_id,slug' })`],
    [`db.from('projects').upsert({ org_id: org, slug: 's', name: 'x' }, { onConflict: 'org_id,slug', ignoreDuplicates: true })`],
    [`db.from('projects').delete().eq('id', id)`],
    [`db.from('projects').select('*', { head: true, count: 'exact' }).eq('id', id)`],
  ])('%s', async (chain) => {
    const { query, request } = await compared(chain);
    const ignores = /ignore-duplicates/.test(request.headers['prefer'] ?? '');
    expect(METHODS[query.verb]).toBe(request.method);
    expect(query.verb === 'upsert').toBe(/merge-duplicates/.test(request.headers['prefer'] ?? ''));
    const written = query.inserts.length > 0 ? query.inserts : query.changes;
    const rows = request.body === undefined ? [] : Array.isArray(request.body) ? request.body : [request.body];
    expect(bodyOf(written)).toEqual(rows.map((row: object) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, String(v)]))));
    expect(`/${query.table.kind === 'table' ? query.table.name : '?'}`).toBe(request.url.pathname);
    expect(query.limited || query.verb !== 'select').toBe(query.verb !== 'select' || request.url.searchParams.has('limit'));
    if (ignores) expect(query.changes).toEqual([]);
  });

  test('an upsert changes the row that has the same key', async () => {
    const { query } = await compared(`db.from('projects').upsert({ org_id: org, slug: 's', name: 'x' }, { onConflict: 'org_id,slug' })`);
    expect(asksOf(query)).toEqual({ '': 'all(org_id = "o-1"; slug = "s")' });
    const { query: byKey } = await compared(`db.from('projects').upsert({ id, org_id: org, name: 'x' })`);
    expect(asksOf(byKey)).toEqual({ '': 'id = "p-1"' });
  });

  test('a filter after an upsert is not looked at', async () => {
    const { query, request } = await compared(`db.from('projects').upsert({ id, name: 'x' }).eq('org_id', org)`);
    expect(asksFor(request)).toEqual({ '': 'org_id = "o-1"' });
    expect(asksOf(query)).toEqual({ '': 'id = "p-1"' });
  });

  test('a function is called with the arguments that are there', async () => {
    const { query, request } = await compared(`db.rpc('org_report', { p_org: org, p_from: missing }).eq('id', id)`);
    expect(request.url.pathname).toBe('/rpc/org_report');
    expect(request.body).toEqual({ p_org: 'o-1' });
    expect(query.routine?.name).toBe('org_report');
    expect(asksOf(query)).toEqual(asksFor(request));
  });
});
