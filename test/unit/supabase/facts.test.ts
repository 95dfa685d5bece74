import { describe, expect, test } from 'vitest';
import { brief, inRoute } from './product.ts';

/** Who calls, and the tenant that the membership table gives them. */
const CALLER = `async function caller() {
  const { data: { user } } = await db.auth.getUser();
  if (!user) throw new Error('nobody');
  const { data: member, error } = await db.from('members').select('org_id').eq('user_id', user.id).single();
  if (error || !member) throw new Error('no member');
  return { org: member.org_id, user };
}`;

const verdicts = (body: string): string[] => brief(inRoute(`const { org, user } = await caller(); const { id } = await request.json();\n  ${body}`, CALLER).sites).filter((s) => !s.startsWith('members.'));

describe('a row is a fact once its absence has left', () => {
  test.each([
    ['by the tenant', `return Response.json((await db.from('projects').select('id').eq('org_id', org)).data);`, ['projects.select service-role scoped']],
    ['by nothing', `return Response.json((await db.from('projects').select('id')).data);`, ['projects.select service-role leak bypasses-rls']],
    ['by an id of the request', `await db.from('projects').update({ name: 'x' }).eq('id', id);`, ['projects.update service-role leak bypasses-rls']],
    ['as text', `const { data } = await db.from('projects').select('id').eq('id', id).csv(); return new Response(data);`, ['projects.select service-role leak bypasses-rls']],
    ['single and error', `const { data, error } = await db.from('projects').select('id').eq('id', id).eq('org_id', org).single(); if (error) throw error; await db.from('tasks').delete().eq('project_id', id);`, ['projects.select service-role scoped', 'tasks.delete service-role guarded']],
    ['single and no data', `const { data } = await db.from('projects').select('id').eq('id', id).eq('org_id', org).single(); if (!data) throw new Error('none'); await db.from('tasks').delete().eq('project_id', data.id);`, ['projects.select service-role scoped', 'tasks.delete service-role guarded']],
    ['the whole answer', `const found = await db.from('projects').select('id').eq('id', id).eq('org_id', org).single(); if (found.error) throw found.error; await db.from('tasks').delete().eq('project_id', found.data.id);`, ['projects.select service-role scoped', 'tasks.delete service-role guarded']],
    ['maybe and no data', `const { data } = await db.from('projects').select('id').eq('id', id).eq('org_id', org).maybeSingle(); if (!data) return new Response(null, { status: 404 }); await db.from('tasks').delete().eq('project_id', id);`, ['projects.select service-role scoped', 'tasks.delete service-role guarded']],
    ['maybe and error: the row may be missing', `const { error } = await db.from('projects').select('id').eq('id', id).eq('org_id', org).maybeSingle(); if (error) throw error; await db.from('tasks').delete().eq('project_id', id);`, ['projects.select service-role scoped', 'tasks.delete service-role leak idle-guard']],
    ['nothing is looked at', `await db.from('projects').select('id').eq('id', id).eq('org_id', org).single(); await db.from('tasks').delete().eq('project_id', id);`, ['projects.select service-role scoped', 'tasks.delete service-role leak idle-guard']],
    ['throwing', `await db.from('projects').select('id').eq('id', id).eq('org_id', org).single().throwOnError(); await db.from('tasks').delete().eq('project_id', id);`, ['projects.select service-role scoped', 'tasks.delete service-role guarded']],
    ['throwing, but it may be missing', `await db.from('projects').select('id').eq('id', id).eq('org_id', org).maybeSingle().throwOnError(); await db.from('tasks').delete().eq('project_id', id);`, ['projects.select service-role scoped', 'tasks.delete service-role leak idle-guard']],
    ['the first of a list', `const { data } = await db.from('projects').select('id').eq('id', id).eq('org_id', org).limit(1); if (!data?.[0]) throw new Error('none'); await db.from('tasks').delete().eq('project_id', id);`, ['projects.select service-role scoped', 'tasks.delete service-role guarded']],
    ['an empty list', `const { data } = await db.from('projects').select('id').eq('id', id).eq('org_id', org); if (!data || data.length === 0) throw new Error('none'); await db.from('tasks').delete().eq('project_id', id);`, ['projects.select service-role scoped', 'tasks.delete service-role guarded']],
    ['a count', `const { count } = await db.from('projects').select('*', { count: 'exact', head: true }).eq('id', id).eq('org_id', org); if (!count) throw new Error('none'); await db.from('tasks').delete().eq('project_id', id);`, ['projects.select service-role scoped', 'tasks.delete service-role guarded']],
    ['ids of rows', `const { data } = await db.from('projects').select('id').eq('org_id', org); await db.from('tasks').delete().in('project_id', (data ?? []).map((p) => p.id));`, ['projects.select service-role scoped', 'tasks.delete service-role guarded']],
    ['compared after', `const { data } = await db.from('projects').select('*').eq('id', id).single(); if (data?.org_id !== org) throw new Error('other'); return Response.json(data);`, ['projects.select service-role guarded']],
    ['through a join that must match', `const { data } = await db.from('tasks').select('id, projects!inner(org_id)').eq('id', id).eq('projects.org_id', org); return Response.json(data);`, ['tasks.select service-role scoped']],
    ['through a join that need not match', `const { data } = await db.from('tasks').select('id, projects(org_id)').eq('id', id).eq('projects.org_id', org); return Response.json(data);`, ['tasks.select service-role leak related-unscoped']],
    ['the parent that comes along is compared', `const { data } = await db.from('tasks').select('id, projects(org_id)').eq('id', id).single(); if (data?.projects?.org_id !== org) throw new Error('other'); return Response.json(data);`, ['tasks.select service-role guarded']],
    ['children that come along', `const { data } = await db.from('projects').select('id, tasks(id)').eq('org_id', org).eq('id', id).single(); if (!data) throw new Error('none'); for (const t of data.tasks) await db.from('tasks').update({ done: true }).eq('id', t.id);`, ['projects.select service-role scoped', 'tasks.update service-role guarded']],
  ])('%s', (_, body, want) => {
    expect(verdicts(body)).toEqual(want);
  });
});

