import type { Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';

export type Setting = Extract<Truth, { readonly kind: 'setting' }>;

/** Settings that are made while a hook is run, on whichever way. */
const SEEN = new WeakMap<Flow, Setting[]>();

/** The code makes a setting. */
export function learnSetting(f: Flow, made: Setting): void {
  f.state.learn([made]);
  SEEN.get(f)?.push(made);
}

/** What a hook makes on some way through it, in order. */
export function settingsOf(f: Flow, run: () => void): readonly Setting[] {
  const seen: Setting[] = [];
  SEEN.set(f, seen);
  try {
    run();
  } finally {
    SEEN.delete(f);
  }
  return seen;
}

const BEGUN = new WeakMap<Flow, Setting[]>();

/** Settings that hooks of the program's sessions make at the beginning of every transaction. */
export function begunWith(f: Flow): readonly Setting[] {
  return BEGUN.get(f) ?? [];
}

export function addBegun(f: Flow, made: readonly Setting[]): void {
  BEGUN.set(f, [...begunWith(f), ...made]);
}

/** A connection is used that is no session's: its transactions begin without them. */
export function withoutBegun(f: Flow): void {
  f.state.learn(begunWith(f).map((made) => ({ ...made, value: undefined })));
}
