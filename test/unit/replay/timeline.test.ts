import { describe, expect, test } from 'vitest';
import { run } from './run.ts';

const HISTORY = [
  'create table projects (id int primary key, tenant_id int);',
  'alter table projects enable row level security; create policy own on projects using (tenant_id = 1);',
  'alter table projects rename to jobs; create table notes (id int);',
  'drop table notes; alter table jobs disable row level security;',
];

describe('a state after any step', () => {
  const { timeline } = run(HISTORY);

  test('holds what stood then', () => {
    expect([...timeline.at(-1).tables.keys()]).toEqual([]);
    expect([...timeline.at(0).tables.keys()]).toEqual(['public.projects']);
    expect(timeline.at(0).tables.get('public.projects')?.rls).toBeUndefined();
    expect(timeline.at(1).tables.get('public.projects')?.rls?.value).toBe(true);
    expect([...timeline.at(2).tables.keys()].sort()).toEqual(['public.jobs', 'public.notes']);
    expect([...timeline.last.tables.keys()]).toEqual(['public.jobs']);
    expect(timeline.at(3).tables.get('public.jobs')?.rls?.value).toBe(false);
  });

  test('reads like any map', () => {
    const { tables } = timeline.at(2);
    expect(tables.size).toBe(2);
    expect(tables.has('public.projects')).toBe(false);
    expect([...tables.values()].map((table) => table.name).sort()).toEqual(['jobs', 'notes']);
    const seen: string[] = [];
    tables.forEach((table, key) => seen.push(`${key}=${table.name}`));
    expect(seen.sort()).toEqual(['public.jobs=jobs', 'public.notes=notes']);
    expect(new Map(tables).size).toBe(2);
  });

  test('shares what did not change', () => {
    const before = timeline.at(1).tables.get('public.projects');
    const after = timeline.at(2).tables.get('public.jobs');
    expect(after?.columns.get('id')).toBe(before?.columns.get('id'));
  });
});

describe('the changes of a step', () => {
  const { timeline } = run(HISTORY);
  const named = (n: number): readonly string[] => timeline.changes(n).map(({ object, key, before, after }) => `${object} ${key} ${before === undefined ? 'made' : after === undefined ? 'gone' : 'changed'}`).sort();

  test('are net: one entry an object', () => {
    expect(named(0)).toEqual(['table public.projects made']);
    expect(named(1)).toEqual(['table public.projects changed']);
    expect(named(2)).toEqual(['table public.jobs made', 'table public.notes made', 'table public.projects gone']);
    expect(named(3)).toEqual(['table public.jobs changed', 'table public.notes gone']);
  });

  test('leave out what a rollback took back and what came and went', () => {
    const { timeline: other } = run(['create table kept (id int); begin; drop table kept; rollback; create table gone (id int); drop table gone;'], { transactional: false });
    expect(other.changes(0).map(({ key }) => key)).toEqual(['public.kept']);
  });
});

test('what ran is listed with the code replaced by what it executed', () => {
  const { timeline } = run([`create table a (id int); do $$ begin execute 'alter table a enable row level security'; end $$; select 1;`]);
  expect(timeline.executed(0).map((event) => event.kind)).toEqual(['create-table', 'alter-table']);
});

test('a failed statement leaves nothing behind, not even in what ran', () => {
  const { timeline, last } = run([`do $$ begin create table a (id int); perform 1 / 0; raise exception 'no'; end $$;`]);
  expect(last.tables.size).toBe(0);
  expect(timeline.executed(0)).toEqual([]);
});
