import { isOwned, type MigrationFacts, type Schema, type TenancyModel, type Timeline } from '@tenantlint/model';
import type { IsolationFacts } from '../isolation/index.ts';
import { Helpers } from './helpers.ts';
import { statesOf } from './states.ts';
import { undone } from './undone.ts';
import { weakened } from './weakened.ts';
import { windows } from './windows.ts';

export interface MigrationSources {
  readonly timeline: Timeline;
  readonly tenancy: TenancyModel;
  /** Who reaches what in another state than the last. */
  isolationOf(schema: Schema): IsolationFacts;
}

export function migrationFacts({ timeline, tenancy, isolationOf }: MigrationSources): MigrationFacts {
  const states = statesOf(timeline, isolationOf, (table) => isOwned(tenancy.of.get(table.key)?.tenancy ?? { kind: 'unknown' }));
  const helpers = new Helpers();
  const perStep = <T>(answer: (step: number) => T) => {
    const known = new Map<number, T>();
    return (step: number): T => {
      if (known.has(step)) return known.get(step) as T;
      const made = answer(step);
      known.set(step, made);
      return made;
    };
  };
  return {
    undone: perStep((step) => undone(timeline, step)),
    weakened: perStep((step) => weakened({ timeline, states, helpers }, step)),
    windows: perStep((step) => windows({ timeline, states }, step)),
  };
}
