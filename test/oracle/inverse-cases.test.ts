import { afterAll, beforeAll, expect, test } from 'vitest';
import { propose, replay } from '@tenantlint/engine';
import { createSqlParser } from '@tenantlint/readers/sql';
import { readCatalog, sameCatalog } from './pg-catalog.ts';
import { openPglite, openServer, type Database } from './pg-database.ts';
import { historyOf, stepOf } from './pg-differences.ts';

const sql = createSqlParser();
let db: Database;
beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});
afterAll(() => db.close());

const BASE = `
create role app;
create schema private;
create type mood as enum ('sad', 'happy');
create domain email as text constraint email_at check (value like '%@%');
create table orgs (id serial primary key, name text not null default 'x', "Mixed Case" int);
create table notes (
  id bigint generated always as identity primary key,
  org_id int not null references orgs (id) on delete cascade,
  title varchar(80), body text, mood mood default 'sad', mail email,
  words int generated always as (length(coalesce(body, ''))) stored,
  created_at timestamptz not null default now(),
  unique (org_id, title), check (title <> '')
);
comment on column notes.title is 'It''s shown';
create index notes_recent on notes (org_id, created_at desc) include (title) where body is not null;
create index notes_lower on notes using btree (lower(title) text_pattern_ops);
create function private.touch() returns trigger language plpgsql security definer set search_path = '' as $$ begin new.created_at := now(); return new; end $$;
revoke execute on function private.touch() from public;
create function private.count_notes(org int, out n bigint) language sql stable as $$ select count(*) from public.notes where org_id = org $$;
create trigger touch before insert or update of title, body on notes for each row when (new.title is not null) execute function private.touch();
create trigger audit after delete on notes for each row execute function private.touch('a', 'b''c');
alter table notes enable row level security;
alter table notes force row level security;
create policy own on notes to app using (org_id = current_setting('app.org', true)::int) with check (org_id = current_setting('app.org', true)::int and mood in ('sad', 'happy'));
create policy no_sad on notes as restrictive for delete using (mood <> 'sad');
grant select, insert (title, body) on notes to app;
grant usage on schema private to app;
create view recent with (security_invoker = true) as select id, title from notes where created_at > now() - interval '1 day' order by created_at desc;
create materialized view totals as select org_id, count(*) as n from notes group by org_id;
create unique index totals_org on totals (org_id);
comment on view recent is 'of today';
grant select on recent to app;
create sequence invoice_no;
grant usage on sequence invoice_no to app;
create publication feed for table notes;
`;
/** What only some steps touch. */
const MORE = `create table events (id int not null, at date not null, org_id int references orgs (id), primary key (id, at)) partition by range (at);
create index events_org on events (org_id);
create trigger seen before insert on events for each row execute function private.touch();
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_rest partition of events default;
create table events_old (id int not null, at date not null, org_id int);
grant select on events_2024 to app;
create table codes (a int, b int, c int, constraint codes_a unique (a) deferrable initially deferred, constraint codes_b unique nulls not distinct (b), constraint codes_c foreign key (c) references orgs (id) deferrable initially deferred);
create foreign data wrapper elsewhere;
create server far foreign data wrapper elsewhere;
create foreign table remote (id int not null, name text) server far options (table_name 'there', "Mode" 'x''y');
`;
/** What the comparison of catalogs leaves out: when constraints are checked, and the bounds of partitions. */
const REST = `select coalesce(json_agg(line order by line), '[]'::json) from (
  select conname || ' ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) as line from pg_constraint where conrelid <> 0 and connamespace = 'public'::regnamespace and contype <> 'n'
  union all select relname || ' ' || pg_get_expr(relpartbound, oid) from pg_class where relispartition and relnamespace = 'public'::regnamespace
  union all select ftrelid::regclass || ' ' || ftoptions::text from pg_foreign_table) lines`;

