/** A revision's place in the graph. */
export interface Linked {
  readonly id: string;
  /** What it builds on, dependencies included. */
  readonly after: readonly string[];
}

/**
 * The order in which `alembic upgrade heads` runs revisions: what a revision builds on first, and between branches as
 * alembic walks them, from the heads down. Revisions of a circle come last, as they are given.
 * @param revisions sorted by file name; what they build on is among them
 */
export function inOrder<T extends Linked>(revisions: readonly T[]): T[] {
  const byId = new Map(revisions.map((r) => [r.id, r]));
  const needed = new Set(revisions.flatMap((r) => r.after));
  const heads: string[] = revisions.filter((r) => !needed.has(r.id)).map((r) => r.id);
  const ancestors = (id: string): Set<string> => {
    const found = new Set<string>();
    const stack = [id];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      stack.push(...(byId.get(next)?.after ?? []));
    }
    return found;
  };
  const below = heads.map(ancestors);
  const todo = new Set(heads.flatMap((h, i) => [...(below[i] ?? [])]));
  const output: T[] = [];
  let at = 0;
  while (heads.length > 0) {
    const candidate = heads[at];
    if (candidate === undefined) break;
    const dependent = below.findIndex((set, i) => i !== at && set.has(candidate));
    if (dependent >= 0) {
      // Another branch builds on this one: it is walked first.
      at = dependent;
      continue;
    }
    const revision = byId.get(candidate);
    if (revision && todo.delete(candidate)) output.push(revision);
    const [first, ...rest] = (revision?.after ?? []).filter((id) => todo.has(id) && !heads.includes(id));
    if (first === undefined) {
      heads.splice(at, 1);
      below.splice(at, 1);
      at = Math.max(at - 1, 0);
      continue;
    }
    heads[at] = first;
    heads.push(...rest);
    if (rest.length === 0 && revision?.after.length === 1) below[at]?.delete(candidate);
    else {
      below[at] = ancestors(first);
      below.push(...rest.map(ancestors));
    }
  }
  const done = new Set(output);
  return [...output.reverse(), ...revisions.filter((r) => !done.has(r))];
}
