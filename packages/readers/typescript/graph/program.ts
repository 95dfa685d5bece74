import type { CodeExport, CodeFile, CodeImport, CodeProgram, Source, Unread } from '@tenantlint/model';
import { MAX_SIZE, type Glance } from './glance.ts';
import { createResolver, type Resolver } from './resolve.ts';

export interface ProgramInput {
  /** Paths of all files of the project; only what is asked for is read. */
  readonly files: ReadonlySet<string>;
  /** Texts of tsconfig.json, jsconfig.json and package.json files. */
  readonly configs: ReadonlyMap<string, string>;
  /** Undefined where the file cannot be read as text. */
  text(path: string): string | undefined;
  /** What a look at each file tells; undefined where it cannot be read as text. */
  glance(path: string): Glance | undefined;
  lower(source: Source): CodeFile;
  readonly packages: ReadonlyMap<string, string>;
}

export interface ReadProgram extends CodeProgram {
  /** What could not be read so far, of all files that were asked for. */
  unread(): readonly Unread[];
}

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
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
    const seen = input.glance(path);
    if (!seen) continue;
    if (seen.large) {
      if (seen.asks) large.push({ at: { file: path, start: 0, end: 0 }, reason: 'too large to be written by hand; its queries were not looked at' });
      continue;
    }
    if (seen.asks) wanted.add(path);
    if (seen.client) concerned.add(path);
    if (seen.enters) enters.add(path);
    for (const specifier of seen.imports) {
      const target = resolve(path, specifier);
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
    const file = text === undefined || text.length > MAX_SIZE ? undefined : linked(input.lower({ path, text }), resolve);
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
