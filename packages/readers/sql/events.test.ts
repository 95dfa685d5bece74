import { describe, expect, test } from 'vitest';
import type { SchemaEvent, Span } from '@tenantlint/model';
import { typeText } from '@tenantlint/model';
import { createSqlParser } from './index.ts';

const sql = createSqlParser();

function eventsOf(text: string): readonly SchemaEvent[] {
  const { events, unread } = sql.file({ path: 'a.sql', text });
  expect(unread).toEqual([]);
  return events;
}

function eventOf<K extends SchemaEvent['kind']>(text: string, kind: K): SchemaEvent & { kind: K } {
  const [event] = eventsOf(text);
  if (event?.kind !== kind) throw new Error(`${kind} expected, ${event?.kind} given`);
  return event as SchemaEvent & { kind: K };
}

/** The words that a place covers. */
function words(text: string, at: Span | undefined): string {
  return at === undefined ? '' : text.slice(at.start, at.end);
}

describe('tables', () => {
  test('columns with types, defaults and constraints, each at its place', () => {
    const text = `create unlogged table if not exists "Shop"."Örder" (
      id uuid primary key default gen_random_uuid(),
      tenant_id uuid not null references public.tenants (id) on delete cascade deferrable,
      "Total" numeric(12, 2) constraint positive check ("Total" > 0) not null,
      n bigint generated always as identity,
      twice int generated always as (n * 2) stored,
      name varchar(9) collate "C" unique nulls not distinct,
      constraint one unique (tenant_id, name) include (n),
      foreign key (n) references other,
      exclude using gist (room with =, during with &&) where (name is null)
    ) partition by range (n) with (fillfactor = 70)`;
    const event = eventOf(text, 'create-table');
    expect(event).toMatchObject({ name: { schema: 'Shop', name: 'Örder' }, temporary: false, ifNotExists: true, options: { fillfactor: '70' } });
    expect(words(text, event.name.at)).toBe('"Shop"."Örder"');
    expect(event.partitionBy).toEqual({ strategy: 'range', columns: ['n'] });
    expect(event.columns.map((column) => [column.name, typeText(column.type), column.notNull, words(text, column.at), words(text, column.typeAt)])).toEqual([
      ['id', 'uuid', false, 'id', 'uuid'],
      ['tenant_id', 'uuid', true, 'tenant_id', 'uuid'],
      ['Total', 'numeric(12,2)', true, '"Total"', 'numeric(12, 2)'],
      ['n', 'bigint', false, 'n', 'bigint'],
      ['twice', 'integer', false, 'twice', 'int'],
      ['name', 'character varying(9)', false, 'name', 'varchar(9)'],
    ]);
    const [id, tenant, total, n, twice, name] = event.columns;
    expect(words(text, id?.default?.at)).toBe('gen_random_uuid()');
    expect(id?.constraints).toMatchObject([{ kind: 'primary key', columns: ['id'] }]);
    expect(tenant?.constraints).toMatchObject([{
      kind: 'foreign key', columns: ['tenant_id'], references: { schema: 'public', name: 'tenants' }, referenced: ['id'],
      onDelete: 'cascade', onUpdate: 'no action', onDeleteStated: true, deferrable: true,
    }]);
    expect(words(text, tenant?.constraints[0]?.at)).toBe('references public.tenants (id) on delete cascade deferrable');
    expect(total?.constraints).toMatchObject([{ kind: 'check', name: 'positive' }]);
    expect(words(text, total?.constraints[0]?.at)).toBe('constraint positive check ("Total" > 0)');
    expect(n?.identity).toBe('always');
    expect(twice?.generated?.stored).toBe(true);
    expect(name).toMatchObject({ collation: 'C', constraints: [{ kind: 'unique', columns: ['name'], nullsNotDistinct: true }] });
    expect(event.constraints).toMatchObject([
      { kind: 'unique', name: 'one', columns: ['tenant_id', 'name'], include: ['n'] },
      { kind: 'foreign key', columns: ['n'], referenced: [], onDelete: 'no action', onDeleteStated: false },
      { kind: 'exclude', method: 'gist', keys: [{ column: 'room', operator: '=' }, { column: 'during', operator: '&&' }], where: { kind: 'is-null' } },
    ]);
    expect(words(text, event.constraints[0]?.at)).toBe('constraint one unique (tenant_id, name) include (n)');
  });

  test('LIKE, INHERITS, OF, partitions and foreign tables', () => {
    expect(eventOf('create table t (a int, like s.u including defaults including indexes, b int) inherits (p, q)', 'create-table')).toMatchObject({
      like: [{ source: { schema: 's', name: 'u' }, including: ['defaults', 'indexes'], after: 1 }], inherits: [{ name: 'p' }, { name: 'q' }],
    });
    expect(eventOf('create table t (like u including all)', 'create-table').like[0]?.including).toEqual(['all']);
    expect(eventOf('create table t partition of p for values from (1, minvalue) to (2, maxvalue) partition by list (lower(a))', 'create-table')).toMatchObject({
      partitionOf: { parent: { name: 'p' }, bound: 'for values from (1, minvalue) to (2, maxvalue)' }, partitionBy: { strategy: 'list', columns: ['lower(a)'] }, inherits: [],
    });
    expect(eventOf('create table t partition of p default', 'create-table').partitionOf?.bound).toBe('default');
    expect(eventOf("create table t partition of p for values in ('a', 'b')", 'create-table').partitionOf?.bound).toBe("for values in ('a', 'b')");
    expect(eventOf('create table t of s.y', 'create-table').ofType).toEqual({ schema: 's', name: 'y', mods: [], dims: 0 });
    expect(eventOf('create foreign table t (a int) server s', 'create-table').foreignServer).toBe('s');
    expect(eventOf('create temp table t ()', 'create-table').temporary).toBe(true);
  });

  test('tables and views made from queries', () => {
    const text = 'create table if not exists a.t (x) as select 1 as data with no data';
    const event = eventOf(text, 'create-table-as');
    expect(event).toMatchObject({ name: { schema: 'a', name: 't' }, ifNotExists: true, columns: ['x'] });
    expect(words(text, event.select.at)).toBe('select 1 as data');
    const plain = 'create table t as select 1 as data';
    expect(words(plain, eventOf(plain, 'create-table-as').select.at)).toBe('select 1 as data');
    expect(eventOf('select 1 into temp t', 'create-table-as')).toMatchObject({ name: { name: 't' }, temporary: true });
    expect(eventOf('create materialized view if not exists v with (fillfactor = 7) as select 1', 'create-view')).toMatchObject({ materialized: true, ifNotExists: true, options: { fillfactor: '7' } });
    const view = 'create or replace temp view v (a) with (security_invoker, security_barrier = off) as select 1 from t with cascaded check option';
    expect(eventOf(view, 'create-view')).toMatchObject({
      replace: true, temporary: true, columns: ['a'], options: { security_invoker: 'true', security_barrier: 'off' }, checkOption: 'cascaded',
    });
    expect(words(view, eventOf(view, 'create-view').select.at)).toBe('select 1 from t');
    expect(eventOf('create recursive view v (n) as select 1 union all select n + 1 from v', 'create-view').select).toMatchObject({
      recursive: true, with: [{ name: 'v', columns: ['n'], statement: { kind: 'select', set: { op: 'union', all: true } } }],
    });
  });

  test('types in the spelling of format_type', () => {
    const spelled = (type: string): string => typeText(eventOf(`create table t (a ${type})`, 'create-table').columns[0]?.type ?? { name: '', mods: [], dims: 0 });
    expect(['int', 'int8', 'float(3)', 'float', 'bool', 'char', 'char(3)', 'bpchar', '"char"', 'varchar', 'decimal(3)', 'timestamptz(3)', 'time', 'bit', 'bit varying(2)'].map(spelled)).toEqual([
      'integer', 'bigint', 'real', 'double precision', 'boolean', 'character(1)', 'character(3)', 'bpchar', '"char"', 'character varying', 'numeric(3)',
      'timestamp(3) with time zone', 'time without time zone', 'bit(1)', 'bit varying(2)',
    ]);
    expect(['text[]', 'int[3][]', 'pg_catalog.int4', 'public.int4', 'geometry(Point, 4326)', 'interval day to second(3)', 'interval(2)', 'serial', 'public."My Type"[]'].map(spelled)).toEqual([
      'text[]', 'integer[]', 'integer', 'public.int4', 'geometry(Point,4326)', 'interval day to second(3)', 'interval(2)', 'serial', 'public.My Type[]',
    ]);
  });
});

