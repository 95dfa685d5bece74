import type { Doubt, SchemaEvent, Step, Timeline, Undone } from '@tenantlint/model';
import { differences } from './compare.ts';
import { keptCopies } from './copies.ts';

/** What a step and its way back leave, run one after the other. */
export function undone(timeline: Timeline, n: number): Undone | undefined {
  const step = timeline.steps[n];
  const back = timeline.undone(n);
  if (step === undefined || back === undefined) return undefined;
  const own = timeline.doubts.filter((doubt) => concerns(doubt, step));
  return {
    differences: differences(back.left, timeline.executed(n), back.executed),
    failures: back.doubts.filter((doubt) => doubt.reason.startsWith('statement fails')),
    dropped: droppedCopies(timeline.executed(n), back.executed),
    doubtful: own.length > 0 || back.doubts.some((doubt) => !doubt.reason.startsWith('statement fails')),
  };
}

function concerns(doubt: Doubt, step: Step): boolean {
  return doubt.at.file === step.file;
}

/** What lies there lies nowhere else. */
function droppedCopies(executed: readonly SchemaEvent[], back: readonly SchemaEvent[]): Undone['dropped'] {
  const drops = back.flatMap((event) => (event.kind === 'drop' && event.object === 'table' ? event.names.map((name) => ({ table: `${name.schema ?? 'public'}.${name.name}`, at: event.at })) : []));
  if (drops.length === 0) return [];
  const copies = keptCopies(executed, back);
  return drops.filter(({ table }) => copies.has(table));
}
