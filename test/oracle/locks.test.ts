import { afterAll, beforeAll, expect, test } from 'vitest';
import { replay } from '@tenantlint/engine';
import { atLeast, LOCK_MODES, locksOf, type Lock, type LockMode, type SchemaEvent, type Timeline } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';
import { BASE, EXAMPLES } from '../peers-examples.ts';
import { openPglite, openServer, type Database } from './pg-database.ts';
import { historyOf, stepOf } from './pg-differences.ts';

/** Tables in use: each has rows, so that what reads or writes them has something to do. */
const SETUP = `
create schema storage;
create domain percent as integer;
create domain share as integer check (value >= 0);
create domain part as integer;
create domain small_part as part;
alter domain part add constraint part_range check (value < 1000) not valid;
create type mood as enum ('good', 'bad');
create table customers (id bigint primary key, email text, share percent);
create table orders (id integer primary key, customer_id bigint references customers (id), amount numeric(10, 2), code varchar(20), note text, at timestamptz default now(), open boolean not null default true);
create index orders_note_idx on orders (note);
create unique index orders_code_key on orders (code);
alter table orders add constraint amount_positive check (amount > 0) not valid;
alter table orders add constraint code_known check (code is not null);
create table lines (order_id integer, nr integer not null);
alter table lines add constraint lines_order_fk foreign key (order_id) references orders (id) not valid;
create unique index lines_pk on lines (nr);
create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create function spin() returns text language sql volatile as $$ select random()::text $$;
create function still() returns text language sql stable as $$ select 'x'::text $$;
create trigger orders_touch before update on orders for each row execute function touch();
create policy orders_all on orders using (true);
create view open_orders as select open from orders where open;
create materialized view totals as select open, count(*) as total from orders group by open;
create unique index totals_key on totals (open);
create table messages (id bigint, sent_at timestamptz not null) partition by range (sent_at);
create table messages_2023 partition of messages for values from ('2023-01-01') to ('2024-01-01');
create table messages_2024 (id bigint, sent_at timestamptz not null);
create table messages_2025 (id bigint, sent_at timestamptz not null check (sent_at >= '2025-01-01' and sent_at < '2026-01-01'));
create table parents (id bigint, part small_part);
create table children (id bigint, part small_part);
create publication changes;
insert into customers values (1, 'a@b.c', 1);
insert into orders values (1, 1, 2, 'x', 'n', now(), true);
insert into lines values (1, 1);
insert into messages_2024 values (1, '2024-05-05');
`;

