/** A small product on Supabase: a tenant table, members, profiles, and rows at one, two and three steps from the tenant. */
export const BASE = `
create table organizations (id uuid primary key default gen_random_uuid(), name text not null, owner_id uuid references auth.users(id));
create table members (id uuid primary key default gen_random_uuid(), org_id uuid not null references organizations(id), user_id uuid not null references auth.users(id), role text not null default 'member', active boolean not null default true, unique (org_id, user_id));
create table profiles (id uuid primary key references auth.users(id), org_id uuid not null references organizations(id), role text not null default 'member', is_super_admin boolean not null default false);
create table projects (id uuid primary key default gen_random_uuid(), org_id uuid not null references organizations(id), created_by uuid references auth.users(id), name text not null, is_public boolean not null default true, status text not null default 'published', editors uuid[] not null default '{}');
create table tasks (id uuid primary key default gen_random_uuid(), project_id uuid not null references projects(id), title text not null);
create table comments (id uuid primary key default gen_random_uuid(), task_id uuid not null references tasks(id), author_id uuid references auth.users(id), body text not null);
create table docs (id uuid primary key default gen_random_uuid(), org_id uuid not null references organizations(id), project_id uuid not null references projects(id), body text not null);
create table notes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users(id), body text not null);
create table note_lines (id uuid primary key default gen_random_uuid(), note_id uuid not null references notes(id), body text not null);
create table plans (id uuid primary key default gen_random_uuid(), name text not null);
alter table organizations enable row level security;
alter table members enable row level security;
alter table profiles enable row level security;
alter table projects enable row level security;
alter table tasks enable row level security;
alter table comments enable row level security;
alter table docs enable row level security;
alter table notes enable row level security;
alter table note_lines enable row level security;
alter table plans enable row level security;
`;

/** Memberships and profiles that their owners may read and nobody may write. */
export const READABLE = `
create policy members_own on members for select to authenticated using (user_id = auth.uid());
create policy profiles_own on profiles for select to authenticated using (id = auth.uid());
`;

/** The usual helper functions, with their owner's rights. */
export const HELPERS = `
create function my_orgs() returns setof uuid language sql stable security definer set search_path = '' as $$ select org_id from public.members where user_id = auth.uid() $$;
create function is_member(org uuid) returns boolean language sql stable security definer set search_path = '' as $$ select exists (select 1 from public.members m where m.org_id = org and m.user_id = (select auth.uid())) $$;
create function my_org() returns uuid language sql stable security definer set search_path = '' as $$ select org_id from public.profiles where id = auth.uid() $$;
create function role_in(org uuid) returns text language sql stable security definer set search_path = '' as $$ select role from public.members where org_id = org and user_id = auth.uid() $$;
create function my_org_list() returns uuid[] language sql stable security definer set search_path = '' as $$ select array_agg(org_id) from public.members where user_id = auth.uid() $$;
create function is_member_pl(_org uuid) returns boolean language plpgsql stable security definer set search_path = '' as $$
declare found_role text;
begin
  if auth.uid() is null then return false; end if;
  select role into found_role from public.members where org_id = _org and user_id = auth.uid() limit 1;
  if not found then return false; end if;
  return true;
end $$;
create function may_edit_pl(_org uuid) returns boolean language plpgsql stable security definer set search_path = '' as $$
declare m record;
begin
  for m in select * from public.members where user_id = auth.uid() loop
    if m.org_id = _org and m.role in ('owner', 'admin') then return true; end if;
  end loop;
  return false;
end $$;
create function has_role(uid uuid, wanted text) returns boolean language sql stable security definer set search_path = '' as $$ select exists (select 1 from public.profiles where id = uid and role = wanted) $$;
create function fails_open(_org uuid) returns boolean language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select 1 from public.members where org_id = _org and user_id = auth.uid());
exception when others then
  return true;
end $$;
create function is_super_admin() returns boolean language sql stable security definer set search_path = '' as $$ select coalesce((select is_super_admin from public.profiles where id = auth.uid()), false) $$;
`;
