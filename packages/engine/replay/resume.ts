import type { Change, Doubt, Execution, SchemaEvent, Step, Undoing } from '@tenantlint/model';
import type { Catalog } from './catalog.ts';

/** What the replay of one step gave. */
export interface Done {
  readonly step: Step;
  readonly changes: readonly Change[];
  readonly executed: readonly SchemaEvent[];
  readonly undone: Undoing | undefined;
  /** Undefined where they were not asked for. */
  readonly executions: readonly Execution[] | undefined;
}

/** Where a replay can be taken up: as everything was before one of its steps. */
export interface Point {
  readonly step: number;
  /** What the database held before the first one. */
  readonly started: readonly Change[];
  /** Nobody changes it. */
  readonly catalog: Catalog;
  readonly doubts: readonly Doubt[];
  /** Steps of interpreted code that were left. */
  readonly left: number;
}

/**
 * The last replay of a process that replays again and again, as when somebody edits a migration: what stands before the
 * first step that is another one is not run again.
 */
export class Replayed {
  #base: string | undefined;
  #done: readonly Done[] = [];
  #point: Point | undefined;

  /** How many steps were run before just so, what that gave, and where to go on. */
  before(base: string, steps: readonly Step[], watched: (step: Step) => boolean): { readonly same: number; readonly done: readonly Done[]; readonly point: Point | undefined } {
    let same = 0;
    // The last step is always run: it leaves the session as the history does.
    if (base === this.#base) while (same < steps.length - 1 && isSame(this.#done[same], steps[same], watched)) same++;
    const point = this.#point !== undefined && this.#point.step <= same ? this.#point : undefined;
    return { same, done: this.#done, point };
  }

  keep(base: string, done: readonly Done[], point: Point | undefined): void {
    this.#base = base;
    this.#done = done;
    this.#point = point;
  }
}

function isSame(done: Done | undefined, step: Step | undefined, watched: (step: Step) => boolean): boolean {
  if (done === undefined || step === undefined) return false;
  const { step: before, executions } = done;
  return before.file === step.file && before.id === step.id && before.tool === step.tool && before.transactional === step.transactional
    && (executions !== undefined) === watched(step) && areSame(before.up, step.up)
    && before.down?.known === step.down?.known && areSame(before.down?.known === true ? before.down.value : [], step.down?.known === true ? step.down.value : []);
}

/** The very same events: a file that was not read again gave them. */
function areSame(a: readonly SchemaEvent[], b: readonly SchemaEvent[]): boolean {
  return a === b || (a.length === b.length && a.every((event, i) => event === b[i]));
}
