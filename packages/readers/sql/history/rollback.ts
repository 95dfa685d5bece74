import type { Source } from '@tenantlint/model';
import { folderOf, isBelow, nameOf, stemOf, type Pool } from './pool.ts';

/** Folders beside or inside a migrations folder whose files undo migrations of the same name. */
const FOLDER = /^(?:rollbacks?|downs?|undos?|reverts?)$/i;

const AFFIX = /^(?:rollback|down|undo|revert)[-_.]|[-_.](?:rollback|down|undo|revert)$/i;
/** `20240101_rollback_create_x`, `20240101_down_create_x` */
const MIDDLE = /^(\d+)[-_](?:rollback|down|undo|revert)[-_]/i;

/** The files of a folder that undo others, by the migration they undo. */
export interface Rollbacks {
  /** By the name of the migration. */
  readonly of: ReadonlyMap<string, Source>;
  /** All that were recognised, those of no migration included. */
  readonly files: readonly Source[];
}

/**
 * Finds the rollbacks of the named migrations: files of a rollback folder, and files beside the migrations that
 * bear the name or the version of one. A migration that only speaks of rolling back stays a migration.
 */
export function rollbacksOf(pool: Pool, root: string, migrations: readonly string[]): Rollbacks {
  const above = folderOf(root);
  const apart = pool.sqlBelow(above).filter(({ path }) => {
    const folder = folderOf(path);
    if (folder === root || !FOLDER.test(nameOf(folder))) return false;
    return folderOf(folder) === above || isBelow(folder, root);
  });
  const beside = pool.sql(root).filter(({ path }) => AFFIX.test(stemOf(path)) || MIDDLE.test(stemOf(path)));
  const others = migrations.filter((name) => !beside.some(({ path }) => stemOf(path) === name));
  const pairs = pair(others, beside, [whole, version]);
  const undoing = [...pairs.values()];
  const open = migrations.filter((name) => !pairs.has(name) && !undoing.some(({ path }) => stemOf(path) === name));
  return { of: new Map([...pairs, ...pair(open, apart, [whole, version, words])]), files: [...undoing, ...apart] };
}

type Key = (name: string) => string | undefined;

const whole: Key = (name) => name;
const version: Key = (name) => /^\d{3,}/.exec(name)?.[0];
const words: Key = (name) => name.replace(/^\d+[-_]/, '');

/** The surest likeness first; each file undoes one migration. */
function pair(migrations: readonly string[], files: readonly Source[], keys: readonly Key[]): Map<string, Source> {
  const pairs = new Map<string, Source>();
  const taken = new Set<string>();
  for (const key of keys) {
    const open = new Map<string, string>();
    for (const name of migrations) {
      const value = key(name);
      if (value !== undefined && !pairs.has(name)) open.set(value, name);
    }
    for (const source of files) {
      const name = taken.has(source.path) ? undefined : open.get(key(undone(source.path)) ?? '');
      if (name === undefined || pairs.has(name)) continue;
      pairs.set(name, source);
      taken.add(source.path);
    }
  }
  return pairs;
}

/** The name of the migration that a rollback file speaks of. */
function undone(path: string): string {
  return stemOf(path).replace(MIDDLE, '$1_').replace(AFFIX, '').replace(AFFIX, '');
}
