import type { PythonProject } from '@tenantlint/readers/python';
import type { CodeFile, Comment, History, ModelMap, SqlParser, Unread } from '@tenantlint/model';
import { pythonVersions } from './packages.ts';
import type { Workspace } from './workspace.ts';

/** Models of an ORM: what code can ask for, and the tables behind them as a history of one step. */
export interface ModelSchema {
  readonly files: readonly string[];
  readonly models: ModelMap;
  readonly history: History;
  readonly unread: readonly Unread[];
  /** Where the models say which kind of database they are for. */
  readonly datamodel?: { readonly provider: string | undefined };
}

export interface PythonRead {
  readonly histories: readonly History[];
  readonly schemas: readonly ModelSchema[];
  readonly comments: ReadonlyMap<string, readonly Comment[]>;
}

const NOTHING: PythonRead = { histories: [], schemas: [], comments: new Map() };

const projects = new WeakMap<Workspace, Promise<PythonProject | undefined>>();

/** The Python files of a workspace, each parsed once; the grammar is only loaded where a file says one of the words. */
export function pythonProject(workspace: Workspace): Promise<PythonProject | undefined> {
  const known = projects.get(workspace) ?? open(workspace);
  projects.set(workspace, known);
  return known;
}

async function open(workspace: Workspace): Promise<PythonProject | undefined> {
  const files = [...workspace.files].filter((f) => f.endsWith('.py'));
  if (!files.some((f) => /\b(?:sqlalchemy|sqlmodel|alembic)\b/i.test(workspace.text(f) ?? ''))) return undefined;
  const { loadPython, PythonProject } = await import('@tenantlint/readers/python');
  return new PythonProject({ files: workspace.files, text: (path) => workspace.text(path) }, await loadPython());
}

/** Models and revisions. */
export async function readPython(workspace: Workspace, sql: SqlParser): Promise<PythonRead> {
  const project = await pythonProject(workspace);
  if (!project) return NOTHING;
  const [{ readSqlalchemy }, { readAlembic }] = await Promise.all([import('@tenantlint/readers/sqlalchemy'), import('@tenantlint/readers/alembic')]);
  const histories = readAlembic(project, sql);
  const schemas = readSqlalchemy(project, sql, pythonVersions(workspace, ['sqlalchemy', 'sqlmodel', 'alembic']));
  const read = new Set([...histories.flatMap((h) => h.steps.map((s) => s.file)), ...schemas.flatMap((s) => s.files)]);
  const loaded = [...read].map((f) => project.load(f)).filter((f): f is CodeFile => f !== undefined);
  return { histories, schemas, comments: new Map(loaded.map((f) => [f.path, f.comments])) };
}
