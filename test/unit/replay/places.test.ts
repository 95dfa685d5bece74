import { describe, expect, test } from 'vitest';
import { run } from './run.ts';

describe('every fact leads to the text that established it', () => {
  const { last, text } = run(
    [
      `create table projects (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants (id),
  name text
);
alter table projects enable row level security;
create policy "members only" on projects for select using (true);`,
      `alter table projects add column archived boolean default false;
create index projects_tenant on projects (tenant_id);
alter policy "members only" on projects using (tenant_id is not null);
alter table projects force row level security;
alter table projects rename column name to title;
create function helper() returns int language sql as 'select 1';
alter function helper() security definer;
grant select on projects to reporter;
create view v as select * from projects;
alter view v set (security_invoker = true);`,
    ],
  );
  const table = last.tables.get('public.projects');

  test('tables, columns, constraints and indexes', () => {
    expect(text(table?.at)).toBe('projects');
    expect(text(table?.columns.get('tenant_id')?.at)).toBe('tenant_id');
    expect(text(table?.columns.get('id')?.default?.at)).toBe('gen_random_uuid()');
    expect(text(table?.columns.get('title')?.at)).toBe('name');
    expect(table?.columns.get('archived')?.at.file).toBe('2.sql');
    expect(text(table?.constraints.get('projects_tenant_id_fkey')?.at)).toBe('references tenants (id)');
    expect(text(table?.indexes.get('projects_tenant')?.at)).toBe('projects_tenant');
    expect(table?.columns.get('archived')?.createdIn).toBe(1);
    expect(table?.createdIn).toBe(0);
  });

  test('flags, policies, grants and options', () => {
    expect(text(table?.rls?.at)).toBe('projects');
    expect(table?.rls?.at.file).toBe('1.sql');
    expect(text(table?.forced?.at)).toBe('projects');
    const policy = table?.policies.get('members only');
    expect(text(policy?.at)).toBe('"members only"');
    expect(policy?.at.file).toBe('1.sql');
    expect(policy?.changedAt.file).toBe('2.sql');
    expect(text(policy?.using?.at)).toBe('tenant_id is not null');
    expect(text(table?.grants[0]?.at)).toBe('reporter');
    expect(text(last.functions.get('public.helper()')?.securityDefiner.at)).toBe('alter function helper() security definer');
    expect(text(last.views.get('public.v')?.optionsAt)).toBe('set (security_invoker = true)');
  });

  test('what code made leads into the code', () => {
    const made = run([`do $$ begin execute format('create table %I (id int)', 'projects'); end $$;`]);
    expect(made.text(made.last.tables.get('public.projects')?.at)).toMatch(/^execute format/);
  });

  test('default privileges lead to the statement that gave them', () => {
    const given = run([`alter default privileges in schema public grant select on tables to anon;`, 'create table t (id int);']);
    expect(given.last.tables.get('public.t')?.grants[0]?.at.file).toBe('1.sql');
  });
});
