import type { CodeExport, CodeFile, CodeImport, CodeProgram, Source, Unread } from '@tenantlint/model';
import { lowerFile } from '../lower/file.ts';
import { createResolver, type Resolver } from './resolve.ts';

export interface ProgramInput {
  /** Paths of all files of the project; only what is asked for is read. */
  readonly files: ReadonlySet<string>;
  /** Texts of tsconfig.json, jsconfig.json and package.json files. */
  readonly configs: ReadonlyMap<string, string>;
  /** Undefined where the file cannot be read as text. */
  text(path: string): string | undefined;
  /** Words of which a file that asks a database must contain at least one. */
  readonly hints: RegExp;
  /** Words of which a file that names a client's package must contain at least one. */
  readonly clients: RegExp;
  /** Whether a file that does neither may be where the product is entered. */
  mayEnter(path: string, text: string): boolean;
  readonly packages: ReadonlyMap<string, string>;
}

export interface ReadProgram extends CodeProgram {
  /** What could not be read so far, of all files that were asked for. */
  unread(): readonly Unread[];
}

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
/**
 * Specifiers of static imports, re-exports, `import()` and `require()`; found as text, since most files need no more.
 * Imports of types alone come first, and are gone at run time.
 */
const SPECIFIER = /\b(?:import|export)\s+(type)\s+[\w*{][^'";]*?\sfrom\s*(?:'[^'\n]+'|"[^"\n]+")|(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\2/g;
/** Past this size a file is generated or bundled; it is not read for queries. */
const MAX_SIZE = 2_000_000;

export function isCode(path: string): boolean {
  return CODE.test(path) && !path.endsWith('.d.ts');
}

/**
 * Reads as little as can be judged: the files that ask a database, and the files from which those are reached and where
 * the product may be entered; anything else is lowered on demand.
 */
export function readProgram(input: ProgramInput): ReadProgram {
  const resolve = createResolver(input.files, input.configs);
  const importers = new Map<string, string[]>();
  const wanted = new Set<string>();
  const concerned = new Set<string>();
  const enters = new Set<string>();
  const large: Unread[] = [];
  for (const path of input.files) {
    if (!isCode(path)) continue;
    const text = input.text(path);
    if (text === undefined) continue;
    const asks = input.hints.test(text);
    if (text.length > MAX_SIZE) {
      if (asks) large.push({ at: { file: path, start: 0, end: 0 }, reason: 'too large to be written by hand; its queries were not looked at' });
      continue;
    }
    if (asks) wanted.add(path);
    if (asks || input.clients.test(text)) concerned.add(path);
    // A browser component that imports a server action calls it over the network: it adds no context.
    const browser = /^\s*(['"])use client\1/.test(text);
    if (!browser && input.mayEnter(path, text)) enters.add(path);
    for (const [, type, , specifier] of text.matchAll(SPECIFIER)) {
      const target = browser || type !== undefined ? undefined : resolve(path, specifier ?? '');
      if (target === undefined) continue;
      const list = importers.get(target);
      if (list) list.push(path);
      else importers.set(target, [path]);
    }
  }
  for (const path of concerned) for (const importer of importers.get(path) ?? []) concerned.add(importer);
  for (const path of enters) if (concerned.has(path)) wanted.add(path);
  const lowered = new Map<string, CodeFile | undefined>();
  const load = (path: string): CodeFile | undefined => {
    if (lowered.has(path)) return lowered.get(path);
    const text = input.files.has(path) && isCode(path) ? input.text(path) : undefined;
    const file = text === undefined || text.length > MAX_SIZE ? undefined : linked(lowerFile({ path, text } satisfies Source), resolve);
    lowered.set(path, file);
    return file;
  };
  const files = new Map<string, CodeFile>();
  for (const path of [...wanted].sort()) {
    const file = load(path);
    if (file) files.set(path, file);
  }
  return { files, load, resolve, concerns: (path) => concerned.has(path), packages: input.packages, unread: () => [...large, ...[...lowered.values()].flatMap((file) => file?.unread ?? [])] };
}

/** Imports and re-exports with the files they lead to. */
function linked(file: CodeFile, resolve: Resolver): CodeFile {
  const link = <T extends CodeImport | (CodeExport & { kind: 'from' })>(entry: T): T => {
    const target = resolve(file.path, entry.from);
    return target === undefined ? entry : { ...entry, file: target };
  };
  return { ...file, imports: file.imports.map(link), exports: file.exports.map(e => (e.kind === 'from' ? link(e) : e)) };
}
