import { expect, test } from 'vitest';
import { detectPlatform } from '../../packages/cli/environment.ts';
import { memoryWorkspace } from '../../packages/cli/workspace.ts';

const kind = (files: Readonly<Record<string, string>>): string => detectPlatform(memoryWorkspace(Object.entries(files).map(([path, text]) => ({ path, text }))), {}, Object.keys(files).filter((file) => file.endsWith('.sql'))).kind;

test.each([
  ['its functions', 'create policy p on t using (user_id = auth.uid());', 'supabase'],
  ['its roles alone', 'create policy p on t for select to authenticated using (true);', 'supabase'],
  ['a role of that name beside a setting of the product\'s own', "grant select on t to authenticated;\ncreate policy p on t using (org_id = current_setting('app.org_id', true)::uuid);", 'own-connection'],
  ['its roles beside the claims of a request', "create policy p on t for select to authenticated using (org_id = current_setting('request.jwt.claims', true)::jsonb ->> 'org');", 'supabase'],
  ['its functions beside a setting', "create policy p on t using (user_id = auth.uid() or org_id = current_setting('app.org_id')::uuid);", 'supabase'],
  ['nothing of it', 'create table t (id int);', 'own-connection'],
])('Supabase is told by %s', (_, sql, expected) => {
  expect(kind({ 'db/migrations/001_init.sql': sql })).toBe(expected);
});
