/** What a table of patterns says of a package: the same at each of the many calls of its functions. */
export function byPackage<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined || known.has(name)) return found as T;
    const made = find(name);
    known.set(name, made);
    return made;
  };
}
