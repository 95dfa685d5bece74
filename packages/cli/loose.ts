import type { SqlFile, SqlParser } from '@tenantlint/model';
import type { Sources } from './sources.ts';
import type { Workspace } from './workspace.ts';

/** What makes a file that nothing runs worth reading: it protects tables, or tests how they are protected. */
const ABOUT_ACCESS = /row\s+level\s+security|\bpolicy\b|\bset\s+(?:local\s+)?role\b|\bplan\s*\(|no_plan\s*\(/i;

/** SQL files that no migration tool runs and that speak of who may see what: scripts, tests, seeds, copies of the schema. */
export function looseSql(workspace: Workspace, sources: Sources, sql: SqlParser): readonly SqlFile[] {
  const run = new Set(sources.files);
  for (const history of [...sources.histories, ...sources.described]) {
    for (const step of history.steps) if (step.downAt) run.add(step.downAt.file);
    // Another dialect, a way back, the same state once more: nothing that was meant to run here.
    for (const { file, reason } of history.skipped) if (/^(?:written for|a rollback|undoes|the state|a baseline)/.test(reason)) run.add(file);
  }
  const found: SqlFile[] = [];
  for (const path of workspace.files) {
    if (!/\.sql$/i.test(path) || run.has(path)) continue;
    const text = workspace.text(path);
    if (text !== undefined && ABOUT_ACCESS.test(text)) found.push(sql.file({ path, text }));
  }
  return found;
}