/** Steps, each undone on its own. */
const STEPS: readonly string[] = [
  'drop table notes cascade;',
  'drop view recent; drop materialized view totals;',
  'alter table notes rename to remarks; alter table remarks rename column title to heading; alter index notes_recent rename to remarks_recent; alter policy own on remarks rename to mine;',
  'alter table notes rename to notes_old; create table notes (id int primary key);',
  'alter table notes drop column title cascade;',
  'alter table notes drop column body cascade;',
  'alter table notes disable row level security; alter table notes no force row level security; drop policy own on notes; drop policy no_sad on notes;',
  'alter policy own on notes to public using (true) with check (true);',
  'alter table orgs alter column name type varchar(10), alter column name drop not null, alter column name drop default;',
  'alter table orgs alter column "Mixed Case" type text using "Mixed Case"::text, alter column "Mixed Case" set default \'none\', alter column "Mixed Case" set not null;',
  'alter table notes alter column id drop identity; alter table notes drop constraint notes_pkey; alter table notes drop constraint notes_org_id_fkey; alter table notes drop constraint notes_title_check;',
  'create or replace function private.touch() returns trigger language plpgsql as $$ begin return null; end $$; grant execute on function private.touch() to app;',
  'drop trigger touch on notes; drop trigger audit on notes; drop function private.touch();',
  'drop function private.count_notes(int);',
  'alter type mood rename value \'sad\' to \'blue\'; alter type mood rename to feeling;',
  'alter table notes alter column mood drop default; alter table notes drop column mood cascade; drop type mood;',
  'alter table notes drop column mail; drop domain email;',
  'revoke all on notes from app; grant all on notes to public; revoke usage on schema private from app; drop sequence invoice_no;',
  'alter table notes set schema private;',
  'create view wide as select * from notes; create view wider as select * from wide; create table a (id int primary key, b int); create table b (id int primary key, a int references a (id)); alter table a add foreign key (b) references b (id);',
  'create or replace view recent with (security_invoker = false) as select id, title, body from notes;',
  'alter view recent reset (security_invoker);',
  'drop publication feed; create publication feed for table orgs;',
  'alter publication feed add table orgs;',
  'drop index notes_recent; drop index notes_lower; create index notes_recent on notes (created_at);',
  'alter table notes disable trigger touch; alter table orgs add constraint named check (name <> \'\') not valid;',
  'alter default privileges in schema public grant select on tables to app; create table later (id int);',
  'create function helper() returns boolean language sql stable as $$ select true $$; create policy helped on notes for select using (helper()); alter table orgs add column h boolean default helper();',
  'create table parts (id int, at date) partition by range (at); create table parts_1 partition of parts for values from (\'2024-01-01\') to (\'2025-01-01\');',
  'alter table notes alter column words drop expression;',
  'drop table orgs cascade;',
  'drop function private.count_notes(int); create function private.count_notes(organization int, out n int) language sql stable as $$ select 1 $$; comment on function private.count_notes(int) is \'one\';',
  'alter table notes drop constraint notes_pkey; alter table notes add column key uuid default gen_random_uuid() primary key;',
  'alter table orgs add constraint orgs_name_key unique (name); create table named (org text references orgs (name)); create unique index orgs_mixed on orgs ("Mixed Case"); create table mixed (m int references orgs ("Mixed Case"));',
  'alter table notes set (autovacuum_vacuum_scale_factor = 0.02); alter role app noinherit; alter role app set statement_timeout = \'3s\';',
  'alter table notes alter column mood drop default; drop policy own on notes; drop policy no_sad on notes; alter type mood rename to mood_old; create type mood as enum (\'happy\'); alter table notes alter column mood type mood using mood::text::mood; drop type mood_old;',
  'create table limits (id int primary key); create or replace view recent with (security_invoker = true) as select id, title from notes where id in (select id from limits); comment on view recent is null;',
  'create table loop_a (id int primary key); create function rows_of() returns setof loop_a language sql stable as $$ select * from loop_a $$; create table loop_b (id int primary key, at int default 1); alter table loop_b enable row level security; create policy p on loop_b using (exists (select 1 from rows_of()));',
  'create type size as (w int, h int); create domain positive as int check (value > 0); alter table orgs add column s size, add column p positive;',
];
const MORE_STEPS: readonly string[] = [
  'drop table events_2024; drop table events_rest;',
  'alter table events detach partition events_2024;',
  'alter table events attach partition events_old for values from (\'2020-01-01\') to (\'2021-01-01\');',
  'drop table events;',
  'drop table codes;',
  'alter table codes drop constraint codes_c; alter table codes drop constraint codes_a; alter table codes drop constraint codes_b; alter table codes add constraint codes_a unique (a);',
  'alter table codes alter constraint codes_c not deferrable;',
  'drop foreign table remote;',
];
/** What has no statement: said, and not written wrongly. */
const IMPOSSIBLE = [/drop expression/, /create type mood as enum/];

test.each([...STEPS.map((up) => [up, BASE] as const), ...MORE_STEPS.map((up) => [up, BASE + MORE] as const)])('%s', async (up, base) => {
  const files = [base, up].map((text, i) => ({ path: `${i}.sql`, text }));
  const histories = [historyOf(files.map((file) => stepOf(file.path, sql.file(file).events, true)))];
  const text = ({ file, start, end }: { file: string; start: number; end: number }) => files.find((f) => f.path === file)?.text.slice(start, end) ?? '';
  const timeline = replay(histories, sql);
  expect(timeline.doubts.map((d) => d.reason)).toEqual([]);
  const [proposal] = propose({ histories, timeline, parser: sql, replay: {}, text }, [1]);
  const statements = files.map((file) => [...new Map(sql.file(file).events.map((e) => [e.at.start, text(e.at)])).values()]);
  if (IMPOSSIBLE.some((pattern) => pattern.test(up))) return expect(proposal?.inverse.impossible.length).toBeGreaterThan(0);
  const before = await readCatalog(db, 'plain', statements[0] ?? [], [REST]);
  const after = await readCatalog(db, 'plain', [...statements.flat(), ...(proposal?.inverse.statements ?? [])], [REST]);
  expect(before.errors).toEqual([]);
  expect(after.errors, proposal?.sql).toEqual([]);
  expect(sameCatalog(after.catalog, before.catalog), proposal?.sql).toBe('');
  expect(proposal?.failures.map((f) => f.reason), proposal?.sql).toEqual([]);
  expect(proposal?.differences, proposal?.sql).toEqual([]);
});