describe('alterations', () => {
  test('carry what changes, and the place of the column', () => {
    const text = `alter table only s.t
      add column if not exists a int, drop column if exists "B" cascade, alter c type text using c::text, alter column d drop default,
      add constraint u unique using index i, add primary key (a), add constraint f foreign key (a) references o (b) not valid,
      set (autovacuum_enabled = false), disable trigger g`;
    const { table, only, actions } = eventOf(text, 'alter-table');
    expect([table.schema, table.name, only]).toEqual(['s', 't', true]);
    expect(actions).toMatchObject([
      { do: 'add-column', ifNotExists: true, column: { name: 'a' } },
      { do: 'drop-column', column: 'B', ifExists: true, cascade: true },
      { do: 'set-type', column: 'c', type: { name: 'text' }, using: { kind: 'cast' } },
      { do: 'set-default', column: 'd' },
      { do: 'add-constraint', constraint: { kind: 'unique', name: 'u', usingIndex: 'i' } },
      { do: 'add-constraint', constraint: { kind: 'primary key', columns: ['a'] } },
      { do: 'add-constraint', constraint: { kind: 'foreign key', notValid: true } },
      { do: 'set-options', options: { autovacuum_enabled: 'false' } },
      { do: 'trigger-state', name: 'g', enabled: false },
    ]);
    const places = actions.map((action) => ('columnAt' in action ? words(text, action.columnAt) : undefined)).filter((place) => place !== undefined);
    expect(places).toEqual(['"B"', 'c', 'd']);
  });

  test('of views, indexes, types and sequences keep the word they were spelled with', () => {
    expect(eventOf('alter view v set (security_invoker = on)', 'alter-table')).toMatchObject({ object: 'view', only: false });
    expect(eventOf('alter index i attach partition j', 'alter-table')).toMatchObject({ object: 'index', actions: [{ do: 'attach-partition', bound: '' }] });
    expect(eventOf('alter table t detach partition s.p concurrently', 'alter-table').actions).toMatchObject([{ do: 'detach-partition', partition: { schema: 's', name: 'p' }, concurrently: true }]);
    expect(eventOf('alter type t alter attribute type type text cascade', 'alter-table')).toMatchObject({ object: 'type', actions: [{ do: 'set-type', column: 'type' }] });
    expect(eventOf('alter materialized view if exists v owner to r', 'alter-table')).toMatchObject({ object: 'materialized view', ifExists: true, actions: [{ do: 'owner', owner: 'r' }] });
  });

  test('renaming, moving and owning', () => {
    const text = 'alter table if exists s.t rename column "A" to b';
    const column = eventOf(text, 'rename');
    expect(column).toMatchObject({ object: 'column', name: { name: 'A' }, of: { schema: 's', name: 't' }, to: 'b', ifExists: true });
    expect(words(text, column.name.at)).toBe('"A"');
    expect(eventOf('alter table t rename a to b', 'rename')).toMatchObject({ object: 'column', name: { name: 'a' } });
    expect(eventOf('alter policy "P" on s.t rename to q', 'rename')).toMatchObject({ object: 'policy', name: { name: 'P' }, of: { schema: 's', name: 't' }, to: 'q' });
    expect(eventOf('alter function s.f(int, text[]) rename to g', 'rename')).toMatchObject({ object: 'function', name: { schema: 's', name: 'f', args: [{ name: 'integer' }, { name: 'text', dims: 1 }] } });
    expect(eventOf('alter domain s.d rename constraint a to b', 'rename')).toMatchObject({ object: 'domain constraint', name: { name: 'a' }, of: { schema: 's', name: 'd' } });
    expect(eventOf('alter type s.y rename to z', 'rename')).toMatchObject({ object: 'type', name: { schema: 's', name: 'y' } });
    expect(eventOf('alter schema a rename to b', 'rename')).toMatchObject({ object: 'schema', name: { name: 'a' } });
    expect(eventOf('alter materialized view s.v set schema x', 'set-schema')).toMatchObject({ object: 'materialized view', name: { schema: 's', name: 'v' }, schema: 'x' });
    expect(eventOf('alter extension e set schema x', 'set-schema')).toMatchObject({ object: 'extension', name: { name: 'e' } });
    expect(eventOf('alter schema a owner to current_user', 'set-owner')).toMatchObject({ object: 'schema', owner: 'current_user' });
  });

  test('dropping', () => {
    const text = 'drop function if exists s.f(int), "G" cascade';
    const functions = eventOf(text, 'drop');
    expect(functions).toMatchObject({ object: 'function', ifExists: true, cascade: true, names: [{ schema: 's', name: 'f', args: [{ name: 'integer' }] }, { name: 'G' }] });
    expect(functions.names[1]).not.toHaveProperty('args');
    expect(functions.names.map(({ at }) => words(text, at))).toEqual(['s.f', '"G"']);
    const policy = 'drop policy if exists "P p" on s.t';
    expect(eventOf(policy, 'drop')).toMatchObject({ object: 'policy', names: [{ name: 'P p' }], table: { schema: 's', name: 't' } });
    expect(words(policy, eventOf(policy, 'drop').table?.at)).toBe('s.t');
    expect(eventOf('drop index concurrently if exists i, s.j', 'drop')).toMatchObject({ object: 'index', concurrently: true, names: [{ name: 'i' }, { schema: 's', name: 'j' }] });
    expect(eventOf('drop materialized view v', 'drop')).toMatchObject({ object: 'materialized view', names: [{ name: 'v' }] });
    expect(eventOf('drop role a, b', 'drop')).toMatchObject({ object: 'role', names: [{ name: 'a' }, { name: 'b' }] });
    expect(eventOf('drop cast (int as text)', 'drop')).toMatchObject({ object: 'cast', names: [{ name: '(int as text)' }] });
    expect(eventOf('drop operator class c using btree', 'drop')).toMatchObject({ object: 'other', names: [{ name: 'c' }] });
    expect(eventOf('drop owned by a, b cascade', 'drop-owned')).toMatchObject({ roles: ['a', 'b'], cascade: true });
    expect(eventOf('reassign owned by a to b', 'drop-owned')).toMatchObject({ roles: ['a'], reassignTo: 'b' });
  });

  test('comments, with what they belong to', () => {
    const text = "comment on column s.t.c is 'x'";
    const event = eventOf(text, 'comment');
    expect(event).toMatchObject({ object: 'column', name: { name: 'c' }, of: { schema: 's', name: 't' }, text: 'x' });
    expect([words(text, event.name.at), words(text, event.of?.at)]).toEqual(['c', 's.t']);
    expect(eventOf('comment on function f(int) is null', 'comment')).toMatchObject({ object: 'function', text: null });
    expect(eventOf("comment on constraint c on domain d is 'x'", 'comment')).toMatchObject({ object: 'domain constraint', name: { name: 'c' }, of: { name: 'd' } });
  });
});

