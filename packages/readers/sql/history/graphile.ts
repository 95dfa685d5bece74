import type { History, Source, SqlFile, SqlParser, Step } from '@tenantlint/model';
import { byText, folderOf, isBelow, join, nameOf, stemOf, type Claim, type Convention, type Pool } from './pool.ts';
import { sortDialects, stepOf, wholeOf } from './step.ts';

/** What the tool is usually told to run on an empty database, before the first migration: extensions and grants. */
const RESET = 'afterReset.sql';
const COMMITTED = /^\d{6,}(?:-.*)?\.sql$/;

/** graphile-migrate: `committed/000001-name.sql` in order, then what is being worked on in `current.sql` or `current/`. */
export const graphile: Convention = {
  find(pool: Pool): Claim[] {
    const roots = new Set<string>();
    for (const { path, text } of pool.all()) {
      const folder = folderOf(path);
      if (nameOf(folder) === 'committed' && COMMITTED.test(nameOf(path)) && /^--! /m.test(text)) roots.add(folderOf(folder));
    }
    return [...roots].sort(byText).map((root) => {
      const files = pool.sqlBelow(root).filter(({ path }) =>
        ['committed', 'current', 'fixtures'].some((part) => isBelow(path, join(root, part))) || path === join(root, 'current.sql') || path === join(root, RESET));
      return { tool: 'graphile-migrate', root, paths: files.map(({ path }) => path), read: (sql) => read(sql, root, files) };
    });
  },
};

function read(sql: SqlParser, root: string, files: readonly Source[]): History {
  const inFolder = (part: string): Source[] => files.filter(({ path }) => folderOf(path) === join(root, part));
  const committed = inFolder('committed');
  const run = committed.filter(({ path }) => COMMITTED.test(nameOf(path)));
  const skipped = committed.filter((file) => !run.includes(file)).map(({ path }) => ({ file: path, reason: 'the name is not <number>-name.sql' }));
  const { native, skipped: foreign } = sortDialects(run);
  const current = [...files.filter(({ path }) => path === join(root, 'current.sql')), ...inFolder('current')];
  const includes = new Map(files.map((source) => [source.path, source]));
  const first = files.filter(({ path }) => path === join(root, RESET));
  const steps = [...first, ...native, ...current]
    .map((source) => readOne(sql, source, root, includes))
    .filter((step) => step.up.length > 0 || nameOf(folderOf(step.file)) === 'committed');
  return {
    tool: 'graphile-migrate', root, steps, skipped: [...skipped, ...foreign], seeds: [],
    downs: { expected: false, why: 'the tool only goes forward' },
  };
}

function readOne(sql: SqlParser, source: Source, root: string, includes: ReadonlyMap<string, Source>): Step {
  const file = withIncludes(sql, sql.file(withoutPlaceholders(source)), root, includes);
  const bare = file.comments.some(({ text }) => /^!\s*no-transaction\b/.test(text));
  return stepOf({ id: stemOf(source.path), tool: 'graphile-migrate', up: wholeOf(file), transactional: !bare });
}

/** `--! include name.sql` stands for a file of `fixtures/`. */
function withIncludes(sql: SqlParser, file: SqlFile, root: string, includes: ReadonlyMap<string, Source>): SqlFile {
  const events = [...file.events];
  const unread = [...file.unread];
  for (const { text, at } of [...file.comments].reverse()) {
    const name = /^!\s*include\s+(\S+)\s*$/.exec(text)?.[1];
    if (name === undefined) continue;
    const place = events.findIndex((event) => event.at.start > at.start);
    const fixture = includes.get(join(root, `fixtures/${name}`));
    const included = fixture === undefined ? undefined : sql.file(withoutPlaceholders(fixture));
    const reason = `the included file fixtures/${name} is not there`;
    events.splice(place < 0 ? events.length : place, 0, ...(included?.events ?? [{ kind: 'unread', at, reason, verb: 'include' } as const]));
    unread.push(...(included?.unread ?? [{ at, reason }]));
  }
  return { ...file, events, unread };
}

/** `:NAME` is replaced before the file is run; a word of the same length stands in for it, so that places stay. */
function withoutPlaceholders(source: Source): Source {
  return { path: source.path, text: source.text.replace(/(?<![:\w]):(?=[A-Z][A-Z0-9_]*\b)/g, '_') };
}
