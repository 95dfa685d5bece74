/** A half-open range of UTF-16 code units in one file. Readers convert; nothing downstream sees bytes. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A fact together with the place that established it. */
export interface Fact<T> {
  readonly value: T;
  readonly at: Span;
}

/** One file's text. `path` is relative to the project's root, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Something that could not be read or decided. It is listed for the user and never counts as a finding. */
export interface Unread {
  readonly at: Span;
  readonly reason: string;
}

/** A comment of a source file; suppressions and marks are read from these, whatever the language. */
export interface Comment {
  readonly at: Span;
  /** The text without its delimiters. */
  readonly text: string;
}

/** A value that may be undecidable. `why` says what stood in the way. */
export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: Unread };

/** Compile-time proof that a union was handled completely. */
export function never(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
