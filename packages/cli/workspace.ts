import { isUtf8 } from 'node:buffer';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Source, Unread } from '@tenantlint/model';
import { UsageError } from './usage-error.ts';
import { fileBytes, fileExists, type Overlay } from './overlay.ts';
import { ASIDE, codeOf, READ, walk } from './walk.ts';

/** The files of a project. Only what is asked for is read, each file once. */
export interface Workspace {
  /** The folder that shown paths are relative to. */
  readonly root: string;
  /** What stands before a path when it is shown: the project's folder, seen from where the command was run. */
  readonly prefix: string;
  /** Sorted. */
  readonly files: ReadonlySet<string>;
  /** When single files were named: findings elsewhere are not reported. */
  readonly only: ReadonlySet<string> | undefined;
  /** Files that were named one by one. */
  readonly named: ReadonlySet<string>;
  /** Undefined: not there, or no text. Why is in `unread`. */
  text(path: string): string | undefined;
  readonly unread: readonly Unread[];
  /** Set where answers are remembered: takes what `compute` says of a file's text, or knows it from an earlier run. See `asking`. */
  asked?(question: object): (path: string, compute: (text: string | undefined) => unknown) => unknown;
}

export function memoryWorkspace(sources: readonly Source[]): Workspace {
  const texts = new Map(sources.map(s => [s.path, s.text]));
  return { root: '.', prefix: '', files: new Set([...texts.keys()].sort()), only: undefined, named: new Set(), text: p => texts.get(p), unread: [] };
}

/** Where a run takes place. */
export interface Base {
  /** The project's folder, absolute: all paths are relative to it, so that what stands above it (`tests/`) means nothing. */
  readonly dir: string;
  /** See Workspace. */
  readonly root: string;
  readonly prefix: string;
  /** Configurations are looked for up to here. */
  readonly top: string;
  /** What was asked for, seen from `dir`. */
  readonly paths: readonly string[];
  /** Contents that stand in for those on disk. */
  readonly overlay?: Overlay | undefined;
}

/**
 * The project that the paths lie in. Below the current folder paths are shown as the user typed them; one path elsewhere
 * is shown from its project's folder.
 * @throws UsageError for several paths without a folder in common
 */
export function locate(cwd: string, paths: readonly string[]): Base {
  const absolute = paths.map(p => path.resolve(cwd, p));
  const outside = paths.find(p => isOutside(path.relative(cwd, path.resolve(cwd, p))));
  if (outside === undefined) {
    const projects = new Set(absolute.map(p => projectAbove(isFolder(p) ? p : path.dirname(p), cwd)));
    const [only] = projects;
    const dir = only !== undefined && projects.size === 1 ? only : cwd;
    const prefix = slashes(path.relative(cwd, dir));
    return { dir, root: '.', prefix: prefix === '' ? '' : `${prefix}/`, top: cwd, paths: absolute.map(p => path.relative(dir, p)) };
  }
  if (paths.length > 1) throw new UsageError(`${outside}: outside of the current folder; run tenantlint from a folder above all paths`);
  const [target = cwd] = absolute;
  if (!statSync(target, { throwIfNoEntry: false })) throw new UsageError(`${outside}: no such file or folder`);
  const dir = isFolder(target) ? target : projectAbove(path.dirname(target));
  return { dir, root: slashes(path.relative(cwd, dir)), prefix: '', top: dir, paths: [path.relative(dir, target)] };
}

/**
 * @param ignored files that the configuration leaves out
 * @throws UsageError when no path exists; one of several that is missing is `unread`
 */
export function diskWorkspace({ dir: cwd, root, prefix, paths, overlay }: Base, ignored: (file: string) => boolean): Workspace {
  const folders: string[] = [];
  const named: string[] = [];
  const unread: Unread[] = [];
  for (const given of paths.length > 0 ? paths : ['']) {
    const absolute = path.resolve(cwd, given);
    const relative = slashes(path.relative(cwd, absolute));
    const stat = statSync(absolute, { throwIfNoEntry: false });
    if (!stat) unread.push({ at: { file: relative, start: 0, end: 0 }, reason: 'no such file or folder' });
    else if (stat.isDirectory()) folders.push(relative);
    else if (!READ.test(given)) unread.push({ at: { file: relative, start: 0, end: 0 }, reason: 'not a kind of file that is linted' });
    else named.push(relative);
  }
  const [lost] = unread;
  if (lost && folders.length + named.length === 0) throw new UsageError(`${prefix}${lost.at.file}: ${lost.reason}`);
  // A single file is judged against the whole project around it.
  const asked = named.length > 0 ? [''] : [...new Set(folders)];
  const onDisk = asked.flatMap(f => walk(cwd, f, (file, reason) => unread.push({ at: { file, start: 0, end: 0 }, reason })));
  const found = (overlay ? laidOver(onDisk, asked, cwd, overlay) : onDisk).filter(f => !ignored(f));
  const files = new Set([...found, ...named].sort());
  const only = named.length === 0 ? undefined : new Set([...named, ...[...files].filter(f => folders.some(d => d === '' || f.startsWith(`${d}/`)))]);
  const cache = new Map<string, string | undefined>();
  const text = (file: string): string | undefined => {
    if (!files.has(file)) return undefined;
    if (!cache.has(file)) cache.set(file, read(path.join(cwd, file), file, unread, overlay));
    return cache.get(file);
  };
  return { root, prefix, files, only, named: new Set(named), text, unread };
}

/** The files of the overlay's state, below the folders that were asked for. */
function laidOver(onDisk: readonly string[], asked: readonly string[], cwd: string, overlay: Overlay): string[] {
  // What stands on disk is there, unless the overlay takes it away. Joined by hand: there are thousands.
  const inside = cwd.endsWith(path.sep) ? cwd : cwd + path.sep;
  const here = new Set(onDisk.filter(f => {
    const over = overlay.at(path.sep === '/' ? inside + f : path.join(cwd, f));
    return !over || over.content !== undefined;
  }));
  for (const absolute of overlay.present) {
    const file = slashes(absolute.startsWith(inside) ? absolute.slice(inside.length) : path.relative(cwd, absolute));
    if (here.has(file)) continue;
    if (isOutside(file) || !READ.test(file) || !asked.some(d => d === '' || file.startsWith(`${d}/`))) continue;
    const aside = file.split('/').some((part, i, all) => part.startsWith('.') || (i < all.length - 1 && ASIDE.has(part)));
    if (!aside && fileExists(absolute, overlay)) here.add(file);
  }
  return [...here];
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

function isFolder(absolute: string): boolean {
  return statSync(absolute, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isOutside(relative: string): boolean {
  return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}

function read(absolute: string, file: string, unread: Unread[], overlay: Overlay | undefined): string | undefined {
  const at = { file, start: 0, end: 0 };
  try {
    const bytes = fileBytes(absolute, overlay);
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (isUtf8(buffer)) return buffer.toString('utf8');
    unread.push({ at, reason: 'not valid UTF-8; read as Latin-1' });
    return buffer.toString('latin1');
  } catch (error) {
    unread.push({ at, reason: `cannot be read: ${codeOf(error)}` });
    return undefined;
  }
}

function slashes(p: string): string {
  return path.sep === '/' ? p : p.split(path.sep).join('/');
}
