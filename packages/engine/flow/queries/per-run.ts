import type { Flow, Run } from '../flow.ts';

/** What is remembered while one run is judged: its rows do not change any more, and it is forgotten with them. */
export function perRun<T extends object>(make: () => T): (f: Flow) => T {
  const made = new WeakMap<Run, T>();
  return ({ run }) => {
    const known = made.get(run);
    if (known) return known;
    const fresh = make();
    made.set(run, fresh);
    return fresh;
  };
}
