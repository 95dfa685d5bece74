import type { ForeignKeyHop, Tenancy } from '@tenantlint/model';
import { describe, expect, test } from 'vitest';
import type { TenancyConfig } from '@tenantlint/engine';
import { OWN, product, SUPABASE, type Product } from './product.ts';

/** How the tables of a schema belong, in short: `projects: keyed org_id`. */
function summary(made: Product): Record<string, string> {
  const out: Record<string, string> = {};
  for (const one of made.tenancy.of.values()) if (!one.table.startsWith('auth.')) out[one.table.replace('public.', '')] = short(one.tenancy);
  return out;
}

const hops = (path: readonly ForeignKeyHop[]): string => path.map((hop) => `${hop.columns.join('+')} → ${hop.parent.replace('public.', '')}`).join(', ');

function short(tenancy: Tenancy): string {
  switch (tenancy.kind) {
    case 'root': return `root ${tenancy.key}`;
    case 'keyed': return `keyed ${tenancy.columns.join(', ')}${tenancy.nullable ? ' or none' : ''}`;
    case 'through': return `through ${hops(tenancy.path)}`;
    case 'membership': return `membership ${tenancy.user} × ${tenancy.tenant}${tenancy.role === undefined ? '' : ` as ${tenancy.role}`}`;
    case 'user-owned': return tenancy.path === undefined ? `user ${tenancy.column}` : `user by ${hops(tenancy.path)}`;
    case 'pre-tenant': return `by ${tenancy.secret}, ${tenancy.columns.join(', ')}`;
    case 'shared': return `shared where ${tenancy.predicate}, ${tenancy.columns.join(', ')}`;
    case 'global': case 'unknown': return tenancy.kind;
  }
}

const infer = (sql: string, config: TenancyConfig = {}, environment = OWN): Record<string, string> => summary(product(sql, environment, config));

