import type { AccessCommand, Verdict } from '@tenantlint/model';
import { HELPERS, READABLE } from './base.ts';

/** One design of policies over the base schema, with what a user of one tenant can do to the rows of another. */
export interface Case {
  readonly name: string;
  readonly sql: string;
  /** `table command: verdict` for a signed-in user; `anon table command` for the other role. */
  readonly expect: Readonly<Record<string, Verdict>>;
}

export function parseKey(key: string): { readonly role: string; readonly table: string; readonly command: AccessCommand } {
  const parts = key.split(' ');
  const anon = parts[0] === 'anon';
  const [table = '', command = ''] = anon ? parts.slice(1) : parts;
  return { role: anon ? 'anon' : 'authenticated', table, command: command as AccessCommand };
}

const member = 'org_id in (select m.org_id from members m where m.user_id = (select auth.uid()))';

export const CASES: readonly Case[] = [
  // — one table, keyed —
  { name: 'membership sub-select', sql: `${READABLE} create policy p on projects to authenticated using (${member});`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated', 'projects update': 'isolated', 'projects delete': 'isolated', 'anon projects select': 'denied' } },
  { name: 'correlated exists with aliases', sql: `${READABLE} create policy p on projects using (exists (select 1 from members m where m.org_id = projects.org_id and m.user_id = auth.uid()));`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated', 'anon projects select': 'denied' } },
  { name: 'the inner table takes the column', sql: `${READABLE} create policy p on projects for select using (exists (select 1 from members m where m.org_id = org_id and m.user_id = auth.uid()));`, expect: { 'projects select': 'leak' } },
  { name: 'always true', sql: `create policy p on projects for select using (true);`, expect: { 'projects select': 'leak', 'anon projects select': 'leak', 'projects insert': 'denied' } },
  { name: 'only signed in', sql: `create policy p on projects for select using (auth.role() = 'authenticated');`, expect: { 'projects select': 'leak', 'anon projects select': 'denied' } },
  { name: 'signed in, by user id', sql: `create policy p on projects for select using (auth.uid() is not null);`, expect: { 'projects select': 'leak', 'anon projects select': 'denied' } },
  { name: 'inverted test', sql: `create policy p on projects for select using (auth.uid() is null or ${member});`, expect: { 'anon projects select': 'leak' } },
  { name: 'a column that is no tenant', sql: `create policy p on projects for select using (status = 'published');`, expect: { 'projects select': 'leak' } },
  { name: 'row level security off', sql: `alter table projects disable row level security;`, expect: { 'projects select': 'leak', 'projects insert': 'leak', 'projects update': 'leak', 'projects delete': 'leak', 'anon projects select': 'leak' } },
  { name: 'grants taken away', sql: `alter table projects disable row level security; revoke all on projects from anon, authenticated;`, expect: { 'projects select': 'denied', 'projects insert': 'denied', 'anon projects select': 'denied' } },
  { name: 'no policy at all', sql: '', expect: { 'projects select': 'denied', 'projects insert': 'denied', 'projects update': 'denied', 'projects delete': 'denied' } },
  { name: 'policy for another role', sql: `create policy p on projects to service_role using (true);`, expect: { 'projects select': 'denied', 'anon projects select': 'denied' } },
  { name: 'the service role named in a policy for everybody', sql: `create policy "Service role can insert" on projects for insert with check (true);`, expect: { 'projects insert': 'leak', 'anon projects insert': 'leak' } },
  { name: 'the service role tested', sql: `create policy p on projects using (auth.role() = 'service_role');`, expect: { 'projects select': 'denied', 'anon projects select': 'denied' } },
  { name: 'a wide policy beside a narrow one', sql: `${READABLE} create policy a on projects for select using (${member}); create policy b on projects for select to authenticated using (is_public);`, expect: { 'projects select': 'isolated' } },
  { name: 'widened by OR', sql: `${READABLE} create policy p on projects for select using (${member} or status = 'published');`, expect: { 'projects select': 'leak' } },
  { name: 'what everybody sees is for everybody to change', sql: `${READABLE} create policy p on projects to authenticated using (is_public or ${member}) with check (${member});`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated', 'projects update': 'leak', 'projects delete': 'leak' } },
  { name: 'three steps up, each under its own policy', sql: `${READABLE} create policy p on projects for select to authenticated using (${member}); create policy t on tasks for select to authenticated using (project_id in (select id from projects)); create policy c on comments for select to authenticated using (exists (select 1 from tasks where tasks.id = comments.task_id));`, expect: { 'projects select': 'isolated', 'tasks select': 'isolated', 'comments select': 'isolated' } },
  { name: 'lines of own notes', sql: `create policy n on notes to authenticated using (user_id = auth.uid()); create policy p on note_lines to authenticated using (exists (select 1 from notes n where n.id = note_lines.note_id and n.user_id = auth.uid()));`, expect: { 'note_lines select': 'isolated', 'note_lines insert': 'isolated', 'note_lines update': 'isolated', 'note_lines delete': 'isolated', 'anon note_lines select': 'denied' } },
  { name: 'lines of notes that the caller sees', sql: `create policy n on notes for select to authenticated using (user_id = auth.uid()); create policy p on note_lines to authenticated using (note_id in (select id from notes));`, expect: { 'note_lines select': 'isolated', 'note_lines insert': 'isolated' } },
  { name: 'lines of any note', sql: `create policy n on notes to authenticated using (user_id = auth.uid()); create policy p on note_lines for select to authenticated using (true); create policy q on note_lines for insert to authenticated with check (note_id is not null);`, expect: { 'note_lines select': 'leak', 'note_lines insert': 'leak', 'note_lines delete': 'denied', 'anon note_lines select': 'denied' } },
  { name: 'what is nobody\'s is read by everybody', sql: `create policy p on plans for select using (true);`, expect: { 'plans select': 'isolated', 'plans update': 'denied', 'plans delete': 'denied', 'anon plans select': 'isolated' } },
  { name: 'what is nobody\'s is changed by everybody', sql: `create policy p on plans to authenticated using (true);`, expect: { 'plans select': 'isolated', 'plans insert': 'leak', 'plans update': 'leak', 'plans delete': 'leak', 'anon plans delete': 'denied' } },
  { name: 'what is nobody\'s is changed by the platform\'s staff', sql: `${READABLE} ${HELPERS} create policy p on plans to authenticated using (is_super_admin());`, expect: { 'plans insert': 'isolated', 'plans update': 'isolated', 'plans delete': 'isolated' } },
  { name: 'narrowed by a restrictive policy', sql: `${READABLE} create policy a on projects for select using (true); create policy b on projects as restrictive for select using (${member});`, expect: { 'projects select': 'isolated' } },
  { name: 'only a restrictive policy', sql: `${READABLE} create policy b on projects as restrictive for select using (${member});`, expect: { 'projects select': 'denied' } },
  // — writing —
  { name: 'insert looks only at the author', sql: `create policy p on projects for insert to authenticated with check (created_by = auth.uid());`, expect: { 'projects insert': 'leak' } },
  { name: 'update of own rows may move them', sql: `create policy r on projects for select to authenticated using (created_by = auth.uid()); create policy p on projects for update to authenticated using (created_by = auth.uid());`, expect: { 'projects select': 'isolated', 'projects update': 'leak' } },
  { name: 'USING is reused as WITH CHECK', sql: `${READABLE} create policy r on projects for select to authenticated using (${member}); create policy p on projects for update to authenticated using (${member});`, expect: { 'projects update': 'isolated' } },
  { name: 'WITH CHECK weaker than USING, though a new row named in a WHERE has to be seen', sql: `${READABLE} create policy r on projects for select to authenticated using (${member}); create policy p on projects for update to authenticated using (${member}) with check (true);`, expect: { 'projects update': 'leak' } },
  { name: 'WITH CHECK weaker than USING and everything is seen', sql: `${READABLE} create policy r on projects for select to authenticated using (true); create policy p on projects for update to authenticated using (${member}) with check (true);`, expect: { 'projects update': 'leak' } },
  { name: 'update without a policy to see rows', sql: `${READABLE} create policy p on projects for update to authenticated using (true) with check (true);`, expect: { 'projects select': 'denied', 'projects update': 'leak' } },
  { name: 'update of harmless columns only', sql: `create policy r on projects for select to authenticated using (created_by = auth.uid()); create policy p on projects for update to authenticated using (created_by = auth.uid()); revoke update on projects from authenticated; grant update (name) on projects to authenticated;`, expect: { 'projects update': 'isolated' } },
  { name: 'insert by a sub-select on the parent alone', sql: `${READABLE} create policy pr on projects for select using (${member}); create policy p on docs for insert to authenticated with check (exists (select 1 from projects p where p.id = docs.project_id and p.org_id in (select org_id from members where user_id = auth.uid())));`, expect: { 'docs insert': 'leak' } },
  { name: 'insert that checks both', sql: `${READABLE} create policy pr on projects for select using (${member}); create policy p on docs for insert to authenticated with check (${member} and exists (select 1 from projects p where p.id = docs.project_id and p.org_id = docs.org_id));`, expect: { 'docs insert': 'isolated' } },
  // — through parents —
  { name: 'through the parent by join', sql: `${READABLE} create policy pr on projects for select using (${member}); create policy p on tasks to authenticated using (exists (select 1 from projects p join members m on m.org_id = p.org_id where p.id = tasks.project_id and m.user_id = auth.uid()));`, expect: { 'tasks select': 'isolated', 'tasks insert': 'isolated', 'tasks update': 'isolated' } },
  { name: 'through the parent, whose own policies decide', sql: `${READABLE} create policy pr on projects for select using (${member}); create policy p on tasks using (exists (select 1 from projects p where p.id = project_id));`, expect: { 'tasks select': 'isolated', 'tasks insert': 'isolated' } },
  { name: 'through the parent, which everybody sees', sql: `create policy pr on projects for select using (true); create policy p on tasks using (project_id in (select id from projects));`, expect: { 'tasks select': 'leak', 'tasks insert': 'leak' } },
  { name: 'through a parent that nobody sees', sql: `create policy p on tasks using (project_id in (select id from projects));`, expect: { 'tasks select': 'denied', 'tasks insert': 'denied' } },
  { name: 'two steps up', sql: `${READABLE} create policy pr on projects for select using (${member}); create policy ts on tasks for select using (exists (select 1 from projects p where p.id = tasks.project_id)); create policy p on comments for select using (task_id in (select t.id from tasks t join projects p on p.id = t.project_id where p.org_id in (select org_id from members where user_id = auth.uid())));`, expect: { 'comments select': 'isolated' } },
  { name: 'two steps up with a loose middle', sql: `${READABLE} create policy pr on projects for select using (${member}); create policy ts on tasks for select using (true); create policy p on comments for select using (exists (select 1 from tasks t, projects p where t.id = comments.task_id and p.org_id in (select org_id from members where user_id = auth.uid())));`, expect: { 'comments select': 'leak' } },
  { name: 'left join keeps rows without a match', sql: `${READABLE} create policy pr on projects for select using (true); create policy p on tasks for select using (exists (select 1 from projects p left join members m on m.org_id = p.org_id and m.user_id = auth.uid() where p.id = tasks.project_id));`, expect: { 'tasks select': 'leak' } },
  { name: 'left join with a test of the joined row', sql: `${READABLE} create policy pr on projects for select using (true); create policy p on tasks for select using (exists (select 1 from projects p left join members m on m.org_id = p.org_id where p.id = tasks.project_id and m.user_id = auth.uid()));`, expect: { 'tasks select': 'isolated' } },
  // — forms of the same thing —
  { name: 'common table expression', sql: `${READABLE} create policy p on projects for select using (org_id in (with mine as (select org_id as o from members where user_id = auth.uid()) select o from mine));`, expect: { 'projects select': 'isolated' } },
  { name: 'equal to ANY of an array sub-select', sql: `${READABLE} create policy p on projects for select using (org_id = any (array(select org_id from members where user_id = auth.uid())));`, expect: { 'projects select': 'isolated' } },
  { name: 'row comparison', sql: `${READABLE} create policy p on projects for select using ((org_id, auth.uid()) in (select org_id, user_id from members));`, expect: { 'projects select': 'isolated' } },
  { name: 'scalar sub-select', sql: `${READABLE} create policy p on projects for select using (org_id = (select org_id from profiles where id = auth.uid()));`, expect: { 'projects select': 'isolated' } },
  { name: 'not distinct', sql: `${READABLE} create policy p on projects for select to authenticated using (org_id is not distinct from (select org_id from profiles where id = auth.uid()));`, expect: { 'projects select': 'isolated' } },
  { name: 'case', sql: `${READABLE} create policy p on projects for select using (case when auth.uid() is null then false else ${member} end);`, expect: { 'projects select': 'isolated', 'anon projects select': 'denied' } },
  { name: 'case that forgets a branch', sql: `${READABLE} create policy p on projects for select using (case when status = 'published' then true else ${member} end);`, expect: { 'projects select': 'leak' } },
  { name: 'coalesce to false', sql: `${READABLE} create policy p on projects for select using (coalesce(org_id = (select org_id from profiles where id = auth.uid()), false));`, expect: { 'projects select': 'isolated' } },
  { name: 'coalesce to the row itself', sql: `create policy p on projects for select using (org_id = coalesce((auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid, org_id));`, expect: { 'projects select': 'leak' } },
  { name: 'using join', sql: `${READABLE} create policy pr on projects for select using (${member}); create policy p on tasks for select using (exists (select 1 from projects p join members m using (org_id) where p.id = tasks.project_id and m.user_id = auth.uid()));`, expect: { 'tasks select': 'isolated' } },
  { name: 'count above zero', sql: `${READABLE} create policy p on projects for select using ((select count(*) from members m where m.org_id = projects.org_id and m.user_id = auth.uid()) > 0);`, expect: { 'projects select': 'isolated' } },
  { name: 'membership tested, tenant forgotten', sql: `${READABLE} create policy p on projects for select using (exists (select 1 from members m where m.user_id = auth.uid()));`, expect: { 'projects select': 'leak' } },
  { name: 'tenant tested, caller forgotten', sql: `create policy mr on members for select using (true); create policy p on projects for select using (exists (select 1 from members m where m.org_id = projects.org_id));`, expect: { 'projects select': 'leak' } },
  { name: 'member list that nobody may read', sql: `create policy p on projects for select using (${member});`, expect: { 'projects select': 'denied' } },
  // — tokens —
  { name: 'app_metadata', sql: `create policy p on projects using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated' } },
  { name: 'user_metadata', sql: `create policy p on projects using (org_id = (auth.jwt() -> 'user_metadata' ->> 'org_id')::uuid);`, expect: { 'projects select': 'leak', 'projects insert': 'leak' } },
  { name: 'claims through the setting', sql: `create policy p on projects using (org_id = (current_setting('request.jwt.claims', true)::json -> 'app_metadata' ->> 'org_id')::uuid);`, expect: { 'projects select': 'isolated' } },
  { name: 'a request header', sql: `create policy p on projects using (org_id = (current_setting('request.headers', true)::json ->> 'x-org')::uuid);`, expect: { 'projects select': 'leak' } },
  { name: 'list of tenants in the token', sql: `create policy p on projects for select using (org_id::text in (select jsonb_array_elements_text(auth.jwt() -> 'app_metadata' -> 'orgs')));`, expect: { 'projects select': 'isolated' } },
  // — helpers —
  { name: 'set-returning helper', sql: `${HELPERS} create policy p on projects using (org_id in (select my_orgs()));`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated' } },
  { name: 'boolean helper', sql: `${HELPERS} create policy p on projects using (is_member(org_id));`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated', 'anon projects select': 'denied' } },
  { name: 'boolean helper of the wrong argument', sql: `${HELPERS} create policy p on projects for select using (is_member((select org_id from profiles where id = auth.uid()))); ${READABLE}`, expect: { 'projects select': 'leak' } },
  { name: 'scalar helper', sql: `${HELPERS} create policy p on projects using (org_id = my_org());`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated' } },
  { name: 'role helper', sql: `${HELPERS} create policy p on projects using (role_in(org_id) = any (array['owner', 'admin']));`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated' } },
  { name: 'array helper', sql: `${HELPERS} create policy p on projects using (org_id = any (coalesce((select my_org_list()), '{}'::uuid[])));`, expect: { 'projects select': 'isolated' } },
  { name: 'PL/pgSQL helper with SELECT INTO', sql: `${HELPERS} create policy p on projects using (is_member_pl(org_id));`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated', 'anon projects select': 'denied' } },
  { name: 'PL/pgSQL helper with a loop', sql: `${HELPERS} create policy p on projects using (may_edit_pl(org_id));`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated' } },
  { name: 'helper that lets everybody in on an error', sql: `${HELPERS} create policy p on projects for select using (fails_open(org_id));`, expect: { 'projects select': 'unknown' } },
  { name: 'admins of any tenant', sql: `${HELPERS} create policy p on projects using (has_role(auth.uid(), 'admin'));`, expect: { 'projects select': 'leak', 'projects insert': 'leak' } },
  { name: 'admins of this tenant', sql: `${HELPERS} create policy p on projects using (has_role(auth.uid(), 'admin') and org_id = my_org());`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated' } },
  { name: 'administrators of the platform', sql: `${HELPERS} create policy p on projects using (is_super_admin());`, expect: { 'projects select': 'isolated', 'projects insert': 'isolated' } },
  { name: 'helper with the caller\'s rights on an unreadable table', sql: `create function mine(org uuid) returns boolean language sql stable as $$ select exists (select 1 from members where org_id = org and user_id = auth.uid()) $$; create policy p on projects using (mine(org_id));`, expect: { 'projects select': 'denied' } },
  // — the caller's own rows —
  { name: 'own notes', sql: `create policy p on notes using (user_id = auth.uid());`, expect: { 'notes select': 'isolated', 'notes insert': 'isolated', 'notes update': 'isolated', 'anon notes select': 'denied' } },
  { name: 'own notes, loosely written', sql: `create policy r on notes for select using (user_id = auth.uid()); create policy w on notes for insert with check (auth.uid() is not null);`, expect: { 'notes select': 'isolated', 'notes insert': 'leak' } },
  { name: 'members join anything', sql: `create policy r on members for select using (user_id = auth.uid()); create policy w on members for insert with check (user_id = auth.uid());`, expect: { 'members select': 'isolated', 'members insert': 'leak' } },
  { name: 'profiles move anywhere', sql: `${READABLE} create policy w on profiles for update using (id = auth.uid());`, expect: { 'profiles select': 'isolated', 'profiles update': 'leak' } },
  { name: 'profiles stay, by their own old value', sql: `${HELPERS} ${READABLE} create policy w on profiles for update using (id = auth.uid()) with check (id = auth.uid() and org_id = my_org());`, expect: { 'profiles update': 'isolated' } },
  { name: 'colleagues see each other', sql: `${HELPERS} create policy r on profiles for select using (org_id = my_org());`, expect: { 'profiles select': 'isolated' } },
  { name: 'own tenants', sql: `${READABLE} create policy r on organizations for select using (id in (select org_id from members where user_id = auth.uid())); create policy w on organizations for insert to authenticated with check (true);`, expect: { 'organizations select': 'isolated', 'organizations insert': 'isolated' } },
  { name: 'every tenant is listed', sql: `create policy r on organizations for select using (true);`, expect: { 'organizations select': 'leak', 'anon organizations select': 'leak' } },
  { name: 'editors in an array', sql: `create policy p on projects for select using (auth.uid() = any (editors));`, expect: { 'projects select': 'isolated' } },
  // — triggers —
  { name: 'a trigger forbids moving', sql: `create policy r on projects for select to authenticated using (created_by = auth.uid()); create policy p on projects for update to authenticated using (created_by = auth.uid());
create function keep() returns trigger language plpgsql as $$ begin if new.org_id <> old.org_id then raise exception 'no'; end if; return new; end $$; create trigger keep before update on projects for each row execute function keep();`, expect: { 'projects select': 'isolated', 'projects update': 'isolated' } },
  { name: 'a trigger keeps the tenant', sql: `${READABLE} create policy r on projects for select to authenticated using (${member}); create policy p on projects for update to authenticated using (${member}) with check (true);
create function keep() returns trigger language plpgsql as $$ begin new.org_id := old.org_id; return new; end $$; create trigger keep before update on projects for each row execute function keep();`, expect: { 'projects update': 'isolated' } },
  { name: 'a trigger refuses another tenant', sql: `${READABLE} create policy r on projects for select to authenticated using (${member}); create policy p on projects for update to authenticated using (${member}) with check (true);
create function keep() returns trigger language plpgsql as $$ begin if new.org_id is distinct from old.org_id then raise exception 'no'; end if; return new; end $$; create trigger keep after update on projects for each row execute function keep();`, expect: { 'projects update': 'isolated' } },
  { name: 'a trigger fills in the tenant', sql: `${HELPERS} create policy p on projects for insert to authenticated with check (created_by = auth.uid());
create function fill() returns trigger language plpgsql as $$ begin new.org_id := public.my_org(); return new; end $$; create trigger fill before insert on projects for each row execute function fill();`, expect: { 'projects insert': 'isolated' } },
  { name: 'a trigger fills in the tenant only when it is missing', sql: `${HELPERS} create policy p on projects for insert to authenticated with check (created_by = auth.uid());
create function fill() returns trigger language plpgsql as $$ begin if new.org_id is null then new.org_id := public.my_org(); end if; return new; end $$; create trigger fill before insert on projects for each row execute function fill();`, expect: { 'projects insert': 'leak' } },
  { name: 'a log that only grows', sql: `alter table docs disable row level security; create function refuse() returns trigger language plpgsql as $$ begin raise exception 'append only'; end $$; create trigger refuse before update or delete on docs for each row execute function refuse();`, expect: { 'docs select': 'leak', 'docs update': 'denied', 'docs delete': 'denied' } },
  // — run-time failure —
  { name: 'policies in a circle', sql: `create policy r on members for select using (org_id in (select org_id from members where user_id = auth.uid())); create policy p on projects for select using (${member});`, expect: { 'members select': 'denied', 'projects select': 'denied' } },
  { name: 'a definer helper cuts the circle', sql: `${HELPERS} create policy r on members for select using (org_id in (select my_orgs())); create policy p on projects for select using (${member});`, expect: { 'members select': 'isolated', 'projects select': 'isolated' } },
];
