import type { Access, RoutineReach, Schema, Table, Timeline } from '@tenantlint/model';
import type { IsolationFacts } from '../isolation/index.ts';

/** Who reaches what after each step. Only what is asked about is judged, and states are kept while they are of use. */
export interface States {
  /** Nothing for what does not exist in that state. */
  access(step: number, table: string): readonly Access[];
  viewAccess(step: number, view: string): readonly Access[];
  reach(step: number, routine: string): readonly RoutineReach[];
  /** By the grants of a table as it was then, and the roles as they are today. */
  reachableBy(table: Table, privilege: string): readonly string[];
  /** The role and all whose rights it has. */
  rolesOf(step: number, role: string): ReadonlySet<string>;
  owned(table: Table): boolean;
}

/** How many states are kept: a step is judged against the one before it, and against the last. */
const KEPT = 3;

export function statesOf(timeline: Timeline, lastly: IsolationFacts, isolationOf: (schema: Schema) => IsolationFacts, owned: (table: Table) => boolean): States {
  const last = timeline.steps.length - 1;
  const kept = new Map<number, { readonly schema: Schema; readonly isolation: IsolationFacts }>([[last, { schema: timeline.last, isolation: lastly }]]);
  const at = (step: number) => {
    const n = Math.min(step, last);
    const known = kept.get(n);
    if (known !== undefined) return known;
    const schema = timeline.at(n);
    const made = { schema, isolation: isolationOf(schema) };
    for (const old of kept.keys()) {
      if (kept.size < KEPT) break;
      if (old !== last) kept.delete(old);
    }
    kept.set(n, made);
    return made;
  };
  const ask = <T>(step: number, object: (schema: Schema) => T | undefined, answer: (isolation: IsolationFacts, of: T) => readonly Access[]): readonly Access[] => {
    const state = at(step);
    const of = object(state.schema);
    return of === undefined ? [] : answer(state.isolation, of);
  };
  return {
    access: (step, key) => ask(step, (s) => s.tables.get(key), (i, table) => i.access(table)),
    viewAccess: (step, key) => ask(step, (s) => s.views.get(key), (i, view) => i.viewAccess(view)),
    reach: (step, key) => {
      const state = at(step);
      const routine = state.schema.functions.get(key);
      return routine === undefined ? [] : state.isolation.routineReach(routine);
    },
    reachableBy: (table, privilege) => lastly.reachableBy(table, privilege),
    rolesOf: (step, role) => {
      const { schema } = at(step);
      const found = new Set([role]);
      for (const next of found) for (const parent of schema.roles.get(next)?.memberOf ?? []) found.add(parent);
      return found;
    },
    owned,
  };
}
