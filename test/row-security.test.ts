import { expect, test } from 'vitest';
import { analyse, inMemory } from 'tenantlint';

const SCHEMA = `create table organizations (id uuid primary key, name text);
create table members (user_id uuid not null references auth.users (id), organization_id uuid not null references organizations (id), primary key (organization_id, user_id));
create table closed (id uuid primary key, organization_id uuid not null references organizations (id), name text);
create table open (id uuid primary key, organization_id uuid not null references organizations (id), name text);
alter table organizations enable row level security;
alter table members enable row level security;
alter table closed enable row level security;
create policy own on members for select to authenticated using (user_id = (select auth.uid()));
create policy mine on closed to authenticated using (organization_id in (select m.organization_id from members m where m.user_id = (select auth.uid())));
`;
const CLIENTS = {
  user: `import { createServerClient } from '@supabase/ssr';\nconst db = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, { cookies: {} as never });`,
  'service-role': `import { createClient } from '@supabase/supabase-js';\nconst db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);`,
};

async function sites(client: keyof typeof CLIENTS, query: string) {
  const route = `${CLIENTS[client]}\nexport async function GET() {\n  const { data } = await db.${query};\n  return Response.json(data);\n}\n`;
  const sources = [{ path: 'supabase/migrations/20240101000000_init.sql', text: SCHEMA }, { path: 'app/api/x/route.ts', text: route }];
  const { facts } = await analyse(await inMemory(sources, {}));
  return facts.sites.map((s) => `${s.clientKind} ${s.verdict} ${s.defect?.kind ?? '-'}`);
}

test.each([
  ['a client of the caller, where policies isolate', 'user', `from('closed').select('*')`, 'user injected -'],
  ['the same for writes', 'user', `from('closed').update({ name: 'x' })`, 'user injected -'],
  ['a client of the caller, where nothing isolates: the table is the cause, the query is only counted', 'user', `from('open').select('*')`, 'user leak -'],
  ['a client that goes past row level security', 'service-role', `from('closed').select('*')`, 'service-role leak bypasses-rls'],
] as const)('%s', async (_, client, query, verdict) => {
  expect(await sites(client, query)).toEqual([verdict]);
});