/** Statements that tools and people write in migrations. What cannot run in a transaction cannot be watched like this. */
const STATEMENTS = [
  'alter table orders add column fax text',
  "alter table orders add column fax text not null default 'none'",
  'alter table orders add column fax timestamptz default now()',
  'alter table orders add column fax uuid default gen_random_uuid()',
  'alter table orders add column fax text default spin()',
  'alter table orders add column fax text default still()',
  'alter table orders add column fax bigserial',
  'alter table orders add column fax bigint generated always as identity',
  'alter table orders add column fax numeric generated always as (amount * 2) stored',
  'alter table orders add column fax bigint references customers (id)',
  'alter table orders add column fax text unique',
  "alter table orders add column fax text check (fax <> '')",
  'alter table orders add column fax percent',
  'alter table orders add column fax share',
  "alter table orders add column fax mood default 'good'",
  "alter table orders add column fax text default lower('X') || current_user",
  'alter table orders add column a text, add column b text not null default random()::text',
  'alter table orders drop column note',
  'alter table orders drop column customer_id',
  'alter table customers alter column id type numeric(20)',
  'alter table orders alter column customer_id type integer',
  'alter table lines alter column nr type bigint',
  'alter table orders alter column code type varchar(40)',
  'alter table orders alter column code type text',
  'alter table orders alter column code type varchar(10)',
  "alter table orders alter column note type varchar using note || ''",
  'alter table orders alter column note type varchar using note::varchar',
  'alter table children alter column id type numeric',
  'alter table orders alter column at type timestamp(3) with time zone',
  'alter table customers alter column share type integer',
  'alter table customers alter column share type bigint',
  'alter table orders alter column note set not null',
  'alter table orders alter column code set not null',
  'alter table orders alter column open drop not null',
  "alter table orders alter column note set default 'x'",
  'alter table orders alter column note drop default',
  'alter table orders alter column note set statistics 500',
  'alter table orders alter column note set storage external',
  'alter table orders alter column note set (n_distinct = 5)',
  'alter table orders add constraint c check (amount < 1000)',
  'alter table orders add constraint c check (amount < 1000) not valid',
  'alter table lines add constraint c foreign key (order_id) references orders (id)',
  'alter table lines add constraint c foreign key (order_id) references orders (id) not valid',
  'alter table lines validate constraint lines_order_fk',
  'alter table orders validate constraint amount_positive',
  'alter table orders add constraint c unique (note)',
  'alter table orders add constraint orders_code_key unique using index orders_code_key',
  'alter table lines add primary key (nr)',
  'alter table lines add constraint lines_pk primary key using index lines_pk',
  'alter table orders add constraint c exclude using btree (note with =)',
  'alter table orders drop constraint amount_positive',
  'alter table lines drop constraint lines_order_fk',
  'alter table orders rename column note to remark',
  'alter table orders rename constraint amount_positive to positive',
  'alter table orders rename to purchases',
  'alter table orders set schema storage',
  'alter table orders enable row level security',
  'alter table orders force row level security',
  'alter table orders disable trigger orders_touch',
  'alter table orders enable trigger all',
  'alter table orders set (fillfactor = 70)',
  'alter table orders set (autovacuum_enabled = false)',
  'alter table orders reset (fillfactor)',
  'alter table children set unlogged',
  'alter table orders cluster on orders_pkey',
  'alter table orders replica identity full',
  'alter table orders owner to postgres',
  'alter table children inherit parents',
  "alter table messages attach partition messages_2024 for values from ('2024-01-01') to ('2025-01-01')",
  "alter table messages attach partition messages_2025 for values from ('2025-01-01') to ('2026-01-01')",
  'alter table messages detach partition messages_2023',
  "create table messages_2022 partition of messages for values from ('2022-01-01') to ('2023-01-01')",
  'create table more (id bigint references customers (id), order_id integer references orders (id))',
  'create table more (note text) inherits (parents)',
  'create table more (like orders including all)',
  'create index on orders (amount)',
  'create unique index on lines (order_id, nr)',
  'drop index orders_note_idx',
  'alter index orders_note_idx rename to notes_idx',
  'create policy p on orders using (true)',
  'alter policy orders_all on orders using (false)',
  'drop policy orders_all on orders',
  'create trigger t before insert on orders for each row execute function touch()',
  'drop trigger orders_touch on orders',
  'create rule r as on insert to parents do instead nothing',
  'create or replace view open_orders as select open from orders where open and open is not null',
  'create view all_orders as select * from orders',
  'alter view open_orders set (security_invoker = true)',
  'drop view open_orders',
  'drop table lines',
  'drop table messages_2023',
  'drop table children, parents',
  'drop materialized view totals',
  'refresh materialized view totals',
  'refresh materialized view concurrently totals',
  'cluster orders using orders_pkey',
  'reindex table orders',
  'drop trigger if exists never on orders',
  'drop policy if exists never on orders',
  'drop index if exists never',
  'drop table if exists never',
  'alter table orders drop constraint if exists never',
  'alter table orders drop column if exists never',
  'alter table orders add column if not exists note text',
  'create index if not exists orders_note_idx on orders (note)',
  'create table if not exists lines (order_id integer references orders (id))',
  'create or replace trigger orders_touch before update on orders for each row execute function touch()',
  'truncate lines',
  'truncate orders cascade',
  'alter domain percent add constraint range check (value < 100)',
  'alter domain percent add constraint range check (value < 100) not valid',
  'alter domain part set not null',
  'alter domain part validate constraint part_range',
  'alter domain share set default 0',
  'update orders set note = null',
  'delete from lines',
  "insert into customers values (2, 'x', 1)",
  "comment on table orders is 'x'",
  "comment on column orders.note is 'x'",
  "comment on index orders_note_idx is 'x'",
  'alter index orders_note_idx set (fillfactor = 70)',
  'lock table orders',
  'create statistics s on id, amount from orders',
  'grant select on orders to public',
  'alter publication changes add table orders',
  "alter type mood add value 'fine'",
  'analyze orders',
  'alter table orders add column fax text, alter column note set not null, add constraint c check (amount < 10) not valid',
  'do $$ begin alter table orders add column fax text; create index on lines (order_id); end $$',
];

/** Not understood by older servers. */
const SINCE_18 = ['alter table orders add constraint c not null note', 'alter table orders add constraint c not null note not valid'];

const WATCH = `do $$ begin perform set_config('watch.before', (select json_object_agg(c.oid, json_build_object('name', n.nspname || '.' || c.relname, 'file', pg_relation_filenode(c.oid), 'scans', pg_stat_get_xact_numscans(c.oid)))::text
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm')), true); end $$`;

const SEEN = `select json_build_object(
  'locks', (select coalesce(json_agg(json_build_object('relation', b.value ->> 'name', 'mode', l.mode)), '[]') from json_each(current_setting('watch.before')::json) b join pg_locks l on l.relation = b.key::oid where l.pid = pg_backend_pid() and l.locktype = 'relation'),
  'written', (select coalesce(json_agg(b.value ->> 'name' order by b.value ->> 'name'), '[]') from json_each(current_setting('watch.before')::json) b join pg_class c on c.oid = b.key::oid where pg_relation_filenode(c.oid) is distinct from (b.value ->> 'file')::oid),
  'read', (select coalesce(json_agg(b.value ->> 'name' order by b.value ->> 'name'), '[]') from json_each(current_setting('watch.before')::json) b where pg_stat_get_xact_numscans(b.key::oid) > (b.value ->> 'scans')::bigint))`;

