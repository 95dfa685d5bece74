import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { History, Source, Step } from '@tenantlint/model';
import { createSqlParser, sqlHistories } from '@tenantlint/readers/sql';
import { lint } from 'tenantlint';
import { main } from '../../packages/cli/main.ts';
import { project } from '../cli/run.ts';
import { DUMP_SQL } from './pg-dump-sql.ts';
import { sameCatalog } from './pg-catalog.ts';
import { openPglite, openServer, type Database } from './pg-database.ts';

/** A column in use gets another type or another name: what `tenantlint fix --unsafe` writes is run on Postgres there and back, and to its end. */

const sql = createSqlParser();
let db: Database;
beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});
afterAll(() => db.close());

/** Postgres changes no type that a policy asks for. */
const OWN = "create policy own on orders using (organization_id = current_setting('app.tenant')::uuid and price < 100) with check (price is not null);\n";
const MEMBER = 'create policy by_member on organizations using (exists (select 1 from members m where m.organization_id = organizations.id and m.level > 3));\n';
const INIT = `create table organizations (id uuid primary key);
create table orders (id bigint, organization_id uuid not null references organizations (id), code varchar(20) not null default 'new' check (code <> ''), price numeric(10,2), state text, note text, primary key (organization_id, id));
comment on column orders.price is 'before tax';
create index orders_price_idx on orders (organization_id, price desc) where price > 0;
alter table orders add constraint orders_code_key unique (organization_id, code);
alter table orders add constraint price_known check (price is not null or state = 'draft');
create table members (organization_id uuid not null references organizations (id), name text not null, level integer not null, primary key (organization_id, name));
alter table orders enable row level security;
${OWN}${MEMBER}`;
const UNDO_INIT = 'drop policy by_member on organizations;\ndrop table members;\ndrop table orders;\ndrop table organizations;\n';
const ROWS = `insert into organizations select ('00000000-0000-0000-0000-00000000000' || i)::uuid from generate_series(1, 2) i;
insert into orders select i, ('00000000-0000-0000-0000-00000000000' || 1 + i % 2)::uuid, 'c' || i, i + 0.25, 'open', 'n' from generate_series(1, 2500) i;
insert into members select ('00000000-0000-0000-0000-00000000000' || 1 + i % 2)::uuid, 'm' || i, i from generate_series(1, 20) i`;

const CHANGES: Readonly<Record<string, { readonly up: string; readonly down: string; readonly asks: string }>> = {
  'a type, with index, check, policy and comment': { up: `drop policy own on orders;\nalter table orders alter column price type numeric(12,4);\n${OWN}`, down: `drop policy own on orders;\nalter table orders alter column price type numeric(10,2);\n${OWN}`, asks: 'select to_json(sum(price)::text) from orders' },
  'a type, required, unique and with a default': { up: 'alter table orders alter column code type varchar(10);\n', down: 'alter table orders alter column code type varchar(20);\n', asks: 'select to_json(max(code)) from orders' },
  'a type with USING': { up: "alter table orders alter column note type boolean using (note = 'n');\n", down: 'alter table orders alter column note type text using note::text;\n', asks: 'select to_json(count(*)::text) from orders where note' },
  'a type that a policy of another table asks for': { up: `drop policy by_member on organizations;\nalter table members alter column level type bigint;\n${MEMBER}`, down: `drop policy by_member on organizations;\nalter table members alter column level type integer;\n${MEMBER}`, asks: 'select to_json(sum(level)::text) from members' },
  'a type, of what the same migration builds on it': { up: `drop policy own on orders;\nalter table orders alter column price type numeric(12,4);\n${OWN}create index orders_dear_idx on orders (price) where price > 50;\nalter table orders add constraint positive check (price > 0);\nalter table orders alter column price set default 1;\n`, down: 'select 1;\n', asks: 'select to_json(sum(price)::text) from orders' },
  'a name': { up: 'alter table orders rename column price to amount;\n', down: 'alter table orders rename column amount to price;\n', asks: 'select to_json(sum(amount)::text) from orders' },
  'a name, required, unique and with a default': { up: 'alter table orders rename column code to reference;\n', down: 'alter table orders rename column reference to code;\n', asks: 'select to_json(max(reference)) from orders' },
};

