import { describe, expect, test } from 'vitest';
import { BASE, HELPERS, READABLE } from './base.ts';
import { OWN, product, SUPABASE } from './product.ts';

const underline = (text: string, at: { readonly start: number; readonly end: number } | undefined): string => (at === undefined ? '' : text.slice(at.start, at.end));

describe('captured names', () => {
  const captures = (condition: string, table = 'projects') => {
    const made = product(`${BASE} create policy p on ${table} for select using (${condition});`);
    const found = made.facts.captures(made.table(table), made.policy(table, 'p'));
    return found.map((one) => `${underline(made.text.slice(0, one.at.start).slice(-12) + made.text.slice(one.at.start), { start: 12, end: 12 + one.at.end - one.at.start })} ${one.inner} not ${one.outer}`);
  };
  test('an unqualified column that the sub-select has as well', () => {
    expect(captures('exists (select 1 from members m where m.org_id = org_id and m.user_id = auth.uid())')).toEqual(['org_id public.members not public.projects']);
  });
  test('on either side, and in any form of sub-select', () => {
    expect(captures('org_id in (select org_id from members m where org_id = m.org_id and user_id = auth.uid())')).toEqual(['org_id public.members not public.projects']);
  });
  test('a key compared with the inner row\'s own key', () => {
    expect(captures('exists (select 1 from tasks where project_id = id)')).toEqual(['id public.tasks not public.projects']);
  });
  test('the place is the column alone', () => {
    const made = product(`${BASE} create policy p on projects for select using (exists (select 1 from members m where m.org_id = org_id));`);
    const [found] = made.facts.captures(made.table('projects'), made.policy('projects', 'p'));
    expect(underline(made.text, found?.at)).toBe('org_id');
    expect(made.text.slice((found?.at.start ?? 0) - 11)).toMatch(/^m\.org_id = org_id\)/);
  });
  test('not when qualified, not for other columns, not for a column that only the outer table has', () => {
    expect(captures('exists (select 1 from members m where m.org_id = projects.org_id)')).toEqual([]);
    expect(captures('exists (select 1 from members m where m.org_id = m.org_id)')).toEqual([]);
    expect(captures('exists (select 1 from members m where m.user_id = created_by)')).toEqual([]);
  });
});

describe('columns that a policy filters by', () => {
  const filters = (sql: string, table = 'projects', policy = 'p') => {
    const made = product(BASE + sql);
    return made.facts.filters(made.table(table), made.policy(table, policy)).map((one) => `${one.inner ? 'inner ' : ''}${one.definer ? 'definer ' : ''}${one.table.replace('public.', '')}.${one.column}${one.sargable ? '' : ' wrapped'}`);
  };
  test('of the table and of the sub-select, but not what the sub-select returns', () => {
    expect(filters(`create policy p on projects for select using (org_id in (select org_id from members where user_id = auth.uid()));`)).toEqual(['projects.org_id', 'inner members.user_id']);
  });
  test('both columns of a correlated sub-select', () => {
    expect(filters(`create policy p on projects for select using (exists (select 1 from members m where m.org_id = projects.org_id and m.user_id = auth.uid()));`)).toEqual(['inner members.org_id', 'inner members.user_id']);
  });
  test('inside helpers', () => {
    expect(filters(`${HELPERS} create policy p on projects for select using (is_member(org_id));`)).toEqual(['inner definer members.org_id', 'inner definer members.user_id']);
  });
  test('a converted column cannot use its index', () => {
    expect(filters(`create policy p on projects for select using (org_id::text = current_setting('app.org', true));`)).toEqual(['projects.org_id wrapped']);
    expect(filters(`create policy p on projects for select using (org_id = current_setting('app.org', true)::uuid);`)).toEqual(['projects.org_id']);
    expect(filters(`create policy p on projects for select using (lower(status) = 'x');`)).toEqual(['projects.status wrapped']);
  });
  test('not the new row of an insert', () => {
    expect(filters(`create policy p on projects for insert with check (status = 'draft' and org_id in (select org_id from members where user_id = auth.uid()));`)).toEqual(['inner members.user_id']);
  });
});

