import type { Comment, History, SqlParser } from '@tenantlint/model';
import { asking } from './memory/questions.ts';
import type { Workspace } from './workspace.ts';

export interface ScriptedRead {
  readonly histories: readonly History[];
  readonly comments: ReadonlyMap<string, readonly Comment[]>;
}

const NOTHING: ScriptedRead = { histories: [], comments: new Map() };

/** What shows that some file may be a migration that is a program. */
const WORDS = /\bMigrationInterface\b|\bMigrationBuilder\b|\bpgm\b|\bknex\b|\bqueryRunner\b|\bkysely\b|\bqueryInterface\b|\bsequelize\b|@mikro-orm\/migrations/i;

/** Migrations that are programs; the compiler is only loaded where there is one. */
export async function readPrograms(workspace: Workspace, sql: SqlParser): Promise<ScriptedRead> {
  const says = await asking(workspace, { about: 'words', pattern: WORDS.source, flags: WORDS.flags });
  const files = new Set([...workspace.files].filter((f) => /\.[cm]?[jt]s$/.test(f) && says(f) === true));
  if (files.size === 0) return NOTHING;
  const { findScripted, readScripted } = await import('@tenantlint/readers/scripted');
  const input = { files: workspace.files, text: (path: string) => workspace.text(path) };
  const found = findScripted({ ...input, files });
  return found.size === 0 ? NOTHING : readScripted(input, found, sql);
}
