import type { Change, Timeline } from '@tenantlint/model';

/** A change and the index of the step that made it. */
export type Changed = Change & { readonly n: number };

/** Changes by object: who asks what became of one object does not look through all steps. */
export class Changes {
  readonly #timeline: Timeline;
  readonly #kinds = new Map<Change['object'], ReadonlyMap<string, readonly Changed[]>>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** In the order of the steps. */
  of(object: Change['object'], key: string): readonly Changed[] {
    return this.all(object).get(key) ?? [];
  }

  /** Of every object of a kind, by key. */
  all(object: Change['object']): ReadonlyMap<string, readonly Changed[]> {
    const known = this.#kinds.get(object);
    if (known !== undefined) return known;
    const out = new Map<string, Changed[]>();
    for (let n = 0; n < this.#timeline.steps.length; n++) {
      for (const change of this.#timeline.changes(n)) {
        if (change.object !== object) continue;
        const { key, before, after } = change;
        const earlier = out.get(key);
        if (earlier === undefined) out.set(key, [{ object, key, before, after, n }]);
        else earlier.push({ object, key, before, after, n });
      }
    }
    this.#kinds.set(object, out);
    return out;
  }
}
