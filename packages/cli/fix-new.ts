import { createHash } from 'node:crypto';
import type { History, NewMigration, Step } from '@tenantlint/model';
import { newProgram, PROGRAMS } from './fix-new-program.ts';

/** Files that hold a new migration; or why this tool gets none. */
export type Made = { readonly files: ReadonlyMap<string, string>; readonly note: string | undefined } | { readonly refused: string };

/** A new migration behind all others, as its tool wants it: its name, its marks, and the list that the tool keeps. */
export function newMigration(history: History, migration: NewMigration, text: (file: string) => string | undefined): Made {
  const { statements, outside } = migration;
  const slug = migration.slug.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '').slice(0, 50);
  const last = lastOf(history);
  if (last === undefined) return { refused: 'there is no migration that a new one could follow' };
  const program = /\.[cm]?[jt]s$/.test(last.file) && PROGRAMS.has(history.tool);
  if (!/\.(?:sql|go)$/.test(last.file) && history.tool !== 'alembic' && !program) return { refused: 'the migrations are programs; put this into a new one' };
  const note = ALL_AT_ONCE[history.tool];
  const made = (entries: Record<string, string>): Made => ({ files: new Map(Object.entries(entries)), note });
  if (history.tool === 'supabase' && statements.some((s) => /^do\b/i.test(s))) return { refused: 'the Supabase CLI records a migration in its transaction, so that none can commit by itself; run this by hand' };
  if (history.tool === 'sqitch') return sqitch(history, { slug, statements, outside }, text);
  if (history.tool === 'alembic') return alembic(history, last, { slug, statements, outside });
  if (history.tool === 'graphile-migrate' || history.tool === 'models' || history.tool === 'dump') return { refused: `${history.tool} takes no new file` };
  const single = ONE_STATEMENT.has(history.tool) || last.file.endsWith('/up.sql');
  const parts = statements.length > 1 && outside && single ? statements.map((s) => [s]) : [statements];
  const files = new Map<string, string>();
  let version = versionIn(last);
  for (const [i, part] of parts.entries()) {
    version = version === undefined ? undefined : nextVersion(version);
    if (version === undefined) return { refused: 'no number in the names tells their order' };
    const one = program ? programOf(last, { version, slug, statements, outside }, text) : fileOf(history, last, { version, slug: parts.length > 1 ? `${slug}_${i + 1}` : slug, statements: part, outside }, text);
    if (typeof one === 'string') return { refused: one };
    for (const [file, content] of Object.entries(one)) files.set(file, content);
  }
  return made(Object.fromEntries(files));
}

/** Tools that send a file as one query: Postgres makes a transaction of it unless there is only one statement. */
const ONE_STATEMENT: ReadonlySet<Step['tool']> = new Set(['supabase', 'prisma', 'golang-migrate', 'dbmate']);

const ALL_AT_ONCE: Partial<Readonly<Record<Step['tool'], string>>> = {
  drizzle: 'drizzle-kit runs all pending migrations in one transaction: deploy the new one later than the other',
  typeorm: 'unless told otherwise TypeORM runs all pending migrations in one transaction: deploy the new one later than the other; a data source that names its migrations has to name it',
  'node-pg-migrate': 'unless told otherwise node-pg-migrate runs all pending migrations in one transaction: deploy the new one later than the other',
  alembic: 'without transaction_per_migration Alembic runs all pending revisions in one transaction: deploy the new one later than the other',
};

interface Part {
  readonly version: string;
  readonly slug: string;
  readonly statements: readonly string[];
  readonly outside: boolean;
}

function programOf(last: Step, part: Part, text: (file: string) => string | undefined): Record<string, string> | string {
  const made = newProgram(last, text(last.file) ?? '', part);
  return typeof made === 'string' ? made : { [`${last.file.slice(0, last.file.lastIndexOf('/') + 1)}${made[0]}`]: made[1] };
}

