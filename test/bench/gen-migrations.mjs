#!/usr/bin/env node
// Deterministic generator of a synthetic Postgres/Supabase migration history.
//   node gen-migrations.mjs --out DIR [--files 1000] [--stmts 30] [--seed 1] [--no-bootstrap]
// Every file is valid PostgreSQL 15 and the whole set applies in order on an empty database
// (file 0000 creates the Supabase-like roles, auth.uid()/auth.jwt()/auth.role(), storage.objects).
// Defects are injected with known positions; DIR/manifest.json lists them (file, line, table, kind).
import fs from 'node:fs';
import path from 'node:path';
const arg = (k, d) => {
  const i = process.argv.indexOf('--' + k);
  return i < 0 ? d : process.argv[i + 1];
};
const OUT = arg('out', './migrations');
const N = +arg('files', 1000);
const S = +arg('stmts', 30);
const SEED = +arg('seed', 1);
const BOOT = !process.argv.includes('--no-bootstrap');
let st = SEED >>> 0 || 1; // mulberry32
const rnd = () => {
  st |= 0;
  st = (st + 0x6d2b79f5) | 0;
  let t = Math.imul(st ^ (st >>> 15), 1 | st);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const pick = (a) => a[Math.floor(rnd() * a.length)];
const chance = (p) => rnd() < p;
const NOUN = [
  'invoice',
  'order',
  'project',
  'task',
  'document',
  'message',
  'lead',
  'vehicle',
  'contact',
  'campaign',
  'ticket',
  'asset',
  'payment',
  'shipment',
  'employee',
  'device',
  'report',
  'note',
  'event',
  'booking',
  'product',
  'price',
  'quote',
  'contract',
  'comment',
  'attachment',
  'webhook',
  'api_key',
  'audit_log',
  'session',
];
const ADJ = [
  'archived',
  'pending',
  'draft',
  'internal',
  'external',
  'daily',
  'monthly',
  'shared',
  'private',
  'default',
  'legacy',
  'custom',
  'global',
  'main',
  'sub',
];
const TCOL = ['tenant_id', 'organization_id', 'company_id'];
const TYPES = [
  'text',
  'integer',
  'bigint',
  'numeric(12,2)',
  'boolean',
  'timestamptz',
  'date',
  'uuid',
  'jsonb',
  'varchar(255)',
  'double precision',
];
fs.rmSync(OUT, { recursive: true, force: true });
fs.mkdirSync(OUT, { recursive: true });
const tables = [];
let seq = 0;
const defects = [];
let total = 0,
  bytes = 0;
class F {
  constructor(name) {
    this.name = name;
    this.parts = [];
    this.line = 1;
    this.n = 0;
  }
  add(sql, meta) {
    const start = this.line;
    this.parts.push(sql + '\n\n');
    this.line += sql.split('\n').length + 1;
    this.n++;
    if (meta) defects.push({ file: this.name, line: start, ...meta });
  }
  raw(s) {
    this.parts.push(s + '\n');
    this.line += s.split('\n').length;
  }
  write() {
    const t = this.parts.join('');
    fs.writeFileSync(path.join(OUT, this.name), t);
    total += this.n;
    bytes += t.length;
  }
}
const pad = (n, w = 4) => String(n).padStart(w, '0');
if (BOOT) {
  const f = new F('20240101000000_bootstrap.sql');
  f.add(
    `do $$ begin\n  if not exists (select 1 from pg_roles where rolname = 'anon') then create role anon nologin; end if;\n  if not exists (select 1 from pg_roles where rolname = 'authenticated') then create role authenticated nologin; end if;\n  if not exists (select 1 from pg_roles where rolname = 'service_role') then create role service_role nologin bypassrls; end if;\nend $$;`,
  );
  f.add('create schema if not exists auth;');
  f.add('create schema if not exists storage;');
  f.add('grant usage on schema auth to anon, authenticated, service_role;');
  f.add('create table auth.users (id uuid primary key, email text, raw_user_meta_data jsonb, raw_app_meta_data jsonb);');
  f.add(
    `create or replace function auth.uid() returns uuid language sql stable as $$\n  select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid\n$$;`,
  );
  f.add(
    `create or replace function auth.jwt() returns jsonb language sql stable as $$\n  select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb\n$$;`,
  );
  f.add(
    `create or replace function auth.role() returns text language sql stable as $$\n  select nullif(current_setting('request.jwt.claim.role', true), '')\n$$;`,
  );
  f.add('create table storage.objects (id uuid primary key, bucket_id text, name text, owner uuid);');
  f.add('alter table storage.objects enable row level security;');
  f.add('create table public.tenants (id uuid primary key default gen_random_uuid(), name text not null, slug text unique);');
  f.add(
    "create table public.memberships (user_id uuid not null, tenant_id uuid not null references public.tenants (id) on delete cascade, role text not null default 'member', primary key (user_id, tenant_id));",
  );
  f.add('alter table public.tenants enable row level security;');
  f.add('alter table public.memberships enable row level security;');
  f.add(
    'create policy tenants_member on public.tenants for select to authenticated using (id in (select m.tenant_id from public.memberships m where m.user_id = (select auth.uid())));',
  );
  f.add('create policy memberships_self on public.memberships for select to authenticated using (user_id = (select auth.uid()));');
  f.add('create index memberships_tenant_idx on public.memberships (tenant_id);');
  f.add(
    `create or replace function public.is_member(p_tenant uuid) returns boolean language sql stable security definer set search_path = '' as $$\n  select exists (select 1 from public.memberships m where m.tenant_id = p_tenant and m.user_id = (select auth.uid()))\n$$;`,
  );
  f.write();
}
function mkTable(f) {
  const name = `${pick(ADJ)}_${pick(NOUN)}_${++seq}`;
  const tcol = chance(0.88) ? pick(TCOL) : null;
  const cols = ['  id uuid primary key default gen_random_uuid()'];
  if (tcol) cols.push(`  ${tcol} uuid not null references public.tenants (id) on delete cascade`);
  const t = { name, tcol, cols: [], rls: false, owner: chance(0.5), ix: false, pol: false };
  if (t.owner) cols.push('  user_id uuid');
  const k = 3 + Math.floor(rnd() * 5);
  for (let i = 0; i < k; i++) {
    const c = `c${i}_${pick(NOUN)}`;
    if (t.cols.find((x) => x.n === c)) continue;
    const ty = pick(TYPES);
    t.cols.push({ n: c, ty });
    cols.push(`  ${c} ${ty}${chance(0.3) ? ' not null' : ''}`);
  }
  cols.push('  created_at timestamptz not null default now()');
  const meta = tcol && chance(0.06) ? { kind: 'rls-missing', table: name } : null;
  t.skipRls = !!meta;
  f.add(`-- ${name}: holds rows; never trust client input\ncreate table public.${name} (\n${cols.join(',\n')}\n);`, meta);
  tables.push(t);
  return t;
}
function mkRls(f, t) {
  if (t.skipRls || t.rls || !t.tcol) return;
  t.rls = true;
  f.add(`alter table public.${t.name} enable row level security;`);
  if (chance(0.4)) f.add(`alter table only public.${t.name} force row level security;`);
}
function mkPol(f, t) {
  if (!t.rls || t.pol) return;
  t.pol = true;
  const c = t.tcol;
  const m = rnd();
  if (m < 0.05)
    f.add(`create policy ${t.name}_all on public.${t.name} for all to authenticated using (true);`, {
      kind: 'policy-always-true',
      table: t.name,
    });
  else if (m < 0.1)
    f.add(
      `create policy "${t.name} access" on public.${t.name}\n  for all to public\n  using (${c} = (auth.jwt() -> 'user_metadata' ->> 'tenant_id')::uuid);`,
      { kind: 'policy-user-metadata', table: t.name },
    );
  else if (m < 0.2)
    f.add(
      `create policy ${t.name}_tenant on public.${t.name} for all to authenticated using (auth.uid() is not null and public.is_member(${c}));`,
      { kind: 'policy-initplan', table: t.name },
    );
  else if (m < 0.45) {
    f.add(
      `create policy ${t.name}_sel on public.${t.name} for select to authenticated using (${c} in (select m.tenant_id from public.memberships m where m.user_id = (select auth.uid())));`,
    );
    f.add(
      `create policy ${t.name}_ins on public.${t.name} for insert to authenticated with check (exists (\n    select 1 from public.memberships m\n    where m.tenant_id = ${t.name}.${c} and m.user_id = (select auth.uid())));`,
    );
  } else if (m < 0.6) {
    const meta = chance(0.3) ? { kind: 'policy-check-true', table: t.name } : null;
    f.add(
      `create policy ${t.name}_rw on public.${t.name} as permissive for all to authenticated\n  using (${c} = (select nullif(current_setting('app.tenant_id', true), '')::uuid))\n  with check (${meta ? 'true' : `${c} = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`});`,
      meta,
    );
  } else
    f.add(
      `create policy ${t.name}_iso on public.${t.name} using (${c} = (select (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid)) with check (${c} = (select (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid));`,
    );
}
function mkIx(f, t) {
  if (!t.tcol || t.ix) return;
  t.ix = true;
  if (chance(0.07)) {
    defects.push({ file: f.name, line: f.line, kind: 'policy-column-unindexed', table: t.name });
    return;
  }
  f.add(
    chance(0.5)
      ? `create index concurrently if not exists ${t.name}_t_idx on public.${t.name} (${t.tcol});`.replace(' concurrently', '')
      : `create index ${t.name}_t_idx on public.${t.name} using btree (${t.tcol}, created_at desc);`,
  );
}
const GEN = [
  (f) => {
    const t = mkTable(f);
    mkRls(f, t);
    mkPol(f, t);
    mkIx(f, t);
  },
  (f) => {
    const t = mkTable(f);
    mkRls(f, t);
    mkPol(f, t);
    mkIx(f, t);
  },
  (f) => {
    const t = pick(tables);
    const c = `x${++seq}_col`;
    f.add(
      `alter table public.${t.name} add column ${chance(0.5) ? 'if not exists ' : ''}${c} ${pick(TYPES)}${chance(0.2) ? ' default null' : ''};`,
    );
    t.cols.push({ n: c, ty: 'text' });
  },
  (f) => {
    const t = pick(tables);
    if (t.cols.length > 2) {
      const c = t.cols.pop();
      f.add(`alter table public.${t.name} drop column if exists ${c.n};`, { kind: 'irreversible-drop-column', table: t.name });
    }
  },
  (f) => {
    const t = pick(tables);
    f.add(`comment on table public.${t.name} is 'It''s a table; see docs -- not a comment';`);
  },
  (f) => {
    const t = pick(tables);
    f.add(`grant select, insert, update, delete on table public.${t.name} to authenticated;`);
  },
  (f) => {
    const n = `fn_${pick(NOUN)}_${++seq}`;
    const t = pick(tables);
    f.add(
      `create or replace function public.${n}(p_id uuid)\nreturns void\nlanguage plpgsql\n${chance(0.3) ? 'security definer\n' : ''}${chance(0.7) ? "set search_path = ''\n" : ''}as $function$\ndeclare\n  v_row record; v_count int := 0;\nbegin\n  -- loops over rows; semicolons inside a body\n  for v_row in select id from public.${t.name} where id = p_id loop\n    v_count := v_count + 1;\n    raise notice 'row %; %', v_row.id, v_count;\n  end loop;\n  if v_count = 0 then\n    raise exception 'not found';\n  end if;\nend;\n$function$;`,
    );
  },
  (f) => {
    const t = pick(tables);
    const n = `trg_${++seq}`;
    f.add(
      `create or replace function public.${n}_fn() returns trigger language plpgsql set search_path = '' as $$\nbegin\n  new.created_at := coalesce(new.created_at, now());\n  return new;\nend;\n$$;`,
    );
    f.add(`create trigger ${n} before insert on public.${t.name} for each row execute function public.${n}_fn();`);
  },
  (f) => {
    const t = pick(tables);
    const n = `v_${pick(NOUN)}_${++seq}`;
    const inv = chance(0.5);
    f.add(
      `create view public.${n} ${inv ? 'with (security_invoker = true) ' : ''}as\n  select id, created_at from public.${t.name} where created_at > now() - interval '30 days';`,
      inv || !t.rls ? null : { kind: 'view-security-definer', table: n },
    );
  },
  (f) => {
    const t = pick(tables);
    f.add(`insert into public.${t.name} select * from public.${t.name} where false;`);
  },
  (f) => {
    const t = pick(tables);
    f.add(`update public.${t.name} set created_at = now() where created_at is null;`);
  },
  (f) => {
    const t = pick(tables);
    const n = `chk_${++seq}`;
    f.add(`alter table public.${t.name} add constraint ${n} check (created_at > '2000-01-01')${chance(0.5) ? ' not valid' : ''};`);
  },
  (f) => {
    const n = `e_${pick(NOUN)}_${++seq}`;
    f.add(`create type public.${n} as enum ('new', 'open', 'closed');`);
    f.add(`alter type public.${n} add value if not exists 'archived';`);
  },
  (f) => {
    const t = pick(tables);
    f.add(`do $do$\nbegin\n  execute format('comment on column public.%I.id is %L', '${t.name}', 'pk');\nend\n$do$;`);
  },
  (f) => {
    const t = pick(tables);
    if (t.tcol && !t.uq) {
      t.uq = true;
      f.add(`create unique index ${t.name}_uq_${++seq} on public.${t.name} (${t.tcol}, id);`);
    }
  },
  (f) => {
    const t = pick(tables);
    const c = t.cols.find((x) => x.ty === 'integer');
    if (c) {
      c.ty = 'bigint';
      f.add(`alter table public.${t.name} alter column ${c.n} type bigint;`);
    }
  },
];
for (let i = 1; i <= N; i++) {
  const d = new Date(Date.UTC(2024, 0, 2) + i * 3600e3).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  const f = new F(`${d}_m${pad(i)}_${pick(NOUN)}.sql`);
  f.raw(`-- migration ${i}`);
  if (tables.length < 3) GEN[0](f);
  let g = 0;
  while (f.n < S && g++ < S * 4) pick(GEN)(f);
  f.write();
}
fs.writeFileSync(
  path.join(OUT, '..', path.basename(OUT) + '.manifest.json'),
  JSON.stringify({ seed: SEED, files: N, statements: total, bytes, tables: tables.length, defects }, null, 1),
);
console.log(
  JSON.stringify({
    out: OUT,
    files: fs.readdirSync(OUT).length,
    statements: total,
    bytes,
    tables: tables.length,
    defects: defects.reduce((a, d) => ((a[d.kind] = (a[d.kind] || 0) + 1), a), {}),
  }),
);
