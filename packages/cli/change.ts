import { createHash } from 'node:crypto';
import path from 'node:path';
import { UsageError } from './usage-error.ts';
import { differences, isFile, type Entry } from './differences.ts';
import { DIFF, Git } from './git.ts';
import { fileExists, type Content, type Overlay } from './overlay.ts';
import { READ } from './walk.ts';

/** A range of lines, from 1, both ends within. */
interface Lines {
  readonly from: number;
  readonly to: number;
}

/** What separates the files as they are judged from an earlier state of them. Files are absolute. */
export interface Change {
  /** The judged state; undefined where it is the working tree. */
  readonly now: Overlay | undefined;
  /** The state before. */
  readonly before: Overlay;
  /** Of a merge that is being committed: the state that is merged in. What is found there is nothing that the merge brings about. */
  other(): Overlay | undefined;
  /** Files that the change adds, edits or renames: every kind, also those that nobody lints. */
  readonly files: ReadonlySet<string>;
  /** Whether it touches any file that is read at all. */
  readonly lintable: boolean;
  /** Whether any line of the range is one that the change wrote. */
  wrote(file: string, from: number, to: number): boolean;
  /** What a file was where the branch left REF, if it is another one now: it was there for everybody. Undefined for what is only staged. */
  merged(file: string): Merged | undefined;
  /** The name that a file of the state before has now. */
  renamed(before: string): string;
  /** Files of the state before that are no longer there under their names. What a merge takes over from the other side is not its own. */
  gone(): readonly string[];
  /** The branch that the change is held against; undefined for what is only staged. */
  readonly ref: string | undefined;
  /** Where both states are known by the objects of all their files: names of them, and a folder to keep answers in. */
  readonly states: { readonly now: string; readonly before: string; readonly folder: string } | undefined;
}

/** A file as a branch holds it that others build on. */
export interface Merged {
  readonly ref: string;
  /** Its name there, below the working tree. */
  readonly name: string;
  readonly text: string;
}

export type Asked = { readonly kind: 'since'; readonly ref: string } | { readonly kind: 'staged' };

/**
 * Reads from git what changed. `since`: the working tree, files included that git does not know yet, against the commit
 * where the branch left REF. `staged`: the index against HEAD.
 * @throws UsageError where git, the repository or the commit is missing
 */
export function readChange(folder: string, asked: Asked): Change {
  const git = new Git(folder);
  const from = asked.kind === 'staged' ? headOf(git) : forkPoint(git, asked.ref);
  const against = asked.kind === 'staged' ? ['--cached', from] : [from];
  const entries = differences(git, against);
  const absolute = (file: string) => path.join(git.top, file);
  const hunks = entries.some((e) => SOURCE.test(e.to)) ? readHunks(git.run(['diff', '-p', '-U0', '--inter-hunk-context=0', '--text', ...DIFF, ...against, '--', ...SOURCES]).toString('utf8')) : new Map<string, Lines[]>();
  const untracked = asked.kind === 'staged' ? [] : list(git.run(['ls-files', '-z', '--others', '--exclude-standard']));
  const renames = new Map(entries.flatMap((e) => (e.from !== e.to && !e.copy ? [[absolute(e.from), absolute(e.to)] as const] : [])));
  const files = new Set([...entries.filter((e) => e.after).map((e) => e.to), ...untracked].map(absolute));
  const fresh = new Set([...untracked, ...entries.filter((e) => !e.before).map((e) => e.to)].map(absolute));
  const written = new Map([...hunks].map(([file, lines]) => [absolute(file), lines]));
  const index = asked.kind === 'staged' ? filesOfIndex(git) : undefined;
  const now = index && indexOverlay(git, index);
  const before = beforeOverlay(git, entries, untracked, now);
  const olds = new Map(entries.flatMap((e) => (e.before !== undefined && e.after && !e.copy ? [[absolute(e.to), e.from] as const] : [])));
  const other = () => {
    const merged = asked.kind === 'staged' ? git.ask(['rev-parse', '--verify', '--quiet', 'MERGE_HEAD^{commit}']) : undefined;
    return merged === undefined ? undefined : beforeOverlay(git, differences(git, ['--cached', merged]), [], now);
  };
  const gone = entries.filter((e) => e.before !== undefined && !e.copy && (!e.after || e.from !== e.to)).map((e) => absolute(e.from));
  return {
    now,
    before,
    other,
    gone: () => {
      const side = gone.length > 0 ? other() : undefined;
      return side ? gone.filter((file) => fileExists(file, side)) : gone;
    },
    ref: asked.kind === 'since' ? asked.ref : undefined,
    files,
    lintable: [...untracked, ...entries.flatMap((e) => [e.from, e.to])].some((f) => READ.test(f)),
    wrote: (file, first, last) => fresh.has(file) || (written.get(file) ?? []).some((l) => l.from <= last && l.to >= first),
    merged: (file) => {
      const was = olds.get(file);
      const text = was === undefined || asked.kind === 'staged' ? undefined : before.at(absolute(was))?.content;
      return was === undefined || text === undefined || asked.kind === 'staged' ? undefined : { ref: asked.ref, name: was, text: Buffer.from(text).toString('utf8') };
    },
    renamed: (file) => renames.get(file) ?? file,
    states: index && renames.size === 0 && !editsMigrations(entries) ? { now: stateOf(index), before: stateOf(without(index, entries)), folder: path.resolve(git.top, git.run(['rev-parse', '--git-path', 'tenantlint']).toString('utf8').trim()) } : undefined,
  };
}