describe('policies, indexes, triggers', () => {
  test('a policy tells what was stated and what was not', () => {
    const text = 'create policy "P p" on s.t as restrictive for update to authenticated, public using (a) with check (b)';
    const policy = eventOf(text, 'create-policy');
    expect(policy).toMatchObject({ name: 'P p', table: { schema: 's', name: 't' }, command: 'update', permissive: false, roles: ['authenticated', 'public'], rolesStated: true });
    expect(words(text, policy.nameAt)).toBe('"P p"');
    expect(eventOf('create policy p on t', 'create-policy')).toMatchObject({ command: 'all', permissive: true, roles: ['public'], rolesStated: false });
    expect(eventOf('create policy p on t to public', 'create-policy').rolesStated).toBe(true);
    expect(eventOf('alter policy p on t to a using (x)', 'alter-policy')).toMatchObject({ roles: ['a'], using: { kind: 'column' } });
    expect(eventOf('alter policy p on t with check (x)', 'alter-policy')).not.toHaveProperty('roles');
  });

  test('an index, its keys and its place', () => {
    const text = 'create unique index concurrently if not exists "I" on only s.t using gin (a, lower(b) text_pattern_ops desc nulls last) include (c) nulls not distinct where a is null';
    const index = eventOf(text, 'create-index');
    expect(index).toMatchObject({
      name: 'I', unique: true, concurrently: true, ifNotExists: true, only: true, method: 'gin', include: ['c'], nullsNotDistinct: true, where: { kind: 'is-null' },
      keys: [{ column: 'a', descending: false }, { expr: { kind: 'call' }, opclass: 'text_pattern_ops', descending: true, nullsFirst: false }],
    });
    expect([words(text, index.nameAt), ...index.keys.map(({ at }) => words(text, at))]).toEqual(['"I"', 'a', 'lower(b) text_pattern_ops desc nulls last']);
    const unnamed = 'create index concurrently on t (a)';
    expect(words(unnamed, eventOf(unnamed, 'create-index').nameAt)).toBe('index');
  });

  test('a trigger and a rule', () => {
    const text = "create or replace constraint trigger \"G\" after insert or update of a, b on s.t deferrable for each row when (new.a is null) execute function s.f('x')";
    const trigger = eventOf(text.replace('or replace ', ''), 'create-trigger');
    expect(trigger).toMatchObject({
      name: 'G', table: { schema: 's', name: 't' }, function: { schema: 's', name: 'f' }, timing: 'after', events: ['insert', 'update'], columns: ['a', 'b'], perRow: true, args: ['x'],
    });
    expect(eventOf('create trigger g instead of delete on v execute procedure f()', 'create-trigger')).toMatchObject({ timing: 'instead of', events: ['delete'], perRow: false });
    expect(eventOf('create trigger g before truncate on v execute procedure f()', 'create-trigger')).toMatchObject({ timing: 'before', events: ['truncate'] });
    expect(eventOf('create rule r as on update to t do instead nothing', 'create-rule')).toMatchObject({ name: 'r', event: 'update', instead: true });
  });
});

