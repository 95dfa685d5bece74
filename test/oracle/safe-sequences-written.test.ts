import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { History, Source, Step } from '@tenantlint/model';
import { createSqlParser, sqlHistories } from '@tenantlint/readers/sql';
import { analyse, inMemory, lint } from 'tenantlint';
import { main } from '../../packages/cli/main.ts';
import { project } from '../cli/run.ts';
import { DUMP_SQL } from './pg-dump-sql.ts';
import { sameCatalog } from './pg-catalog.ts';
import { openPglite, openServer, type Database } from './pg-database.ts';

/** What `tenantlint fix` writes in the place of a statement that locks for long, run on Postgres in the order and the transactions of its tool. */

const sql = createSqlParser();
let db: Database;
beforeAll(async () => {
  db = (await openServer()) ?? (await openPglite());
});
afterAll(() => db.close());

const INIT = `create table customers (id bigint primary key, email text not null);
create table orders (id bigint primary key, customer_id bigint, amount numeric, note text, code text not null);
create index orders_note_idx on orders (note);
`;
const UNDO_INIT = 'drop table orders;\ndrop table customers;\n';
const ROWS = `insert into customers select i, 'c' || i from generate_series(1, 50) i;
insert into orders select i, 1 + i % 50, i, 'n', 'o' || i from generate_series(1, 50) i`;

/** What locks for long, in one transaction and outside of one, and how a way back undoes it. */
const CHECKED = { up: `alter table orders add constraint amount_positive check (amount > 0);
alter table orders add foreign key (customer_id) references customers (id) on delete cascade, alter column amount set not null;
alter table orders add column state text check (state in ('open', 'done')), alter column note set not null;
`, down: `alter table orders drop column state;
alter table orders alter column note drop not null;
alter table orders alter column amount drop not null;
alter table orders drop constraint orders_customer_id_fkey;
alter table orders drop constraint amount_positive;
` };
const BUILT = { up: `create index orders_customer_idx on orders (customer_id desc nulls last) where amount > 0;
drop index orders_note_idx;
alter table orders add constraint orders_code_key unique (code);
alter table orders add column token uuid not null default gen_random_uuid();
comment on table orders is 'what was asked for';
`, down: `comment on table orders is null;
alter table orders drop column token;
alter table orders drop constraint orders_code_key;
create index orders_note_idx on orders (note);
drop index orders_customer_idx;
` };
/** The same without what needs a transaction of its own inside. */
const INDEXED = { up: BUILT.up.replace(/^.*token.*\n/m, ''), down: BUILT.down.replace(/^.*token.*\n/m, '') };
const ALONE = { up: 'create index orders_customer_idx on orders (customer_id);\n', down: 'drop index orders_customer_idx;\n' };

interface Change { readonly up: string; readonly down: string }
interface Tool {
  readonly files: (change: Change) => Readonly<Record<string, string>>;
  readonly last: string;
  readonly downs: boolean;
  /** Cannot run anything outside of a transaction. */
  readonly bound?: boolean;
}