interface Tool { readonly files: (up: string, down: string) => Readonly<Record<string, string>>; readonly last: string; readonly downs: boolean }
const PLAN = '%project=p\n\ninit 2024-01-01T00:00:00Z a b <a@b.c>\nmore 2024-01-02T00:00:00Z a b <a@b.c>\n';
const TOOLS: Readonly<Record<string, Tool>> = {
  dbmate: { last: 'db/20240102000059_more.sql', downs: true, files: (up, down) => ({ 'db/20240101000000_init.sql': `-- migrate:up\n${INIT}\n-- migrate:down\n${UNDO_INIT}`, 'db/20240102000059_more.sql': `-- migrate:up\n${up}\n-- migrate:down\n${down}` }) },
  goose: { last: 'db/00002_more.sql', downs: true, files: (up, down) => ({ 'db/00001_init.sql': `-- +goose Up\n${INIT}\n-- +goose Down\n${UNDO_INIT}`, 'db/00002_more.sql': `-- +goose Up\n${up}\n-- +goose Down\n${down}` }) },
  'golang-migrate': { last: 'db/000002_more.up.sql', downs: true, files: (up, down) => ({ 'db/000001_init.up.sql': INIT, 'db/000001_init.down.sql': UNDO_INIT, 'db/000002_more.up.sql': up, 'db/000002_more.down.sql': down }) },
  sqitch: { last: 'deploy/more.sql', downs: true, files: (up, down) => ({ 'sqitch.plan': PLAN, 'deploy/init.sql': INIT, 'revert/init.sql': UNDO_INIT, 'deploy/more.sql': up, 'revert/more.sql': down }) },
  prisma: { last: 'prisma/migrations/20240102000000_more/migration.sql', downs: false, files: (up) => ({ 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n', 'prisma/migrations/20240101000000_init/migration.sql': INIT, 'prisma/migrations/20240102000000_more/migration.sql': up }) },
};

async function fix(dir: string, ...args: readonly string[]) {
  let out = '';
  const stream = { write: (text: string) => (out += text), on: () => undefined, columns: 100, isTTY: false };
  const host = { stdout: stream, stderr: stream, env: {}, cwd: () => dir } as unknown as Parameters<typeof main>[1];
  const code = await main(['fix', '--preset', 'strict', ...args], host);
  return { code, out };
}

const read = (dir: string): Source[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((f) => /\.(?:sql|plan|toml|conf)$/.test(f)).sort().map((f) => ({ path: f.split(path.sep).join('/'), text: readFileSync(path.join(dir, f), 'utf8') }));
const texts = (sources: readonly Source[]) => Object.fromEntries(sources.map((s) => [s.path, s.text]));

/** Statements as their tool sends them: what cannot run in a transaction stands outside of one. */
function sent(sources: readonly Source[], direction: 'up' | 'down', which: readonly Step[]): readonly string[] {
  const text = texts(sources);
  return which.flatMap((step) => {
    const events = direction === 'up' ? step.up : step.down?.known === true ? step.down.value : [];
    const own = [...new Map(events.filter((e) => e.kind !== 'transaction').map((e) => [e.at.start, text[e.at.file]?.slice(e.at.start, e.at.end) ?? ''])).values()];
    return own.some((s) => /^do\b|\bconcurrently\b/i.test(s)) ? own : ['begin', ...own, 'commit'];
  });
}

async function perform(statements: readonly string[], asks: string): Promise<{ readonly catalog: unknown; readonly answer: unknown }> {
  const { errors, answers } = await db.perform('', statements, [`set local search_path = public; ${DUMP_SQL}`, asks]);
  expect(errors.flatMap((e, i) => (e === undefined ? [] : [`${statements[i] ?? ''}: ${e}`]))).toEqual([]);
  return { catalog: unplaced(answers[0]), answer: answers[1] };
}

function unplaced(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unplaced).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unplaced(item)])) : value;
}

