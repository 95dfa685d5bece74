import type { Routine, Schema, Timeline } from '@tenantlint/model';

/** The functions of one state by plain name, in the order of their keys. */
export interface Routines {
  get(name: string): readonly Routine[] | undefined;
  has(name: string): boolean;
}

/** Functions that any state of a history holds: each state is asked by key, so that looking at one of many costs nothing. */
export interface RoutineIndex {
  /** Keys by plain name, sorted. */
  readonly named: ReadonlyMap<string, readonly string[]>;
  /** Keys of those whose body may set a setting. */
  readonly setting: ReadonlySet<string>;
}

const indexes = new WeakMap<object, RoutineIndex>();

export function routineIndex(schema: Schema, timeline: Timeline | undefined): RoutineIndex {
  const of = timeline ?? schema;
  let index = indexes.get(of);
  if (index === undefined) indexes.set(of, (index = indexed(timeline === undefined ? schema.functions.values() : everMade(timeline))));
  return index;
}

export function routinesOf(schema: Schema, index: RoutineIndex): Routines {
  const memo = new Map<string, readonly Routine[] | undefined>();
  const get = (name: string): readonly Routine[] | undefined => {
    if (memo.has(name)) return memo.get(name);
    const found = (index.named.get(name) ?? []).flatMap((key) => schema.functions.get(key) ?? []);
    const known = found.length === 0 ? undefined : found;
    memo.set(name, known);
    return known;
  };
  return { get, has: (name) => get(name) !== undefined };
}

function* everMade(timeline: Timeline): Iterable<Routine> {
  yield* timeline.at(-1).functions.values();
  for (let n = 0; n < timeline.steps.length; n++) {
    for (const { object, after } of timeline.changes(n)) if (object === 'function' && after !== undefined) yield after as Routine;
  }
}

function indexed(routines: Iterable<Routine>): RoutineIndex {
  const named = new Map<string, Set<string>>();
  const setting = new Set<string>();
  for (const { name, key, body } of routines) {
    const keys = named.get(name) ?? new Set();
    named.set(name, keys.add(key));
    if (body?.text.includes('set_config') === true) setting.add(key);
  }
  return { named: new Map([...named].map(([name, keys]) => [name, [...keys].sort()])), setting };
}