/** Edited migrations are judged as pending, in the state before as well, and deleted ones are told: what is found depends on this very change. */
function editsMigrations(entries: readonly Entry[]): boolean {
  return entries.some((e) => e.before !== undefined && /\.(?:sql|py)$/i.test(e.to));
}

/** Names and objects of the files that are read. */
type Listing = ReadonlyMap<string, string>;

function stateOf(files: Listing): string {
  const hash = createHash('sha1');
  for (const [file, id] of [...files].filter(([f]) => READ.test(f)).sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${file}\0${id}\0`);
  return hash.digest('hex');
}

function without(files: Listing, entries: readonly Entry[]): Listing {
  const before = new Map(files);
  for (const e of entries) before.delete(e.to);
  for (const e of entries) if (e.before !== undefined) before.set(e.from, e.before);
  return before;
}

/** The first parent of a merge that GitHub made of a pull request and its base; undefined where something else is checked out. */
export function mergedInto(folder: string, head: string | undefined): string | undefined {
  const [, base, second, ...more] = new Git(folder).ask(['rev-list', '--parents', '-n', '1', 'HEAD'])?.split(' ') ?? [];
  return head !== undefined && second === head && more.length === 0 ? base : undefined;
}

/** Whether a working tree stands at a commit; false where there is no repository. */
export function isCheckedOut(folder: string, commit: string): boolean {
  try {
    return new Git(folder).ask(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']) === commit;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** Kinds of file whose lines can hold findings; git is only asked for the lines of these. */
const SOURCES = ['sql', 'prisma', 'ts', 'tsx', 'js', 'jsx', 'mts', 'cts', 'mjs', 'cjs', 'py'].map((kind) => `:(icase)*.${kind}`);
const SOURCE = /\.(?:sql|prisma|[cm]?[jt]sx?|py)$/i;

function headOf(git: Git): string {
  return git.ask(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']) ?? git.run(['hash-object', '-t', 'tree', '--stdin']).toString('utf8').trim();
}

/** The commit at which the branch left REF: what REF got since then is not this change. Without a common one, REF itself. */
function forkPoint(git: Git, ref: string): string {
  const commit = git.ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) throw new UsageError(`--since ${ref}: git knows no commit of that name here`);
  return git.ask(['merge-base', commit, 'HEAD'])?.split('\n')[0] ?? commit;
}

/** Lines that a change wrote, by file. Names are quoted by git, and the lines of a hunk are counted: no content passes for a head. */
function readHunks(patch: string): Map<string, Lines[]> {
  const found = new Map<string, Lines[]>();
  let lines: Lines[] | undefined;
  let skip = 0;
  for (let at = 0; at < patch.length; ) {
    const end = patch.indexOf('\n', at);
    const line = patch.slice(at, end < 0 ? patch.length : end);
    at = end < 0 ? patch.length : end + 1;
    if (skip > 0 && !line.startsWith('\\')) {
      skip--;
      continue;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk) {
      const [removed, from, added] = [Number(hunk[1] ?? 1), Number(hunk[2]), Number(hunk[3] ?? 1)];
      skip = removed + added;
      if (added > 0) lines?.push({ from, to: from + added - 1 });
    } else if (line.startsWith('diff --git ')) lines = undefined;
    else if (line.startsWith('+++ ') && line !== '+++ /dev/null') {
      lines = [];
      found.set(unquoted(line.slice(4)).slice(2), lines);
    }
  }
  return found;
}

/** A name as git prints it: in quotes with escaped bytes where it is unusual, with a tab behind it where it holds blanks. */
function unquoted(name: string): string {
  if (!name.startsWith('"')) return name.replace(/\t$/, '');
  const bytes: number[] = [];
  const letters: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
  for (const [part] of name.slice(1, name.lastIndexOf('"')).matchAll(/\\[0-7]{3}|\\?[^]/gu)) {
    if (/^\\[0-7]/.test(part)) bytes.push(parseInt(part.slice(1), 8));
    else if (part.length > 1 && part.startsWith('\\')) bytes.push(letters[part.slice(1)] ?? part.charCodeAt(1));
    else bytes.push(...Buffer.from(part));
  }
  return Buffer.from(bytes).toString('utf8');
}

function list(out: Buffer): string[] {
  return out.toString('utf8').split('\0').filter((f) => f !== '');
}

function filesOfIndex(git: Git): Listing {
  const entries = list(git.run(['ls-files', '-s', '-z'])).map((entry) => {
    const tab = entry.indexOf('\t');
    const [mode = '', id = ''] = entry.slice(0, tab).split(' ');
    return { mode, id, file: entry.slice(tab + 1) };
  });
  return new Map(entries.filter((e) => isFile(e.mode)).map((e) => [e.file, e.id]));
}

/** The index in place of the working tree: files that git does not know are not there, edited ones are as they were added. */
function indexOverlay(git: Git, known: Listing): Overlay {
  const edited = new Set(list(git.run(['diff-files', '-z', '--name-only', '--ignore-submodules=all'])));
  return overlayOf(git, [...known].filter(([file]) => edited.has(file)), (file) => !known.has(file));
}

function beforeOverlay(git: Git, entries: readonly Entry[], untracked: readonly string[], now: Overlay | undefined): Overlay {
  const old = new Map(entries.flatMap((e) => (e.before !== undefined ? [[e.from, e.before] as const] : [])));
  const gone = new Set([...untracked, ...entries.map((e) => e.to)].filter((f) => !old.has(f)));
  return overlayOf(git, [...old], (file) => gone.has(file), now);
}

/** Objects are read when the first of them is asked for, all in one go. */
function overlayOf(git: Git, objects: readonly (readonly [file: string, id: string])[], absent: (file: string) => boolean, below?: Overlay): Overlay {
  const wanted = objects.filter(([file]) => READ.test(file));
  const ids = new Map(wanted.map(([file, id]) => [path.join(git.top, file), id]));
  let contents: Map<string, Content> | undefined;
  const above = git.top + path.sep;
  return {
    present: [...(below?.present ?? []), ...ids.keys()],
    at(file) {
      const id = ids.get(file);
      if (id !== undefined) {
        contents ??= new Map(git.blobs([...ids.values()]).map((content, i) => [wanted[i]?.[1] ?? '', content]));
        return { content: contents.get(id) };
      }
      const inside = file.startsWith(above) ? file.slice(above.length) : path.relative(git.top, file);
      if (absent(path.sep === '/' ? inside : inside.split(path.sep).join('/'))) return { content: undefined };
      return below?.at(file);
    },
  };
}
