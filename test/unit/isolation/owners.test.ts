import { describe, expect, test } from 'vitest';
import { BASE, HELPERS, READABLE } from './base.ts';
import { product } from './product.ts';

describe('views', () => {
  const member = 'org_id in (select org_id from members where user_id = auth.uid())';
  const seen = (sql: string, view = 'v') => {
    const made = product(`${BASE}${READABLE} create policy p on projects for select to authenticated using (${member}); ${sql}`);
    const found = made.schema.views.get(`public.${view}`);
    return Object.fromEntries((found === undefined ? [] : made.facts.viewAccess(found)).map((one) => [one.role, one.verdict]));
  };
  test('read with their owner\'s rights', () => {
    expect(seen('create view v as select id, name from projects;')).toEqual({ anon: 'leak', authenticated: 'leak' });
  });
  test('unless they are security invokers', () => {
    expect(seen('create view v with (security_invoker = true) as select id, name from projects;')).toEqual({ anon: 'isolated', authenticated: 'isolated' });
  });
  test('may bind the caller themselves', () => {
    expect(seen(`create view v as select p.id from projects p join members m on m.org_id = p.org_id where m.user_id = auth.uid();`)).toEqual({ anon: 'isolated', authenticated: 'isolated' });
  });
  test('may not be readable at all', () => {
    expect(seen('create view v as select * from projects; revoke all on v from anon, authenticated;')).toEqual({ anon: 'denied', authenticated: 'denied' });
  });
  test('hold what their owner saw when they are materialized', () => {
    expect(seen('create materialized view v as select org_id, count(*) from projects group by org_id; grant select on v to authenticated;')).toMatchObject({ authenticated: 'leak' });
  });
  test('hide rows when policies read through them, as the rows themselves would', () => {
    const made = product(`${BASE}${READABLE} create view mine as select org_id from members where user_id = auth.uid(); create policy p on projects for select using (org_id in (select org_id from mine));`);
    expect(made.verdict('projects', 'authenticated', 'select')).toBe('isolated');
  });
});