function historyOf(sources: readonly Source[]): History {
  const [history] = sqlHistories.read(sources, sql);
  if (history === undefined) throw new Error('no history');
  return history;
}

const CASES = Object.entries(TOOLS).flatMap(([name, tool], i) => Object.entries(CHANGES).filter((_, j) => i === 0 || j % 4 === i % 4).map(([what, change]) => [name, what, tool, change] as const));

test.each(CASES)('%s: %s', async (_name, _what, tool, { up, down, asks }) => {
  const { dir } = project(tool.files(up, down));
  const before = read(dir);
  const original = historyOf(before);
  const unasked = await fix(dir, tool.last, '--dry-run');
  expect(unasked.out).toContain('--unsafe writes all but the last');

  const { code, out } = await fix(dir, tool.last, '--unsafe');
  expect(code, out).toBe(0);
  const after = read(dir);
  const history = historyOf(after);
  const [first = [], more] = [history.steps.slice(0, 1), history.steps.slice(1)];
  expect(more.length).toBeGreaterThan(2);
  const written = Object.entries(texts(after)).map(([file, text]) => `== ${file}\n${text}`).join('\n');
  const later = /^later, when nothing that runs needs it: (.*)$/m.exec(out)?.[1]?.split('; ') ?? [];
  expect(later.length, out).toBeGreaterThan(0);

  const init = sent(before, 'up', original.steps.slice(0, 1));
  const start = [...sent(after, 'up', first), ROWS];
  const meant = await perform([...init, ROWS, ...sent(before, 'up', original.steps.slice(1))], asks);
  // Whoever writes meanwhile, writes both.
  const meanwhile = "insert into orders (id, organization_id, note) values (0, '00000000-0000-0000-0000-000000000001', 'late')";
  const [expand, ...rest] = more;
  const done = await perform([...start, ...sent(after, 'up', expand === undefined ? [] : [expand]), meanwhile.replace('(id,', '(state, id,').replace('(0,', "('draft', 0,"), "delete from orders where id = 0", ...sent(after, 'up', rest), ...later], asks);
  expect(sameCatalog(done.catalog, meant.catalog), written).toBe('');
  expect(done.answer).toEqual(meant.answer);
  if (!tool.downs) return;
  const back = await perform([...start, ...sent(after, 'up', more), ...sent(after, 'down', [...more].reverse())], 'select to_json(1)');
  expect(sameCatalog(back.catalog, (await perform([...init, ROWS], 'select to_json(1)')).catalog), written).toBe('');

  const again = await fix(dir, ...history.steps.slice(1).map((s) => s.file), '--unsafe');
  expect(again.out).toContain('Nothing to write');
  expect(texts(read(dir))).toEqual(texts(after));
});

test.each(Object.entries(TOOLS).filter(([name]) => name !== 'sqitch'))('%s: a table gets another name, and a view keeps the old one', async (_name, tool) => {
  const { dir } = project(tool.files('alter table members rename to people;\n', 'alter table people rename to members;\n'));
  const before = read(dir);
  const original = historyOf(before);
  const { code, out } = await fix(dir, tool.last, '--unsafe');
  expect(code, out).toBe(0);
  expect(out).toContain('later, when nothing that runs needs it: drop view members');
  const after = read(dir);
  const history = historyOf(after);
  const asks = "select to_json(level) from people where name = 'late'";
  const late = "insert into members (organization_id, name, level) values ('00000000-0000-0000-0000-000000000001', 'late', 7)";
  const start = [...sent(before, 'up', original.steps.slice(0, 1)), ROWS];
  const done = await perform([...start, ...sent(after, 'up', history.steps.slice(1)), late, 'drop view members'], asks);
  const meant = await perform([...start, ...sent(before, 'up', original.steps.slice(1))], 'select to_json(1)');
  expect(sameCatalog(done.catalog, meant.catalog)).toBe('');
  expect(done.answer).toBe(7);
  const back = await perform([...start, ...sent(after, 'up', history.steps.slice(1)), ...sent(after, 'down', history.steps.slice(1))], 'select to_json(1)');
  expect(sameCatalog(back.catalog, (await perform(start, 'select to_json(1)')).catalog), JSON.stringify(texts(after))).toBe('');
});