/** Name and text of one migration; a sentence where the tool does not take it. */
function fileOf(history: History, last: Step, { version, slug, statements, outside }: Part, text: (file: string) => string | undefined): Record<string, string> | string {
  const { tool } = history;
  const folder = last.file.slice(0, Math.max(0, last.file.lastIndexOf('/')));
  const beside = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const above = folder.slice(0, folder.lastIndexOf('/') + 1);
  const name = last.file.slice(last.file.lastIndexOf('/') + 1);
  const sql = statements.map((s) => `${s};\n`).join('');
  if (/^(?:migration|up)\.sql$/i.test(name)) {
    if (tool === 'drizzle' && outside) return 'drizzle-kit runs all migrations in one transaction; run this by hand before the deploy';
    const meta = name === 'up.sql' && outside ? { [`${above}${version}_${slug}/metadata.toml`]: 'run_in_transaction = false\n' } : {};
    return { [`${above}${version}_${slug}/${name}`]: sql, ...meta };
  }
  switch (tool) {
    case 'supabase': case 'plain': {
      const kind = /\.do\.sql$/i.test(name) ? `${version}.do.${slug}.sql` : `${version}${/^\d+(.)/.exec(name)?.[1] === '-' ? '-' : '_'}${slug}.sql`;
      return { [beside(kind)]: sql };
    }
    case 'golang-migrate': return { [beside(`${version}_${slug}.up.sql`)]: sql };
    case 'flyway': return { [beside(`V${version}__${slug}.sql`)]: sql, ...(outside ? { [beside(`V${version}__${slug}.sql.conf`)]: 'executeInTransaction=false\n' } : {}) };
    case 'dbmate': return { [beside(`${version}_${slug}.sql`)]: `-- migrate:up${outside ? ' transaction:false' : ''}\n${sql}\n-- migrate:down\n` };
    case 'goose': {
      const block = statementsOf('goose', '', statements);
      if (/^--\s*\+migrate\s/im.test(text(last.file) ?? '')) return { [beside(`${version}_${slug}.sql`)]: `-- +migrate Up${outside ? ' notransaction' : ''}\n${block.replaceAll('+goose', '+migrate')}\n-- +migrate Down\n` };
      return { [beside(`${version}_${slug}.sql`)]: `${outside ? '-- +goose NO TRANSACTION\n' : ''}-- +goose Up\n${block}\n-- +goose Down\n` };
    }
    case 'node-pg-migrate': return outside ? 'node-pg-migrate runs SQL files in a transaction; write this as a program with pgm.noTransaction()' : { [beside(`${version}_${slug}.sql`)]: `-- Up Migration\n${sql}\n-- Down Migration\n` };
    case 'drizzle': return outside ? 'drizzle-kit runs all migrations in one transaction; run this by hand before the deploy' : drizzle(beside, `${version}_${slug}`, statements, text);
    case 'prisma': case 'sqitch': case 'graphile-migrate': case 'knex': case 'typeorm': case 'kysely': case 'sequelize': case 'mikro-orm': case 'alembic': case 'dump': case 'models': return `${tool} takes no such file`;
  }
}

/** Statements as a file of the tool holds them; goose ends them at semicolons, unless it is told where they end. */
export function statementsOf(tool: Step['tool'], file: string, statements: readonly string[]): string {
  const mark = /^--\s*\+migrate\s/im.test(file) ? 'migrate' : 'goose';
  return statements.map((s) => (tool === 'goose' && s.includes(';') ? `-- +${mark} StatementBegin\n${s};\n-- +${mark} StatementEnd\n` : `${s};\n`)).join('');
}

/** The tool runs what its journal lists. */
function drizzle(beside: (name: string) => string, tag: string, statements: readonly string[], text: (file: string) => string | undefined): Record<string, string> | string {
  const file = beside('meta/_journal.json');
  const journal = text(file);
  const end = journal?.lastIndexOf('}', journal.lastIndexOf(']')) ?? -1;
  const [idx, when] = [/"idx"\s*:\s*(\d+)(?![\s\S]*"idx")/.exec(journal ?? '')?.[1], /"when"\s*:\s*(\d+)(?![\s\S]*"when")/.exec(journal ?? '')?.[1]];
  const version = /"version"\s*:\s*"(\d+)"(?![\s\S]*"version")/.exec(journal ?? '')?.[1];
  if (journal === undefined || end < 0 || idx === undefined || when === undefined) return 'its journal could not be read';
  const entry = `,\n    {\n      "idx": ${Number(idx) + 1},\n      "version": "${version ?? '7'}",\n      "when": ${Number(when) + 1000},\n      "tag": "${tag}",\n      "breakpoints": true\n    }`;
  return { [beside(`${tag}.sql`)]: statements.map((s) => `${s};\n`).join('--> statement-breakpoint\n'), [file]: journal.slice(0, end + 1) + entry + journal.slice(end + 1) };
}

