import type { MigrationFacts, Timeline } from '@tenantlint/model';
import { undone } from './undone.ts';

export interface MigrationSources {
  readonly timeline: Timeline;
}

export function migrationFacts({ timeline }: MigrationSources): MigrationFacts {
  const perStep = <T>(answer: (step: number) => T) => {
    const known = new Map<number, T>();
    return (step: number): T => {
      if (known.has(step)) return known.get(step) as T;
      const made = answer(step);
      known.set(step, made);
      return made;
    };
  };
  return { undone: perStep((step) => undone(timeline, step)) };
}
