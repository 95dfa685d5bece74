/** What has to be known of a file to tell whether it has to be read: told from its text and path alone, as plain data. */
export interface Glance {
  /** It may ask a database itself. */
  readonly asks: boolean;
  /** It names a client's package. */
  readonly client: boolean;
  /** The product may be entered there. */
  readonly enters: boolean;
  /** Too large to be written by hand. */
  readonly large: boolean;
  /** What it imports when it runs on the server. */
  readonly imports: readonly string[];
}

export interface Words {
  /** Words of which a file that asks a database must contain at least one. */
  readonly hints: RegExp;
  /** Words of which a file that names a client's package must contain at least one. */
  readonly clients: RegExp;
  /** Whether a file that does neither may be where the product is entered. */
  mayEnter(path: string, text: string): boolean;
}

/**
 * Specifiers of static imports, re-exports, `import()` and `require()`; found as text, since most files need no more.
 * Imports of types alone come first, and are gone at run time.
 */
const SPECIFIER = /\b(?:import|export)\s+(type)\s+[\w*{][^'";]*?\sfrom\s*(?:'[^'\n]+'|"[^"\n]+")|(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\2/g;
/** Past this size a file is generated or bundled; it is not read for queries. */
export const MAX_SIZE = 2_000_000;

export function glanceAt(path: string, text: string, { hints, clients, mayEnter }: Words): Glance {
  const asks = hints.test(text);
  if (text.length > MAX_SIZE) return { asks, client: false, enters: false, large: true, imports: [] };
  // A browser component that imports a server action calls it over the network: it adds no context.
  const browser = /^\s*(['"])use client\1/.test(text);
  return {
    asks,
    client: asks || clients.test(text),
    enters: !browser && mayEnter(path, text),
    large: false,
    imports: browser ? [] : [...text.matchAll(SPECIFIER)].flatMap(([, type, , specifier]) => (type === undefined && specifier !== undefined ? [specifier] : [])),
  };
}
