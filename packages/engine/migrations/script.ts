import type { Inverse } from '@tenantlint/model';

/** Parts of a way back, in the order in which Postgres takes them: nothing goes before what depends on it. */
const PHASES = [
  'drop keys', 'drop dependents', 'drop early', 'drop tables', 'rename', 'make types', 'make tables', 'make routines', 'drop parts', 'alter', 'make keys',
  'attach', 'drop routines', 'drop types', 'make views', 'dress', 'drop schemas', 'last',
] as const;
export type Phase = (typeof PHASES)[number];

/** Statements of a way back as they are collected. */
export class Script {
  readonly #phases = new Map<Phase, string[]>(PHASES.map((phase) => [phase, []]));
  readonly missing: Inverse['impossible'][number][] = [];

  add(phase: Phase, statement: string): void {
    this.#phases.get(phase)?.push(statement);
  }

  impossible(what: Inverse['impossible'][number]): void {
    this.missing.push(what);
  }

  statements(): readonly string[] {
    return [...this.#phases.values()].flat();
  }
}