describe('routines', () => {
  test('a function with its settings; its body stays text with a place', () => {
    const text = `create or replace function s.f(a int default 1 + 1, out b text, variadic c uuid[]) returns setof record language PLpgSQL stable strict leakproof security definer
      parallel safe set search_path = public, "My Schema" set work_mem to '1MB' as $body$ begin é; end $body$`;
    const event = eventOf(text, 'create-function');
    expect(event).toMatchObject({
      procedure: false, replace: true, name: { schema: 's', name: 'f' }, returns: { name: 'record', setof: true },
      args: [{ name: 'a', mode: 'in', default: { kind: 'operator' } }, { name: 'b', mode: 'out' }, { name: 'c', mode: 'variadic', type: { name: 'uuid', dims: 1 } }],
      options: {
        language: 'plpgsql', volatility: 'stable', strict: true, leakproof: true, securityDefiner: true, parallel: 'safe',
        settings: { search_path: 'public, "My Schema"', work_mem: '1MB' },
      },
      body: { text: ' begin é; end ', verbatim: true },
    });
    expect(words(text, event.body?.at)).toBe(' begin é; end ');
    expect(words(text, event.name.at)).toBe('s.f');
  });

  test('bodies in quotes, and bodies of the SQL standard', () => {
    const quoted = eventOf("create function f() returns text language sql as 'select ''a'''", 'create-function');
    expect(quoted.body).toMatchObject({ text: "select 'a'", verbatim: false });
    expect(eventOf("create function f() returns text language sql set search_path = '' as 'select 1'", 'create-function')).toMatchObject({ body: { verbatim: true }, options: { settings: { search_path: '' } } });
    const atomic = 'create procedure p(a int) begin atomic insert into t values (a); select case when a > 1 then 2 end; end';
    const procedure = eventOf(atomic, 'create-function');
    expect(procedure).toMatchObject({ procedure: true, options: { language: 'sql' } });
    expect(words(atomic, procedure.body?.at)).toBe('begin atomic insert into t values (a); select case when a > 1 then 2 end; end');
    const returns = 'create function f(a int) returns int immutable return a + 1';
    expect(words(returns, eventOf(returns, 'create-function').body?.at)).toBe('return a + 1');
    expect(eventOf("create function f() returns int language c as 'lib', 'symbol'", 'create-function').body?.text).toBe('lib');
    expect(eventOf('create function f() returns t.c%type language sql as $$$$', 'create-function').returns?.name).toBe('t.c%TYPE');
  });

  test('altering a function, DO', () => {
    expect(eventOf('alter function s.f(int) security invoker reset search_path set a from current', 'alter-function')).toMatchObject({
      object: 'function', name: { schema: 's', name: 'f' }, options: { securityDefiner: false, settings: { search_path: null, a: 'FROM CURRENT' } },
    });
    expect(eventOf('alter procedure p reset all', 'alter-function')).toMatchObject({ object: 'procedure', resetAll: true });
    const text = 'do language plpgsql $$ begin null; end $$';
    expect(words(text, eventOf(text, 'do').body.at)).toBe(' begin null; end ');
    expect(eventOf("do 'begin end'", 'do')).toMatchObject({ language: 'plpgsql', body: { text: 'begin end', verbatim: true } });
  });
});

