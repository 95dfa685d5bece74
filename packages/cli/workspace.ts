import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import glob from 'fast-glob';
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
const IGNORED = ['node_modules', '.git', 'dist', 'build', 'out', '.next', '.nuxt', '.svelte-kit', '.turbo', '.vercel', '.output', 'coverage', 'vendor', '.venv', 'venv', '__pycache__', '.tenantlint-cache'].map(d => `**/${d}/**`);
const EXTENSIONS = 'sql,prisma,ts,tsx,mts,cts,js,jsx,mjs,cjs,py,json,jsonc,toml,plan,conf,ini,yml,yaml,lock';
const READ = `**/*.{${EXTENSIONS}}`;

export function memoryWorkspace(sources: readonly Source[]): Workspace {
  const texts = new Map(sources.map(s => [s.path, s.text]));
  return { root: '.', files: new Set([...texts.keys()].sort()), only: undefined, text: p => texts.get(p), unread: [] };
}

/**
 * @param cwd absolute; paths of files are relative to it
 * @param paths folders or files as the user typed them; none means `cwd` itself
 * @param ignore globs of the configuration
 * @throws UsageError for a path outside of `cwd`, and when no path exists; one of several that is missing is `unread`
 */
export function diskWorkspace(cwd: string, paths: readonly string[], ignore: readonly string[]): Workspace {
  const folders: string[] = [];
  const named: string[] = [];
  const unread: Unread[] = [];
  for (const given of paths.length > 0 ? paths : ['.']) {
    const absolute = path.resolve(cwd, given);
    const relative = slashes(path.relative(cwd, absolute));
    const stat = statSync(absolute, { throwIfNoEntry: false });
    if (relative === '..' || relative.startsWith('../') || path.isAbsolute(relative)) throw new UsageError(`${given}: outside of the current folder; run tenantlint from a folder above it`);
    if (!stat) unread.push({ at: { file: relative, start: 0, end: 0 }, reason: 'no such file or folder' });
    else if (stat.isDirectory()) folders.push(relative);
    else if (!EXTENSIONS.split(',').includes(path.extname(given).slice(1))) unread.push({ at: { file: relative, start: 0, end: 0 }, reason: 'not a kind of file that is linted' });
    else named.push(relative);
  }
  const [lost] = unread;
  if (lost && folders.length + named.length === 0) throw new UsageError(`${lost.at.file}: ${lost.reason}`);
  // A single file is judged against the whole project around it.
  const roots = named.length > 0 ? [...folders, ...named.map(f => projectOf(cwd, f))] : folders;
  const patterns = [...new Set(roots)].map(f => (f === '' ? READ : `${glob.escapePath(f)}/${READ}`));
  const found = glob.sync(patterns, { cwd, ignore: [...IGNORED, ...ignore], dot: false, followSymbolicLinks: false, onlyFiles: true, suppressErrors: true, unique: true });
  const files = new Set([...found.map(slashes), ...named].sort());
  const only = named.length === 0 ? undefined : new Set([...named, ...[...files].filter(f => folders.some(d => d === '' || f.startsWith(`${d}/`)))]);
  const cache = new Map<string, string | undefined>();
  const text = (file: string): string | undefined => {
    if (!cache.has(file)) cache.set(file, read(path.join(cwd, file), file, unread));
    return cache.get(file);
  };
  return { root: '.', files, only, text, unread };
}

/** The nearest folder above a file that looks like a project: configuration, package.json, pyproject.toml or a repository. */
function projectOf(cwd: string, file: string): string {
  for (let dir = path.posix.dirname(file); ; dir = path.posix.dirname(dir)) {
    if (dir === '.') return '';
    const marks = ['tenantlint.config.jsonc', 'package.json', 'pyproject.toml', '.git', 'supabase', 'prisma'];
    if (marks.some(m => statSync(path.join(cwd, dir, m), { throwIfNoEntry: false }))) return dir;
  }
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
    unread.push({ at, reason: `cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'}` });
    return undefined;
  }
}

function slashes(p: string): string {
  return path.sep === '/' ? p : p.split(path.sep).join('/');
}
