import type { Comment, History, ModelMap, Source, Span, SqlParser, Unread } from '@tenantlint/model';
import { readPrisma, wantsPrisma } from '@tenantlint/readers/prisma';
import { sqlHistories } from '@tenantlint/readers/sql';
import { readPython, type ModelSchema } from './python.ts';
import { readPrograms } from './scripted.ts';
import type { Workspace } from './workspace.ts';

/** What the schema is told by: migrations, and models of an ORM. */
export interface Sources {
  /** In the order in which they are replayed. */
  readonly histories: readonly History[];
  readonly models: readonly ModelMap[];
  /** Models of tables that migrations make: not replayed with these, but held against them. */
  readonly described: readonly History[];
  /** Of these, models by which a program can make tables as well: what no migration made is made by them. */
  readonly creating: readonly History[];
  readonly comments: ReadonlyMap<string, readonly Comment[]>;
  /** Statements of SQL files, in order. */
  readonly statements: ReadonlyMap<string, readonly Span[]>;
  readonly unread: readonly Unread[];
  readonly files: ReadonlySet<string>;
}

export async function readSources(workspace: Workspace, sql: SqlParser): Promise<Sources> {
  const comments = new Map<string, readonly Comment[]>();
  const statements = new Map<string, readonly Span[]>();
  const unread: Unread[] = [];
  // Migrations are read by their tools' conventions; what suppressions need of each file is kept on the way.
  const observed: SqlParser = {
    ...sql,
    file(source) {
      const file = sql.file(source);
      comments.set(source.path, file.comments);
      statements.set(source.path, file.events.map((e) => e.at));
      return file;
    },
  };
  const sqlMigrations = await guarded(unread, 'SQL migrations', () => sqlHistories.read(load(workspace, sqlHistories.wants), observed));
  const prisma = await guarded(unread, 'Prisma schemas', () => readPrisma(load(workspace, wantsPrisma), sql.expression));
  const python = await guarded(unread, 'Python models and revisions', () => readPython(workspace, sql));
  const programs = await guarded(unread, 'migrations in TypeScript and JavaScript', () => readPrograms(workspace, sql));
  const migrations = [...(sqlMigrations ?? []), ...(python?.histories ?? []), ...(programs?.histories ?? [])];
  const schemas: readonly ModelSchema[] = [...(prisma ?? []), ...(python?.schemas ?? [])];
  for (const schema of prisma ?? []) for (const [file, list] of schema.comments) comments.set(file, list);
  for (const [file, list] of [...(python?.comments ?? []), ...(programs?.comments ?? [])]) comments.set(file, list);
  unread.push(...schemas.flatMap((s) => s.unread), ...migrations.flatMap((h) => h.steps.flatMap((s) => s.unread)));
  const made = createdTables(migrations);
  return {
    histories: [...schemas.filter((s) => !describes(s, made)).map((s) => s.history), ...migrations],
    models: schemas.map((s) => s.models),
    creating: (python?.schemas ?? []).filter((s) => describes(s, made)).map((s) => s.history),
    // The same models for another kind of database say nothing of this one.
    described: schemas.filter((s) => describes(s, made) && /^(postgres(ql)?|cockroachdb)$/.test(s.datamodel?.provider ?? 'postgresql')).map((s) => s.history),
    comments,
    statements,
    unread,
    files: new Set([...migrations.flatMap((h) => h.steps.map((s) => s.file)), ...schemas.flatMap((s) => s.files)]),
  };
}

/**
 * Models of a database whose migrations are there only repeat them, without what SQL alone can say. Others stand for
 * the tables themselves, and come first: SQL beside them adds to what they made.
 */
function describes(schema: ModelSchema, made: ReadonlySet<string>): boolean {
  for (const model of schema.models.models.values()) if (made.has(model.table.slice(model.table.indexOf('.') + 1))) return true;
  return false;
}

function createdTables(histories: readonly History[]): ReadonlySet<string> {
  const made = new Set<string>();
  for (const history of histories) for (const step of history.steps) for (const event of step.up) if (event.kind === 'create-table') made.add(event.name.name);
  return made;
}

/** A mistake of ours in one reader takes nothing from the others. */
async function guarded<T>(unread: Unread[], what: string, read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    unread.push({ at: { file: '.', start: 0, end: 0 }, reason: `${what} could not be read: ${error instanceof Error ? error.message : String(error)}` });
    return undefined;
  }
}

function load(workspace: Workspace, wants: (path: string) => boolean): Source[] {
  return [...workspace.files].filter(wants).flatMap((path) => {
    const text = workspace.text(path);
    return text === undefined ? [] : [{ path, text }];
  });
}
