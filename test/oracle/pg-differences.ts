import type { History, Schema, SchemaEvent, SqlExpr, SqlParser, SqlSelect, Step } from '@tenantlint/model';
import { replay, SUPABASE_SQL, type ReplayOptions } from '@tenantlint/engine';
import { canonical } from './pg-canonical.ts';
import type { Database } from './pg-database.ts';
import { DUMP_SQL, EXPRESSIONS_SQL } from './pg-dump-sql.ts';
import { namesIn } from './pg-names.ts';

export interface SqlSource {
  readonly path: string;
  readonly text: string;
}

export interface Comparison {
  /** Where the replayed catalog and the real one differ; empty is the goal. */
  readonly differences: readonly string[];
  /** Statements that Postgres refused. */
  readonly refused: readonly string[];
}

const QUERIES = [`set local search_path = public; ${DUMP_SQL}`, `set local search_path = ''; ${EXPRESSIONS_SQL}`];

/** Refusals that the replay does not judge: it takes an expression's columns and operators on trust. */
const TRUSTED = /^(savepoint .* does not exist|column .* does not exist|operator does not exist|function .* does not exist|column reference .* is ambiguous|missing FROM-clause|invalid reference to FROM-clause|aggregate functions are not allowed)/;

/** The same for a list of statements, less those whose refusal rests on an expression; `refused` counts all others that Postgres refuses. */
export async function compareStatements(db: Database, sql: SqlParser, statements: readonly string[]): Promise<{ readonly differences: readonly string[]; readonly refused: number }> {
  const { errors } = await db.rehearse('', statements, []);
  const kept = statements.filter((_, i) => !TRUSTED.test(errors[i]?.replace(/^ERROR:\s*/, '') ?? ''));
  const { differences, refused } = await compare(db, sql, [{ path: 'random.sql', text: kept.map((statement) => `${statement};`).join('\n') }]);
  return { differences, refused: refused.length };
}

/** Replays the files and runs them on a real Postgres; says in what the two catalogs differ. */
export async function compare(db: Database, sql: SqlParser, files: readonly SqlSource[], setup: readonly SqlSource[] = [], base: NonNullable<ReplayOptions['base']> = 'plain'): Promise<Comparison> {
  const read = files.map((file) => ({ file, events: sql.file(file).events }));
  const own = read.some(({ events }) => events.some((event) => (event.kind === 'transaction' && (event.verb === 'begin' || event.verb === 'commit' || event.verb === 'rollback')) || (event.kind === 'create-index' && event.concurrently)));
  const timeline = replay([historyOf(read.map(({ file, events }) => stepOf(file.path, events, !own)))], sql, { base, missing: 'fail' });
  const statements = read.flatMap(({ file, events }) => statementsOf(file, events));
  const { errors, answers } = await (own ? db.perform : db.rehearse)(setup.map((file) => file.text).join('\n'), statements.map(({ text }) => text), QUERIES);
  const [catalog, expressions] = answers;
  const differences: string[] = [];
  diff('', withoutBase(catalog), withoutBase(canonical(timeline.last)), differences);
  differences.push(...expressionDifferences(sql, timeline.last, expressions));
  const refused = errors.flatMap((error, i) => (error === undefined ? [] : [`${statements[i]?.text.slice(0, 120) ?? ''}: ${error}`]));
  const failed = new Set(timeline.doubts.map((doubt) => `${doubt.at.file}:${doubt.at.start}`));
  errors.forEach((error, i) => {
    const at = statements[i];
    if (at === undefined) return;
    const doubted = failed.has(`${at.file}:${at.start}`);
    if (error !== undefined && !doubted) differences.push(`Postgres refuses, replay does not: ${at.text.slice(0, 160)} — ${error}`);
    if (error === undefined && doubted) {
      const reason = timeline.doubts.find((doubt) => doubt.at.file === at.file && doubt.at.start === at.start)?.reason ?? '';
      differences.push(`replay refuses, Postgres does not: ${at.text.slice(0, 160)} — ${reason}`);
    }
  });
  return { differences, refused };
}