/** A change at the end of the plan, by whoever planned the last one. */
function sqitch({ root }: History, { slug, statements, outside }: Omit<Part, 'version'>, text: (file: string) => string | undefined): Made {
  const at = (file: string): string => (root === '' ? file : `${root}/${file}`);
  const plan = text(at('sqitch.plan'));
  const line = plan?.split(/\r?\n/).findLast((l) => /^\S+.*\d{4}-\d\d-\d\dT[\d:]+Z\s.+<.*>/.test(l));
  const [, when, who] = /(\d{4}-\d\d-\d\dT[\d:]+Z)\s(.+<[^>]*>)/.exec(line ?? '') ?? [];
  if (plan === undefined || when === undefined || who === undefined) return { refused: 'its plan could not be read' };
  const later = new Date(Date.parse(when) + 1000).toISOString().replace('.000Z', 'Z');
  const sql = statements.map((s) => `${s};\n`).join('');
  return { note: undefined, files: new Map([
    [at(`deploy/${slug}.sql`), outside ? `-- Deploy ${slug}\n\n${sql}` : `-- Deploy ${slug}\n\nbegin;\n\n${sql}\ncommit;\n`],
    [at('sqitch.plan'), `${plan}${plan.endsWith('\n') ? '' : '\n'}${slug} ${later} ${who}\n`],
  ]) };
}

function alembic({ steps }: History, last: Step, { slug, statements, outside }: Omit<Part, 'version'>): Made {
  const followed = new Set(steps.flatMap((s) => s.after ?? []));
  const heads = steps.filter((s) => s.after !== undefined && !followed.has(s.id));
  const [head] = heads;
  if (head === undefined || heads.length > 1) return { refused: 'the revisions end in several heads' };
  const id = createHash('sha256').update(`${head.id}\n${slug}`).digest('hex').slice(0, 12);
  const folder = last.file.slice(0, last.file.lastIndexOf('/') + 1);
  const quoted = (s: string): string => `"""${s.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"').replaceAll(/(?<![:\w]):(?=\w)/g, '\\\\:')}"""`;
  const indent = outside ? '        ' : '    ';
  const body = statements.map((s) => `${indent}op.execute(${quoted(s)})\n`).join('');
  const text = `"""${slug.replaceAll('_', ' ')}\n\nRevision ID: ${id}\nRevises: ${head.id}\n"""\nfrom alembic import op\n\nrevision = "${id}"\ndown_revision = "${head.id}"\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n${outside ? '    with op.get_context().autocommit_block():\n' : ''}${body}\n\ndef downgrade() -> None:\n    pass\n`;
  return { note: ALL_AT_ONCE.alembic, files: new Map([[`${folder}${id}_${slug}.py`, text]]) };
}

/** The step with the highest version; the tool orders by it, and what comes last in the replay need not be it. */
function lastOf({ steps, tool }: History): Step | undefined {
  if (tool === 'alembic' || tool === 'sqitch') return steps.at(-1);
  return [...steps].sort((a, b) => compareVersions(versionIn(a) ?? '', versionIn(b) ?? '')).at(-1);
}

function versionIn({ id, file, tool }: Step): string | undefined {
  if (tool === 'flyway') return /^V(\d[\w.]*?)__/.exec(file.slice(file.lastIndexOf('/') + 1))?.[1];
  return /^\d+/.exec(id)?.[0];
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split(/\D+/), b.split(/\D+/)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = BigInt(left[i] || '-1') - BigInt(right[i] || '-1');
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

/** One more, as wide; of a moment, one second (or the smallest part that it has) later. */
function nextVersion(version: string): string {
  const [, before = '', digits = ''] = /^(.*?)(\d+)$/.exec(version) ?? [];
  const moment = before === '' && /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?$/.exec(digits);
  if (moment && /^(?:19|20)/.test(digits)) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = moment.slice(1).map(Number).map((n) => (Number.isNaN(n) ? 0 : n));
    const step = digits.length === 14 ? 1000 : digits.length === 12 ? 60_000 : 86_400_000;
    const next = new Date(Date.UTC(year, month - 1, day, hour, minute, second) + step);
    return next.toISOString().replace(/\D/g, '').slice(0, digits.length);
  }
  const more = digits.length === 13 ? 1000n : 1n;
  return `${before}${String(BigInt(digits) + more).padStart(digits.length, '0')}`;
}
