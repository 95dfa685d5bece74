import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Overlay } from '../overlay.ts';
import { codeOf } from '../walk.ts';
import { hashed } from './folder.ts';

/** What is known of a file's content. */
export interface Content {
  /** When the file was written, as far as the file system tells; empty where that proves nothing. */
  readonly stamp: string;
  readonly hash: string;
  /** Answers to questions that were asked of it, by the question. */
  readonly answers: Map<string, unknown>;
}

/** How much later than a file's last change one must look, for a later change to show in its times. */
const COARSEST_MS = 2_000;

export type Known = Map<string, Content>;

/** Contents of a project's files as they are now: a file is read again only when its times or its size changed. */
export class Contents {
  readonly #dir: string;
  readonly #overlay: Overlay | undefined;
  readonly #known: Known;
  readonly #now = new Map<string, Content | undefined>();
  changed = false;

  /** @param known of files on disk, from earlier runs; kept up to date */
  constructor(dir: string, overlay: Overlay | undefined, known: Known) {
    this.#dir = dir;
    this.#overlay = overlay;
    this.#known = known;
  }

  /** Undefined: there is no such file. Looked at once. */
  of(file: string): Content | undefined {
    if (this.#now.has(file)) return this.#now.get(file);
    const found = this.#look(file);
    this.#now.set(file, found);
    return found;
  }

  /** Whether the file is still what it was when it was looked at. */
  isStill(file: string): boolean {
    const before = this.#now.get(file);
    const absolute = this.#absolute(file);
    if (!before || this.#overlay?.at(absolute)) return true;
    return before.stamp === '' ? read(absolute) === before.hash : before.stamp === stampOf(absolute);
  }

  #absolute(file: string): string {
    return path.sep === '/' ? `${this.#dir}/${file}` : path.join(this.#dir, file);
  }

  #look(file: string): Content | undefined {
    const absolute = this.#absolute(file);
    const known = this.#known.get(file);
    const over = this.#overlay?.at(absolute);
    if (over) return over.content === undefined ? undefined : contentOf(known, hashed(over.content), '');
    const stamp = stampOf(absolute);
    if (stamp === undefined) return undefined;
    if (known && known.stamp !== '' && known.stamp === stamp) return known;
    const content = contentOf(known, read(absolute), isSettled(stamp) ? stamp : '');
    this.#known.set(file, content);
    this.changed = true;
    return content;
  }
}

function contentOf(known: Content | undefined, hash: string, stamp: string): Content {
  return { stamp, hash, answers: known?.hash === hash ? known.answers : new Map() };
}

function read(absolute: string): string {
  try {
    return hashed(readFileSync(absolute));
  } catch (error) {
    return `cannot be read: ${codeOf(error)}`;
  }
}

function stampOf(absolute: string): string | undefined {
  const stat = statSync(absolute, { throwIfNoEntry: false });
  return stat && `${stat.mtimeMs}:${stat.ctimeMs}:${stat.size}:${stat.ino}`;
}

/** A file that was written just now may be written once more without its times telling. */
function isSettled(stamp: string): boolean {
  const [written = '', changed = ''] = stamp.split(':');
  return Math.max(Number(written), Number(changed)) < Date.now() - COARSEST_MS;
}