describe('privileges and roles', () => {
  test('grants on every kind of object', () => {
    const text = 'grant select (a, b), update on table s.t, "U" to authenticated, public with grant option';
    const event = eventOf(text, 'grant');
    expect(event).toMatchObject({
      grant: true, privileges: [{ name: 'select', columns: ['a', 'b'] }, { name: 'update' }], object: 'table', names: [{ schema: 's', name: 't' }, { name: 'U' }],
      allInSchemas: [], to: ['authenticated', 'public'], grantOption: true,
    });
    expect(words(text, event.toAt)).toBe('authenticated, public');
    expect(event.names.map(({ at }) => words(text, at))).toEqual(['s.t', '"U"']);
    expect(eventOf('revoke all on all functions in schema a, b from public cascade', 'grant')).toMatchObject({ grant: false, privileges: [{ name: 'all' }], object: 'function', allInSchemas: ['a', 'b'], names: [], cascade: true });
    const routine = 'grant execute on function s.f(int), g() to r';
    expect(eventOf(routine, 'grant')).toMatchObject({ object: 'function', names: [{ schema: 's', name: 'f', args: [{ name: 'integer' }] }, { name: 'g', args: [] }] });
    expect(eventOf(routine, 'grant').names.map(({ at }) => words(routine, at))).toEqual(['s.f', 'g']);
    expect(eventOf('grant usage on schema s to r', 'grant')).toMatchObject({ object: 'schema', names: [{ name: 's' }] });
    expect(eventOf('grant usage on type s.y to current_user', 'grant')).toMatchObject({ object: 'type', names: [{ schema: 's', name: 'y' }], to: ['current_user'] });
    expect(eventOf('grant usage on foreign server f to r', 'grant')).toMatchObject({ object: 'server', names: [{ name: 'f' }] });
    expect(eventOf('grant select on table_of_things to r', 'grant').names[0]?.name).toBe('table_of_things');
  });

  test('default privileges, memberships, roles', () => {
    expect(eventOf('alter default privileges for role a in schema s, t revoke execute on functions from public', 'default-privileges')).toMatchObject({
      grant: false, forRoles: ['a'], inSchemas: ['s', 't'], privileges: [{ name: 'execute' }], object: 'function', to: ['public'],
    });
    expect(eventOf('grant a, b to c with admin option', 'grant-role')).toMatchObject({ grant: true, roles: ['a', 'b'], to: ['c'] });
    expect(eventOf('revoke admin option for a from c', 'other').verb).toBe('revoke option');
    const text = 'create role "App" login bypassrls nosuperuser in role a role b admin c';
    const role = eventOf(text, 'create-role');
    expect(role).toMatchObject({ name: 'App', options: { login: true, bypassRls: true, superuser: false }, memberOf: ['a'], members: ['b', 'c'] });
    expect(words(text, role.nameAt)).toBe('"App"');
    expect(eventOf('create user u', 'create-role').options).toEqual({ login: true });
    expect(eventOf('alter role r nobypassrls', 'alter-role').options).toEqual({ bypassRls: false });
    expect(eventOf('alter group g drop user u', 'grant-role')).toMatchObject({ grant: false, roles: ['g'], to: ['u'] });
    expect(eventOf("alter role r set search_path = ''", 'alter-role').settings).toEqual({ search_path: '' });
    expect(eventOf('alter role all reset statement_timeout', 'alter-role')).toMatchObject({ name: 'all', settings: { statement_timeout: null } });
    expect(eventOf('alter role r reset all', 'alter-role').settings).toEqual({ all: null });
  });

  test('publications', () => {
    expect(eventOf('create publication p for table a, s.b (c) where (c > 1), tables in schema x', 'create-publication')).toMatchObject({ allTables: false, tables: [{ name: 'a' }, { schema: 's', name: 'b' }], schemas: ['x'] });
    expect(eventOf('create publication p for all tables', 'create-publication').allTables).toBe(true);
    expect(eventOf('alter publication p drop table a', 'alter-publication')).toMatchObject({ change: 'drop', tables: [{ name: 'a' }] });
    expect(eventOf("alter publication p set (publish = 'insert')", 'other').verb).toBe('alter publication');
  });
});

