import type { History, ModelMap, SqlParser, Unread } from '@tenantlint/model';
import type { PythonProject } from '../python/graph/project.ts';
import { Collector, type Collected } from './collect.ts';
import { schemaEvents } from './events.ts';
import { modelMap } from './model-map.ts';
import { tableKey, type TableSpec } from './table.ts';

/** The models of one MetaData: what one `Base` collects. */
export interface SqlalchemyModels {
  /** The file where the base, or the first table, is declared. */
  readonly file: string;
  readonly files: readonly string[];
  /** What code can ask for. */
  readonly models: ModelMap;
  /** The database that the models describe, as a history of a single step. */
  readonly history: History;
  readonly unread: readonly Unread[];
}

/** Words of which a file that declares models holds at least one. */
const WORDS = /\b(?:mapped_column|Column|Table|DeclarativeBase|declarative_base|as_declarative|SQLModel|MetaData|relationship|Mapped)\b|__tablename__|__table__|__abstract__|\bdb\.Model\b/;
/** A revision of Alembic speaks of tables as they once were. */
const REVISION = /^(?:down_)?revision\b[^\n]*=/m;
const TESTS = /(?:^|\/)(?:tests?|testing)\/|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/;
const CLASS = /^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)/gm;

/** Whether a Python file can declare models. Cheap: called for every file. */
export function declaresModels(path: string, text: string): boolean {
  return path.endsWith('.py') && !isForeign(path, text) && WORDS.test(text);
}

/** Files whose classes are no models of the product: tests, and revisions, which keep copies of models as they were. */
function isForeign(path: string, text: string): boolean {
  return TESTS.test(path) || (REVISION.test(text) && /\bdef (?:up|down)grade\b/.test(text));
}

/**
 * Reads the models of a project, one result a MetaData. Never throws, and nothing is run.
 * @param packages installed versions by package name, as far as they are known
 */
export function readSqlalchemy(project: PythonProject, sql: SqlParser, packages: ReadonlyMap<string, string> = new Map()): SqlalchemyModels[] {
  const collector = new Collector(project, sql, packages);
  const rest = new Set<string>();
  for (const path of project.paths) {
    const text = project.text(path);
    if (text === undefined) continue;
    if (declaresModels(path, text)) collector.read(path);
    else if (!isForeign(path, text)) rest.add(path);
  }
  readHeirs(project, collector, rest);
  const collected = collector.collect();
  const declaring = new Set(collected.tables.map((t) => t.nameAt.file));
  // What stands in files without tables matters where there may be some that were not found.
  const lost = collector.of.unread.filter((u) => !declaring.has(u.at.file) && STRONG.test(project.text(u.at.file) ?? ''));
  return groups(collected).map((tables, i) => group(collector, collected, tables, i === 0 ? lost : []));
}

/** What only a file with tables says. */
const STRONG = /__tablename__|\btable\s*=\s*True|\bTable\(|\bdb\.Model\b/;

/** Files that say no such word, and whose classes inherit from models: their columns are all inherited. */
function readHeirs(project: PythonProject, collector: Collector, rest: Set<string>): void {
  for (let turn = 0; turn < 4; turn++) {
    const names = collector.baseNames();
    const heirs = [...rest].filter((path) => [...(project.text(path) ?? '').matchAll(CLASS)].some(([, bases = '']) => bases.split(',').some((base) => names.has(base.trim().split('.').at(-1) ?? ''))));
    if (heirs.length === 0) return;
    for (const path of heirs) {
      rest.delete(path);
      collector.read(path);
    }
  }
}

function groups({ tables }: Collected): TableSpec[][] {
  const byMetadata = new Map<string, TableSpec[]>();
  for (const table of tables) {
    const known = byMetadata.get(table.metadata.key);
    if (known) known.push(table);
    else byMetadata.set(table.metadata.key, [table]);
  }
  return [...byMetadata.values()].map((group) => group.sort((a, b) => (a.nameAt.file < b.nameAt.file ? -1 : a.nameAt.file > b.nameAt.file ? 1 : a.at.start - b.at.start)));
}

function group(collector: Collector, collected: Collected, tables: readonly TableSpec[], lost: readonly Unread[]): SqlalchemyModels {
  const own = new Map(tables.map((t) => [tableKey(t.schema, t.name), t]));
  const every = new Map(collected.tables.map((t) => [tableKey(t.schema, t.name), t]));
  const up = schemaEvents(collector.of, tables, (key) => own.get(key) ?? every.get(key));
  const set = new Set(tables);
  const files = [...new Set(tables.map((t) => t.nameAt.file))].sort();
  const [first] = tables;
  const declared = first?.metadata.at.file ?? '';
  const file = files.includes(declared) || declared.endsWith('.py') ? declared : (files[0] ?? '');
  const within = new Set(files);
  const unread = [...collector.of.unread.filter((u) => within.has(u.at.file)), ...lost].sort((a, b) => (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.start - b.at.start));
  return {
    file,
    files,
    models: modelMap(collector.of.run, collected, collected.classes.filter((c) => set.has(c.table))),
    history: {
      tool: 'models',
      root: file,
      steps: [{ file, id: file, tool: 'models', up, down: undefined, downAt: undefined, transactional: true, unread }],
      downs: { expected: false, why: 'models state what is, not how it came about' },
      skipped: [],
      seeds: [],
    },
    unread,
  };
}
