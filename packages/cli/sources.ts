import type { Comment, History, ModelMap, Span, SqlParser, Step, Unread } from '@tenantlint/model';
import { readPrisma, wantsPrisma } from '@tenantlint/readers/prisma';
import type { Workspace } from './workspace.ts';

/** What the schema is told by: migrations, and models of an ORM. */
export interface Sources {
  readonly histories: readonly History[];
  readonly models: readonly ModelMap[];
  readonly comments: Map<string, readonly Comment[]>;
  readonly statements: Map<string, readonly Span[]>;
  readonly unread: Unread[];
  readonly files: Set<string>;
}

export function readSources(workspace: Workspace, sql: SqlParser): Sources {
  const comments = new Map<string, readonly Comment[]>();
  const statements = new Map<string, readonly Span[]>();
  const unread: Unread[] = [];
  const histories = readFolders(workspace, sql, comments, statements);
  const schemas = readPrisma(load(workspace, wantsPrisma), sql.expression);
  for (const schema of schemas) {
    for (const [file, list] of schema.comments) comments.set(file, list);
    unread.push(...schema.unread);
  }
  for (const history of histories) for (const step of history.steps) unread.push(...step.unread);
  // Models repeat what the migrations say, without what only SQL can say; they are replayed where nothing else is.
  const replayed = histories.length > 0 ? histories : schemas.map((s) => s.history);
  return { histories: replayed, models: schemas.map((s) => s.models), comments, statements, unread, files: new Set([...histories.flatMap((h) => h.steps.map((s) => s.file)), ...schemas.flatMap((s) => s.files)]) };
}

function load(workspace: Workspace, wants: (path: string) => boolean) {
  return [...workspace.files].filter(wants).flatMap((path) => {
    const text = workspace.text(path);
    return text === undefined ? [] : [{ path, text }];
  });
}

// Stands in until the readers know the tools' conventions.
function readFolders(workspace: Workspace, sql: SqlParser, comments: Map<string, readonly Comment[]>, statements: Map<string, readonly Span[]>): History[] {
  const steps = load(workspace, (p) => p.endsWith('.sql') && !/\.down\.sql$|(?:^|\/)(?:tests?|seeds?|rollbacks?)\/|seed[^/]*\.sql$/.test(p)).map((source): Step => {
    const file = sql.file(source);
    comments.set(source.path, file.comments);
    statements.set(source.path, file.events.map((e) => e.at));
    return { file: source.path, id: source.path, tool: 'plain', up: file.events, down: undefined, downAt: undefined, transactional: false, unread: file.unread };
  });
  return steps.length === 0 ? [] : [{ tool: 'plain', root: '', steps, downs: { expected: false, why: '' }, skipped: [], seeds: [] }];
}
