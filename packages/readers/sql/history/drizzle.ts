import { expectation, type History, type Source, type SqlParser, type Unread } from '@tenantlint/model';
import { byText, folderOf, isSql, join, nameOf, stemOf, wordIn, type Claim, type Convention, type Pool } from './pool.ts';
import { rollbacksOf, type Rollbacks } from './rollback.ts';
import { sortDialects, stepOf, wholeOf } from './step.ts';

interface Journal {
  readonly dialect: string;
  readonly entries: readonly { readonly tag: string; readonly when: number | undefined }[];
}

/** A folder with `meta/_journal.json`, which lists the files that are run, in order. */
export const drizzle: Convention = {
  find(pool: Pool): Claim[] {
    return pool.all()
      .filter(({ path }) => nameOf(path) === '_journal.json' && nameOf(folderOf(path)) === 'meta')
      .filter((journal) => isKept(pool, journal))
      .sort((a, b) => byText(a.path, b.path))
      .map((journal) => {
        const root = folderOf(folderOf(journal.path));
        const files = pool.sql(root);
        const rollbacks = rollbacksOf(pool, root, files.map(({ path }) => stemOf(path)));
        const paths = [journal, ...files, ...rollbacks.files].map(({ path }) => path);
        return { tool: 'drizzle', root, paths, read: (sql) => read(sql, root, journal, files, rollbacks) };
      });
  },
};

/** A journal of which no file is there any more tells nothing of the files that are: somebody else runs them. */
function isKept(pool: Pool, journal: Source): boolean {
  const entries = journalOf(journal.text)?.entries ?? [];
  const names = new Set(pool.sql(folderOf(folderOf(journal.path))).map(({ path }) => stemOf(path)));
  return entries.length === 0 || names.size === 0 || entries.some(({ tag }) => names.has(tag));
}

function read(sql: SqlParser, root: string, source: Source, files: readonly Source[], rollbacks: Rollbacks): History {
  const journal = journalOf(source.text);
  const undoing = new Set(rollbacks.files.map(({ path }) => path));
  const skipped: { file: string; reason: string }[] = [];
  if (journal === undefined) skipped.push({ file: source.path, reason: 'the journal is not valid JSON: the order of the files is not known' });
  const broken: Unread[] = [];
  const dates = new Map(journal?.entries.map(({ tag, when }) => [tag, when]));
  const listed = journal?.entries.map(({ tag }) => tag) ?? files.filter(({ path }) => !undoing.has(path)).map(({ path }) => stemOf(path));
  const run: Source[] = [];
  for (const tag of listed) {
    const file = files.find(({ path }) => stemOf(path) === tag);
    if (file === undefined) {
      skipped.push({ file: join(root, `${tag}.sql`), reason: 'listed in the journal, but there is no such file' });
      broken.push({ at: wordIn(source, `"${tag}"`), reason: `its journal lists ${tag}, and there is no such file` });
    } else run.push(file);
  }
  for (const { path } of files) {
    if (!undoing.has(path) && isSql(path) && !listed.includes(stemOf(path))) skipped.push({ file: path, reason: 'not listed in the journal' });
  }
  const foreign = journal !== undefined && !/^(?:pg|postgres|postgresql)$/.test(journal.dialect);
  const sorted = foreign
    ? { native: [], skipped: run.map(({ path }) => ({ file: path, reason: `written for ${journal.dialect}` })) }
    : sortDialects(run);
  const steps = sorted.native.map((file) => {
    const id = stemOf(file.path);
    const down = rollbacks.of.get(id);
    const when = dates.get(id);
    // All pending files run in one transaction.
    const step = stepOf({ id, tool: 'drizzle', up: wholeOf(sql.file(file)), down: down === undefined ? undefined : wholeOf(sql.file(down)), transactional: true });
    return when === undefined ? step : { ...step, moment: when };
  });
  return {
    tool: 'drizzle', root, steps, downs: expectation(steps, 'rollback files stand beside the migrations'),
    skipped: [...skipped, ...sorted.skipped].sort((a, b) => byText(a.file, b.file)), seeds: [],
    ...(broken.length > 0 && !foreign && { broken }),
  };
}

function journalOf(text: string): Journal | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { dialect, entries } = (parsed ?? {}) as { dialect?: unknown; entries?: unknown };
  if (!Array.isArray(entries)) return undefined;
  const known = entries
    .map((entry: unknown) => (entry ?? {}) as { idx?: unknown; tag?: unknown; when?: unknown })
    .filter((entry): entry is { idx?: unknown; tag: string; when?: unknown } => typeof entry.tag === 'string');
  const order = (entry: { idx?: unknown }): number => (typeof entry.idx === 'number' ? entry.idx : 0);
  return { dialect: typeof dialect === 'string' ? dialect : 'postgresql', entries: known.sort((a, b) => order(a) - order(b)).map(({ tag, when }) => ({ tag, when: typeof when === 'number' ? when : undefined })) };
}