test('code that asks for the old name keeps it: the fix is offered where its readers are known', async () => {
  const tool = TOOLS['dbmate'];
  const code = "import { createClient } from '@supabase/supabase-js';\nexport async function GET() {\n  const db = createClient(process.env.URL!, process.env.ANON_KEY!);\n  const prices = await db.from('orders').select('id, price');\n  const levels = await db.from('members').select('level');\n  return Response.json({ prices, levels });\n}\n";
  for (const [up, still] of [['alter table orders rename column price to amount;\n', 'price'], ['alter table members rename to people;\n', 'members']] as const) {
    const { dir } = project({ ...tool?.files(up, 'select 1;\n'), 'package.json': '{ "dependencies": { "@supabase/supabase-js": "2.45.0" } }', 'src/app/api/orders/route.ts': code });
    const breaks = async () => (await lint({ cwd: dir, rules: ['deploy-breaks-readers'], paths: [tool?.last ?? ''] })).findings.map((f) => f.text);
    expect(await breaks()).toEqual([expect.stringContaining(`${still}\``)]);
    let out = '';
    const stream = { write: (text: string) => (out += text), on: () => undefined, columns: 100, isTTY: false };
    await main(['fix', tool?.last ?? '', '--unsafe'], { stdout: stream, stderr: stream, env: {}, cwd: () => dir } as unknown as Parameters<typeof main>[1]);
    expect(out).toContain('(deploy-breaks-readers)');
    expect(await breaks(), out).toEqual([]);
  }
});

const TOLD: Readonly<Record<string, readonly [up: string, why: RegExp]>> = {
  'part of the primary key': ['alter table orders alter column id type numeric;\n', /part of the primary key orders_pkey/],
  'read by a view': ['alter table members rename column level to rank;\n', /the view nice reads the table/],
  'under FORCE ROW LEVEL SECURITY': ['alter table orders rename column note to remark;\n', /FORCE ROW LEVEL SECURITY/],
};

test('what the tool does not take is printed, migration by migration', async () => {
  const { dir } = project({ 'supabase/migrations/20240101000000_init.sql': INIT, 'supabase/migrations/20240102000000_more.sql': 'alter table orders rename column note to remark;\n' });
  const { code, out } = await fix(dir, 'supabase/migrations/20240102000000_more.sql', '--unsafe');
  expect(code).toBe(1);
  expect(out).toContain('none can commit by itself; run this by hand\n  -- migration 1\n  alter table orders add column remark text;\n  create function orders_remark_equal()');
  expect(out).toContain('\n  -- migration 2\n  do $$\n  declare\n');
});

test.each(Object.entries(TOLD))('what cannot be written is told: %s', async (what, [up, why]) => {
  const more = what.includes('view') ? 'create view nice as select level from members;\n' : what.includes('FORCE') ? 'alter table orders force row level security;\n' : '';
  const files = { 'db/1_init.sql': `-- migrate:up\n${INIT}${more}\n-- migrate:down\n${UNDO_INIT}`, 'db/2_more.sql': `-- migrate:up\n${up}\n-- migrate:down\nselect 1;\n` };
  const { findings } = await lint({ sources: Object.entries(files).map(([path, text]) => ({ path, text })), preset: 'strict', rules: ['column-type-rewritten', 'column-renamed'], pending: (file) => file.includes('2_') });
  expect(findings.map((f) => f.fix).join('')).toMatch(why);
  expect(findings.flatMap((f) => f.fixes)).toEqual([]);
});
