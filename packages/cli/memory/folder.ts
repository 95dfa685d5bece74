import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../version.ts';

/** Products whose answers are kept; the ones that were asked about last. */
const MOST_PROJECTS = 32;
const MOST_FILES = 12;

/**
 * A folder of the user's own for one project. Whoever writes a repository must not be able to write what is believed of
 * it, so nothing inside a repository will do (`node_modules` least of all), and nothing that other users may write to.
 * What lies there is a help and no more: without it, or where it is damaged, everything is found out anew.
 */
export class Folder {
  readonly #path: string;

  private constructor(folder: string) {
    this.#path = folder;
  }

  /** Undefined where there is no place that can be trusted, and while the source itself is run. */
  static of(project: string, env: NodeJS.ProcessEnv = process.env): Folder | undefined {
    const build = built();
    const home = build === undefined ? undefined : userCache(env);
    if (build === undefined || home === undefined) return undefined;
    try {
      const all = path.join(home, 'tenantlint');
      mkdirSync(all, { recursive: true, mode: 0o700 });
      const real = realpathSync(all);
      const dir = realpathSync(project);
      if (!isOwn(real) || isWithin(real, repositoryOf(dir))) return undefined;
      return new Folder(path.join(real, hashed(`${dir}\0${build}`).slice(0, 24)));
    } catch {
      return undefined;
    }
  }

  /** Undefined for what is not there, cut short or written by anything else. */
  read(name: string): unknown {
    try {
      const bytes = readFileSync(path.join(this.#path, name));
      const text = bytes.toString('utf8', SUM);
      return bytes.toString('latin1', 0, SUM) === hashed(text) ? JSON.parse(text) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whole or not at all, whoever else writes at the same time. */
  write(name: string, value: unknown): void {
    try {
      mkdirSync(this.#path, { recursive: true, mode: 0o700 });
      const text = JSON.stringify(value);
      const temporary = path.join(this.#path, `${name}.${process.pid}.tmp`);
      writeFileSync(temporary, hashed(text) + text, { mode: 0o600 });
      renameSync(temporary, path.join(this.#path, name));
      keepNewest(this.#path, MOST_FILES);
      const now = new Date();
      utimesSync(this.#path, now, now);
      keepNewest(path.dirname(this.#path), MOST_PROJECTS);
    } catch {
      // A full disk or a home that cannot be written to: judged all the same.
    }
  }
}

/** Length of a checksum as it stands before what it is of. */
const SUM = 43;

export function hashed(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('base64url');
}

function userCache(env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = env;
  if (xdg !== undefined && path.isAbsolute(xdg)) return xdg;
  if (process.platform === 'win32') return local !== undefined && path.isAbsolute(local) ? local : undefined;
  const home = os.homedir();
  return path.isAbsolute(home) ? path.join(home, process.platform === 'darwin' ? 'Library/Caches' : '.cache') : undefined;
}

function isOwn(folder: string): boolean {
  const stat = statSync(folder);
  const me = process.getuid?.();
  return me === undefined || (stat.uid === me && (stat.mode & 0o022) === 0);
}

/** The repository that a folder lies in, or the folder itself. */
function repositoryOf(folder: string): string {
  for (let dir = folder; ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, '.git'))) return dir;
    if (dir === path.dirname(dir)) return folder;
  }
}

function isWithin(folder: string, above: string): boolean {
  const relative = path.relative(above, folder);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function keepNewest(folder: string, most: number): void {
  const names = readdirSync(folder);
  if (names.length <= most) return;
  const byAge = names.map((name) => ({ name, at: statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 })).sort((a, b) => b.at - a.at);
  for (const { name } of byAge.slice(most)) rmSync(path.join(folder, name), { recursive: true, force: true });
}

/**
 * Which build this is: of one version there are many while it is being worked on. Parts of a bundle are named by what
 * they hold and load, down to the last, and the entries name parts. The source is no build.
 */
export function built(): string | undefined {
  const own = fileURLToPath(import.meta.url);
  if (own.endsWith('.ts')) return undefined;
  const entries = ['main', 'api', 'session', 'index'].map((name) => path.join(path.dirname(own), `${name}.js`));
  return [VERSION, ...entries.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''))].join('\0');
}
