import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { UsageError } from './usage-error.ts';

/** What git may not do for us: start programs that a repository or its configuration names, ask for passwords, go online. */
const FIXED = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.quotePath=true', '--no-pager'];
const ENVIRONMENT = { GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', GIT_LITERAL_PATHSPECS: '0', LC_ALL: 'C' };
/** Options that every diff is asked with, whatever the user's configuration says. */
export const DIFF = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-relative', '--ignore-submodules=all', '--find-renames', '--src-prefix=a/', '--dst-prefix=b/'];

const MOST_BYTES = 1 << 30;

/** One repository. Every call is one process with arguments of ours; names of files only ever come back, or go in over stdin. */
export class Git {
  readonly #program: string;
  readonly #cwd: string;
  /** The folder of the working tree, seen from the folder that was asked about. */
  readonly top: string;

  /** @throws UsageError where there is no git, or no repository */
  constructor(folder: string) {
    this.#program = program();
    this.#cwd = folder;
    const up = this.run(['rev-parse', '--show-cdup']).toString('utf8').replace(/\n$/, '');
    this.top = path.resolve(folder, up);
    this.#cwd = this.top;
  }

  /** @throws UsageError with the first line of what git said */
  run(args: readonly string[], input?: string): Buffer {
    const { status, stdout, stderr, error } = this.#spawn(args, input);
    if (error) throw new UsageError(`git could not be run: ${error.message}`);
    if (status !== 0) throw new UsageError(`git: ${firstLine(stderr)}`);
    return stdout;
  }

  /** Undefined where git says no. */
  ask(args: readonly string[]): string | undefined {
    const { status, stdout } = this.#spawn(args);
    return status === 0 ? stdout.toString('utf8').trim() : undefined;
  }

  /** Contents of objects; undefined for one that this clone does not hold. */
  blobs(ids: readonly string[]): (Buffer | undefined)[] {
    if (ids.length === 0) return [];
    const out = this.run(['cat-file', '--batch'], ids.map((id) => `${id}\n`).join(''));
    const found: (Buffer | undefined)[] = [];
    let at = 0;
    for (const id of ids) {
      const end = out.indexOf(10, at);
      const [, kind, size] = out.toString('latin1', at, end).split(' ');
      at = end + 1;
      if (end < 0) throw new UsageError(`git: object ${id} was not answered`);
      if (kind === 'missing') {
        found.push(undefined);
        continue;
      }
      const length = Number(size);
      found.push(out.subarray(at, at + length));
      at += length + 1;
    }
    return found;
  }

  #spawn(args: readonly string[], input = '') {
    return spawnSync(this.#program, [...FIXED, ...args], { cwd: this.#cwd, env: { ...process.env, ...ENVIRONMENT }, input, maxBuffer: MOST_BYTES, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  }
}

/** git as PATH names it by absolute folders: never one that lies in the linted repository. */
function program(): string {
  const names = process.platform === 'win32' ? ['git.exe'] : ['git'];
  for (const folder of (process.env['PATH'] ?? process.env['Path'] ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    for (const name of names) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // not in this one
      }
    }
  }
  throw new UsageError('git is not installed; --since and --staged need it');
}

function firstLine(text: Buffer): string {
  const [line = ''] = text.toString('utf8').trim().split('\n');
  return line.replace(/^fatal: /, '') || 'it failed without a word';
}
