import { expectation, type History, type Source, type SqlParser } from '@tenantlint/model';
import { byNumber, byText, folderOf, nameOf, stemOf, type Claim, type Convention, type Pool } from './pool.ts';
import { rollbacksOf, type Rollbacks } from './rollback.ts';
import { sortDialects, stepOf, wholeOf } from './step.ts';

const NUMBERED = /^\d+(?=\D)/;
/** Names of a file that the numbered ones build on. */
const BASE = /^(?:base|baseline|init|initial|schema|structure|setup)\b/i;
const DUMP_NAME = /^(?:structure|schema|dump|full[-_]schema|database)\.sql$/i;
const DUMP_HEADER = /^--\s*(?:PostgreSQL database (?:cluster )?dump|Dumped (?:from|by))/m;
/** Folders whose SQL is no history: it is run by tests, by people, by the product itself, or no longer. */
const ASIDE = /(?:^|\/)(?:tests?|__tests__|spec|specs|e2e|fixtures?|seeds?|seeders|queries|examples?|snippets|docs?|node_modules|vendor|benchmarks?|rollbacks?|downs?|archived?|archives|deprecated|obsolete|(?:[\w-]+[-_])?backups?)(?:\/|$)/i;
const MIGRATIONS = /(?:^|\/)(?:\w+[-_])?(?:migrations?|migrate)$/i;
const CREATES = /\b(?:create|alter)\s+(?:or\s+replace\s+)?(?:table|policy|function|schema|view|type|role|unlogged|temp|materialized|extension|publication|index|unique)\b/i;

/** A folder of `.sql` files that people run in the order of their names. */
export const plain: Convention = {
  find(pool: Pool): Claim[] {
    return pool.folders().flatMap((root) => {
      if (ASIDE.test(root)) return [];
      const files = pool.sql(root).filter(({ path }) => !DUMP_NAME.test(nameOf(path)) || pool.sql(root).length > 1);
      const numbered = files.filter(({ path }) => NUMBERED.test(nameOf(path)));
      const isHistory = MIGRATIONS.test(root) ? files.length > 0 : numbered.length > 1;
      return isHistory && files.some(({ text }) => CREATES.test(text)) ? [folderClaim(pool, root, files)] : [];
    });
  },
};

/** A database dump, or the file that a framework keeps of the schema as it is. */
export const dumps: Convention = {
  find(pool: Pool): Claim[] {
    return pool.all()
      .filter(({ path, text }) => /\.sql$/i.test(path) && !ASIDE.test(folderOf(path)) && (DUMP_NAME.test(nameOf(path)) || DUMP_HEADER.test(text.slice(0, 4000))))
      .map((source) => fileClaim(source, 'dump'));
  },
};

/** What is left when nothing else was recognised: every folder whose files define something. */
export const anything: Convention = {
  find(pool: Pool): Claim[] {
    return pool.folders().flatMap((root) => {
      const files = pool.sql(root);
      const [only] = files;
      if (only === undefined || ASIDE.test(root) || !files.some(({ text }) => CREATES.test(text))) return [];
      return [files.length === 1 ? fileClaim(only, 'plain') : folderClaim(pool, root, files)];
    });
  },
};

function fileClaim(source: Source, tool: 'dump' | 'plain'): Claim {
  const read = (sql: SqlParser): History => {
    const { native, skipped } = sortDialects([source]);
    const steps = native.map((file) => stepOf({ id: stemOf(file.path), tool, up: wholeOf(sql.file(file)), transactional: false }));
    return { tool, root: source.path, steps, downs: { expected: false, why: 'a single file has no steps to go back by' }, skipped, seeds: [] };
  };
  return { tool, root: source.path, paths: [source.path], read };
}

function folderClaim(pool: Pool, root: string, files: readonly Source[]): Claim {
  const rollbacks = rollbacksOf(pool, root, files.map(({ path }) => stemOf(path)));
  return { tool: 'plain', root, paths: [...files, ...rollbacks.files].map(({ path }) => path), read: (sql) => readFolder(sql, root, files, rollbacks) };
}

function readFolder(sql: SqlParser, root: string, files: readonly Source[], rollbacks: Rollbacks): History {
  const undoing = new Set(rollbacks.files.map(({ path }) => path));
  const forward = files.filter(({ path }) => !undoing.has(path) && !isSeed(path));
  const numbered = forward.filter(({ path }) => NUMBERED.test(nameOf(path)));
  const skipped: { file: string; reason: string }[] = [];
  let run = forward;
  if (numbered.length > 0) {
    const base = forward.filter(({ path }) => !NUMBERED.test(nameOf(path)) && BASE.test(nameOf(path)));
    run = [...base, ...[...numbered].sort((a, b) => byNumber(a.path, b.path))];
    for (const file of forward) {
      if (!run.includes(file)) skipped.push({ file: file.path, reason: 'no number tells when it is run' });
    }
  }
  const { native, skipped: foreign } = sortDialects(run);
  const steps = native.map((source) => {
    const down = rollbacks.of.get(stemOf(source.path));
    return stepOf({
      id: stemOf(source.path), tool: 'plain', up: wholeOf(sql.file(source)), transactional: false,
      down: down === undefined ? undefined : wholeOf(sql.file(down)),
    });
  });
  const paired = new Set([...rollbacks.of.values()].map(({ path }) => path));
  for (const { path } of rollbacks.files) if (!paired.has(path)) skipped.push({ file: path, reason: 'a rollback of no migration of this folder' });
  return {
    tool: 'plain', root, steps, downs: expectation(steps, 'rollback files stand beside the migrations'),
    skipped: [...skipped, ...foreign].sort((a, b) => byText(a.file, b.file)),
    seeds: files.filter(({ path }) => isSeed(path)).map(({ path }) => path),
  };
}

function isSeed(path: string): boolean {
  return /(?:^|[-_.])seeds?(?:[-_.]|$)/i.test(stemOf(path));
}
