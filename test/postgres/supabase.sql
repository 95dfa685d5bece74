-- What a Supabase project starts from, without its extensions. Roles first, only those that are missing.
do $$
declare r text;
begin
  foreach r in array array['anon nologin noinherit','authenticated nologin noinherit','service_role nologin noinherit bypassrls',
    'supabase_auth_admin noinherit createrole','supabase_storage_admin noinherit createrole','authenticator login noinherit',
    'dashboard_user createdb createrole replication nologin','supabase_read_only_user login bypassrls','supabase_replication_admin login replication',
    'supabase_realtime_admin noinherit nologin','supabase_functions_admin noinherit createrole','supabase_etl_admin login replication','pgbouncer login','pgsodium_keyholder','pgsodium_keyiduser','pgsodium_keymaker'] loop
    if not exists (select 1 from pg_roles where rolname = split_part(r,' ',1)) then
      execute 'create role '||r;
    end if;
  end loop;
  if not exists (select 1 from pg_roles where rolname='supabase_admin') then create role supabase_admin superuser login replication bypassrls createdb createrole; end if;
  if not exists (select 1 from pg_roles where rolname='postgres') then create role postgres superuser login createdb createrole bypassrls replication; end if;
end $$;
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role, supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin to postgres;
alter role anon set statement_timeout='3s';
alter role authenticated set statement_timeout='8s';

-- The database itself.
create schema if not exists extensions;
create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
create schema realtime authorization supabase_realtime_admin;
create schema _realtime; create schema graphql; create schema graphql_public; create schema vault; create schema pgbouncer; create schema supabase_functions; create schema pgsodium; create schema pgtle; create schema pgmq; create schema supabase_migrations;

grant usage, create on schema public to postgres, anon, authenticated, service_role;
revoke create on schema public from anon, authenticated, service_role;
grant usage on schema extensions, auth, storage, realtime, graphql, graphql_public to postgres, anon, authenticated, service_role;
grant all on schema auth, storage, extensions, realtime, vault, supabase_functions, supabase_migrations to postgres;
-- default privileges (as supabase/postgres sets them)
alter default privileges for role postgres in schema public grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema storage grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema extensions grant all on functions to postgres with grant option;

-- auth
set role supabase_auth_admin;
create type auth.factor_type as enum ('totp','webauthn','phone');
create type auth.factor_status as enum ('unverified','verified');
create type auth.aal_level as enum ('aal1','aal2','aal3');
create type auth.code_challenge_method as enum ('s256','plain');
create type auth.one_time_token_type as enum ('confirmation_token','reauthentication_token','recovery_token','email_change_token_new','email_change_token_current','phone_change_token');
create table auth.users(
  instance_id uuid, id uuid not null primary key, aud varchar(255), role varchar(255), email varchar(255), encrypted_password varchar(255),
  email_confirmed_at timestamptz, invited_at timestamptz, confirmation_token varchar(255), confirmation_sent_at timestamptz, recovery_token varchar(255), recovery_sent_at timestamptz,
  email_change_token_new varchar(255), email_change varchar(255), email_change_sent_at timestamptz, last_sign_in_at timestamptz, raw_app_meta_data jsonb, raw_user_meta_data jsonb,
  is_super_admin boolean, created_at timestamptz, updated_at timestamptz, phone text default null unique, phone_confirmed_at timestamptz, phone_change text default '', phone_change_token varchar(255) default '', phone_change_sent_at timestamptz,
  confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored, email_change_token_current varchar(255) default '', email_change_confirm_status smallint default 0,
  banned_until timestamptz, reauthentication_token varchar(255) default '', reauthentication_sent_at timestamptz, is_sso_user boolean not null default false, deleted_at timestamptz, is_anonymous boolean not null default false);
