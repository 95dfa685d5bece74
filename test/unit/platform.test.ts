import { expect, test } from 'vitest';
import { detectPlatform } from '../../packages/cli/environment.ts';
import { memoryWorkspace } from '../../packages/cli/workspace.ts';

const detect = (files: Readonly<Record<string, string>>) => detectPlatform(memoryWorkspace(Object.entries(files).map(([path, text]) => ({ path, text }))), {}, Object.keys(files).filter((file) => file.endsWith('.sql')));
const kind = (files: Readonly<Record<string, string>>): string => detect(files).kind;

test.each([
  ['its functions', 'create policy p on t using (user_id = auth.uid());', 'supabase'],
  ['its roles alone', 'create policy p on t for select to authenticated using (true);', 'supabase'],
  ['a role of that name beside a setting of the product\'s own', "grant select on t to authenticated;\ncreate policy p on t using (org_id = current_setting('app.org_id', true)::uuid);", 'own-connection'],
  ['its roles beside the claims of a request', "create policy p on t for select to authenticated using (org_id = current_setting('request.jwt.claims', true)::jsonb ->> 'org');", 'supabase'],
  ['its functions beside a setting', "create policy p on t using (user_id = auth.uid() or org_id = current_setting('app.org_id')::uuid);", 'supabase'],
  ['its users where rows are secured', 'create table t (id uuid references auth.users); alter table t enable row level security;', 'supabase'],
  ['its users alone, who have a server of their own', 'create table t (id uuid references auth.users);', 'own-connection'],
  ['nothing of it', 'create table t (id int);', 'own-connection'],
])('Supabase is told by %s', (_, sql, expected) => {
  expect(kind({ 'db/migrations/001_init.sql': sql })).toBe(expected);
});

const USERS = 'create schema if not exists auth; create role authenticated; create table auth.users (id uuid primary key);';
const POLICY = 'create policy p on t to authenticated using (user_id = auth.uid());';
test.each([
  ['its users are made and the caller is read from the request', `${USERS} create function auth.uid() returns uuid language sql as $$ select current_setting('request.jwt.claim.sub', true)::uuid $$; ${POLICY}`, 'plain'],
  ['its users are made and nothing says who calls', `${USERS} ${POLICY}`, 'plain'],
  ['its users are made with a caller that is made up', `${USERS} create function auth.uid() returns uuid as $func$ begin return gen_random_uuid(); end; $func$ language plpgsql; ${POLICY}`, 'supabase'],
  ['nothing of it is made', POLICY, 'supabase'],
])('what stands before the first migration where %s', (_, sql, expected) => {
  expect(detect({ 'db/migrations/001_init.sql': sql }).base).toBe(expected);
});
