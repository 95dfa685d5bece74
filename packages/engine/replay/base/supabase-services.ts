/** Storage, realtime and the other services of a Supabase project. */
export const SUPABASE_SERVICES = `
set role supabase_storage_admin;
create type storage.buckettype as enum ('STANDARD','ANALYTICS','VECTOR');
create table storage.buckets(id text not null primary key, name text not null, owner uuid,
  created_at timestamptz default now(), updated_at timestamptz default now(), public boolean default false,
  avif_autodetection boolean default false, file_size_limit bigint, allowed_mime_types text[], owner_id text,
  type storage.buckettype not null default 'STANDARD');
create unique index bname on storage.buckets(name);
create table storage.objects(id uuid not null default gen_random_uuid() primary key,
  bucket_id text references storage.buckets(id), name text, owner uuid, created_at timestamptz default now(),
  updated_at timestamptz default now(), last_accessed_at timestamptz default now(), metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name,'/')) stored, version text, owner_id text, user_metadata jsonb,
  level int);
create unique index bucketid_objname on storage.objects(bucket_id, name);
create index name_prefix_search on storage.objects(name text_pattern_ops);
create table storage.migrations(id integer primary key, name varchar(100) unique not null, hash varchar(40) not null,
  executed_at timestamp default current_timestamp);
create table storage.s3_multipart_uploads(id text primary key, in_progress_size bigint not null default 0,
  upload_signature text not null, bucket_id text not null references storage.buckets(id), key text not null,
  version text not null, owner_id text, created_at timestamptz not null default now(), user_metadata jsonb);
create table storage.s3_multipart_uploads_parts(id uuid primary key default gen_random_uuid(),
  upload_id text not null references storage.s3_multipart_uploads(id) on delete cascade, size bigint not null default 0,
  part_number int not null, bucket_id text not null references storage.buckets(id), key text not null, etag text not null,
  owner_id text, version text not null, created_at timestamptz not null default now());
create function storage.foldername(name text) returns text[] language plpgsql immutable as $$ begin end $$;
create function storage.filename(name text) returns text language plpgsql as $$ begin end $$;
create function storage.extension(name text) returns text language plpgsql immutable as $$ begin end $$;
create function storage.get_size_by_bucket() returns table(size bigint, bucket_id text) language plpgsql as $$ begin end $$;
create function storage.operation() returns text language plpgsql stable as $$ begin end $$;
create function storage.search(prefix text, bucketname text, limits int default 100, levels int default 1,
  offsets int default 0, search text default '', sortcolumn text default 'name',
  sortorder text default 'asc') returns table(name text, id uuid, updated_at timestamptz, created_at timestamptz,
  last_accessed_at timestamptz,
  metadata jsonb) language sql stable as $$ select name,id,updated_at,created_at,last_accessed_at,metadata from storage.objects where bucket_id=bucketname and name like prefix||'%' limit limits $$;
create function storage.can_insert_object(bucketid text, name text, owner uuid,
  metadata jsonb) returns void language plpgsql as $$ begin end $$;
create function storage.update_updated_at_column() returns trigger language plpgsql as $$ begin end $$;
create function storage.enforce_bucket_name_length() returns trigger language plpgsql as $$ begin end $$;
create function storage.protect_delete() returns trigger language plpgsql as $$ begin end $$;
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
alter table storage.migrations enable row level security;
alter table storage.s3_multipart_uploads enable row level security;
alter table storage.s3_multipart_uploads_parts enable row level security;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role, postgres;
grant all on all tables in schema storage to postgres;
grant execute on all functions in schema storage to public;
reset role;
create type realtime.action as enum ('INSERT','UPDATE','DELETE','TRUNCATE','ERROR');
create table realtime.messages(topic text not null, extension text not null, payload jsonb, event text,
  private boolean default false, updated_at timestamp not null default now(), inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(), primary key (id, inserted_at)) partition by range (inserted_at);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
create table realtime.subscription(id bigint generated always as identity primary key, subscription_id uuid not null,
  entity regclass not null, claims jsonb not null, created_at timestamp not null default now());
create table realtime.schema_migrations(version bigint primary key, inserted_at timestamp);
create function realtime.topic() returns text language sql stable as $$ select nullif(current_setting('realtime.topic', true),
  '')::text $$;
create function realtime.send(payload jsonb, event text, topic text,
  private boolean default true) returns void language sql as $$ select null::void $$;
create function realtime.broadcast_changes(topic_name text, event_name text, operation text, table_name text,
  table_schema text, new record, old record, level text default 'ROW') returns void language plpgsql as $$ begin end $$;
grant select, insert, update on realtime.messages to anon, authenticated, service_role, postgres;
create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
create publication supabase_realtime_messages_publication;
create table supabase_functions.migrations(version text primary key, inserted_at timestamptz not null default now());
create table supabase_functions.hooks(id bigserial primary key, hook_table_id integer not null, hook_name text not null,
  created_at timestamptz not null default now(), request_id bigint);
create function supabase_functions.http_request() returns trigger language plpgsql security definer as $$ begin end $$;
create function graphql_public.graphql("operationName" text default null, query text default null,
  variables jsonb default null, extensions jsonb default null) returns jsonb language sql as $$ select '{}'::jsonb $$;
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
`;