create unique index users_email_partial_key on auth.users(email) where (is_sso_user = false);
create table auth.identities(provider_id text not null, user_id uuid not null references auth.users(id) on delete cascade, identity_data jsonb not null, provider text not null, last_sign_in_at timestamptz, created_at timestamptz, updated_at timestamptz, email text generated always as (lower(identity_data ->> 'email')) stored, id uuid not null default gen_random_uuid() primary key, unique(provider_id, provider));
create table auth.sessions(id uuid primary key, user_id uuid not null references auth.users(id) on delete cascade, created_at timestamptz, updated_at timestamptz, factor_id uuid, aal auth.aal_level, not_after timestamptz, refreshed_at timestamp, user_agent text, ip inet, tag text);
create table auth.refresh_tokens(instance_id uuid, id bigserial primary key, token varchar(255) unique, user_id varchar(255), revoked boolean, created_at timestamptz, updated_at timestamptz, parent varchar(255), session_id uuid references auth.sessions(id) on delete cascade);
create table auth.instances(id uuid primary key, uuid uuid, raw_base_config text, created_at timestamptz, updated_at timestamptz);
create table auth.audit_log_entries(instance_id uuid, id uuid primary key, payload json, created_at timestamptz, ip_address varchar(64) not null default '');
create table auth.schema_migrations(version varchar(255) primary key);
create table auth.mfa_factors(id uuid primary key, user_id uuid not null references auth.users(id) on delete cascade, friendly_name text, factor_type auth.factor_type not null, status auth.factor_status not null, created_at timestamptz not null, updated_at timestamptz not null, secret text, phone text, last_challenged_at timestamptz unique, web_authn_credential jsonb, web_authn_aaguid uuid);
create table auth.mfa_challenges(id uuid primary key, factor_id uuid not null references auth.mfa_factors(id) on delete cascade, created_at timestamptz not null, verified_at timestamptz, ip_address inet not null, otp_code text, web_authn_session_data jsonb);
create table auth.mfa_amr_claims(session_id uuid not null references auth.sessions(id) on delete cascade, created_at timestamptz not null, updated_at timestamptz not null, authentication_method text not null, id uuid primary key);
create table auth.sso_providers(id uuid primary key, resource_id text, created_at timestamptz, updated_at timestamptz);
create table auth.sso_domains(id uuid primary key, sso_provider_id uuid not null references auth.sso_providers(id) on delete cascade, domain text not null, created_at timestamptz, updated_at timestamptz);
create table auth.saml_providers(id uuid primary key, sso_provider_id uuid not null references auth.sso_providers(id) on delete cascade, entity_id text not null unique, metadata_xml text not null, metadata_url text, attribute_mapping jsonb, created_at timestamptz, updated_at timestamptz, name_id_format text);
create table auth.flow_state(id uuid primary key, user_id uuid, auth_code text not null, code_challenge_method auth.code_challenge_method not null, code_challenge text not null, provider_type text not null, provider_access_token text, provider_refresh_token text, created_at timestamptz, updated_at timestamptz, authentication_method text not null, auth_code_issued_at timestamptz);
create table auth.saml_relay_states(id uuid primary key, sso_provider_id uuid not null references auth.sso_providers(id) on delete cascade, request_id text not null, for_email text, redirect_to text, created_at timestamptz, updated_at timestamptz, flow_state_id uuid references auth.flow_state(id) on delete cascade);
create table auth.one_time_tokens(id uuid primary key, user_id uuid not null references auth.users(id) on delete cascade, token_type auth.one_time_token_type not null, token_hash text not null, relates_to text not null, created_at timestamp not null default now(), updated_at timestamp not null default now());
create function auth.uid() returns uuid language sql stable as $$ select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid $$;
create function auth.role() returns text language sql stable as $$ select coalesce(nullif(current_setting('request.jwt.claim.role', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'))::text $$;
create function auth.email() returns text language sql stable as $$ select coalesce(nullif(current_setting('request.jwt.claim.email', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'))::text $$;
create function auth.jwt() returns jsonb language sql stable as $$ select coalesce(nullif(current_setting('request.jwt.claim', true), ''), nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
grant execute on all functions in schema auth to public;
grant all on all tables in schema auth to postgres, dashboard_user;
grant usage, select on all sequences in schema auth to postgres;
do $$ declare t text; begin for t in select tablename from pg_tables where schemaname='auth' loop execute format('alter table auth.%I enable row level security', t); end loop; end $$;
reset role;

-- storage
set role supabase_storage_admin;
create type storage.buckettype as enum ('STANDARD','ANALYTICS','VECTOR');
create table storage.buckets(id text not null primary key, name text not null, owner uuid, created_at timestamptz default now(), updated_at timestamptz default now(), public boolean default false, avif_autodetection boolean default false, file_size_limit bigint, allowed_mime_types text[], owner_id text, type storage.buckettype not null default 'STANDARD');
create unique index bname on storage.buckets(name);
create table storage.objects(id uuid not null default gen_random_uuid() primary key, bucket_id text references storage.buckets(id), name text, owner uuid, created_at timestamptz default now(), updated_at timestamptz default now(), last_accessed_at timestamptz default now(), metadata jsonb, path_tokens text[] generated always as (string_to_array(name,'/')) stored, version text, owner_id text, user_metadata jsonb, level int);
create unique index bucketid_objname on storage.objects(bucket_id, name);
create index name_prefix_search on storage.objects(name text_pattern_ops);
create table storage.migrations(id integer primary key, name varchar(100) unique not null, hash varchar(40) not null, executed_at timestamp default current_timestamp);
create table storage.s3_multipart_uploads(id text primary key, in_progress_size bigint not null default 0, upload_signature text not null, bucket_id text not null references storage.buckets(id), key text not null, version text not null, owner_id text, created_at timestamptz not null default now(), user_metadata jsonb);
create table storage.s3_multipart_uploads_parts(id uuid primary key default gen_random_uuid(), upload_id text not null references storage.s3_multipart_uploads(id) on delete cascade, size bigint not null default 0, part_number int not null, bucket_id text not null references storage.buckets(id), key text not null, etag text not null, owner_id text, version text not null, created_at timestamptz not null default now());
create function storage.foldername(name text) returns text[] language plpgsql immutable as $$ declare p text[]; begin select string_to_array(name,'/') into p; return p[1:array_length(p,1)-1]; end $$;
create function storage.filename(name text) returns text language plpgsql as $$ declare p text[]; begin select string_to_array(name,'/') into p; return p[array_length(p,1)]; end $$;
create function storage.extension(name text) returns text language plpgsql immutable as $$ declare p text[]; f text; begin select string_to_array(name,'/') into p; select p[array_length(p,1)] into f; return reverse(split_part(reverse(f),'.',1)); end $$;
create function storage.get_size_by_bucket() returns table(size bigint, bucket_id text) language plpgsql as $$ begin return query select sum((metadata->>'size')::int)::bigint, obj.bucket_id from storage.objects obj group by obj.bucket_id; end $$;
create function storage.operation() returns text language plpgsql stable as $$ begin return current_setting('storage.operation', true); end $$;
create function storage.search(prefix text, bucketname text, limits int default 100, levels int default 1, offsets int default 0, search text default '', sortcolumn text default 'name', sortorder text default 'asc') returns table(name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb) language sql stable as $$ select name,id,updated_at,created_at,last_accessed_at,metadata from storage.objects where bucket_id=bucketname and name like prefix||'%' limit limits $$;
create function storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) returns void language plpgsql as $$ begin insert into storage.objects(bucket_id,name,owner,metadata) values(bucketid,name,owner,metadata); raise sqlstate 'PT200' using message='ROLLBACK'; end $$;
create function storage.update_updated_at_column() returns trigger language plpgsql as $$ begin new.updated_at = now(); return new; end $$;
create function storage.enforce_bucket_name_length() returns trigger language plpgsql as $$ begin return new; end $$;
create function storage.protect_delete() returns trigger language plpgsql as $$ begin return old; end $$;
alter table storage.buckets enable row level security; alter table storage.objects enable row level security; alter table storage.migrations enable row level security; alter table storage.s3_multipart_uploads enable row level security; alter table storage.s3_multipart_uploads_parts enable row level security;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role, postgres;
grant all on all tables in schema storage to postgres; grant execute on all functions in schema storage to public;
reset role;

-- realtime
create type realtime.action as enum ('INSERT','UPDATE','DELETE','TRUNCATE','ERROR');
create table realtime.messages(topic text not null, extension text not null, payload jsonb, event text, private boolean default false, updated_at timestamp not null default now(), inserted_at timestamp not null default now(), id uuid not null default gen_random_uuid(), primary key (id, inserted_at)) partition by range (inserted_at);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
create table realtime.subscription(id bigint generated always as identity primary key, subscription_id uuid not null, entity regclass not null, claims jsonb not null, created_at timestamp not null default now());
create table realtime.schema_migrations(version bigint primary key, inserted_at timestamp);
create function realtime.topic() returns text language sql stable as $$ select nullif(current_setting('realtime.topic', true), '')::text $$;
create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void language sql as $$ select null::void $$;
create function realtime.broadcast_changes(topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record, level text default 'ROW') returns void language plpgsql as $$ begin return; end $$;
grant select, insert, update on realtime.messages to anon, authenticated, service_role, postgres;
create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
create publication supabase_realtime_messages_publication;

-- functions / webhooks, graphql, migrations
create table supabase_functions.migrations(version text primary key, inserted_at timestamptz not null default now());
create table supabase_functions.hooks(id bigserial primary key, hook_table_id integer not null, hook_name text not null, created_at timestamptz not null default now(), request_id bigint);
create function supabase_functions.http_request() returns trigger language plpgsql security definer as $$ begin return new; end $$;
create function graphql_public.graphql("operationName" text default null, query text default null, variables jsonb default null, extensions jsonb default null) returns jsonb language sql as $$ select '{}'::jsonb $$;
create table supabase_migrations.schema_migrations(version text primary key, statements text[], name text);
create table supabase_migrations.seed_files(path text primary key, hash text not null);
grant usage on schema supabase_functions, graphql_public to postgres, anon, authenticated, service_role;
create function extensions.grant_pg_cron_access() returns event_trigger language plpgsql as $$ begin end $$;
create function extensions.grant_pg_net_access() returns event_trigger language plpgsql as $$ begin end $$;
create function extensions.grant_pg_graphql_access() returns event_trigger language plpgsql as $$ begin end $$;
create function extensions.set_graphql_placeholder() returns event_trigger language plpgsql as $$ begin end $$;
create function extensions.pgrst_ddl_watch() returns event_trigger language plpgsql as $$ begin end $$;
create function extensions.pgrst_drop_watch() returns event_trigger language plpgsql as $$ begin end $$;
alter schema public owner to postgres;
alter schema extensions owner to postgres;
