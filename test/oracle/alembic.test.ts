import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { History, SchemaEvent } from '@tenantlint/model';
import { readAlembic } from '@tenantlint/readers/alembic';
import { loadPython, PythonProject } from '@tenantlint/readers/python';
import { createSqlParser } from '@tenantlint/readers/sql';
import { pythonWith, recordedBy } from './sqlalchemy-python.ts';

const here = fileURLToPath(new URL('./alembic', import.meta.url));
const sql = createSqlParser();
const cases = readdirSync(path.join(here, 'cases')).sort();
const ways = cases.flatMap((name) => (['up', 'down'] as const).filter((way) => existsSync(path.join(here, 'recorded', `${name}.${way}.sql`))).map((way) => [name, way] as const));
const recorded = (name: string, way: string): string => readFileSync(path.join(here, 'recorded', `${name}.${way}.sql`), 'utf8');

async function read(name: string): Promise<History> {
  const root = path.join(here, 'cases', name);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => /\.(py|sql)$/.test(f));
  const text = (f: string): string | undefined => (files.includes(f) ? readFileSync(path.join(root, f), 'utf8') : undefined);
  const [history, ...more] = readAlembic(new PythonProject({ files: new Set(files), text }, await loadPython()), sql);
  expect(more).toEqual([]);
  if (!history) throw new Error('no history');
  return history;
}

/** What alembic prints, by revision: the statements of each, without its own bookkeeping. */
function printed(text: string, way: 'up' | 'down'): [string, unknown[]][] {
  const [, ...chunks] = text.split(/^-- Running (?:up|down)grade /m);
  return chunks.map((chunk, i): [string, unknown[]] => {
    const head = chunk.slice(0, chunk.indexOf('\n'));
    const id = (way === 'up' ? (head.split('->')[1] ?? '') : (head.split('->')[0] ?? '')).trim();
    const events = sql.file({ path: 'out.sql', text: chunk.slice(head.length) }).events.filter((e) => !/alembic_version/.test(JSON.stringify(e)));
    // The transaction around everything is alembic's, not the revision's.
    return [id, comparable(i === chunks.length - 1 && events.at(-1)?.kind === 'transaction' ? events.slice(0, -1) : events)];
  });
}

/** What alembic takes from a set: indexes, and constraints that are added one by one. */
function unordered(event: SchemaEvent): string | undefined {
  if (event.kind === 'create-index') return 'index';
  return event.kind === 'alter-table' && event.actions.every((a) => a.do === 'add-constraint') ? 'constraint' : undefined;
}

/** Events without their places. Alembic prints blanks in its own way, and constraints and indexes in an order of its own. */
function comparable(events: readonly SchemaEvent[]): unknown[] {
  const plain = (key: string, value: unknown): unknown => {
    if (/^at$|At$|^verbatim$/.test(key)) return undefined;
    if (typeof value === 'string') return value.replace(/\s+/g, ' ');
    if (key === 'constraints' && Array.isArray(value)) return value.map((c) => JSON.stringify(c, plain)).sort();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const runs: SchemaEvent[][] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last?.[0] && unordered(event) !== undefined && unordered(event) === unordered(last[0])) last.push(event);
    else runs.push([event]);
  }
  return runs.flatMap((run) => run.map((e) => JSON.stringify(e, plain)).sort()).map((e): unknown => JSON.parse(e));
}

describe('a revision means the SQL that alembic prints for it', () => {
  test.each(ways)('%s %s', async (name, way) => {
    const { steps } = await read(name);
    expect(steps.flatMap((s) => s.unread)).toEqual([]);
    const ours = steps.map((s): [string, unknown[]] => [s.id, comparable(way === 'up' ? s.up : s.down?.known ? s.down.value : [])]);
    const theirs = printed(recorded(name, way), way);
    expect((way === 'up' ? ours : ours.reverse())).toEqual(theirs);
  });
});

const heading = (text: string): string => text.slice(0, text.indexOf('\n'));

describe('the record is what alembic says today', () => {
  const python = pythonWith('alembic');
  test.skipIf(!python).for(ways)('%s %s', ([name, way], context) => {
    const now = python && recordedBy(python, path.join(here, 'record.py'), way, name);
    // Another alembic orders branches in another way, and cannot run what is newer.
    if (now === undefined || heading(now) !== heading(recorded(name, way))) return context.skip();
    expect(printed(now, way)).toEqual(printed(recorded(name, way), way));
  });
});
