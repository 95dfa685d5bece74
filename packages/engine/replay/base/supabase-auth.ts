/** Schema auth of a Supabase project: who the users are, and how a policy learns who asks. */
export const SUPABASE_AUTH = `
set role supabase_auth_admin;
create type auth.factor_type as enum ('totp','webauthn','phone');
create type auth.factor_status as enum ('unverified','verified');
create type auth.aal_level as enum ('aal1','aal2','aal3');
create type auth.code_challenge_method as enum ('s256','plain');
create type auth.one_time_token_type as enum ('confirmation_token','reauthentication_token','recovery_token','email_change_token_new','email_change_token_current','phone_change_token');
create table auth.users(
  instance_id uuid, id uuid not null primary key, aud varchar(255), role varchar(255), email varchar(255),
  encrypted_password varchar(255),
  email_confirmed_at timestamptz, invited_at timestamptz, confirmation_token varchar(255), confirmation_sent_at timestamptz,
  recovery_token varchar(255), recovery_sent_at timestamptz,
  email_change_token_new varchar(255), email_change varchar(255), email_change_sent_at timestamptz,
  last_sign_in_at timestamptz, raw_app_meta_data jsonb, raw_user_meta_data jsonb,
  is_super_admin boolean, created_at timestamptz, updated_at timestamptz, phone text default null unique,
  phone_confirmed_at timestamptz, phone_change text default '', phone_change_token varchar(255) default '',
  phone_change_sent_at timestamptz,
  confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  email_change_token_current varchar(255) default '', email_change_confirm_status smallint default 0,
  banned_until timestamptz, reauthentication_token varchar(255) default '', reauthentication_sent_at timestamptz,
  is_sso_user boolean not null default false, deleted_at timestamptz, is_anonymous boolean not null default false);
create unique index users_email_partial_key on auth.users(email) where (is_sso_user = false);
create table auth.identities(provider_id text not null, user_id uuid not null references auth.users(id) on delete cascade,
  identity_data jsonb not null, provider text not null, last_sign_in_at timestamptz, created_at timestamptz,
  updated_at timestamptz, email text generated always as (lower(identity_data ->> 'email')) stored,
  id uuid not null default gen_random_uuid() primary key, unique(provider_id, provider));
create table auth.sessions(id uuid primary key, user_id uuid not null references auth.users(id) on delete cascade,
  created_at timestamptz, updated_at timestamptz, factor_id uuid, aal auth.aal_level, not_after timestamptz,
  refreshed_at timestamp, user_agent text, ip inet, tag text);
create table auth.refresh_tokens(instance_id uuid, id bigserial primary key, token varchar(255) unique, user_id varchar(255),
  revoked boolean, created_at timestamptz, updated_at timestamptz, parent varchar(255),
  session_id uuid references auth.sessions(id) on delete cascade);
create table auth.instances(id uuid primary key, uuid uuid, raw_base_config text, created_at timestamptz, updated_at timestamptz);
create table auth.audit_log_entries(instance_id uuid, id uuid primary key, payload json, created_at timestamptz,
  ip_address varchar(64) not null default '');
create table auth.schema_migrations(version varchar(255) primary key);
create table auth.mfa_factors(id uuid primary key, user_id uuid not null references auth.users(id) on delete cascade,
  friendly_name text, factor_type auth.factor_type not null, status auth.factor_status not null,
  created_at timestamptz not null, updated_at timestamptz not null, secret text, phone text,
  last_challenged_at timestamptz unique, web_authn_credential jsonb, web_authn_aaguid uuid);
create table auth.mfa_challenges(id uuid primary key,
  factor_id uuid not null references auth.mfa_factors(id) on delete cascade, created_at timestamptz not null,
  verified_at timestamptz, ip_address inet not null, otp_code text, web_authn_session_data jsonb);
create table auth.mfa_amr_claims(session_id uuid not null references auth.sessions(id) on delete cascade,
  created_at timestamptz not null, updated_at timestamptz not null, authentication_method text not null, id uuid primary key);
create table auth.sso_providers(id uuid primary key, resource_id text, created_at timestamptz, updated_at timestamptz);
create table auth.sso_domains(id uuid primary key,
  sso_provider_id uuid not null references auth.sso_providers(id) on delete cascade, domain text not null,
  created_at timestamptz, updated_at timestamptz);
create table auth.saml_providers(id uuid primary key,
  sso_provider_id uuid not null references auth.sso_providers(id) on delete cascade, entity_id text not null unique,
  metadata_xml text not null, metadata_url text, attribute_mapping jsonb, created_at timestamptz, updated_at timestamptz,
  name_id_format text);
create table auth.flow_state(id uuid primary key, user_id uuid, auth_code text not null,
  code_challenge_method auth.code_challenge_method not null, code_challenge text not null, provider_type text not null,
  provider_access_token text, provider_refresh_token text, created_at timestamptz, updated_at timestamptz,
  authentication_method text not null, auth_code_issued_at timestamptz);
create table auth.saml_relay_states(id uuid primary key,
  sso_provider_id uuid not null references auth.sso_providers(id) on delete cascade, request_id text not null, for_email text,
  redirect_to text, created_at timestamptz, updated_at timestamptz,
  flow_state_id uuid references auth.flow_state(id) on delete cascade);
create table auth.one_time_tokens(id uuid primary key, user_id uuid not null references auth.users(id) on delete cascade,
  token_type auth.one_time_token_type not null, token_hash text not null, relates_to text not null,
  created_at timestamp not null default now(), updated_at timestamp not null default now());
create function auth.uid() returns uuid language sql stable as $$ select coalesce(nullif(current_setting('request.jwt.claim.sub',
  true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid $$;
create function auth.role() returns text language sql stable as $$ select coalesce(nullif(current_setting('request.jwt.claim.role',
  true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'))::text $$;
create function auth.email() returns text language sql stable as $$ select coalesce(nullif(current_setting('request.jwt.claim.email',
  true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'))::text $$;
create function auth.jwt() returns jsonb language sql stable as $$ select coalesce(nullif(current_setting('request.jwt.claim',
  true), ''), nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
grant execute on all functions in schema auth to public;
grant all on all tables in schema auth to postgres, dashboard_user;
grant usage, select on all sequences in schema auth to postgres;
alter table auth.users enable row level security;
alter table auth.identities enable row level security;
alter table auth.sessions enable row level security;
alter table auth.refresh_tokens enable row level security;
alter table auth.instances enable row level security;
alter table auth.audit_log_entries enable row level security;
alter table auth.schema_migrations enable row level security;
alter table auth.mfa_factors enable row level security;
alter table auth.mfa_challenges enable row level security;
alter table auth.mfa_amr_claims enable row level security;
alter table auth.sso_providers enable row level security;
alter table auth.sso_domains enable row level security;
alter table auth.saml_providers enable row level security;
alter table auth.flow_state enable row level security;
alter table auth.saml_relay_states enable row level security;
alter table auth.one_time_tokens enable row level security;
reset role;
`;