describe('types, sequences, schemas, extensions', () => {
  test('types of all forms', () => {
    expect(eventOf("create type s.y as enum ('a', 'b')", 'create-type')).toMatchObject({ name: { schema: 's', name: 'y' }, form: { is: 'enum', labels: ['a', 'b'] } });
    expect(eventOf('create type y as (a int, b text collate "C")', 'create-type').form).toMatchObject({ is: 'composite', columns: [{ name: 'a' }, { name: 'b', collation: 'C' }] });
    const text = 'create domain s.d as text default 1 not null constraint c check (value <> 1) check (true)';
    const { form } = eventOf(text, 'create-type');
    expect(form).toMatchObject({ is: 'domain', base: { name: 'text' }, notNull: true, default: { kind: 'literal' }, checks: [{ kind: 'check', name: 'c' }, { kind: 'check' }] });
    expect(form.is === 'domain' && form.checks.map(({ at }) => words(text, at))).toEqual(['constraint c check (value <> 1)', 'check (true)']);
    expect(eventOf('create type y', 'create-type').form.is).toBe('shell');
    expect(eventOf("alter type y add value if not exists 'b' before 'a'", 'alter-enum').add).toEqual({ label: 'b', ifNotExists: true, before: 'a' });
    expect(eventOf("alter type y rename value 'a' to 'b'", 'alter-enum').rename).toEqual({ from: 'a', to: 'b' });
    expect(eventOf('alter domain d drop default', 'alter-domain').default).toBeNull();
    expect(eventOf('alter domain d add constraint c check (true) not valid', 'alter-domain').addConstraint).toMatchObject({ kind: 'check', name: 'c', notValid: true });
  });

  test('sequences and their owners', () => {
    const text = 'create sequence if not exists s.q owned by public.t.id';
    const sequence = eventOf(text, 'create-sequence');
    expect(sequence).toMatchObject({ ifNotExists: true, ownedBy: { schema: 'public.t', name: 'id' } });
    expect(words(text, sequence.ownedBy?.at)).toBe('public.t.id');
    expect(eventOf('alter sequence q owned by none', 'alter-sequence').ownedBy).toBeNull();
    expect(eventOf('alter sequence q restart', 'alter-sequence')).not.toHaveProperty('ownedBy');
  });

  test('a schema with its elements', () => {
    const text = 'create schema if not exists authorization r';
    expect(eventOf(text, 'create-schema')).toMatchObject({ name: 'r', owner: 'r', ifNotExists: true });
    const elements = eventsOf('create schema s create table t (a int) create view v as select a from t create index i on t (a) grant select on t to r');
    expect(elements).toMatchObject([
      { kind: 'create-schema', name: 's' },
      { kind: 'create-table', name: { schema: 's', name: 't' } },
      { kind: 'create-view', name: { schema: 's', name: 'v' } },
      { kind: 'create-index', name: 'i', table: { schema: 's' } },
      { kind: 'grant', names: [{ schema: 's' }] },
    ]);
    expect(eventOf('create extension if not exists "uuid-ossp" with schema extensions', 'create-extension')).toMatchObject({ name: 'uuid-ossp', schema: 'extensions', ifNotExists: true });
  });
});

