import { expectation, type History, type Source, type SqlParser } from '@tenantlint/model';
import { byText, folderOf, join, nameOf, type Claim, type Convention, type Pool } from './pool.ts';
import { rollbacksOf, type Rollbacks } from './rollback.ts';
import { sortDialects, stepOf, wholeOf } from './step.ts';

/** `migrations/<timestamp>_<name>/migration.sql`, in the order of the folders' names; newer Drizzle projects look the same. */
export const prisma: Convention = {
  find(pool: Pool): Claim[] {
    const roots = new Set<string>();
    for (const { path } of pool.all()) {
      if (nameOf(path) === 'migration.sql' && folderOf(path) !== '') roots.add(folderOf(folderOf(path)));
    }
    return [...roots].sort(byText).map((root) => {
      const files = pool.sqlBelow(root).filter(({ path }) => folderOf(path) !== root);
      const rollbacks = rollbacksOf(pool, root, files.map(({ path }) => nameOf(folderOf(path))));
      const lock = pool.get(join(root, 'migration_lock.toml'));
      const tool = lock === undefined && isDrizzle(pool, root) ? 'drizzle' : 'prisma';
      const paths = [...files, ...rollbacks.files].map(({ path }) => path);
      return { tool, root, paths: lock === undefined ? paths : [...paths, lock.path], read: (sql) => read(sql, { tool, root, files, rollbacks, lock }) };
    });
  },
};

function isDrizzle(pool: Pool, root: string): boolean {
  return /(?:^|\/)drizzle(?:\/|$)/.test(root) || pool.all().some(({ path }) => /^drizzle\.config\.\w+$/.test(nameOf(path)));
}

interface Files {
  readonly tool: 'prisma' | 'drizzle';
  readonly root: string;
  readonly files: readonly Source[];
  readonly rollbacks: Rollbacks;
  readonly lock: Source | undefined;
}

function read(sql: SqlParser, { tool, root, files, rollbacks, lock }: Files): History {
  const main = files.filter(({ path }) => nameOf(path) === 'migration.sql' && folderOf(folderOf(path)) === root);
  const provider = /^\s*provider\s*=\s*"(\w+)"/m.exec(lock?.text ?? '')?.[1];
  const other = provider !== undefined && provider !== 'postgresql' && provider !== 'cockroachdb';
  const { native, skipped } = other
    ? { native: [], skipped: main.map(({ path }) => ({ file: path, reason: `written for ${provider}` })) }
    : sortDialects(main);
  const having = new Set(main.map(({ path }) => folderOf(path)));
  const undoing = new Set(rollbacks.files);
  const broken = tool === 'prisma' && !other ? files.filter((file) => !undoing.has(file) && folderOf(folderOf(file.path)) === root && !having.has(folderOf(file.path)) && /^\d{14}/.test(nameOf(folderOf(file.path)))).map(({ path, text }) => ({ at: { file: path, start: 0, end: Math.min(1, text.length) }, reason: `its folder has no migration.sql` })) : [];
  const steps = native.map((source) => {
    const folder = folderOf(source.path);
    const id = nameOf(folder);
    const own = files.find(({ path }) => folderOf(path) === folder && /^(?:down|rollback|revert|undo)\.sql$/i.test(nameOf(path)));
    const down = own ?? rollbacks.of.get(id);
    const up = sql.file(source);
    return stepOf({
      id, tool, up: wholeOf(up),
      down: down === undefined ? undefined : wholeOf(sql.file(down)),
      // The file is sent as one query: the server makes a transaction of its statements unless there is only one.
      transactional: tool === 'drizzle' || up.events.length > 1,
    });
  });
  return { tool, root, steps, downs: expectation(steps, 'rollback files stand beside the migrations'), skipped, seeds: [], ...(broken.length > 0 && { broken }) };
}
