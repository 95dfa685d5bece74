import { Replayed } from '@tenantlint/engine';
import type { CodeFile, Source, SqlFile, SqlParser } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';

/** Of each file the text that is on disk and the one that an editor holds. */
const MOST = 2;

/** Parsed files of a process that judges again and again: what a text says does not depend on other files. And the last replay. */
export class Parsed {
  readonly sql: SqlParser;
  readonly replayed = new Replayed();
  readonly #code = new Map<string, readonly { readonly text: string; readonly file: CodeFile }[]>();

  constructor() {
    const parser = createSqlParser();
    const files = new Map<string, readonly { readonly text: string; readonly file: SqlFile }[]>();
    this.sql = { ...parser, file: (source) => once(files, source, () => parser.file(source)) };
  }

  lowered(source: Source, lower: (source: Source) => CodeFile): CodeFile {
    return once(this.#code, source, () => lower(source));
  }
}

function once<T>(all: Map<string, readonly { readonly text: string; readonly file: T }[]>, { path, text }: Source, read: () => T): T {
  const known = all.get(path) ?? [];
  const same = known.find((one) => one.text === text) ?? { text, file: read() };
  all.set(path, [same, ...known.filter((one) => one !== same)].slice(0, MOST));
  return same.file;
}