describe('settings, transactions, data', () => {
  test('SET and RESET', () => {
    expect(eventOf('set local search_path to a, "B"', 'set')).toMatchObject({ name: 'search_path', value: ['a', 'B'], local: true });
    expect(eventOf('reset search_path', 'set')).not.toHaveProperty('value');
    expect(eventOf('set row_security = off', 'set')).toMatchObject({ name: 'row_security', value: ['off'] });
    expect(eventOf('set role admin', 'set')).toMatchObject({ name: 'role', value: ['admin'] });
    expect(eventOf('set session authorization default', 'set')).toMatchObject({ name: 'session_authorization' });
    expect(eventOf('reset all', 'set').name).toBe('all');
  });

  test('transactions', () => {
    const verbs = eventsOf('start transaction; savepoint s; rollback to s; release s; commit; rollback').map((event) => event.kind === 'transaction' && [event.verb, event.savepoint]);
    expect(verbs).toEqual([['begin', undefined], ['savepoint', 's'], ['rollback-to', 's'], ['release', 's'], ['commit', undefined], ['rollback', undefined]]);
  });

  test('data changes and what runs functions', () => {
    const text = "copy s.t (a, \"B\") from stdin;\n1\t2\n\\.\nselect f('x'); call p(1); truncate a, b cascade;";
    const events = eventsOf(text);
    expect(events).toMatchObject([
      { kind: 'data', statement: { kind: 'insert', table: { schema: 's', name: 't' }, columns: [{ name: 'a' }, { name: 'B' }] } },
      { kind: 'run', statement: { kind: 'select' } },
      { kind: 'run', statement: { kind: 'select', targets: [{ expr: { kind: 'call', name: { name: 'p' } } }] } },
      { kind: 'data', statement: { kind: 'truncate', cascade: true } },
    ]);
    expect(eventOf('copy t to stdout', 'other').verb).toBe('copy');
    expect(eventOf('refresh materialized view concurrently s.v', 'other')).toMatchObject({ verb: 'refresh materialized view', names: [{ schema: 's', name: 'v' }], concurrently: true });
    expect(eventOf('reindex (concurrently) index i', 'other')).toMatchObject({ verb: 'reindex', names: [{ name: 'i' }], concurrently: true });
    expect(eventOf('lock table a, b in share mode', 'other').names.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('several columns from one source get their own part of it', () => {
    const [event] = eventsOf('update t set (a, b) = (select x, y from u), (c, d) = (1, 2)');
    if (event?.kind !== 'data' || event.statement.kind !== 'update') throw new Error('no update');
    expect(event.statement.set).toMatchObject([
      { column: 'a', value: { kind: 'scalar', select: { targets: [{ expr: { path: ['x'] } }] } } },
      { column: 'b', value: { kind: 'scalar', select: { targets: [{ expr: { path: ['y'] } }] } } },
      { column: 'c', value: { value: 1 } },
      { column: 'd', value: { value: 2 } },
    ]);
  });

  test('the sequence of an identity column stands where it is named', () => {
    const text = 'create table t (id int generated by default as identity (sequence name s."Ids" start with 1) not null)';
    const place = eventOf(text, 'create-table').columns[0]?.identitySequence?.at;
    expect(text.slice(place?.start, place?.end)).toBe('s."Ids"');
  });
});
