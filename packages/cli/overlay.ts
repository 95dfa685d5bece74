import { existsSync, readFileSync } from 'node:fs';

/** A file's content; undefined where there is no such file. */
export type Content = Uint8Array | undefined;

/** Contents that stand in for those on disk: the index of git, an earlier commit, the buffer of an editor. Files are absolute. */
export interface Overlay {
  /** Undefined: as on disk. */
  at(file: string): { readonly content: Content } | undefined;
  /** Files that are here whether or not they are on disk. */
  readonly present: Iterable<string>;
  /** Asked about once and then no more, like the text of an editor: nothing that is worth being remembered. */
  readonly passing?: boolean;
}

export function fileExists(file: string, overlay: Overlay | undefined): boolean {
  const over = overlay?.at(file);
  return over ? over.content !== undefined : existsSync(file);
}

/** @throws where the file cannot be read */
export function fileBytes(file: string, overlay: Overlay | undefined): Uint8Array {
  const over = overlay?.at(file);
  if (!over) return readFileSync(file);
  if (over.content === undefined) throw Object.assign(new Error(`${file}: no such file`), { code: 'ENOENT' });
  return over.content;
}
