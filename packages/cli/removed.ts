import path from 'node:path';
import type { History, RemovedStep } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';
import type { Change } from './change.ts';
import type { Project } from './project.ts';
import { readSources } from './sources.ts';
import type { Base } from './workspace.ts';

/** What a change takes away, as far as it may be migrations. */
export interface Removed {
  /** Files below the project's folder that are no longer there under their names. */
  readonly files: readonly string[];
  /** The migrations among them, each with the name that its file has now. */
  steps(): Promise<readonly (RemovedStep & { readonly now: string | undefined })[]>;
}

/** @param before the project as it was; only opened where a folder of migrations lost a file */
export function removedBy(change: Change, base: Base, before: () => Promise<Project>): Removed | undefined {
  const relative = (file: string) => path.relative(base.dir, file).split(path.sep).join('/');
  const gone = new Map(change.gone().map((file) => [relative(file), relative(change.renamed(file))] as const).filter(([file]) => !file.startsWith('../')));
  if (gone.size === 0) return undefined;
  return {
    files: [...gone.keys()],
    steps: async () => (await readSources((await before()).workspace, createSqlParser())).histories.flatMap(({ steps }) =>
      steps.flatMap((step, i) => {
        const now = gone.get(step.file);
        return now === undefined ? [] : [{ step, ref: change.ref, next: steps.slice(i + 1).find((s) => !gone.has(s.file))?.file, now: now === step.file ? undefined : now }];
      })),
  };
}

/** Those whose folder is still one of migrations, and does not have them under another name. */
export async function removedSteps(removed: Removed | undefined, histories: readonly History[]): Promise<readonly RemovedStep[]> {
  const kept = histories.filter((h) => h.tool !== 'models' && h.tool !== 'dump');
  if (removed?.files.some((file) => kept.some(({ root }) => root === '' || root === '.' || file.startsWith(`${root}/`))) !== true) return [];
  const here = new Set(kept.flatMap((h) => h.steps.map((s) => s.file)));
  return (await removed.steps()).filter(({ now }) => now === undefined || !here.has(now));
}
