import { describe, expect, test } from 'vitest';
import { run } from './run.ts';

const TABLES = 'create table a (id int); create table b (id int); create table plans (name text);';

describe('what cannot be decided', () => {
  test('a branch on rows of the product is not taken, and what it touches is unknown', () => {
    const { last, timeline } = run([TABLES, `do $$ begin if exists (select 1 from plans where name = 'pro') then alter table a enable row level security; end if; end $$;`]);
    expect(last.tables.get('public.a')?.rls?.value).toBe('unknown');
    expect(last.tables.get('public.b')?.rls).toBeUndefined();
    expect(timeline.doubts.map(({ touches }) => touches)).toEqual([['public.a']]);
  });

  test('a loop over rows of the product makes unknown what its body could change', () => {
    const { timeline } = run([TABLES, `do $$ declare r record; begin for r in select name from plans loop execute format('create table %I (id int)', r.name); end loop; end $$;`]);
    expect(timeline.doubts.map(({ touches }) => touches)).toEqual([[]]);
  });

  test('code that only moves data is no matter of doubt', () => {
    const { timeline } = run([TABLES, `do $$ declare r record; begin for r in select name from plans loop if r.name = 'x' then update a set id = 1; end if; end loop; end $$;`]);
    expect(timeline.doubts).toEqual([]);
  });

  test('a guard that only raises did not raise: the migration went through', () => {
    const { last, timeline } = run([TABLES, `do $$ declare n int; begin select count(*) into n from plans; if n > 5 then raise exception 'too many'; end if; alter table a force row level security; end $$;`]);
    expect(last.tables.get('public.a')?.forced?.value).toBe(true);
    expect(timeline.doubts).toEqual([]);
  });

  test('after an early return that may have happened, the rest is unknown', () => {
    const { last, timeline } = run([TABLES, `do $$ begin if exists (select 1 from plans) then return; end if; alter table b enable row level security; end $$;`]);
    expect(last.tables.get('public.b')?.rls?.value).toBe('unknown');
    expect(timeline.doubts.map(({ touches }) => touches)).toEqual([['public.b']]);
  });

  test('a batch loop that ends when no row is left is left', () => {
    const { timeline } = run([TABLES, `create procedure fill() language plpgsql as $$ declare n int; begin loop update a set id = 1; get diagnostics n = row_count; exit when n = 0; end loop; end $$; call fill();`]);
    expect(timeline.doubts).toEqual([]);
  });

  test('a text of EXECUTE that depends on rows is named with its place', () => {
    const { timeline, text } = run([TABLES, `do $$ declare t text; begin select name into t from plans limit 1; execute 'drop table ' || t; end $$;`]);
    expect(timeline.doubts.map(({ at, touches }) => [text(at), touches])).toEqual([[`execute 'drop table ' || t`, []]]);
  });

  test('endless code ends', () => {
    const { last, doubts } = run([`do $$ declare s text := 'x'; begin loop s := s || s; end loop; end $$; do $$ begin while true loop null; end loop; end $$; create function f() returns int language plpgsql as $$ begin return f(); end $$; select f(); create table after_all (id int);`]);
    expect([...last.tables.keys()]).toEqual(['public.after_all']);
    expect(doubts).toHaveLength(3);
  });

  test('rows of a temporary table are known to the session that filled it', () => {
    const { last, timeline } = run([TABLES, `create temp table wanted (name text); insert into wanted values ('a'), ('b'); do $$ declare r record; begin for r in select name from wanted loop execute format('alter table %I enable row level security', r.name); end loop; end $$;`]);
    expect([last.tables.get('public.a')?.rls?.value, last.tables.get('public.b')?.rls?.value]).toEqual([true, true]);
    expect(timeline.doubts).toEqual([]);
  });

  test('a place that its driver would have unescaped is filled in', () => {
    const { last } = run([TABLES, `do $$ begin execute format('alter table %%I enable row level security', 'a'); end $$;`]);
    expect(last.tables.get('public.a')?.rls?.value).toBe(true);
  });
});

describe('storage buckets', () => {
  test('come from inserts, and say whether they are public', () => {
    const { last } = run(
      [`insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true), ('docs', 'docs', false) on conflict (id) do nothing;
insert into storage.buckets (id, name) values ('plain', 'plain');
insert into storage.buckets (id, name, public) values ('docs', 'docs', true) on conflict (id) do update set public = excluded.public;
update storage.buckets set public = false where id = 'avatars';
delete from storage.buckets where id = 'plain';`],
      { base: 'supabase' },
    );
    expect([...last.buckets.values()].map(({ id, public: open }) => [id, open])).toEqual([['avatars', false], ['docs', true]]);
  });
});
