import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { uncommitted } from 'tenantlint/uncommitted';
import { walk } from 'tenantlint/walk';

const BRIEF_MS = 2_000;
let known: { readonly root: string; readonly state: string; readonly at: number } | undefined;

/** A short name for the contents of all files that are read: it changes when any of them does. */
export function state(root: string): string {
  if (known?.root === root && performance.now() - known.at < BRIEF_MS) return known.state;
  const hash = createHash('sha1');
  for (const file of walk(root, '', () => {}).sort()) {
    hash.update(`\0${file}\0`);
    try {
      hash.update(readFileSync(path.join(root, file)));
    } catch {
      // Gone, or unreadable: so it is for the engine.
    }
  }
  // Migrations that are not committed yet are judged for their locks, too.
  for (const file of [...uncommitted(root)].sort()) hash.update(`\0${file}`);
  known = { root, state: hash.digest('hex').slice(0, 12), at: performance.now() };
  return known.state;
}
