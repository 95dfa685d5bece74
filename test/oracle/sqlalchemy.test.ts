import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { History, ModelMap, Source } from '@tenantlint/model';
import { loadPython, PythonProject } from '@tenantlint/readers/python';
import { readModelDump, readSqlalchemy, terminated, type SqlalchemyModels } from '@tenantlint/readers/sqlalchemy';
import { createSqlParser } from '@tenantlint/readers/sql';
import { catalogOf } from './sqlalchemy-catalog.ts';
import { pythonWith, recordedBy } from './sqlalchemy-python.ts';

const here = fileURLToPath(new URL('./sqlalchemy', import.meta.url));
const sql = createSqlParser();
const cases = readdirSync(path.join(here, 'recorded')).filter((f) => f.endsWith('.sql')).map((f) => f.replace(/\.sql$/, '')).sort();
const recorded = (file: string): string => readFileSync(path.join(here, 'recorded', file), 'utf8');

/** The files of a case: a module, or a package. */
function sourcesOf(name: string): Source[] {
  const root = path.join(here, 'cases');
  const at = path.join(root, name);
  const isPackage = statSync(at, { throwIfNoEntry: false })?.isDirectory() === true;
  const files = isPackage ? readdirSync(at).filter((f) => f.endsWith('.py')).map((f) => `${name}/${f}`) : [`${name}.py`];
  return files.map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') }));
}

async function read(sources: readonly Source[]): Promise<SqlalchemyModels[]> {
  const texts = new Map(sources.map((s) => [s.path, s.text]));
  return readSqlalchemy(new PythonProject({ files: new Set(texts.keys()), text: (p) => texts.get(p) }, await loadPython()), sql);
}

const historyOf = (text: string): History => ({
  tool: 'dump', root: 'dump.sql', downs: { expected: false, why: '' }, skipped: [], seeds: [],
  steps: [{ file: 'dump.sql', id: 'dump', tool: 'dump', up: sql.file({ path: 'dump.sql', text }).events, down: undefined, downAt: undefined, transactional: true, unread: [] }],
});

describe('models mean the tables that SQLAlchemy compiles them to', () => {
  test.each(cases)('%s', async (name) => {
    const groups = await read(sourcesOf(name));
    expect(groups).toHaveLength(1);
    const [models] = groups;
    if (!models) return;
    expect(models.unread).toEqual([]);
    expect(catalogOf([models.history], sql)).toEqual(catalogOf([historyOf(recorded(`${name}.sql`))], sql));
  });
});

describe('models offer to code what their mappers do', () => {
  test.each(cases)('%s', async (name) => {
    const [models] = await read(sourcesOf(name));
    expect(mappersOf(models?.models)).toEqual(JSON.parse(recorded(`${name}.json`)));
  });
});

describe('a dump says what the sources say', () => {
  test.each(cases)('%s', async (name) => {
    const [models] = await read(sourcesOf(name));
    const dumped = readModelDump({ path: 'models.json', text: recorded(`${name}.dump.json`) }, sql);
    expect(dumped?.unread).toEqual([]);
    expect(catalogOf(dumped ? [dumped.history] : [], sql)).toEqual(catalogOf(models ? [models.history] : [], sql));
    expect(mappersOf(dumped?.models)).toEqual(mappersOf(models?.models));
    expect(fieldsOf(dumped)).toEqual(fieldsOf(models));
  });

  test.each(cases)('%s, as a mock engine prints it', (name) => {
    const printed = recorded(`${name}.sql`).replace(/;$/gm, '\n');
    const { text } = terminated({ path: 'dump.sql', text: printed });
    expect(catalogOf([historyOf(text)], sql)).toEqual(catalogOf([historyOf(recorded(`${name}.sql`))], sql));
  });
});

/** What is said of fields besides their columns and joins. */
function fieldsOf(of: SqlalchemyModels | undefined): unknown {
  return Object.fromEntries([...(of?.models.models.values() ?? [])].map((m) => [m.name, Object.fromEntries([...m.fields.values()].map((f) => [f.name, f.kind === 'scalar' ? [f.required, f.unique, f.list, f.sharedDefault !== undefined] : [f.required]]))]));
}

/** As record.py writes it. */
function mappersOf(map: ModelMap | undefined): unknown {
  return Object.fromEntries([...(map?.models.values() ?? [])].map((m) => [m.name, {
    table: m.table,
    columns: Object.fromEntries([...m.fields.values()].flatMap((f) => (f.kind === 'scalar' ? [[f.name, f.column]] : []))),
    relationships: Object.fromEntries([...m.fields.values()].flatMap((f) => (f.kind === 'relation' ? [[f.name, { to: f.model, list: f.list, on: f.on.map((p) => [...p]).sort(), through: f.through ?? null, lazy: f.lazy ?? 'select' }]] : []))),
  }]));
}

describe('the record is what SQLAlchemy says today', () => {
  const python = pythonWith('sqlalchemy');
  test.skipIf(!python).for(cases)('%s', (name, context) => {
    const now = python && recordedBy(python, path.join(here, 'record.py'), 'ddl', name);
    // An older SQLAlchemy cannot load what is new.
    if (now === undefined) return context.skip();
    expect(catalogOf([historyOf(now)], sql)).toEqual(catalogOf([historyOf(recorded(`${name}.sql`))], sql));
  });
});
