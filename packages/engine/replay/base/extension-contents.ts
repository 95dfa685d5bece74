/**
 * What the commonly used extensions bring, as far as a schema can refer to it: types by name, functions by
 * signature, the tables and schemas of their own. Unqualified names go to the schema of the extension.
 * An extension that is not listed brings nothing that is known.
 */
export const EXTENSION_CONTENTS: Readonly<Record<string, { readonly types?: readonly string[]; readonly functions?: readonly string[]; readonly sql?: string }>> = {
  'uuid-ossp': {
    functions: ['uuid_nil() uuid', 'uuid_ns_dns() uuid', 'uuid_ns_url() uuid', 'uuid_generate_v1() uuid', 'uuid_generate_v1mc() uuid', 'uuid_generate_v3(uuid, text) uuid', 'uuid_generate_v4() uuid', 'uuid_generate_v5(uuid, text) uuid'],
  },
  pgcrypto: {
    functions: [
      'digest(text, text) bytea', 'digest(bytea, text) bytea', 'hmac(text, text, text) bytea', 'hmac(bytea, bytea, text) bytea', 'crypt(text, text) text', 'gen_salt(text) text',
      'gen_salt(text, integer) text', 'encrypt(bytea, bytea, text) bytea', 'decrypt(bytea, bytea, text) bytea', 'gen_random_bytes(integer) bytea',
      'pgp_sym_encrypt(text, text) bytea', 'pgp_sym_encrypt(text, text, text) bytea', 'pgp_sym_decrypt(bytea, text) text', 'pgp_sym_decrypt(bytea, text, text) text',
      'pgp_pub_encrypt(text, bytea) bytea', 'pgp_pub_decrypt(bytea, bytea) text', 'armor(bytea) text', 'dearmor(text) bytea',
    ],
  },
  citext: { types: ['citext'], functions: ['citext(character) citext', 'citext(boolean) citext', 'citext(inet) citext'] },
  vector: {
    types: ['vector', 'halfvec', 'sparsevec'],
    functions: ['cosine_distance(vector, vector) double precision', 'l2_distance(vector, vector) double precision', 'inner_product(vector, vector) double precision', 'vector_dims(vector) integer'],
  },
  pg_trgm: { types: ['gtrgm'], functions: ['similarity(text, text) real', 'word_similarity(text, text) real', 'strict_word_similarity(text, text) real', 'show_trgm(text) text[]'] },
  hstore: { types: ['hstore'], functions: ['hstore(text, text) hstore', 'hstore(record) hstore', 'akeys(hstore) text[]', 'avals(hstore) text[]'] },
  ltree: { types: ['ltree', 'lquery', 'ltxtquery'], functions: ['subpath(ltree, integer) ltree', 'subpath(ltree, integer, integer) ltree', 'nlevel(ltree) integer', 'text2ltree(text) ltree'] },
  intarray: { types: ['query_int'] },
  cube: { types: ['cube'] },
  isn: { types: ['ean13', 'isbn', 'isbn13', 'issn', 'upc'] },
  postgis: {
    types: ['geometry', 'geography', 'box2d', 'box3d', 'raster'],
    functions: [
      'st_makepoint(double precision, double precision) geometry', 'st_setsrid(geometry, integer) geometry', 'st_point(double precision, double precision) geometry',
      'st_distance(geography, geography) double precision', 'st_dwithin(geography, geography, double precision) boolean', 'st_x(geometry) double precision', 'st_y(geometry) double precision',
      'st_geogfromtext(text) geography', 'st_asgeojson(geometry) text',
    ],
  },
  unaccent: { functions: ['unaccent(text) text', 'unaccent(regdictionary, text) text'] },
  fuzzystrmatch: { functions: ['levenshtein(text, text) integer', 'soundex(text) text', 'metaphone(text, integer) text', 'dmetaphone(text) text', 'difference(text, text) integer'] },
  earthdistance: { functions: ['earth_distance(earth, earth) double precision', 'll_to_earth(double precision, double precision) earth'] },
  moddatetime: { functions: ['moddatetime() trigger'] },
  tablefunc: { functions: ['crosstab(text) setof record', 'crosstab(text, text) setof record'] },
  pgjwt: { functions: ['sign(json, text, text) text', 'url_encode(bytea) text', 'url_decode(text) bytea'] },
  pg_uuidv7: { functions: ['uuid_generate_v7() uuid'] },
  pg_net: {
    sql: `create schema if not exists net;
create function net.http_post(url text, body jsonb default '{}', params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000) returns bigint language sql as $$ select 1::bigint $$;
create function net.http_get(url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000) returns bigint language sql as $$ select 1::bigint $$;
create function net.http_delete(url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000) returns bigint language sql as $$ select 1::bigint $$;
create table net._http_response (id bigint, status_code int, content_type text, headers jsonb, content text, timed_out bool, error_msg text, created timestamptz not null default now());`,
  },
  pg_cron: {
    sql: `create schema if not exists cron;
create table cron.job (jobid bigserial primary key, schedule text not null, command text not null, nodename text not null, nodeport int not null, database text not null, username text not null, active boolean not null default true, jobname text);
create table cron.job_run_details (jobid bigint, runid bigserial primary key, job_pid int, database text, username text, command text, status text, return_message text, start_time timestamptz, end_time timestamptz);
create function cron.schedule(job_name text, schedule text, command text) returns bigint language c;
create function cron.schedule(schedule text, command text) returns bigint language c;
create function cron.unschedule(job_id bigint) returns boolean language c;
create function cron.unschedule(job_name text) returns boolean language c;`,
  },
  pg_stat_statements: { sql: 'create view pg_stat_statements as select null::oid as userid, null::text as query, null::bigint as calls;' },
  supabase_vault: {
    sql: `create table vault.secrets (id uuid primary key default gen_random_uuid(), name text, description text not null default '', secret text not null, key_id uuid, nonce bytea, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create view vault.decrypted_secrets as select id, name, description, secret, secret as decrypted_secret, key_id, nonce, created_at, updated_at from vault.secrets;
create function vault.create_secret(new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null) returns uuid language c;
create function vault.update_secret(secret_id uuid, new_secret text default null, new_name text default null, new_description text default null, new_key_id uuid default null) returns void language c;`,
  },
  http: {
    types: ['http_method', 'http_header', 'http_response', 'http_request'],
    functions: ['http(http_request) http_response', 'http_get(character varying) http_response', 'http_post(character varying, character varying, character varying) http_response'],
  },
  pgmq: {
    sql: `create schema if not exists pgmq;
create table pgmq.meta (queue_name varchar unique not null, is_partitioned boolean not null, is_unlogged boolean not null, created_at timestamptz not null default now());
create function pgmq.create(queue_name text) returns void language plpgsql as $$ begin
  execute format('create table if not exists pgmq.%I (msg_id bigint primary key generated always as identity, read_ct int default 0 not null, enqueued_at timestamptz default now() not null, vt timestamptz not null, message jsonb)', 'q_' || queue_name);
  execute format('create table if not exists pgmq.%I (msg_id bigint primary key, read_ct int default 0 not null, enqueued_at timestamptz default now() not null, archived_at timestamptz default now() not null, vt timestamptz not null, message jsonb)', 'a_' || queue_name);
end $$;
create function pgmq.send(queue_name text, msg jsonb) returns setof bigint language c;
create function pgmq.send(queue_name text, msg jsonb, delay integer) returns setof bigint language c;
create function pgmq.read(queue_name text, vt integer, qty integer) returns setof record language c;
create function pgmq.pop(queue_name text) returns setof record language c;
create function pgmq.delete(queue_name text, msg_id bigint) returns boolean language c;
create function pgmq.archive(queue_name text, msg_id bigint) returns boolean language c;
create function pgmq.drop_queue(queue_name text) returns boolean language plpgsql as $$ begin
  execute format('drop table if exists pgmq.%I, pgmq.%I', 'q_' || queue_name, 'a_' || queue_name);
  return true;
end $$;`,
  },
};
