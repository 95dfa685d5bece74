import { expectation, type History, type Source, type SqlParser } from '@tenantlint/model';
import { byText, folderOf, nameOf, stemOf, type Claim, type Convention, type Pool } from './pool.ts';
import { sortDialects, stepOf, wholeOf } from './step.ts';

const VERSIONED = /^V(\d[\w.]*?)__(.*)\.sql$/;
const BASELINE = /^B(\d[\w.]*?)__(.*)\.sql$/;
const UNDO = /^U(\d[\w.]*?)__(.*)\.sql$/;
const REPEATABLE = /^R__(.*)\.sql$/;

/** `V<version>__<name>.sql` with `U…` to undo it; `R__<name>.sql` whenever it changes, after all versions. */
export const flyway: Convention = {
  find(pool: Pool): Claim[] {
    const roots = new Set(pool.all().filter(({ path }) => VERSIONED.test(nameOf(path))).map(({ path }) => folderOf(path)));
    // A location is searched with its subfolders.
    const tops = [...roots].sort(byText).filter((root) => ![...roots].some((other) => other !== root && root.startsWith(`${other}/`)));
    return tops.map((root) => {
      const files = pool.sqlBelow(root).filter(({ path }) => folderOf(path) === root || /^[VURB]/.test(nameOf(path)));
      const bare = new Set(files.filter(({ path }) => /^\s*executeInTransaction\s*=\s*false\b/im.test(pool.get(`${path}.conf`)?.text ?? '')).map(({ path }) => path));
      return { tool: 'flyway', root, paths: files.map(({ path }) => path), read: (sql) => read(sql, root, files, bare) };
    });
  },
};

/** @param alone files that the tool runs without a transaction */
function read(sql: SqlParser, root: string, files: readonly Source[], alone: ReadonlySet<string>): History {
  const named = files.filter(({ path }) => VERSIONED.test(nameOf(path)) || REPEATABLE.test(nameOf(path)));
  const { native, skipped: foreign } = sortDialects(named);
  const undos = files.filter(({ path }) => UNDO.test(nameOf(path)));
  const steps = [...native].sort((a, b) => compare(nameOf(a.path), nameOf(b.path))).map((source) => {
    const version = VERSIONED.exec(nameOf(source.path))?.[1];
    const down = version === undefined ? undefined : undos.find(({ path }) => sameVersion(UNDO.exec(nameOf(path))?.[1] ?? '', version));
    const up = sql.file(withoutPlaceholders(source));
    // What cannot run in a transaction takes the whole file out of it.
    const bare = alone.has(source.path) || up.events.some((event) => (event.kind === 'create-index' || event.kind === 'drop') && event.concurrently);
    return stepOf({
      id: stemOf(source.path), tool: 'flyway', up: wholeOf(up), transactional: !bare,
      down: down === undefined ? undefined : wholeOf(sql.file(withoutPlaceholders(down))),
    });
  });
  const skipped = files
    .filter((file) => !named.includes(file) && !undos.includes(file))
    .map(({ path }) => ({ file: path, reason: BASELINE.test(nameOf(path)) ? 'a baseline: only new databases start from it' : 'the name is not V<version>__name.sql' }));
  return { tool: 'flyway', root, steps, downs: expectation(steps, 'undo files stand beside the migrations'), skipped: [...skipped, ...foreign], seeds: [] };
}

function compare(a: string, b: string): number {
  const left = VERSIONED.exec(a)?.[1];
  const right = VERSIONED.exec(b)?.[1];
  if (left === undefined || right === undefined) return left !== undefined ? -1 : right !== undefined ? 1 : byText(a, b);
  return compareVersions(left, right) || byText(a, b);
}

function partsOf(version: string): bigint[] {
  return version.split(/[._]/).map((part) => BigInt(/^\d+$/.test(part) ? part : '0'));
}

function compareVersions(a: string, b: string): number {
  const left = partsOf(a);
  const right = partsOf(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0n) - (right[i] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

function sameVersion(a: string, b: string): boolean {
  return compareVersions(a, b) === 0;
}

/** `${name}` is replaced before the file is run; a word of the same length stands in for it, so that places stay. */
function withoutPlaceholders(source: Source): Source {
  return { path: source.path, text: source.text.replace(/\$\{([\w.:-]+)\}/g, (_, name: string) => `__${name.replace(/\W/g, '_')}_`) };
}
