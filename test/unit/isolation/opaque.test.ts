import { describe, expect, test } from 'vitest';
import { BASE, HELPERS, READABLE } from './base.ts';
import { product } from './product.ts';

const MINE = 'p.org_id in (select org_id from members where user_id = auth.uid())';

/** What a definer function over projects that asks this gives a signed-in stranger. */
function reads(condition: string, args: string, more = ''): string {
  const { facts, schema } = product(`${BASE}${HELPERS}
alter table projects add column tags text[] not null, add column tree ltree not null, add column data jsonb not null, add column words tsvector not null, add column about text, add column tokens jsonb;
alter table members add column tree ltree not null, add column pattern text not null;
${more}
create function found(${args}) returns setof projects language sql stable security definer set search_path = public as $$ select p.* from projects p where ${condition} $$;`);
  const routine = [...schema.functions.values()].find((one) => one.name === 'found');
  if (routine === undefined) throw new Error('no function');
  const reach = facts.routineReach(routine).filter((one) => one.role === 'authenticated' && one.table === 'public.projects');
  return reach.map((one) => one.isolation.verdict).join();
}

describe('a test that no formula opens', () => {
  test('chooses among the rows of all tenants by what the caller gives', () => {
    for (const condition of ['p.name ilike q', "p.name ilike '%' || q || '%'", 'p.name ~ q', 'p.name !~* q', 'p.name not ilike q', 'p.name % q', "p.words @@ plainto_tsquery('english', q)", "p.data @> jsonb_build_object('title', q)", 'lower(p.name) like lower(q)', 'p.name ilike any (array[q, p.status])', 'p.name ilike all (array[q])', 'starts_with(p.name, q)', 'unaccent(p.name) ilike unaccent(q)', "q is null or p.name ilike q", 'coalesce(p.about ilike q, true)', 'not (p.name ilike q and p.about ~ q)']) {
      expect([condition, reads(condition, 'q text')]).toEqual([condition, 'no']);
    }
  });
  test('beside the tenant\'s own condition it takes nothing away', () => {
    for (const condition of [`p.name ilike q and ${MINE}`, `not (p.name ilike q) and ${MINE}`, `(p.name ilike q or p.words @@ to_tsquery(q)) and ${MINE}`, `is_member(p.org_id) and p.name % q`]) {
      expect([condition, reads(condition, 'q text')]).toEqual([condition, 'yes']);
    }
  });
  test('beside it with OR lets the others in', () => {
    expect(reads(`p.name ilike q or ${MINE}`, 'q text')).toBe('no');
    expect(reads(`p.name not ilike q or ${MINE}`, 'q text')).toBe('no');
  });
  test('may be the check: over what says whose the row is, over a row of the caller\'s, over who asks, over an argument that was checked', () => {
    for (const [condition, args] of [
      ['p.tree <@ q', 'q ltree'],
      ['p.tags @> q', 'q text[]'],
      ['p.org_id::text ilike q', 'q text'],
      ['p.id::text like q', 'q text'],
      ['exists (select 1 from members m where m.user_id = auth.uid() and p.tree <@ m.tree)', ''],
      ['exists (select 1 from members m where m.user_id = auth.uid() and p.name ~ m.pattern)', ''],
      ["p.name like auth.uid()::text || '%'", ''],
      ['starts_with(p.name, auth.uid()::text)', ''],
      ["p.data @> jsonb_build_object('org', q) and is_member(q)", 'q uuid'],
      ["p.data @> jsonb_build_object('org', q) and may_see(q)", 'q text'],
      ["not (p.data @> jsonb_build_object('org', q)) and is_member(q)", 'q uuid'],
      ['exists (select 1 from members m where m.user_id = auth.uid() and m.pattern ~ q) and p.name ~ q', 'q text'],
      ['p.name ilike some_pattern()', ''],
      ['p.tokens @> to_jsonb(q)', 'q text'],
      ['exists (select 1 from members m, tasks t where m.user_id = auth.uid() and t.title ~ m.pattern and p.name ~ t.title)', ''],
      ["exists (select 1 from members m where m.user_id = auth.uid() and to_jsonb(m.pattern) @> to_jsonb(q::text)) and p.org_id = q", 'q uuid'],
    ] as const) expect([condition, reads(condition, args)]).toEqual([condition, 'unknown']);
  });
  test('with OR an unknown is not held against what leaks without it', () => {
    expect(reads("p.status = 'open' or p.tree <@ q", 'q ltree')).toBe('no');
    expect(reads(`p.tree <@ q or ${MINE}`, 'q ltree')).toBe('unknown');
  });
});

describe('in a policy', () => {
  const verdict = (condition: string, table = 'projects') => product(`${BASE}${READABLE} alter table projects add column tree ltree not null; alter table members add column tree ltree not null; create policy p on ${table} for select to authenticated using (${condition});`).verdict(table, 'authenticated', 'select');
  test('constants choose, paths that meet may bind', () => {
    expect(verdict("lower(name) like 'a%'")).toBe('leak');
    expect(verdict("lower(name) not like 'a%'")).toBe('leak');
    expect(verdict("lower(name) like 'a%' and org_id in (select org_id from members where user_id = auth.uid())")).toBe('isolated');
    expect(verdict('exists (select 1 from members m where m.user_id = auth.uid() and projects.tree <@ m.tree)')).toBe('unknown');
    expect(verdict("exists (select 1 from members m where m.user_id = auth.uid() and m.role like 'admin%')")).toBe('leak');
  });
  test('a true answer is not the truth of a claim', () => {
    const { facts, schema } = product(`${BASE} create policy p on storage.objects for select to authenticated using (name ~ '^files' and (auth.jwt() -> 'app_metadata' ->> 'staff') = 'true');`);
    const table = schema.tables.get('storage.objects');
    if (table === undefined) throw new Error('no table');
    expect(facts.access(table).find((one) => one.role === 'authenticated' && one.command === 'select')?.verdict).not.toBe('isolated');
  });
});