const PLAN = '%project=p\n\ninit 2024-01-01T00:00:00Z a b <a@b.c>\nmore 2024-01-02T00:00:00Z a b <a@b.c>\n';
const wrapped = (text: string) => `begin;\n${text}commit;\n`;
const journal = (tags: readonly string[]) => JSON.stringify({ version: '7', dialect: 'postgresql', entries: tags.map((tag, idx) => ({ idx, version: '7', when: 1_700_000_000_000 + idx, tag, breakpoints: true })) }, null, 2);
const TOOLS: Readonly<Record<string, Tool>> = {
  dbmate: { last: 'db/20240102000059_more.sql', downs: true, files: ({ up, down }) => ({ 'db/20240101000000_init.sql': `-- migrate:up\n${INIT}\n-- migrate:down\n${UNDO_INIT}`, 'db/20240102000059_more.sql': `-- migrate:up\n${up}\n-- migrate:down\n${down}` }) },
  goose: { last: 'db/00002_more.sql', downs: true, files: ({ up, down }) => ({ 'db/00001_init.sql': `-- +goose Up\n${INIT}\n-- +goose Down\n${UNDO_INIT}`, 'db/00002_more.sql': `-- +goose Up\n${up}\n-- +goose Down\n${down}` }) },
  'sql-migrate': { last: 'db/2_more.sql', downs: true, files: ({ up, down }) => ({ 'db/1_init.sql': `-- +migrate Up\n${INIT}\n-- +migrate Down\n${UNDO_INIT}`, 'db/2_more.sql': `-- +migrate Up\n${up}\n-- +migrate Down\n${down}` }) },
  'golang-migrate': { last: 'db/000002_more.up.sql', downs: true, files: ({ up, down }) => ({ 'db/000001_init.up.sql': INIT, 'db/000001_init.down.sql': UNDO_INIT, 'db/000002_more.up.sql': up, 'db/000002_more.down.sql': down }) },
  flyway: { last: 'db/V1.2__more.sql', downs: true, files: ({ up, down }) => ({ 'db/V1.1__init.sql': INIT, 'db/U1.1__init.sql': UNDO_INIT, 'db/V1.2__more.sql': up, 'db/U1.2__more.sql': down }) },
  sqitch: { last: 'deploy/more.sql', downs: true, files: ({ up, down }) => ({ 'sqitch.plan': PLAN, 'deploy/init.sql': wrapped(INIT), 'revert/init.sql': wrapped(UNDO_INIT), 'deploy/more.sql': wrapped(up), 'revert/more.sql': wrapped(down) }) },
  supabase: { last: 'supabase/migrations/20241231235959_more.sql', downs: false, files: ({ up }) => ({ 'supabase/migrations/20240101000000_init.sql': INIT, 'supabase/migrations/20241231235959_more.sql': up }) },
  prisma: { last: 'prisma/migrations/20240102000000_more/migration.sql', downs: false, files: ({ up }) => ({ 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n', 'prisma/migrations/20240101000000_init/migration.sql': INIT, 'prisma/migrations/20240102000000_more/migration.sql': up }) },
  diesel: { last: 'migrations/2_more/up.sql', downs: true, files: ({ up, down }) => ({ 'migrations/1_init/up.sql': INIT, 'migrations/1_init/down.sql': UNDO_INIT, 'migrations/2_more/up.sql': up, 'migrations/2_more/down.sql': down }) },
  plain: { last: 'migrations/002_more.sql', downs: false, files: ({ up }) => ({ 'migrations/001_init.sql': INIT, 'migrations/002_more.sql': up }) },
  'node-pg-migrate': { last: 'migrations/1700000000002_more.sql', downs: true, bound: true, files: ({ up, down }) => ({ 'migrations/1700000000001_init.sql': `-- Up Migration\n${INIT}\n-- Down Migration\n${UNDO_INIT}`, 'migrations/1700000000002_more.sql': `-- Up Migration\n${up}\n-- Down Migration\n${down}` }) },
  drizzle: { last: 'drizzle/0001_more.sql', downs: false, bound: true, files: ({ up }) => ({ 'drizzle.config.ts': '', 'drizzle/meta/_journal.json': journal(['0000_init', '0001_more']), 'drizzle/0000_init.sql': INIT, 'drizzle/0001_more.sql': up }) },
};

const calls = (text: string, call: string, indent: string, quote: string) => text.trim().split(';\n').map((one) => `${indent}${call}(${quote}${one.replace(/;$/, '')}${quote})${quote === '`' ? ';' : ''}\n`).join('');
const knex = (up: string, down: string) => `exports.up = async function (knex) {\n${calls(up, 'await knex.raw', '  ', '`')}};\n\nexports.down = async function (knex) {\n${calls(down, 'await knex.raw', '  ', '`')}};\n`;
const typeorm = (name: string, up: string, down: string) => `import { MigrationInterface, QueryRunner } from 'typeorm';\n\nexport class ${name} implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n${calls(up, 'await queryRunner.query', '    ', '`')}  }\n\n  public async down(queryRunner: QueryRunner): Promise<void> {\n${calls(down, 'await queryRunner.query', '    ', '`')}  }\n}\n`;
const pgm = (up: string, down: string) => `import type { MigrationBuilder } from 'node-pg-migrate';\n\nexport function up(pgm: MigrationBuilder): void {\n${calls(up, 'pgm.sql', '  ', '`')}}\n\nexport function down(pgm: MigrationBuilder): void {\n${calls(down, 'pgm.sql', '  ', '`')}}\n`;
const alembic = (id: string, after: string, up: string, down: string) => `from alembic import op\n\nrevision = "${id}"\ndown_revision = ${after}\n\n\ndef upgrade() -> None:\n${calls(up, 'op.execute', '    ', '"""')}\n\ndef downgrade() -> None:\n${calls(down, 'op.execute', '    ', '"""')}`;

/** Migrations that are programs, of calls that send one statement each. */
const PROGRAMS: Readonly<Record<string, Tool>> = {
  'alembic, programs': { last: 'db/versions/2.py', downs: true, files: ({ up, down }) => ({ 'alembic.ini': '[alembic]\nscript_location = db\n', 'db/env.py': '', 'db/versions/1.py': alembic('a1', 'None', INIT, UNDO_INIT), 'db/versions/2.py': alembic('b2', '"a1"', up, down) }) },
  'knex, programs': { last: 'migrations/20240102000000_more.js', downs: true, files: ({ up, down }) => ({ 'package.json': '{ "dependencies": { "knex": "3.1.0" } }', 'migrations/20240101000000_init.js': knex(INIT, UNDO_INIT), 'migrations/20240102000000_more.js': knex(up, down) }) },
  'typeorm, programs': { last: 'src/migrations/1700000000002-More.ts', downs: true, files: ({ up, down }) => ({ 'package.json': '{ "dependencies": { "typeorm": "0.3.20" } }', 'src/migrations/1700000000001-Init.ts': typeorm('Init1700000000001', INIT, UNDO_INIT), 'src/migrations/1700000000002-More.ts': typeorm('More1700000000002', up, down) }) },
  'node-pg-migrate, programs': { last: 'migrations/1700000000002_more.ts', downs: true, files: ({ up, down }) => ({ 'package.json': '{ "dependencies": { "node-pg-migrate": "7.0.0" } }', 'migrations/1700000000001_init.ts': pgm(INIT, UNDO_INIT), 'migrations/1700000000002_more.ts': pgm(up, down) }) },
};

async function fix(dir: string, ...args: readonly string[]) {
  let out = '';
  const stream = { write: (text: string) => (out += text), on: () => undefined, columns: 100, isTTY: false };
  const host = { stdout: stream, stderr: stream, env: {}, cwd: () => dir } as unknown as Parameters<typeof main>[1];
  const code = await main(['fix', ...args], host);
  return { code, out };
}

const read = (dir: string): Source[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((f) => /\.(?:sql|json|plan|toml|[jt]s|conf|py|ini)$/.test(f)).sort().map((f) => ({ path: f.split(path.sep).join('/'), text: readFileSync(path.join(dir, f), 'utf8') }));
const texts = (sources: readonly Source[]) => Object.fromEntries(sources.map((s) => [s.path, s.text]));

/** Statements of some steps as their tool sends them: what it wraps into a transaction is wrapped. */
function sent(sources: readonly Source[], { steps }: History, direction: 'up' | 'down', which: readonly Step[] = steps): readonly string[] {
  const text = texts(sources);
  return which.flatMap((step) => {
    const events = direction === 'up' ? step.up : step.down?.known === true ? step.down.value : [];
    // What a program does to its transaction is no text.
    const own = [...new Map(events.map((e) => (e.kind === 'transaction' && !e.at.file.endsWith('.sql') ? [`${e.at.start} ${e.verb}`, e.verb] : [`${e.at.start}`, text[e.at.file]?.slice(e.at.start, e.at.end) ?? '']))).values()];
    // One statement alone is a transaction of its own, if its tool does not begin one.
    const alone = own.length < 2 && (direction === 'down' || step.tool === 'supabase');
    return step.transactional && !alone ? ['begin', ...own, 'commit'] : own;
  });
}

/** What tells the tool to run a way back outside of a transaction, in a text that holds one; `undefined`: it has no way to be told, and never needs one. */
const TELLS: Readonly<Record<string, RegExp | undefined>> = {
  dbmate: /^-- migrate:down transaction:false$/m, goose: /^-- \+goose NO TRANSACTION$/m, 'sql-migrate': /^-- \+migrate Down notransaction$/m, sqitch: /^(?!begin;)/,
};

async function catalog(statements: readonly string[]): Promise<unknown> {
  const { errors, answers } = await db.perform('', statements, [`set local search_path = public; ${DUMP_SQL}`]);
  expect(errors.flatMap((e, i) => (e === undefined ? [] : [`${statements[i] ?? ''}: ${e}`]))).toEqual([]);
  return unplaced(answers[0]);
}

/** What is made later stands behind: neither is the order of columns meant, nor that of constraints. */
function unplaced(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unplaced).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unplaced(item)])) : value;
}

async function historyOf(sources: readonly Source[]): Promise<History> {
  const programs = !sources.some((s) => s.path.endsWith('.sql'));
  const [history] = programs ? (await analyse(await inMemory(sources, {}))).facts.timeline.histories : sqlHistories.read(sources, sql);
  if (history === undefined) throw new Error('no history');
  return history;
}

const RULES = ['index-not-concurrent', 'concurrent-in-transaction', 'constraint-validated-at-once', 'column-required-at-once', 'unique-added-in-place', 'default-volatile'];
const WAYS_BACK = ['undo-incomplete', 'migration-without-undo'];
const found = async (sources: readonly Source[], applied: ReadonlySet<string>, downs: boolean) => (await lint({ sources, rules: downs ? [...RULES, ...WAYS_BACK] : RULES, preset: 'recommended', pending: (file) => !applied.has(file) })).findings.map((f) => `${f.at.file}: ${f.rule}: ${f.text}`);

const CASES = Object.entries({ ...TOOLS, ...PROGRAMS }).flatMap(([name, tool]) => Object.entries({ CHECKED, ALONE, ...(name === 'supabase' ? { INDEXED } : { BUILT }) }).filter(([what]) => what === 'CHECKED' || tool.bound !== true).map(([what, change]) => [name, what, tool, change] as const));

test.each(CASES)('%s: %s', async (name, _what, tool, change) => {
  const files = tool.files(change);
  const { dir } = project(files);
  const before = read(dir);
  const original = await historyOf(before);
  const applied = new Set(original.steps.slice(0, 1).map((s) => s.file));
  expect(await found(before, applied, false)).not.toEqual([]);

  const dry = await fix(dir, tool.last, '--dry-run');
  expect(dry.out).toContain('would write');
  expect(dry.out).toMatch(/^--- a\/.*\n\+\+\+ b\//m);
  expect(texts(read(dir))).toEqual(texts(before));

  const { code, out } = await fix(dir, tool.last);
  expect(code, out).toBe(0);
  const after = read(dir);
  const history = await historyOf(after);
  expect(await found(after, applied, tool.downs), out).toEqual([]);
  // An index that is built without keeping anybody waiting goes the same way.
  for (const step of tool.downs ? history.steps.slice(1) : []) {
    // A constraint that takes its index over goes with it.
    const built = step.up.some((e) => (e.kind === 'create-index' || e.kind === 'drop') && e.concurrently) && step.up.filter((e) => e.kind !== 'transaction').length === 1;
    const back = step.down?.known === true ? step.down.value.filter((e) => (e.kind === 'create-index' || e.kind === 'drop') && e.concurrently) : [];
    expect(back.length > 0, texts(after)[step.downAt?.file ?? ''] ?? step.file).toBe(built);
    if (built) expect(texts(after)[step.downAt?.file ?? ''] ?? '').toMatch(TELLS[name] ?? /^/);
    if (built && /^(?:dbmate|golang-migrate|flyway|diesel)$/.test(name)) expect(step.down?.known === true ? step.down.value.length : 0).toBe(1);
  }
  for (const file of applied) expect(texts(after)[file]).toBe(texts(before)[file]);

  const init = sent(before, original, 'up', original.steps.slice(0, 1));
  const is = await catalog([...init, ROWS, ...sent(after, history, 'up', history.steps.slice(1))]);
  const meant = await catalog([...init, ROWS, ...sent(before, original, 'up', original.steps.slice(1))]);
  expect(sameCatalog(is, meant), out).toBe('');
  if (tool.downs) {
    const back = [...history.steps.slice(1)].reverse();
    expect(sameCatalog(await catalog([...init, ROWS, ...sent(after, history, 'up', history.steps.slice(1)), ...sent(after, history, 'down', back)]), await catalog(init)), out).toBe('');
  }

  const written = [...applied].reduce((rest, file) => rest.filter((f) => f !== file), history.steps.map((s) => s.file));
  const again = await fix(dir, ...written);
  expect(again.out).toContain('Nothing to write');
  expect(texts(read(dir))).toEqual(texts(after));
});
