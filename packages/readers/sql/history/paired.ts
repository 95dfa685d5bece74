import { expectation, type MigrationTool, type Source, type SqlParser, type Step } from '@tenantlint/model';
import { byNumber, byText, folderOf, nameOf, type Claim, type Convention, type Pool } from './pool.ts';
import { sortDialects, stepOf, wholeOf, type Skipped } from './step.ts';

/** `<version>_<title>.up.sql` beside `.down.sql`; `.do.sql` beside `.undo.sql`. */
const DIRECTION = /^(.*)\.(up|down|do|undo)\.sql$/i;

/** golang-migrate and what is laid out like it: two files a step, named alike. */
export const paired: Convention = {
  find(pool: Pool): Claim[] {
    return pool.folders().flatMap((root) => {
      const files = pool.sql(root);
      const forward = files.filter(({ path }) => /\.(?:up|do)\.sql$/i.test(path));
      if (forward.length === 0) return [];
      const tool: MigrationTool = forward.some(({ path }) => /\.do\.sql$/i.test(path)) ? 'plain' : 'golang-migrate';
      return [{
        tool, root, paths: files.map(({ path }) => path),
        read: (sql: SqlParser) => {
          const { own, others } = variants(forward);
          const numbered = own.filter(({ path }) => /^\d+_/.test(nameOf(path)));
          // A tool of another convention numbers none of them so.
          const named = tool === 'golang-migrate' && numbered.length * 2 > own.length ? numbered : own;
          const { native, skipped: unread } = sortDialects(named);
          const unnumbered = own.filter((file) => !named.includes(file)).map(({ path }) => ({ file: path, reason: 'the name is not <version>_title.up.sql' }));
          const foreign = [...unread, ...others, ...unnumbered];
          const steps = [...native].sort((a, b) => byNumber(a.path, b.path)).map((source) => readPair(sql, tool, source, files));
          const downs = new Set(steps.map(({ id }) => id));
          const skipped: Skipped[number][] = files
            .filter((file) => !forward.includes(file) && !downs.has(stem(file.path)) && !foreign.some(({ file: up }) => stem(up) === stem(file.path)))
            .map(({ path }) => ({ file: path, reason: DIRECTION.test(nameOf(path)) ? 'undoes no migration of this folder' : 'the name ends neither in .up.sql nor in .down.sql' }));
          return { tool, root, steps, downs: expectation(steps, 'each migration has a down file'), skipped: [...skipped, ...foreign], seeds: [] };
        },
      }];
    });
  },
};

/** `<version>_<title>.<product>.up.sql`: one migration in the words of several products, of which each runs its own. */
const VARIANT = /\.(?:(postgres|postgresql|pg)|(cockroach(?:db)?)|(mysql|mariadb)|(sqlite3?)|(mssql|sqlserver))(?=\.)/i;
const LABELS = ['CockroachDB', 'MySQL', 'SQLite', 'SQL Server'] as const;

function variants(forward: readonly Source[]): { readonly own: readonly Source[]; readonly others: Skipped } {
  const found = new Map(forward.flatMap((source) => { const match = VARIANT.exec(nameOf(source.path)); return match === null ? [] : [[source.path, match] as const]; }));
  const plainOf = (path: string): string => path.replace(VARIANT, '');
  const preferred = new Set([...found].flatMap(([path, match]) => (match[1] === undefined ? [] : [plainOf(path)])));
  const others = forward.flatMap(({ path }) => {
    const match = found.get(path);
    if (match === undefined) return preferred.has(path) ? [{ file: path, reason: 'a variant of it is written for Postgres' }] : [];
    return match[1] !== undefined ? [] : [{ file: path, reason: `written for ${LABELS[match.slice(2).findIndex((m) => m !== undefined)] ?? 'another product'}` }];
  });
  const aside = new Set(others.map(({ file }) => file));
  return { own: forward.filter(({ path }) => !aside.has(path)), others };
}

function stem(path: string): string {
  return DIRECTION.exec(nameOf(path))?.[1] ?? nameOf(path);
}

function readPair(sql: SqlParser, tool: MigrationTool, source: Source, files: readonly Source[]): Step {
  const id = stem(source.path);
  const down = files.find(({ path }) => /\.(?:down|undo)\.sql$/i.test(path) && stem(path) === id);
  const up = sql.file(source);
  return stepOf({
    id, tool, up: wholeOf(up),
    down: down === undefined ? undefined : wholeOf(sql.file(down)),
    // The file is sent as one query: the server makes a transaction of its statements unless there is only one.
    transactional: up.events.length > 1,
  });
}

/** `<version>_<name>/up.sql` beside `down.sql`: Diesel, Hasura and others. */
export const folders: Convention = {
  find(pool: Pool): Claim[] {
    const roots = new Set<string>();
    for (const { path } of pool.all()) {
      if (nameOf(path) === 'up.sql' && folderOf(path) !== '') roots.add(folderOf(folderOf(path)));
    }
    return [...roots].sort(byText).map((root) => {
      const files = pool.sqlBelow(root).filter(({ path }) => folderOf(folderOf(path)) === root && folderOf(path) !== root);
      // Diesel runs a migration without a transaction where the file beside it says so.
      const bare = new Set(files.map(({ path }) => folderOf(path)).filter((folder) => /^\s*run_in_transaction\s*=\s*false\b/m.test(pool.get(`${folder}/metadata.toml`)?.text ?? '')));
      return { tool: 'plain', root, paths: files.map(({ path }) => path), read: (sql) => readFolders(sql, root, files, bare) };
    });
  },
};

function readFolders(sql: SqlParser, root: string, files: readonly Source[], bare: ReadonlySet<string>): ReturnType<Claim['read']> {
  const { native, skipped } = sortDialects(files.filter(({ path }) => nameOf(path) === 'up.sql'));
  const steps = [...native].sort((a, b) => byNumber(folderOf(a.path), folderOf(b.path))).map((source) => {
    const folder = folderOf(source.path);
    const down = files.find(({ path }) => path === `${folder}/down.sql`);
    return stepOf({
      id: nameOf(folder), tool: 'plain', up: wholeOf(sql.file(source)), transactional: !bare.has(folder),
      down: down === undefined ? undefined : wholeOf(sql.file(down)),
    });
  });
  return { tool: 'plain', root, steps, downs: expectation(steps, 'each migration has a down.sql'), skipped, seeds: [] };
}
