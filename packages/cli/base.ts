import { readFileSync } from 'node:fs';
import v8 from 'node:v8';
import { keepBase, madeBase, replay } from '@tenantlint/engine';
import type { Change, SqlParser } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';

/** Written by the build beside the bundle: what every Supabase project starts from, ready made. */
const FILE = new URL('./supabase-base.bin', import.meta.url);

let base: readonly Change[] | undefined;

/** Hands the ready-made state to the replays of this parser; without the file they make it from its SQL. */
export function useKeptBase(parser: SqlParser): void {
  try {
    base ??= v8.deserialize(readFileSync(FILE)) as readonly Change[];
  } catch {
    // Not built, or written by a Node whose format this one does not know.
    return;
  }
  keepBase(parser, base);
}

/** What the file holds. */
export function baseFile(): Uint8Array {
  const parser = createSqlParser();
  replay([], parser, { base: 'supabase' });
  return v8.serialize(madeBase(parser));
}
