import type { History, MigrationTool, Source, Span, SqlParser } from '@tenantlint/model';

/** A tool's way of laying out migrations. */
export interface Convention {
  /** The histories of this tool among the files that no earlier convention has claimed. */
  find(pool: Pool): Claim[];
}

/** One history before it is read: which files it takes from the pool, and how it reads them. */
export interface Claim {
  readonly tool: MigrationTool;
  readonly root: string;
  readonly paths: readonly string[];
  read(sql: SqlParser): History;
}

/** The files of a project, by folder. */
export class Pool {
  readonly #byPath = new Map<string, Source>();
  readonly #folders = new Map<string, Source[]>();

  constructor(sources: readonly Source[]) {
    for (const source of [...sources].sort((a, b) => byText(a.path, b.path))) this.#add(source);
  }

  #add(source: Source): void {
    if (this.#byPath.has(source.path)) return;
    this.#byPath.set(source.path, source);
    const folder = folderOf(source.path);
    const files = this.#folders.get(folder);
    if (files === undefined) this.#folders.set(folder, [source]);
    else files.push(source);
  }

  /** Folders that hold a file directly, in order. */
  folders(): string[] {
    return [...this.#folders.keys()].sort(byText);
  }

  /** The files directly in a folder, in the order of their names. */
  files(folder: string): readonly Source[] {
    return this.#folders.get(folder) ?? [];
  }

  /** The SQL files directly in a folder. */
  sql(folder: string): Source[] {
    return this.files(folder).filter((file) => isSql(file.path));
  }

  /** All SQL files in a folder and below it. */
  sqlBelow(folder: string): Source[] {
    return this.all().filter((file) => isSql(file.path) && isBelow(file.path, folder));
  }

  all(): Source[] {
    return [...this.#byPath.values()];
  }

  get(path: string): Source | undefined {
    return this.#byPath.get(path);
  }

  /** What is left without the claimed files. */
  without(paths: ReadonlySet<string>): Pool {
    return new Pool(this.all().filter((file) => !paths.has(file.path)));
  }
}

/** Code unit order: the same on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function folderOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '' : path.slice(0, cut);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The file's name without `.sql`. */
export function stemOf(path: string): string {
  return nameOf(path).replace(/\.sql$/i, '');
}

export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

export function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

export function isSql(path: string): boolean {
  return /\.sql$/i.test(path);
}

/** Where a word stands first in a file; its beginning where it does not. */
export function wordIn({ path, text }: Source, word: string): Span {
  const start = Math.max(0, text.indexOf(word));
  return { file: path, start, end: Math.min(text.length, start + word.length) };
}

/** Compares leading numbers by value, whatever their length, then the whole name. */
export function byNumber(a: string, b: string): number {
  const left = BigInt(/^\d+/.exec(nameOf(a))?.[0] ?? '0');
  const right = BigInt(/^\d+/.exec(nameOf(b))?.[0] ?? '0');
  return left < right ? -1 : left > right ? 1 : byText(nameOf(a), nameOf(b));
}