export function stepOf(file: string, up: readonly SchemaEvent[], transactional: boolean): Step {
  return { file, id: file, tool: 'plain', up, down: undefined, downAt: undefined, transactional, unread: [] };
}

export function historyOf(steps: readonly Step[]): History {
  return { tool: 'plain', root: '.', steps, downs: { expected: false, why: '' }, skipped: [], seeds: [] };
}

interface Statement {
  readonly file: string;
  readonly start: number;
  readonly text: string;
}

/** The text of each statement; one statement can be several events. */
function statementsOf(file: SqlSource, events: readonly SchemaEvent[]): readonly Statement[] {
  const seen = new Map<number, Statement>();
  for (const { at } of events) seen.set(at.start, { file: at.file, start: at.start, text: file.text.slice(at.start, at.end) });
  return [...seen.values()];
}

/** `public` exists in both; nothing else of a fresh database is compared. */
function withoutBase(catalog: unknown): unknown {
  return catalog;
}

export function diff(path: string, real: unknown, ours: unknown, out: string[]): void {
  if (out.length > 200) return;
  if (Array.isArray(real) && Array.isArray(ours) && real.every((item) => typeof item !== 'object') && ours.every((item) => typeof item !== 'object')) {
    if (JSON.stringify(real) !== JSON.stringify(ours)) out.push(`${path}: ${JSON.stringify(real)} in Postgres, ${JSON.stringify(ours)} replayed`);
    return;
  }
  if (isRecord(real) && isRecord(ours)) {
    for (const key of new Set([...Object.keys(real), ...Object.keys(ours)])) {
      if (!(key in ours)) out.push(`${path}/${key}: missing in the replay: ${JSON.stringify(real[key]).slice(0, 200)}`);
      else if (!(key in real)) out.push(`${path}/${key}: only in the replay: ${JSON.stringify(ours[key]).slice(0, 200)}`);
      else diff(`${path}/${key}`, real[key], ours[key], out);
    }
    return;
  }
  if (JSON.stringify(real) !== JSON.stringify(ours)) out.push(`${path}: ${JSON.stringify(real)} in Postgres, ${JSON.stringify(ours)} replayed`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function expressionDifferences(sql: SqlParser, schema: Schema, expressions: unknown): readonly string[] {
  const out: string[] = [];
  const ours = new Map<string, SqlExpr>();
  for (const [key, table] of schema.tables) {
    if (table.inferred) continue;
    for (const policy of table.policies.values()) {
      if (policy.using !== undefined) ours.set(`policy ${key} ${policy.name} using`, policy.using);
      if (policy.check !== undefined) ours.set(`policy ${key} ${policy.name} check`, policy.check);
    }
    for (const constraint of table.constraints.values()) if (constraint.kind === 'check') ours.set(`check ${key} ${constraint.name}`, constraint.expr);
    for (const column of table.columns.values()) {
      const value = column.generated ?? column.default;
      if (value !== undefined) ours.set(`default ${key} ${column.name}`, value.value);
    }
    for (const index of table.indexes.values()) if (index.where !== undefined) ours.set(`where ${key} ${index.name}`, index.where);
  }
  for (const [key, view] of schema.views) ours.set(`view ${key}`, scalar(view.select));
  for (const [id, text] of Object.entries(isRecord(expressions) ? expressions : {})) {
    const expr = ours.get(id);
    if (expr === undefined || typeof text !== 'string') continue;
    const [real, replayed] = [namesIn(sql.expression(text, { file: '', start: 0, end: 0 }, false)), namesIn(expr)];
    if (real !== replayed) out.push(`${id}: names ${real} in Postgres, ${replayed} replayed (${text.slice(0, 200)})`);
  }
  return out;
}

function scalar(select: SqlSelect): SqlExpr {
  return { kind: 'scalar', at: select.at, select };
}

/** The statements of the Supabase base that a bare Postgres can run: it has none of the platform's extensions. */
export function supabaseSetup(): readonly SqlSource[] {
  return SUPABASE_SQL.map((text, i) => ({ path: `base${i}.sql`, text: text.split('\n').filter((line) => !line.startsWith('create extension')).join('\n') }));
}
