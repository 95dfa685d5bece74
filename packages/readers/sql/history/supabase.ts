import { expectation, type History, type Source, type SqlParser } from '@tenantlint/model';
import { byText, folderOf, isBelow, join, nameOf, stemOf, type Claim, type Convention, type Pool } from './pool.ts';
import { rollbacksOf } from './rollback.ts';
import { sortDialects, stepOf, wholeOf } from './step.ts';

const RUN = /^\d+_.*\.sql$/;
const EARLY_INIT = /^(\d{14})_init\.sql$/;
/** A first file of this name and older than this is what the tool's own start-up used to write; it skips it. */
const INIT_SINCE = '20211209000000';

/** `supabase/migrations/<version>_<name>.sql`, with seeds and, for projects without migrations, `schemas/`. */
export const supabase: Convention = {
  find(pool: Pool): Claim[] {
    const projects = new Set<string>();
    for (const { path } of pool.all()) {
      const folder = folderOf(path);
      if (nameOf(folder) === 'migrations' && nameOf(folderOf(folder)) === 'supabase') projects.add(folderOf(folder));
      else if (nameOf(path) === 'config.toml' && nameOf(folder) === 'supabase') projects.add(folder);
      else if (nameOf(folder) === 'schemas' && nameOf(folderOf(folder)) === 'supabase') projects.add(folderOf(folder));
    }
    return [...projects].sort(byText).flatMap((project) => claim(pool, project));
  },
};

function claim(pool: Pool, project: string): Claim[] {
  const migrations = join(project, 'migrations');
  const schemas = join(project, 'schemas');
  const below = pool.sqlBelow(project).filter(({ path }) => !isTest(path, project));
  if (below.length === 0) return [];
  const seeds = below.filter(({ path }) => isSeed(path, project));
  const declared = below.filter(({ path }) => isBelow(path, schemas));
  const direct = pool.sql(migrations);
  const paths = below.map(({ path }) => path);
  const root = direct.length > 0 ? migrations : schemas;
  if (direct.length === 0 && declared.length === 0) return [];
  const read = (sql: SqlParser): History => (direct.length > 0
    ? readMigrations(pool, sql, { root, direct, below, seeds, declared })
    : readSchemas(sql, root, declared, seeds));
  return [{ tool: 'supabase', root, paths: [...paths, ...pool.sqlBelow(project).map(({ path }) => path)], read }];
}

function isTest(path: string, project: string): boolean {
  return isBelow(path, join(project, 'tests')) || isBelow(path, join(project, 'snippets')) || isBelow(path, join(project, 'functions'));
}

function isSeed(path: string, project: string): boolean {
  return path === join(project, 'seed.sql') || isBelow(path, join(project, 'seed')) || isBelow(path, join(project, 'seeds'));
}

interface Files {
  readonly root: string;
  readonly direct: readonly Source[];
  readonly below: readonly Source[];
  readonly seeds: readonly Source[];
  readonly declared: readonly Source[];
}

function readMigrations(pool: Pool, sql: SqlParser, { root, direct, below, seeds, declared }: Files): History {
  const rollbacks = rollbacksOf(pool, root, direct.map(({ path }) => stemOf(path)));
  const undoing = new Set(rollbacks.files.map(({ path }) => path));
  const skipped: { file: string; reason: string }[] = [];
  const run = direct.filter(({ path }, index) => {
    const name = nameOf(path);
    if (undoing.has(path)) {
      if (RUN.test(name)) skipped.push({ file: path, reason: 'a rollback by its name, yet the tool would run it as a migration' });
      return false;
    }
    const init = EARLY_INIT.exec(name);
    if (index === 0 && init !== null && (init[1] ?? '') < INIT_SINCE) {
      skipped.push({ file: path, reason: 'the tool skips a first migration named init of this age' });
      return false;
    }
    if (RUN.test(name)) return true;
    skipped.push({ file: path, reason: 'the name is not <timestamp>_name.sql' });
    return false;
  });
  const { native, skipped: foreign } = sortDialects(run);
  const steps = native.map((source) => {
    const down = rollbacks.of.get(stemOf(source.path));
    const file = sql.file(source);
    return stepOf({
      id: stemOf(source.path), tool: 'supabase', up: wholeOf(file), transactional: true,
      down: down === undefined ? undefined : wholeOf(sql.file(down)),
    });
  });
  const paired = [...rollbacks.of.values()].map(({ path }) => path);
  const named = new Set([...steps.map((step) => step.file), ...[...skipped, ...foreign].map(({ file }) => file), ...paired, ...seeds.map(({ path }) => path)]);
  for (const { path } of below) {
    if (named.has(path)) continue;
    if (undoing.has(path)) skipped.push({ file: path, reason: 'a rollback of no migration of this folder' });
    else if (declared.some((source) => source.path === path)) skipped.push({ file: path, reason: 'a declared schema: only the migrations made from it are run' });
    else if (isBelow(path, root)) skipped.push({ file: path, reason: 'in a subfolder: only files directly in migrations are run' });
    else skipped.push({ file: path, reason: 'not in the migrations folder' });
  }
  return {
    tool: 'supabase', root, steps,
    downs: expectation(steps, `rollback files stand beside the migrations`),
    skipped: [...skipped, ...foreign].sort((a, b) => byText(a.file, b.file)),
    seeds: seeds.map(({ path }) => path),
  };
}

/** A project that only declares its schema: the files are the state, in the order of their names. */
function readSchemas(sql: SqlParser, root: string, declared: readonly Source[], seeds: readonly Source[]): History {
  const { native, skipped } = sortDialects(declared);
  const steps = native.map((source) => stepOf({ id: stemOf(source.path), tool: 'supabase', up: wholeOf(sql.file(source)), transactional: true }));
  return { tool: 'supabase', root, steps, downs: { expected: false, why: 'the schema is declared, not migrated' }, skipped, seeds: seeds.map(({ path }) => path) };
}

