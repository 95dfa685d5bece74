import { isOwned, type MigrationFacts, type Schema, type TenancyModel, type Timeline } from '@tenantlint/model';
import type { IsolationFacts } from '../isolation/index.ts';
import { openedOnce } from './applied.ts';
import { Changes } from './changes.ts';
import { exchange } from './exchange.ts';
import { Helpers } from './helpers.ts';
import { narrowed } from './narrowed.ts';
import { statesOf } from './states.ts';
import { undone } from './undone.ts';
import { weakened } from './weakened.ts';
import { windows } from './windows.ts';

export interface MigrationSources {
  readonly timeline: Timeline;
  readonly tenancy: TenancyModel;
  /** Who reaches what in the last state, and in any other. */
  readonly isolation: IsolationFacts;
  isolationOf(schema: Schema): IsolationFacts;
  /** Steps that are judged as not applied yet. */
  pending(step: number): boolean;
}

/** Migrations that are judged in full: each costs proofs about the state before it and the one after. */
const FEW = 20;

export function migrationFacts({ timeline, tenancy, isolation, isolationOf, pending }: MigrationSources): MigrationFacts {
  const states = statesOf(timeline, isolation, isolationOf, (table) => isOwned(tenancy.of.get(table.key)?.tenancy ?? { kind: 'unknown' }));
  const sources = { timeline, states, helpers: new Helpers(), changes: new Changes(timeline) };
  const perStep = <T>(answer: (step: number) => T) => {
    const known = new Map<number, T>();
    return (step: number): T => {
      if (known.has(step)) return known.get(step) as T;
      const made = answer(step);
      known.set(step, made);
      return made;
    };
  };
  // A change holds a few migrations; where hundreds are to be judged, they are a history.
  const few = timeline.steps.filter((_, n) => pending(n)).length <= FEW;
  let history: ReturnType<typeof openedOnce> | undefined;
  return {
    undone: perStep((step) => undone(timeline, step)),
    weakened: perStep((step) => (few && pending(step) ? weakened(sources, step) : ((history ??= openedOnce(sources, tenancy)).get(step) ?? []))),
    narrowed: perStep((step) => (few && pending(step) ? narrowed(sources, step) : [])),
    windows: perStep((step) => windows(sources, step)),
    exchange: (of) => (few ? exchange(timeline, of) : undefined),
  };
}
