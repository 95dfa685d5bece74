import type { CodeExport, CodeFile, CodeImport, CodeProgram, Source } from '@tenantlint/model';
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
  readonly packages: ReadonlyMap<string, string>;
}

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
/** Specifiers of static imports, re-exports, `import()` and `require()`; found as text, since most files need no more. */
const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g;
/** Past this size a file is generated or bundled; it is not read for queries. */
const MAX_SIZE = 2_000_000;

export function isCode(path: string): boolean {
  return CODE.test(path) && !path.endsWith('.d.ts');
}

/**
 * Reads as little as can be judged: the files that mention a database client, and the files from which those are
 * reached; anything else is lowered on demand.
 */
export function readProgram(input: ProgramInput): CodeProgram {
  const resolve = createResolver(input.files, input.configs);
  const importers = new Map<string, string[]>();
  const found: string[] = [];
  const clientSide = new Set<string>();
  for (const path of input.files) {
    if (!isCode(path)) continue;
    const text = input.text(path);
    if (text === undefined || text.length > MAX_SIZE) continue;
    if (input.hints.test(text)) found.push(path);
    if (/^\s*(['"])use client\1/.test(text)) clientSide.add(path);
    for (const match of text.matchAll(SPECIFIER)) {
      const target = resolve(path, match[2] ?? '');
      if (target === undefined) continue;
      const list = importers.get(target);
      if (list) list.push(path);
      else importers.set(target, [path]);
    }
  }
  const wanted = new Set(found);
  for (const path of wanted) {
    // A browser component that imports a server action calls it over the network: it adds no context.
    for (const importer of importers.get(path) ?? []) if (!clientSide.has(importer)) wanted.add(importer);
  }
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
  return { files, load, resolve, packages: input.packages };
}

/** Imports and re-exports with the files they lead to. */
function linked(file: CodeFile, resolve: Resolver): CodeFile {
  const link = <T extends CodeImport | (CodeExport & { kind: 'from' })>(entry: T): T => {
    const target = resolve(file.path, entry.from);
    return target === undefined ? entry : { ...entry, file: target };
  };
  return { ...file, imports: file.imports.map(link), exports: file.exports.map(e => (e.kind === 'from' ? link(e) : e)) };
}
