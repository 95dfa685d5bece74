import type { MigrationTool, Schema, Span, Timeline } from '@tenantlint/model';
import { replay, type ReplayOptions } from '@tenantlint/engine';
import { createSqlParser } from '@tenantlint/readers/sql';

const sql = createSqlParser();

export interface Run {
  readonly timeline: Timeline;
  readonly last: Schema;
  /** What stands at a place. */
  text(at: Span | undefined): string;
  /** Doubts as `place: reason`. */
  readonly doubts: readonly string[];
}

/** Replays one file a step, under the names 1.sql, 2.sql, … */
export function run(files: readonly string[], options: ReplayOptions & { readonly transactional?: boolean; readonly tool?: MigrationTool } = {}): Run {
  const sources = files.map((text, i) => ({ path: `${i + 1}.sql`, text }));
  const steps = sources.map((source) => ({
    file: source.path, id: source.path, tool: options.tool ?? ('plain' as const), up: sql.file(source).events, down: undefined, downAt: undefined,
    transactional: options.transactional ?? true, unread: [],
  }));
  const timeline = replay([{ tool: 'plain', root: '.', steps, downs: { expected: false, why: '' }, skipped: [], seeds: [] }], sql, options);
  const text = (at: Span | undefined): string => (at === undefined ? '' : (sources.find(({ path }) => path === at.file)?.text.slice(at.start, at.end) ?? ''));
  return { timeline, last: timeline.last, text, doubts: timeline.doubts.map((doubt) => `${text(doubt.at).slice(0, 40)}: ${doubt.reason}`) };
}