describe('tenancy is inferred', () => {
  test('from keys: root, keyed, two steps away, membership, own rows, reference data', () => {
    expect(
      infer(`
create table organizations (id uuid primary key, name text, plan_id uuid);
create table users (id uuid primary key, email text not null);
create table plans (id uuid primary key, name text);
alter table organizations add foreign key (plan_id) references plans;
create table memberships (user_id uuid not null references users, organization_id uuid not null references organizations, role text, primary key (user_id, organization_id));
create table projects (id uuid primary key, organization_id uuid not null references organizations, created_by uuid references users);
create table tasks (id uuid primary key, project_id uuid not null references projects, assignee_id uuid references users);
create table task_labels (id uuid primary key, task_id uuid not null references tasks);
create table user_settings (user_id uuid primary key references users, theme text);
create table sessions (id uuid primary key, user_id uuid not null references users);
create table session_events (id uuid primary key, session_id uuid references sessions);
create table event_files (id uuid primary key, event_id uuid not null references session_events);
create table schema_migrations (version text primary key);`),
    ).toEqual({
      organizations: 'root id', users: 'user id', plans: 'global', memberships: 'membership user_id × organization_id as role', projects: 'keyed organization_id', tasks: 'through project_id → projects',
      task_labels: 'through task_id → tasks, project_id → projects', user_settings: 'user user_id', sessions: 'user user_id', session_events: 'user by session_id → sessions', event_files: 'user by event_id → session_events, session_id → sessions', schema_migrations: 'global',
    });
  });

  test('what a person deals with is not the person\'s', () => {
    expect(
      infer(`
create table users (id uuid primary key, email text not null);
create table sales (id bigint primary key, user_id uuid not null unique references users, first_name text);
create table carts (id bigint primary key, user_id uuid not null unique references users);
create table deals (id bigint primary key, sales_id bigint not null references sales);
create table cart_items (id bigint primary key, cart_id bigint not null references carts);`),
    ).toMatchObject({ sales: 'user user_id', carts: 'user user_id', deals: 'unknown', cart_items: 'user by cart_id → carts' });
  });

  test('under any casing, without foreign keys', () => {
    expect(infer(`
create table "Workspace" (id text primary key, name text);
create table "WorkspaceMember" (id text primary key, "workspaceId" text not null, "userId" text not null, role text, unique ("workspaceId", "userId"));
create table "Doc" (id text primary key, "workspaceId" text not null);
create table "DocVersion" (id text primary key, "docId" text not null);`)).toEqual({
      Workspace: 'root id', WorkspaceMember: 'membership userId × workspaceId as role', Doc: 'keyed workspaceId', DocVersion: 'through docId → Doc',
    });
  });

  test('from columns alone, where no table is the tenant', () => {
    const made = product(`
create table invoices (id int primary key, tenant_id text not null);
create table items (id int primary key, invoice_id int not null references invoices);
create table customers (id int primary key, tenant_id text not null);
create table currencies (code text primary key);
create table notes (id int primary key, tenant_id text);`, OWN);
    expect(summary(made)).toEqual({ invoices: 'keyed tenant_id', items: 'through invoice_id → invoices', customers: 'keyed tenant_id', currencies: 'global', notes: 'keyed tenant_id or none' });
    expect(made.tenancy.root).toBeUndefined();
    expect(made.tenancy.found).toBe(true);
  });

  test('profiles with a tenant column are memberships of one', () => {
    expect(infer(`
create table companies (id uuid primary key);
create table profiles (id uuid primary key references auth.users, company_id uuid references companies, role text);
create table jobs (id uuid primary key, company_id uuid not null references companies);`, {}, SUPABASE)).toEqual({ companies: 'root id', profiles: 'membership id × company_id as role', jobs: 'keyed company_id' });
  });

  test('a user table that knows the signed-in user by another column', () => {
    expect(infer(`
create table organizations (id uuid primary key);
create table auth_users (id uuid primary key, auth_id uuid not null, organization_id uuid not null references organizations);
create table leads (id uuid primary key, organization_id uuid not null references organizations, owner_id uuid references auth_users);`, {}, SUPABASE)).toEqual({ organizations: 'root id', auth_users: 'membership auth_id × organization_id', leads: 'keyed organization_id' });
  });

  test('the tenant of the foreign key, not the customer\'s tenant id of another system', () => {
    expect(infer(`
create table organizations (id uuid primary key);
create table members (org_id uuid not null references organizations, user_id uuid not null, unique (org_id, user_id));
create table azure_integrations (id uuid primary key, org_id uuid not null references organizations, "tenantId" varchar(64) not null, account_id text);
create table stripe_events (id uuid primary key, account_id text not null, organization_id text);`)).toMatchObject({ azure_integrations: 'keyed org_id', stripe_events: 'unknown' });
  });

  test('accounts kept by a tenant are no tenants', () => {
    expect(infer(`
create table companies (id uuid primary key);
create table company_users (company_id uuid not null references companies, user_id uuid not null, primary key (company_id, user_id));
create table accounts (id uuid primary key, company_id uuid not null references companies, number text);
create table entries (id uuid primary key, account_id uuid not null references accounts);
create table transfers (id uuid primary key, account_id uuid not null references accounts);
create table statements (id uuid primary key, account_id uuid not null references accounts);`)).toEqual({
      companies: 'root id', company_users: 'membership user_id × company_id', accounts: 'keyed company_id', entries: 'through account_id → accounts', transfers: 'through account_id → accounts', statements: 'through account_id → accounts',
    });
  });

  test('the owner among several references to the tenant', () => {
    expect(infer(`
create table dealerships (id uuid primary key);
create table dealer_memberships (user_id uuid not null, dealership_id uuid not null references dealerships, role text, unique (user_id, dealership_id));
create table cars (id uuid primary key, dealership_id uuid not null references dealerships);
create table transfers (id uuid primary key, dealership_id uuid not null references dealerships, target_dealership_id uuid references dealerships);`)).toMatchObject({ transfers: 'keyed dealership_id' });
  });

  test('composite keys carry the tenant', () => {
    expect(infer(`
create table tenants (id uuid primary key);
create table tenant_users (tenant_id uuid not null references tenants, user_id uuid not null, primary key (tenant_id, user_id));
create table orders (tenant_id uuid not null references tenants, id uuid not null, primary key (tenant_id, id));
create table order_lines (owner uuid not null, order_id uuid not null, line int not null, primary key (owner, order_id, line), foreign key (owner, order_id) references orders (tenant_id, id));`)).toMatchObject({ orders: 'keyed tenant_id', order_lines: 'keyed owner' });
  });

  test('secrets that are looked up before a tenant is known, and rows for everybody', () => {
    expect(infer(`
create table teams (id uuid primary key);
create table team_members (team_id uuid not null references teams, user_id uuid not null, primary key (team_id, user_id));
create table invitations (id uuid primary key, team_id uuid not null references teams, token text not null unique);
create table templates (id uuid primary key, team_id uuid references teams, is_public boolean not null default false);`)).toMatchObject({ invitations: 'by token, team_id', templates: 'shared where is_public, team_id' });
  });

  test('partitions belong as their parents do', () => {
    expect(infer(`
create table tenants (id uuid primary key);
create table tenant_users (tenant_id uuid not null references tenants, user_id uuid not null, primary key (tenant_id, user_id));
create table events (id uuid not null, tenant_id uuid not null references tenants, at date not null) partition by range (at);
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');`)).toMatchObject({ events: 'keyed tenant_id', events_2026: 'keyed tenant_id' });
  });

  test('not where nobody is a member of anything', () => {
    const made = product(`
create table users (id uuid primary key);
create table companies (id uuid primary key, name text, owner_id uuid references users);
create table contacts (id uuid primary key, company_id uuid references companies);
create table deals (id uuid primary key, company_id uuid references companies, owner_id uuid references users);`, OWN);
    expect(made.tenancy.found).toBe(false);
    expect(made.tenancy.root).toBeUndefined();
  });

  test('past the word that the names of all tables begin with', () => {
    expect(infer(`
create table pm_user (uid bigint primary key, email text);
create table pm_workspace (id uuid primary key, owner bigint references pm_user (uid));
create table pm_workspace_member (workspace_id uuid not null references pm_workspace, uid bigint not null references pm_user (uid), role_id int, primary key (workspace_id, uid));
create table pm_page (id uuid primary key, workspace_id uuid not null references pm_workspace);
create table pm_block (id uuid primary key, page_id uuid not null references pm_page);`)).toEqual({
      pm_user: 'user uid', pm_workspace: 'root id', pm_workspace_member: 'membership uid × workspace_id as role_id', pm_page: 'keyed workspace_id', pm_block: 'through page_id → pm_page',
    });
  });

  test('across schemas without foreign keys, in columns of two types', () => {
    const parts = ['invoice', 'usage', 'quota', 'webhook', 'event', 'export'].map((name) => `create table ${name} (id uuid primary key, org_id text not null);`).join('\n');
    expect(infer(`create schema iam;
create table iam.organizations (id uuid primary key, name text);
create table iam.organization_members (org_id uuid not null, subject_id text not null, status text, primary key (org_id, subject_id));
create table iam.role_assignments (id uuid primary key, org_id uuid not null, subject_id text not null, role text);
${parts}`)).toMatchObject({
      'iam.organizations': 'root id', 'iam.organization_members': 'membership subject_id × org_id', 'iam.role_assignments': 'membership subject_id × org_id as role', invoice: 'keyed org_id', export: 'keyed org_id',
    });
  });

  test('where no table holds a user: what half of all tables have to name', () => {
    const sql = (column: string): string => `
create table clinic (id uuid primary key, name text);
create table opening (id uuid primary key, clinic_id uuid not null references clinic);
create table service (id uuid primary key, clinic_id uuid not null references clinic);
create table device (id uuid primary key, clinic_id uuid not null references clinic);
create table visit (id uuid primary key, clinic_id uuid not null references clinic, staff_id text not null, ${column});
create table currency (code text primary key);`;
    expect(infer(sql('customer text'))).toMatchObject({ clinic: 'root id', visit: 'keyed clinic_id' });
    expect(infer(sql('user_id uuid'))).toMatchObject({ clinic: 'global' });
  });

  test('a few lines of configuration have the last word', () => {
    expect(infer(`
create table orgs (id uuid primary key);
create table org_members (org_id uuid not null references orgs, user_id uuid not null, primary key (org_id, user_id));
create table sites (id uuid primary key, org_id uuid not null references orgs, visible boolean not null);
create table clicks (id uuid primary key, customer text not null);
create table parts (id uuid primary key, maker_id uuid);`, { tables: { clicks: { keyed: 'customer' }, parts: 'global' }, shared: { sites: 'visible' } })).toMatchObject({ clicks: 'keyed customer', parts: 'global', sites: 'shared where visible, org_id' });
  });

  test('every answer says why, at a place', () => {
    const made = product('create table organizations (id uuid primary key); create table members (organization_id uuid references organizations, user_id uuid, unique (organization_id, user_id)); create table jobs (id int, organization_id uuid references organizations);', OWN);
    const why = made.tenancy.of.get('public.jobs')?.why ?? [];
    expect(why.map((one) => one.text)).toEqual(['organization_id is a foreign key to organizations']);
    expect(made.text.slice(why[0]?.at.start, why[0]?.at.end)).toContain('references organizations');
  });
});
