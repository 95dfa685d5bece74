import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { built } from './memory/folder.ts';
import { VERSION } from './version.ts';

/** How often each kind of finding occurs in a state, by hashes. */
export type Tally = ReadonlyMap<string, number>;

/** As many states as a few branches need. */
const MOST = 16;

/**
 * What was found in states that were judged before, kept in the repository's own `.git`: the state before a commit is
 * the one that the last commit was judged by. Only hashes are kept. A name says all that the answer depends on, so
 * nothing has to be invalidated; what cannot be read or written is as if it were not there.
 */
export class Remembered {
  readonly #folder: string;
  readonly #about: string;

  /** @param about everything besides the state that decides what is found */
  constructor(folder: string, about: readonly string[]) {
    this.#folder = folder;
    this.#about = [built() ?? VERSION, ...about].join('\0');
  }

  get(state: string): Tally | undefined {
    try {
      const read: unknown = JSON.parse(readFileSync(this.#file(state), 'utf8'));
      if (!Array.isArray(read) || !read.every((e) => Array.isArray(e) && typeof e[0] === 'string' && Number.isInteger(e[1]))) return undefined;
      return new Map(read as [string, number][]);
    } catch {
      return undefined;
    }
  }

  put(state: string, tally: Tally): void {
    try {
      mkdirSync(this.#folder, { recursive: true });
      const temporary = `${this.#file(state)}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify([...tally]));
      renameSync(temporary, this.#file(state));
      const byAge = readdirSync(this.#folder).map((name) => ({ name, at: statSync(path.join(this.#folder, name)).mtimeMs })).sort((a, b) => b.at - a.at);
      for (const { name } of byAge.slice(MOST)) rmSync(path.join(this.#folder, name), { force: true });
    } catch {
      // A repository that cannot be written to is judged all the same.
    }
  }

  #file(state: string): string {
    return path.join(this.#folder, createHash('sha1').update(`${this.#about}\0${state}`).digest('hex'));
  }
}
