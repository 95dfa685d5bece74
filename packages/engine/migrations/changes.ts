import type { Change, Timeline } from '@tenantlint/model';

/** A change and the index of the step that made it. */
export type Changed = Change & { readonly n: number };

/** Changes by object: who asks what became of one object does not look through all steps. */
export class Changes {
  readonly #timeline: Timeline;
  #byKey: ReadonlyMap<string, readonly Changed[]> | undefined;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** In the order of the steps. */
  of(object: Change['object'], key: string): readonly Changed[] {
    return this.all().get(`${object} ${key}`) ?? [];
  }

  all(): ReadonlyMap<string, readonly Changed[]> {
    if (this.#byKey !== undefined) return this.#byKey;
    const out = new Map<string, Changed[]>();
    this.#timeline.steps.forEach((_, n) => {
      for (const change of this.#timeline.changes(n)) {
        const id = `${change.object} ${change.key}`;
        const known = out.get(id);
        if (known === undefined) out.set(id, [{ ...change, n }]);
        else known.push({ ...change, n });
      }
    });
    this.#byKey = out;
    return out;
  }
}
