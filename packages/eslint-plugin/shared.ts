import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type { Snapshot } from 'tenantlint/session';

/**
 * Room that the threads of one run share. `eslint --concurrency` loads its configuration before it starts threads, and
 * threads inherit environment data: the first that needs the project judges it, the others wait and read.
 */
const KEY = 'tenantlint/snapshot';
const HEAD = 8;
const MOST_BYTES = 64 * 1024 * 1024;
const FREE = 0;
const TAKEN = 1;
const READY = 2;
const LONGEST_MS = 300_000;

/** Called when the plugin is loaded; without it every thread judges for itself. */
export function offerRoom(): void {
  if (isMainThread && getEnvironmentData(KEY) === undefined) setEnvironmentData(KEY, new SharedArrayBuffer(HEAD, { maxByteLength: MOST_BYTES }));
}

/** What another thread found out, or what `make` says; undefined in a run of a single thread, and where there is no room. */
export function sharedSnapshot(root: string, make: () => Snapshot | undefined): Snapshot | undefined {
  const room = isMainThread ? undefined : getEnvironmentData(KEY);
  if (!(room instanceof SharedArrayBuffer)) return undefined;
  const head = new Int32Array(room, 0, 2);
  if (Atomics.compareExchange(head, 0, FREE, TAKEN) === FREE) {
    const made = make();
    const bytes = Buffer.from(made ? JSON.stringify(made) : '');
    if (HEAD + bytes.length <= MOST_BYTES) {
      room.grow(HEAD + bytes.length);
      new Uint8Array(room, HEAD).set(bytes);
      Atomics.store(head, 1, bytes.length);
    }
    Atomics.store(head, 0, READY);
    Atomics.notify(head, 0);
    return made;
  }
  Atomics.wait(head, 0, TAKEN, LONGEST_MS);
  const length = Atomics.load(head, 1);
  if (Atomics.load(head, 0) !== READY || length === 0) return undefined;
  const text = Buffer.from(new Uint8Array(room, HEAD, length)).toString('utf8');
  const snapshot = JSON.parse(text) as Snapshot;
  return snapshot.root === root ? snapshot : undefined;
}
