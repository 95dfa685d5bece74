import type { Change, Doubt, History, Schema, SchemaEvent, Step, Timeline, Undoing } from '@tenantlint/model';

/** Values of one object over the steps: `values[i]` holds from step `steps[i]` on. */
interface Versions<T> {
  readonly steps: number[];
  readonly values: (T | undefined)[];
}

type Store = Change['object'];

/**
 * A map as it stood after one step, read from the versions of every key: asking for one key costs a binary
 * search, and no state is ever copied.
 */
class MapAt<T> implements ReadonlyMap<string, T> {
  readonly #versions: ReadonlyMap<string, Versions<T>>;
  readonly #step: number;
  #size: number | undefined;

  constructor(versions: ReadonlyMap<string, Versions<T>>, step: number) {
    this.#versions = versions;
    this.#step = step;
  }

  get size(): number {
    if (this.#size === undefined) {
      this.#size = 0;
      for (const _key of this.keys()) this.#size++;
    }
    return this.#size;
  }

  get(key: string): T | undefined {
    const versions = this.#versions.get(key);
    return versions === undefined ? undefined : valueAt(versions, this.#step);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  *entries(): MapIterator<[string, T]> {
    for (const [key, versions] of this.#versions) {
      const value = valueAt(versions, this.#step);
      if (value !== undefined) yield [key, value];
    }
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<T> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(f: (value: T, key: string, map: ReadonlyMap<string, T>) => void): void {
    for (const [key, value] of this.entries()) f(value, key, this);
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }
}

function valueAt<T>(versions: Versions<T>, step: number): T | undefined {
  let low = 0;
  let high = versions.steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((versions.steps[middle] ?? 0) <= step) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : versions.values[low - 1];
}

/** Collects what each step changed, and gives the states back. */
export class Recorder {
  readonly #stores = new Map<Store, Map<string, Versions<unknown>>>();
  readonly #changes: (readonly Change[])[] = [];
  readonly #executed: (readonly SchemaEvent[])[] = [];
  readonly #undone: (Undoing | undefined)[] = [];
  /** States that were asked for: what is found out about one is found out once. */
  readonly #states = new Map<number, Schema>();

  /** The state before the first step. */
  base(changes: readonly Change[]): void {
    this.#record(-1, changes);
  }

  step(changes: readonly Change[], executed: readonly SchemaEvent[], undone: Undoing | undefined): void {
    this.#record(this.#changes.length, changes);
    this.#changes.push(changes);
    this.#executed.push(executed);
    this.#undone.push(undone);
  }

  #record(step: number, changes: readonly Change[]): void {
    for (const { object, key, after } of changes) {
      let store = this.#stores.get(object);
      if (store === undefined) this.#stores.set(object, (store = new Map<string, Versions<unknown>>()));
      const versions = store.get(key);
      if (versions === undefined) store.set(key, { steps: [step], values: [after] });
      else {
        versions.steps.push(step);
        versions.values.push(after);
      }
    }
  }

  timeline(histories: readonly History[], steps: readonly Step[], last: Schema, doubts: readonly Doubt[]): Omit<Timeline, 'executions'> {
    return {
      histories, steps, last, doubts,
      at: (n) => (n >= steps.length - 1 ? last : this.#at(n, last)),
      changes: (n) => this.#changes[n] ?? [],
      executed: (n) => this.#executed[n] ?? [],
      undone: (n) => this.#undone[n],
    };
  }

  #at(step: number, last: Schema): Schema {
    const known = this.#states.get(step);
    if (known !== undefined) return known;
    const made = this.#stateAt(step, last);
    this.#states.set(step, made);
    return made;
  }

  #stateAt(step: number, last: Schema): Schema {
    // Every store holds values of its own kind only: what `Catalog` put there.
    const map = <T>(object: Store): ReadonlyMap<string, T> => new MapAt<T>((this.#stores.get(object) ?? new Map<string, Versions<unknown>>()) as ReadonlyMap<string, Versions<T>>, step);
    return {
      schemas: map('schema'), tables: map('table'), views: map('view'), functions: map('function'), types: map('type'),
      sequences: map('sequence'), roles: map('role'), publications: map('publication'), extensions: map('extension'), buckets: map('bucket'),
      defaultPrivileges: map<Schema['defaultPrivileges']>('default-privileges').get('') ?? [],
      searchPath: last.searchPath,
    };
  }
}
