import { describe, expect, test } from 'vitest';
import { run } from './run.ts';

describe('what the history uses and never makes', () => {
  test('is taken for granted and marked', () => {
    const { last, doubts } = run(['alter table invoices enable row level security; create policy p on invoices using (owner = 1); create index on invoices (owner);']);
    const table = last.tables.get('public.invoices');
    expect(table?.inferred).toBe(true);
    expect(table?.rls?.value).toBe(true);
    expect([...(table?.policies.keys() ?? [])]).toEqual(['p']);
    expect([...(table?.indexes.keys() ?? [])]).toEqual(['invoices_owner_idx']);
    expect(doubts).toEqual([]);
  });

  test('becomes known when it is made after all', () => {
    const { last } = run(['create policy p on invoices using (true);', 'create table invoices (id int primary key);']);
    const table = last.tables.get('public.invoices');
    expect(table?.inferred).toBe(false);
    expect([...(table?.columns.keys() ?? [])]).toEqual(['id']);
    expect([...(table?.policies.keys() ?? [])]).toEqual(['p']);
  });

  test('is the view that is made later: what asked too early fails, and not the view', () => {
    const { last, doubts } = run(['create view a as select * from b;', 'create table t (id int); create view b as select id from t;']);
    expect([...last.tables.keys()]).toEqual(['public.t']);
    expect(last.views.get('public.b')?.columns.map((column) => column.name)).toEqual(['id']);
    expect(doubts).toEqual(['b: statement fails: relation "b" does not exist']);
  });

  test('was never there once it has been dropped', () => {
    const { last, doubts } = run(['create table a (id int); drop table a; alter table a enable row level security;']);
    expect(last.tables.size).toBe(0);
    expect(doubts).toEqual(['alter table a enable row level security: statement fails: relation "a" does not exist']);
  });

  test('is an error where a handler waits for it', () => {
    const { last } = run([`do $$ begin alter table missing enable row level security; exception when undefined_table then create table handled (id int); end $$;`]);
    expect([...last.tables.keys()]).toEqual(['public.handled']);
  });

  test('is an error on an empty database', () => {
    const { last, doubts } = run(['alter table invoices enable row level security;'], { missing: 'fail' });
    expect(last.tables.size).toBe(0);
    expect(doubts).toHaveLength(1);
  });

  test('a replay goes on after a statement that cannot be read', () => {
    const { last, doubts } = run(['create table a (id int); create tabel b (id int); create table c (id int);']);
    expect([...last.tables.keys()]).toEqual(['public.a', 'public.c']);
    expect(doubts).toHaveLength(1);
  });
});