interface Seen {
  readonly locks: readonly { readonly relation: string; readonly mode: string }[];
  readonly written: readonly string[];
  /** Tables that were read from end to end. */
  readonly read: readonly string[];
}

const sql = createSqlParser();
const read = (text: string) => sql.file({ path: 'x.sql', text }).events;
let servers: { readonly db: Database; readonly version: number }[] = [];

beforeAll(async () => {
  const installed = await openServer();
  const all = [...(installed ? [installed] : []), await openPglite()];
  servers = await Promise.all(all.map(async (db) => {
    const { answers } = await db.perform('', [], ["select json_build_object('version', current_setting('server_version_num')::integer / 10000)"]);
    return { db, version: (asJson(answers[0]) as { version: number }).version };
  }));
});
afterAll(() => Promise.all(servers.map(({ db }) => db.close())));

const STRONG: LockMode = 'ROW EXCLUSIVE';
const modeOf = (name: string): LockMode => LOCK_MODES.find((mode) => mode.replaceAll(' ', '') === name.replace(/Lock$/, '').toUpperCase()) ?? 'ACCESS SHARE';

function strongest(locks: readonly { readonly relation: string; readonly mode: LockMode }[]): Record<string, LockMode> {
  const found: Record<string, LockMode> = {};
  for (const { relation, mode } of [...locks].sort((a, b) => (a.relation < b.relation ? -1 : 1))) if (atLeast(mode, STRONG) && atLeast(mode, found[relation] ?? STRONG)) found[relation] = mode;
  return found;
}

/** What the shared table says of a statement. */
function predicted(setup: readonly SchemaEvent[], statement: string, version: number): readonly Lock[] {
  const timeline: Timeline = replay([historyOf([stepOf('setup.sql', setup, true), stepOf('pending.sql', read(statement), true)])], sql, { watch: (step) => step.file === 'pending.sql' });
  return timeline.executions(1).flatMap((execution) => locksOf(execution, { postgres: version, schema: timeline.at(0) }));
}

/** Examples of other linters' checks, as far as they can be watched in one transaction. */
const WATCHED = [...new Set(Object.values(EXAMPLES).flatMap((checks) => Object.values(checks)))].filter((s) => !/^begin|concurrently|vacuum|database|^set /.test(s) && !s.startsWith('-- Postgres') && s !== EXAMPLES['squawk']?.['ban-duplicate-column-assignments']).sort();

test.each([
  { of: 'statements of all kinds', setup: SETUP, statements: STATEMENTS, since18: SINCE_18 },
  { of: 'examples of other linters', setup: BASE, statements: WATCHED, since18: [] },
])('the locks, scans and rewrites that rules tell of are those of Postgres: $of', async ({ setup, statements: all, since18 }) => {
  const wrong: string[] = [];
  const events = read(setup);
  for (const { db, version } of servers) {
    const statements = version >= 18 ? [...all, ...since18] : all;
    const { answers } = await db.perform(setup, [], statements.map((s) => `rollback; begin; ${WATCH}; ${s.replace(/;$/, '')}; ${SEEN}`));
    statements.forEach((statement, i) => {
      const seen = asJson(answers[i]) as Seen;
      const locks = predicted(events, statement, version);
      const differ = (what: string, real: unknown, ours: unknown) => void (JSON.stringify(real) !== JSON.stringify(ours) && wrong.push(`${statement}: Postgres ${version} ${what} ${JSON.stringify(real)}, we say ${JSON.stringify(ours)}`));
      differ('takes', strongest(seen.locks.map((l) => ({ relation: l.relation, mode: modeOf(l.mode) }))), strongest(locks));
      const worked = (...kinds: readonly Lock['work'][]) => [...new Set(locks.filter((l) => kinds.includes(l.work)).map((l) => l.relation))].sort();
      // Refreshing alongside compares row by row; TRUNCATE starts a new file for other reasons.
      if (!/concurrently|truncate/.test(statement)) differ('writes anew', seen.written, worked('rewrite'));
      const known = new Set(locks.map((l) => l.relation));
      // Rows of the table that a foreign key refers to are looked up in whatever way is cheapest, and changed rows are found so.
      const told = (work: Lock['work']) => work === 'scan' || work === 'build' || work === 'rewrite';
      const open = (name: string) => locks.some((l) => l.relation === name && (l.work === 'rows' || (l.work === 'none' && /foreign key|validate/.test(statement))));
      if (!/truncate/.test(statement)) differ('reads', seen.read.filter((name) => known.has(name) && !open(name)), [...new Set(locks.filter((l) => told(l.work)).map((l) => l.relation))].sort());
    });
  }
  expect(wrong).toEqual([]);
});

/** psql gives text, PGlite the value. */
function asJson(answer: unknown): unknown {
  return typeof answer === 'string' ? (JSON.parse(answer) as unknown) : answer;
}