describe('conditions that widen, drop or replace', () => {
  test.each([
    ['or beside the tenant', `return Response.json((await db.from('projects').select('id').eq('org_id', org).or('status.eq.a,status.eq.b')).data);`, ['projects.select service-role scoped']],
    ['or with the tenant', "return Response.json((await db.from('projects').select('id').or(`org_id.eq.${org},status.eq.open`)).data);", ['projects.select service-role leak']],
    ['the tenant in every branch', "return Response.json((await db.from('projects').select('id').or(`and(org_id.eq.${org},status.eq.a),and(org_id.eq.${org},status.eq.b)`)).data);", ['projects.select service-role scoped']],
    ['other tenants', `return Response.json((await db.from('projects').select('id').neq('org_id', org)).data);`, ['projects.select service-role leak bypasses-rls']],
    ['undefined is sent', `const tenant = id ? org : undefined; return Response.json((await db.from('projects').select('id').eq('org_id', tenant!)).data);`, ['projects.select service-role scoped']],
    ['undefined is dropped', `const tenant = id ? org : undefined; await db.from('projects').delete().match({ org_id: tenant, status: 'gone' });`, ['projects.delete service-role leak maybe-undefined']],
    ['a condition that may be left out', `let q = db.from('projects').select('id'); if (id) q = q.eq('org_id', org); return Response.json((await q).data);`, ['projects.select service-role leak']],
    ['filters that may come on top', `let q = db.from('projects').select('id').eq('org_id', org); if (id) q = q.eq('id', id); return Response.json((await q).data);`, ['projects.select service-role scoped']],
  ])('%s', (_, body, want) => {
    expect(verdicts(body).map((v, i) => (v.startsWith(want[i] ?? '') ? want[i] : v))).toEqual(want);
  });
});

describe('rows that are left behind', () => {
  test.each([
    ['of the tenant', `await db.from('projects').insert({ org_id: org, name: 'x', slug: 'x' });`, ['projects.insert service-role scoped']],
    ['several', `await db.from('projects').insert([{ org_id: org, name: 'x' }, { org_id: org, name: 'y' }]);`, ['projects.insert service-role scoped']],
    ['of whoever the request names', `await db.from('projects').insert({ org_id: id, name: 'x' });`, ['projects.insert service-role leak']],
    ['of the tenant, unless the request says otherwise', `const body = await request.json(); await db.from('projects').insert({ org_id: org, ...body });`, ['projects.insert service-role leak tenant-overwritten']],
    ['of the tenant, whatever the request says', `const body = await request.json(); await db.from('projects').insert({ ...body, org_id: org });`, ['projects.insert service-role scoped']],
    ['rows of the tenant, unless the request says otherwise', `const { rows } = await request.json(); await db.from('projects').insert(rows.map((row: any) => ({ org_id: org, ...row })));`, ['projects.insert service-role leak tenant-overwritten']],
    ['of an unknown parent', `await db.from('tasks').insert({ project_id: id, title: 'x' });`, ['tasks.insert service-role leak linked']],
    ['of a checked parent', `const { data } = await db.from('projects').select('id').eq('id', id).eq('org_id', org).single(); if (!data) throw new Error('none'); await db.from('tasks').insert({ project_id: data.id, title: 'x' });`, ['projects.select service-role scoped', 'tasks.insert service-role guarded']],
    ['an upsert by the tenant\'s own key', `await db.from('projects').upsert({ org_id: org, slug: 's', name: 'x' }, { onConflict: 'org_id,slug' });`, ['projects.upsert service-role scoped']],
    ['an upsert by an id of the request', `await db.from('projects').upsert({ id, org_id: org, name: 'x' });`, ['projects.upsert service-role leak bypasses-rls']],
    ['an upsert by an id of the request, with a filter that is not looked at', `await db.from('projects').upsert({ id, org_id: org, name: 'x' }).eq('org_id', org);`, ['projects.upsert service-role leak bypasses-rls']],
  ])('%s', (_, body, want) => {
    expect(verdicts(body).map((v, i) => (v.startsWith(want[i] ?? '') ? want[i] : v))).toEqual(want);
  });
});
