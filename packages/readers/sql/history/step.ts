import type { History, Known, MigrationTool, SchemaEvent, Source, Span, SqlFile, SqlParser, Step } from '@tenantlint/model';
import { dialectOf } from '../dialect.ts';

/** A stretch of a file: all of it, or a section between two markers. */
export interface Part {
  readonly file: SqlFile;
  readonly start: number;
  readonly end: number;
}

export function wholeOf(file: SqlFile): Part {
  return { file, start: 0, end: file.source.text.length };
}

function within<T extends { readonly at: Span }>(items: readonly T[], part: Part): T[] {
  return items.filter(({ at }) => at.start >= part.start && at.start < part.end);
}

export function eventsOf(part: Part): readonly SchemaEvent[] {
  const { file, start, end } = part;
  return start === 0 && end === file.source.text.length ? file.events : within(file.events, part);
}

export interface StepParts {
  readonly id: string;
  readonly tool: MigrationTool;
  readonly up: Part;
  readonly down?: Part | undefined;
  readonly transactional: boolean;
}

export function stepOf({ id, tool, up, down, transactional }: StepParts): Step {
  const unread = [...within(up.file.unread, up), ...(down === undefined ? [] : within(down.file.unread, down))];
  return { file: up.file.source.path, id, tool, up: eventsOf(up), ...wayBack(up, down), transactional, unread };
}

/** A down that says nothing but comments is none, and the comment is shown as its place. */
function wayBack(up: Part, down: Part | undefined): Pick<Step, 'down' | 'downAt'> {
  if (down === undefined) return { down: undefined, downAt: rollbackComment(up) ?? endOf(up.file.source) };
  const events = eventsOf(down);
  if (events.length === 0) return { down: undefined, downAt: within(down.file.comments, down)[0]?.at ?? placeOf(down) };
  const [unread] = within(down.file.unread, down);
  const known: Known<readonly SchemaEvent[]> = unread === undefined ? { known: true, value: events } : { known: false, why: unread };
  return { down: known, downAt: placeOf(down) };
}

/** From the part's first character that is not blank to its last. */
export function placeOf({ file, start, end }: Part): Span {
  const { path, text } = file.source;
  const own = text.slice(start, end);
  const from = start + own.length - own.trimStart().length;
  return { file: path, start: Math.min(from, end), end: Math.max(from, start + own.trimEnd().length) };
}

function endOf({ path, text }: Source): Span {
  return { file: path, start: text.length, end: text.length };
}

/** A rollback written as a comment behind the last statement. */
function rollbackComment(up: Part): Span | undefined {
  const last = eventsOf(up).at(-1)?.at.end ?? up.start;
  const tail = within(up.file.comments, { ...up, start: last });
  const first = tail.findIndex((comment) => /\b(?:roll(?:s|ing)?[\s-]?back|down migration|revert|undo)\b/i.test(comment.text));
  const from = tail[first];
  const to = tail.at(-1);
  return from === undefined || to === undefined ? undefined : { file: from.at.file, start: from.at.start, end: to.at.end };
}

/** Files that the tool would not run, each with its reason. */
export type Skipped = History['skipped'];

/** Of a folder written for another product, no file is read. */
export interface Foreign {
  readonly native: readonly Source[];
  readonly skipped: Skipped;
}

/**
 * Sorts out files of other dialects. When a third of a folder shows one, all of it is taken to be written in it:
 * short statements are the same everywhere.
 */
export function sortDialects(sources: readonly Source[]): Foreign {
  const foreign = new Map<string, string>();
  for (const { path, text } of sources) {
    const { name } = dialectOf(text);
    if (name !== 'postgres') foreign.set(path, name);
  }
  const [dialect] = foreign.values();
  if (dialect === undefined) return { native: sources, skipped: [] };
  const all = foreign.size * 3 >= sources.length;
  return {
    native: all ? [] : sources.filter((source) => !foreign.has(source.path)),
    skipped: sources
      .filter((source) => all || foreign.has(source.path))
      .map(({ path }) => ({ file: path, reason: `written for ${LABELS[foreign.get(path) ?? dialect] ?? dialect}` })),
  };
}

const LABELS: { readonly [dialect: string]: string } = { clickhouse: 'ClickHouse', mysql: 'MySQL', sqlite: 'SQLite', mssql: 'SQL Server' };

/** Reads each file at most once. */
export function readAll(sources: readonly Source[], sql: SqlParser): SqlFile[] {
  return sources.map((source) => sql.file(source));
}

