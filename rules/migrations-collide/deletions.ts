import { deletedMigration, identityOf, isRepeatable, numberOf, type Certainty, type Facts, type History, type RemovedStep, type Step } from '@tenantlint/model';

/** What was deleted of one history. */
export interface Deletion {
  /** The migration that comes behind, or the last one that is left. */
  readonly step: Step;
  readonly steps: readonly Step[];
  readonly ref: string | undefined;
  /** What that does to databases that have run it. */
  readonly how: string | undefined;
  readonly certainty: Certainty;
}

export function deletions({ timeline, removed, pending }: Facts): readonly Deletion[] {
  const histories = timeline.histories.filter(({ tool, steps }) => tool !== 'models' && tool !== 'dump' && steps.length > 0);
  const here = new Set(histories.flatMap(({ steps }) => steps.map(nameOf)));
  const byHistory = new Map<History, RemovedStep[]>();
  for (const gone of removed) {
    const { step } = gone;
    // SQL that nobody numbered is run by whoever wants to; one with its name is the same migration, written anew.
    if (isRepeatable(step) || (step.tool === 'plain' && numberOf(step) === undefined) || here.has(nameOf(step))) continue;
    const history = histories.find((h) => step.file.startsWith(`${h.root}/`) || h.steps.some((s) => folderOf(s.file) === folderOf(step.file)));
    if (history) byHistory.set(history, [...(byHistory.get(history) ?? []), gone]);
  }
  return [...byHistory].flatMap(([history, gone]): Deletion[] => {
    const [first] = gone;
    const step = history.steps.find((s) => gone.some(({ next }) => next === s.file)) ?? history.steps.at(-1);
    if (!first || !step) return [];
    const made = new Set(gone.flatMap((g) => tablesOf(g.step)));
    const squashed = history.steps.some((s) => pending(s) && tablesOf(s).some((table) => made.has(table)));
    // What is only committed may be the committer's own draft, unless others were built on it.
    const shared = first.ref !== undefined || gone.some(({ next }) => next !== undefined);
    return [{ step, steps: gone.map((g) => g.step), ref: first.ref, how: deletedMigration(history.tool), certainty: shared && !squashed ? 'proven' : 'likely' }];
  });
}

function tablesOf({ up }: Step): readonly string[] {
  return up.flatMap((event) => (event.kind === 'create-table' ? [event.name.name] : []));
}

const nameOf = (step: Step): string => `${step.tool} ${identityOf(step.tool, step.file) ?? step.id}`;
const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));
