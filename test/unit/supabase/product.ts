import { ADMIN_ROLES, prove } from '@tenantlint/engine';
import { analyse, mayEnter } from '@tenantlint/engine/flow';
import type { ClientAdapter, Query, QuerySite } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';
import { glanceAt, lowerFile, readProgram } from '@tenantlint/readers/typescript';
import { clients } from '@tenantlint/readers/typescript/clients';
import { product as database, SUPABASE } from '../isolation/product.ts';

/** A small product: tenants, their members, and what belongs to them directly, through a parent or through a join table. */
export const SCHEMA = `
create table orgs (id uuid primary key default gen_random_uuid(), name text not null, slug text not null unique);
create table members (org_id uuid not null references orgs (id), user_id uuid not null references auth.users (id), role text not null, primary key (org_id, user_id));
create table projects (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs (id),
  owner_id uuid references auth.users (id),
  name text not null,
  slug text not null,
  status text,
  amount int,
  is_public boolean not null default false,
  data jsonb,
  labels text[],
  unique (org_id, slug)
);
create table tasks (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references projects (id),
  parent_id uuid references tasks (id),
  created_by uuid references people (id),
  closed_by uuid references people (id),
  title text not null,
  done boolean not null default false
);
create table tags (id uuid primary key default gen_random_uuid(), org_id uuid not null references orgs (id), name text not null);
create table project_tags (project_id uuid not null references projects (id), tag_id uuid not null references tags (id), primary key (project_id, tag_id));
create table briefs (id uuid primary key, project_id uuid not null unique references projects (id), body text);
create function org_report(p_org uuid) returns bigint language sql security definer as $$ select count(*) from projects where org_id = p_org $$;
create function my_projects() returns setof projects language sql as $$ select * from projects $$;
create function own_report() returns bigint language sql security definer as $$ select count(*) from projects where org_id in (select org_id from members where user_id = auth.uid()) $$;
create function own_list() returns setof projects language sql security definer as $$ select * from projects where org_id in (select org_id from members where user_id = auth.uid()) $$;
create function any_list() returns setof projects language sql security definer as $$ select * from projects $$;
create function org_list(p_org_id uuid) returns setof projects language sql security definer as $$ select * from projects where org_id = p_org_id $$;
create function org_maybe(p_org_id uuid default null) returns setof projects language sql security definer as $$ select * from projects where p_org_id is null or org_id = p_org_id $$;
alter table projects enable row level security;
create policy members_read on projects for select to authenticated using (org_id in (select org_id from members where user_id = auth.uid()));
`.replace('create table tasks', 'create table people (id uuid primary key, org_id uuid not null references orgs (id), name text);\ncreate table tasks');

const sql = createSqlParser();
const known = database(SCHEMA, SUPABASE);

const adapter = clients.find((c) => c.id === 'supabase-js');
if (!adapter) throw new Error('the client is not registered');

export interface Analysed {
  readonly sites: readonly QuerySite[];
  /** As the client handed them to the engine, in the order in which they are sent. */
  readonly queries: readonly Query[];
}

/** Reads a product's files the way the command line does. */
export function analysed(files: Readonly<Record<string, string>>, packages: Readonly<Record<string, string>> = { '@supabase/supabase-js': '2.109.0' }): Analysed {
  const queries: Query[] = [];
  const program = readProgram({
    files: new Set(Object.keys(files)),
    configs: new Map(),
    text: (path) => files[path],
    lower: lowerFile,
    glance: (path) => glanceAt(path, files[path] ?? '', { mayEnter, clients: /prisma|supabase/, hints: /supabase|\.from\(|\.rpc\(/ }),
    packages: new Map(Object.entries(packages)),
  });
  const sites = analyse(program, { schema: known.schema, tenancy: known.tenancy, models: undefined, environment: SUPABASE, adapters: [recording(queries)], prove, sql, adminRoles: new Set(ADMIN_ROLES), reach: known.facts.routineReach });
  return { sites, queries };
}

/** The client itself, with a note of what it sends. */
function recording(queries: Query[]): ClientAdapter {
  const { awaited } = adapter as ClientAdapter;
  return {
    ...(adapter as ClientAdapter),
    awaited(handle, context) {
      // A context is made for one step and read by it alone.
      const run = context.run.bind(context);
      return awaited?.call(adapter, handle, Object.assign(context, { run: (query: Query) => {
        queries.push(query);
        return run(query);
      } }));
    },
  };
}

/** A route handler of a product that makes its client with the service key. */
export function route(body: string, top = ''): string {
  return `import { createClient } from '@supabase/supabase-js';
const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
${top}
export async function POST(request: Request, { params }: { params: { id: string } }) {
  ${body}
}`;
}

export const inRoute = (body: string, top = '', packages?: Readonly<Record<string, string>>): Analysed => analysed({ 'app/api/x/route.ts': route(body, top) }, packages);

export const brief = (sites: readonly QuerySite[]): string[] => sites.map((s) => `${s.table?.replace('public.', '') ?? '?'}.${s.operation} ${s.clientKind} ${s.verdict}${s.defect ? ` ${s.defect.kind}` : ''}`);
