import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import path from 'node:path';
import type { Source, Unread } from '@tenantlint/model';
import { UsageError } from './args.ts';

/** The files of a project. Only what is asked for is read, each file once. */
export interface Workspace {
  /** The folder all paths are relative to, as shown to the user. */
  readonly root: string;
  /** Sorted. */
  readonly files: ReadonlySet<string>;
  /** When single files were named: findings elsewhere are not reported. */
  readonly only: ReadonlySet<string> | undefined;
  /** Undefined: not there, or no text. Why is in `unread`. */
  text(path: string): string | undefined;
  readonly unread: readonly Unread[];
}

/** Folders that hold no source of the project's own. */
const ASIDE = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', 'vendor', 'venv', '__pycache__']);
const READ = /(?:^|\/)requirements[^/]*\.txt$|\.(?:sql|prisma|[cm]?[jt]sx?|py|jsonc?|toml|plan|conf|ini|ya?ml|lock)$/;

export function memoryWorkspace(sources: readonly Source[]): Workspace {
  const texts = new Map(sources.map(s => [s.path, s.text]));
  return { root: '.', files: new Set([...texts.keys()].sort()), only: undefined, text: p => texts.get(p), unread: [] };
}

/** Where a run takes place. */
export interface Base {
  /** Absolute; paths of files are relative to it. */
  readonly dir: string;
  /** The folder as the user would type it. */
  readonly shown: string;
  /** What was asked for, seen from `dir`. */
  readonly paths: readonly string[];
}

/**
 * Paths below the current folder are shown as the user typed them. One path elsewhere is a project of its own.
 * @throws UsageError for several paths without a folder in common
 */
export function locate(cwd: string, paths: readonly string[]): Base {
  const outside = paths.filter(p => isOutside(path.relative(cwd, path.resolve(cwd, p))));
  const [only] = outside;
  if (only === undefined) return { dir: cwd, shown: '.', paths };
  if (paths.length > 1) throw new UsageError(`${only}: outside of the current folder; run tenantlint from a folder above all paths`);
  const absolute = path.resolve(cwd, only);
  const stat = statSync(absolute, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`${only}: no such file or folder`);
  const dir = stat.isDirectory() ? absolute : projectAbove(path.dirname(absolute));
  return { dir, shown: slashes(path.relative(cwd, dir)), paths: stat.isDirectory() ? [] : [path.relative(dir, absolute)] };
}

/**
 * @param ignored files that the configuration leaves out, by their path below the base
 * @throws UsageError when no path exists; one of several that is missing is `unread`
 */
export function diskWorkspace({ dir: cwd, shown, paths }: Base, ignored: (file: string) => boolean): Workspace {
  const folders: string[] = [];
  const named: string[] = [];
  const unread: Unread[] = [];
  for (const given of paths.length > 0 ? paths : ['.']) {
    const absolute = path.resolve(cwd, given);
    const relative = slashes(path.relative(cwd, absolute));
    const stat = statSync(absolute, { throwIfNoEntry: false });
    if (!stat) unread.push({ at: { file: relative, start: 0, end: 0 }, reason: 'no such file or folder' });
    else if (stat.isDirectory()) folders.push(relative);
    else if (!READ.test(given)) unread.push({ at: { file: relative, start: 0, end: 0 }, reason: 'not a kind of file that is linted' });
    else named.push(relative);
  }
  const [lost] = unread;
  if (lost && folders.length + named.length === 0) throw new UsageError(`${lost.at.file}: ${lost.reason}`);
  // A single file is judged against the whole project around it.
  const roots = named.length > 0 ? [...folders, ...named.map(f => slashes(path.relative(cwd, projectAbove(path.dirname(path.join(cwd, f)), cwd))))] : folders;
  const found = [...new Set(roots)].flatMap(f => walk(cwd, f, unread)).filter(f => !ignored(f));
  const files = new Set([...found, ...named].sort());
  const only = named.length === 0 ? undefined : new Set([...named, ...[...files].filter(f => folders.some(d => d === '' || f.startsWith(`${d}/`)))]);
  const cache = new Map<string, string | undefined>();
  const text = (file: string): string | undefined => {
    if (!files.has(file)) return undefined;
    if (!cache.has(file)) cache.set(file, read(path.join(cwd, file), file, unread));
    return cache.get(file);
  };
  return { root: shown, files, only, text, unread };
}

/** Files below a folder that a reader may want. Links are not followed: they lead out of the project, or in circles. */
function walk(cwd: string, folder: string, unread: Unread[]): string[] {
  const found: string[] = [];
  const open = [folder];
  for (let dir = open.pop(); dir !== undefined; dir = open.pop()) {
    let entries: Dirent[];
    try {
      entries = readdirSync(path.join(cwd, dir), { withFileTypes: true });
    } catch (error) {
      unread.push({ at: { file: dir, start: 0, end: 0 }, reason: `cannot be read: ${codeOf(error)}` });
      continue;
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const below = dir === '' ? entry.name : `${dir}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!ASIDE.has(entry.name)) open.push(below);
      } else if (entry.isFile() && READ.test(entry.name)) found.push(below);
    }
  }
  return found;
}

const PROJECT_MARKS = ['tenantlint.config.jsonc', 'package.json', 'pyproject.toml', '.git', 'supabase', 'prisma'];

/** The nearest folder at or above `from` that looks like a project; `top` (or `from` itself) where none does. */
function projectAbove(from: string, top?: string): string {
  for (let dir = from; dir !== top; dir = path.dirname(dir)) {
    if (PROJECT_MARKS.some(m => statSync(path.join(dir, m), { throwIfNoEntry: false }))) return dir;
    if (dir === path.dirname(dir)) return top ?? from;
  }
  return top ?? from;
}

function isOutside(relative: string): boolean {
  return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}

function read(absolute: string, file: string, unread: Unread[]): string | undefined {
  const at = { file, start: 0, end: 0 };
  try {
    const bytes = readFileSync(absolute);
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      unread.push({ at, reason: 'not valid UTF-8; read as Latin-1' });
      return bytes.toString('latin1');
    }
  } catch (error) {
    unread.push({ at, reason: `cannot be read: ${codeOf(error)}` });
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

function slashes(p: string): string {
  return path.sep === '/' ? p : p.split(path.sep).join('/');
}
