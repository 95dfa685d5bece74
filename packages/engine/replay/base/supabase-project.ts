/** Roles, schemas and default privileges with which a Supabase project starts. */
export const SUPABASE_PROJECT = `
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
create role supabase_admin superuser login replication bypassrls createdb createrole;
create role supabase_auth_admin noinherit createrole;
create role supabase_storage_admin noinherit createrole;
create role supabase_realtime_admin noinherit nologin;
create role supabase_functions_admin noinherit createrole;
create role supabase_replication_admin login replication;
create role supabase_read_only_user login bypassrls;
create role supabase_etl_admin login replication;
create role dashboard_user createdb createrole replication nologin;
create role pgbouncer login;
create role pgsodium_keyholder;
create role pgsodium_keyiduser;
create role pgsodium_keymaker;
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role, supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin to postgres;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
create schema if not exists extensions;
create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
create schema realtime authorization supabase_realtime_admin;
create schema _realtime;
create schema graphql;
create schema graphql_public;
create schema vault;
create schema pgbouncer;
create schema supabase_functions;
create schema pgsodium;
create schema pgtle;
create schema pgmq;
create schema supabase_migrations;
create extension "uuid-ossp" with schema extensions;
create extension pgcrypto with schema extensions;
create extension pg_stat_statements with schema extensions;
create extension pgjwt with schema extensions;
create extension pg_graphql with schema graphql;
create extension supabase_vault with schema vault;
grant usage, create on schema public to postgres, anon, authenticated, service_role;
revoke create on schema public from anon, authenticated, service_role;
grant usage on schema extensions, auth, storage, realtime, graphql, graphql_public to postgres, anon, authenticated, service_role;
grant all on schema auth, storage, extensions, realtime, vault, supabase_functions, supabase_migrations to postgres;
alter default privileges for role postgres in schema public grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public grant all on tables to postgres, anon, authenticated,
  service_role;
alter default privileges for role supabase_admin in schema public grant all on functions to postgres, anon, authenticated,
  service_role;
alter default privileges for role supabase_admin in schema public grant all on sequences to postgres, anon, authenticated,
  service_role;
alter default privileges for role postgres in schema storage grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema extensions grant all on functions to postgres with grant option;
`;