describe('what a verdict says', () => {
  test('the policy, the side, the branch and the row that gets through', () => {
    const made = product(`${BASE}${READABLE} create policy wide on projects for select to authenticated using (org_id in (select org_id from members where user_id = auth.uid()) or status = 'published');`);
    const found = made.access('projects', 'authenticated', 'select');
    expect(found).toMatchObject({ verdict: 'leak', policy: 'wide', side: 'using' });
    expect(found.escape?.disjunct).toBe("status = 'published'");
    expect(underline(made.text, found.escape?.at)).toBe("status = 'published'");
    expect(found.escape?.row).toBe("any row where status = 'published', whoever owns it, for a signed-in user of any tenant (authenticated)");
  });
  test('a check that looks at the wrong column', () => {
    const made = product(`${BASE} create policy w on projects for insert to authenticated with check (created_by = auth.uid());`);
    expect(made.access('projects', 'authenticated', 'insert')).toMatchObject({ policy: 'w', side: 'check', escape: { row: "a signed-in user of any tenant (authenticated) can leave a row with another tenant's org_id: only created_by is looked at" } });
  });
  test('a value that the caller writes', () => {
    const made = product(`${BASE} create policy w on projects for select using (org_id = (auth.jwt() -> 'user_metadata' ->> 'org_id')::uuid);`);
    expect(made.access('projects', 'authenticated', 'select').escape?.row).toContain("who puts another tenant's id into user_metadata.org_id");
  });
  test('one step of escalation: the member list that the verdict rests on can be written', () => {
    const made = product(`${BASE} create policy r on members for select using (user_id = auth.uid()); create policy w on members for insert with check (user_id = auth.uid()); create policy p on projects for select using (org_id in (select org_id from members where user_id = auth.uid()));`);
    expect(made.access('projects', 'authenticated', 'select')).toMatchObject({ verdict: 'isolated', escalation: { table: 'public.members', command: 'insert' } });
    const safe = product(`${BASE}${READABLE} create policy p on projects for select using (org_id in (select org_id from members where user_id = auth.uid()));`);
    expect(safe.access('projects', 'authenticated', 'select').escalation).toBeUndefined();
  });
  test('policies in a circle fail at run time', () => {
    const made = product(`${BASE} create policy a on members for select using (org_id in (select org_id from members)); create policy p on projects for select using (exists (select 1 from members m where m.org_id = projects.org_id));`);
    expect(made.access('projects', 'authenticated', 'select').why[0]?.text).toContain('public.members → public.members');
  });
});