describe('functions with their owner\'s rights', () => {
  const reach = (sql: string) => {
    const made = product(BASE + HELPERS + sql);
    const routine = [...made.schema.functions.values()].find((one) => one.name === 'f');
    const found = routine === undefined ? [] : made.facts.routineReach(routine).filter((one) => one.role === 'authenticated');
    return found.map((one) => `${one.command} ${one.table.replace('public.', '')}: ${one.isolation.verdict}`);
  };
  const sql = (args: string, returns: string, body: string) => `create function f(${args}) returns ${returns} language sql security definer set search_path = '' as $$ ${body} $$;`;
  const plpgsql = (args: string, returns: string, body: string) => `create function f(${args}) returns ${returns} language plpgsql security definer set search_path = '' as $$ ${body} $$;`;

  test('that believe their argument', () => {
    expect(reach(sql('org uuid', 'setof public.projects', 'select * from public.projects where org_id = org'))).toEqual(['select projects: no']);
  });
  test('that ask who is calling', () => {
    expect(reach(sql('org uuid', 'setof public.projects', 'select * from public.projects where org_id = org and public.is_member(org)'))).toEqual(['select projects: yes']);
    expect(reach(sql('', 'setof public.projects', 'select * from public.projects where org_id in (select public.my_orgs())'))).toEqual(['select projects: yes']);
  });
  test('that refuse strangers before they read', () => {
    expect(reach(plpgsql('org uuid', 'setof public.projects', `begin if not public.is_member(org) then raise exception 'no'; end if; return query select * from public.projects where org_id = org; end`))).toEqual(['select projects: yes']);
    expect(reach(plpgsql('org uuid', 'setof public.projects', `begin if not public.is_member(org) then raise notice 'no'; end if; return query select * from public.projects where org_id = org; end`))).toEqual(['select projects: no']);
  });
  test('that check the row after reading it', () => {
    expect(reach(plpgsql('pid uuid', 'text', `declare found_org uuid; found_name text; begin select org_id, name into found_org, found_name from public.projects where id = pid; if not public.is_member(found_org) then return null; end if; return found_name; end`))).toEqual(['select projects: yes']);
  });
  test('that change what says nothing of whose the row is', () => {
    const tables = 'create table boards (id uuid primary key, org_id uuid not null references organizations); create table columns (id uuid primary key, org_id uuid not null references organizations, board_id uuid not null references boards, pos int);';
    const body = (set: string): string => tables + plpgsql('board uuid, other uuid', 'void', `declare o uuid; begin select org_id into o from public.boards where id = board; if o is null or not public.is_member(o) then raise exception 'no'; end if; update public.columns set ${set} where board_id = board; end`);
    expect(reach(body('pos = pos + 1'))).toEqual(['update columns: yes']);
    expect(reach(body('org_id = other'))).toEqual(['update columns: no']);
  });
  test('that write', () => {
    expect(reach(sql('pid uuid', 'void', `update public.projects set name = 'x' where id = pid`))).toEqual(['update projects: no']);
    expect(reach(sql('pid uuid', 'void', `delete from public.projects where id = pid and org_id = public.my_org()`))).toEqual(['delete projects: yes']);
    expect(reach(sql('org uuid', 'void', `insert into public.projects (org_id, name) values (org, 'x')`))).toEqual(['insert projects: no']);
  });
  test('that overwrite what is there already', () => {
    const upsert = (rest: string) => reach(sql('pid uuid, org uuid', 'void', `insert into public.projects (id, org_id, name) values (pid, public.my_org(), 'x') on conflict (id) do ${rest}`));
    expect(upsert('nothing')).toEqual(['insert projects: yes']);
    expect(upsert('update set name = excluded.name')).toEqual(['insert projects: yes', 'update projects: no']);
    expect(upsert('update set name = excluded.name where projects.org_id = excluded.org_id')).toEqual(['insert projects: yes', 'update projects: yes']);
    expect(reach(sql('title text', 'void', `insert into public.projects (org_id, name) select public.my_org(), title`))).toEqual(['insert projects: yes']);
  });
  test('that only count', () => {
    expect(reach(sql('org uuid', 'bigint', 'select count(*) from public.projects where org_id = org'))).toEqual(['select projects: no']);
  });
  test('that nobody may call, or that run with the caller\'s rights', () => {
    expect(reach(`${sql('org uuid', 'bigint', 'select count(*) from public.projects where org_id = org')} revoke execute on function f(uuid) from public, anon, authenticated;`)).toEqual([]);
    expect(reach(`create function f(org uuid) returns bigint language sql as $$ select count(*) from public.projects where org_id = org $$;`)).toEqual([]);
  });
});

describe('calls in policies', () => {
  const calls = (condition: string) => {
    const made = product(`${BASE}${HELPERS} create policy p on projects for select using (${condition});`);
    return made.facts.calls(made.table('projects'), made.policy('projects', 'p')).map((one) => `${one.name} ${one.volatility} ${one.once ? 'once' : `for each row of ${(one.rowsOf ?? '').replace('public.', '')}`}`);
  };
  test('run once when they stand alone in a sub-select', () => {
    expect(calls('created_by = (select auth.uid())')).toEqual(['auth.uid stable once']);
    expect(calls(`org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)`)).toEqual(['auth.jwt stable once']);
  });
  test('and for each row otherwise, of the table that is scanned there', () => {
    expect(calls('created_by = auth.uid()')).toEqual(['auth.uid stable for each row of projects']);
    expect(calls('org_id in (select org_id from members where user_id = auth.uid())')).toEqual(['auth.uid stable for each row of members']);
    expect(calls('org_id in (select my_orgs())')).toEqual(['public.my_orgs stable once']);
  });
  test('cannot run once when they take a column', () => {
    const made = product(`${BASE}${HELPERS} create policy p on projects for select using ((select is_member(org_id)));`);
    expect(made.facts.calls(made.table('projects'), made.policy('projects', 'p'))).toMatchObject([{ name: 'public.is_member', perArgument: true, once: false }]);
  });
});