describe('a connection of the product\'s own', () => {
  const TENANTS = `create role app login; grant usage on schema public to app;
create table tenants (id uuid primary key); create table users (id uuid primary key, tenant_id uuid not null references tenants);
create table invoices (id uuid primary key, tenant_id uuid not null references tenants, user_id uuid references users);
grant select, insert, update, delete on all tables in schema public to app;
alter table invoices enable row level security;`;
  const own = { ...OWN, connectsAs: 'app-role', appRole: 'app' } as const;
  const verdict = (sql: string, environment: typeof own | typeof OWN = own) => product(TENANTS + sql, environment).verdict('invoices', 'app', 'select');

  test('the tenant in a setting', () => {
    expect(verdict(`create policy p on invoices using (tenant_id = current_setting('app.tenant_id')::uuid);`)).toBe('isolated');
    expect(verdict(`create policy p on invoices using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`)).toBe('isolated');
    expect(verdict(`create policy p on invoices using (user_id = current_setting('app.user_id')::uuid);`)).toBe('isolated');
  });
  test('a missing setting that lets everything through', () => {
    expect(verdict(`create policy p on invoices using (current_setting('app.tenant_id', true) is null or tenant_id = current_setting('app.tenant_id', true)::uuid);`)).toBe('leak');
    expect(verdict(`create policy p on invoices using (tenant_id = coalesce(current_setting('app.tenant_id', true)::uuid, tenant_id));`)).toBe('leak');
  });
  test('an emptied setting is what SET LOCAL leaves behind on a pooled connection', () => {
    const made = product(`${TENANTS} create policy p on invoices using (current_setting('app.tenant_id', true) = '' or tenant_id::text = current_setting('app.tenant_id', true));`, own);
    expect(made.access('invoices', 'app', 'select').escape?.row).toBe('every row of invoices, for a connection as app that has not set the tenant, or whose SET LOCAL is over');
  });
  test('a service mode that only the server can set', () => {
    expect(verdict(`create policy p on invoices using (current_setting('app.mode', true) = 'service' or tenant_id = current_setting('app.tenant_id')::uuid);`)).toBe('isolated');
  });
  test('owner, member of the owner, BYPASSRLS, and FORCE against the first two', () => {
    const policy = `create policy p on invoices using (tenant_id = current_setting('app.tenant_id')::uuid);`;
    expect(verdict(`${policy} alter table invoices owner to app;`)).toBe('leak');
    expect(verdict(`${policy} alter table invoices owner to app; alter table invoices force row level security;`)).toBe('isolated');
    expect(verdict(`${policy} create role boss; alter table invoices owner to boss; grant boss to app;`)).toBe('leak');
    expect(verdict(`${policy} alter role app bypassrls;`)).toBe('leak');
  });
  test('a role that no migration names is taken to be granted everything and to own nothing', () => {
    const made = product(`create table tenants (id uuid primary key); create table jobs (id int primary key, tenant_id uuid not null references tenants); alter table jobs enable row level security; create policy p on jobs using (tenant_id = current_setting('app.tenant')::uuid); create table logs (id int primary key, tenant_id uuid not null references tenants);`, OWN);
    expect(made.facts.roles).toEqual(['app']);
    expect(made.verdict('jobs', 'app', 'select')).toBe('isolated');
    expect(made.verdict('logs', 'app', 'select')).toBe('leak');
  });
  test('roles that nothing protects are not judged', () => {
    expect(product('create table tenants (id uuid primary key);', OWN).facts.roles).toEqual([]);
  });
});

describe('helpers that cannot be read', () => {
  const sql = `${BASE} create policy p on projects for select to authenticated using (app_member(org_id)); create policy q on docs for select to authenticated using (org_id = any (app_tenants()));`;
  test('are unknown', () => {
    expect(product(sql).verdict('projects', 'authenticated', 'select')).toBe('unknown');
  });
  test('unless the configuration names them', () => {
    const made = product(sql, SUPABASE, { isMember: 'app_member', currentTenant: ['app_tenants'] });
    expect(made.verdict('projects', 'authenticated', 'select')).toBe('isolated');
    expect(made.verdict('docs', 'authenticated', 'select')).toBe('isolated');
  });
});

describe('settings behind an API', () => {
  const policy = `create policy p on projects for select to authenticated using (org_id = current_setting('app.org')::uuid);`;
  test('are the server\'s', () => {
    expect(product(BASE + policy).verdict('projects', 'authenticated', 'select')).toBe('isolated');
  });
  test('unless a function of the API sets them from its argument', () => {
    expect(product(`${BASE}${policy} create function enter(org uuid) returns void language sql as $$ select set_config('app.org', org::text, false) $$;`).verdict('projects', 'authenticated', 'select')).toBe('leak');
  });
});

describe('stored files', () => {
  const files = (condition: string) => product(`${BASE}${HELPERS} create policy p on storage.objects for select to authenticated using (${condition});`).verdict('storage.objects', 'authenticated', 'select');
  test('say whose they are in their path', () => {
    expect(files(`bucket_id = 'docs' and (storage.foldername(name))[1] = auth.uid()::text`)).toBe('isolated');
    expect(files(`bucket_id = 'docs' and (storage.foldername(name))[1]::uuid in (select my_orgs())`)).toBe('isolated');
    expect(files(`bucket_id = 'docs' and split_part(name, '/', 1) = auth.jwt() -> 'app_metadata' ->> 'org_id'`)).toBe('isolated');
    expect(files(`bucket_id = 'docs' and owner = auth.uid()`)).toBe('isolated');
  });
  test('or nothing does', () => {
    expect(files(`bucket_id = 'docs'`)).toBe('unknown');
  });
});
