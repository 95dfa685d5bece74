import { LineIndex, type Outcome, type Span } from '@tenantlint/model';

export interface Place {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Lines and columns of spans, each file's index built once. */
export class Places {
  readonly #outcome: Outcome;
  readonly #files = new Map<string, { index: LineIndex; lines: readonly string[] } | undefined>();

  constructor(outcome: Outcome) {
    this.#outcome = outcome;
  }

  /** A file as the user would open it from where the command was run. */
  shown(file: string): string {
    return this.#outcome.root === '.' ? file : `${this.#outcome.root}/${file}`;
  }

  start(at: Span): Place {
    return this.#place(at.file, at.start);
  }

  end(at: Span): Place {
    return this.#place(at.file, at.end);
  }

  /** Text of a line (from 1), without its line break. */
  line(file: string, line: number): string | undefined {
    return this.#file(file)?.lines[line - 1];
  }

  #place(file: string, offset: number): Place {
    return { ...(this.#file(file)?.index.position(offset) ?? { line: 1, column: 1 }), offset };
  }

  #file(path: string) {
    if (!this.#files.has(path)) {
      const text = this.#outcome.text(path);
      this.#files.set(path, text === undefined ? undefined : { index: new LineIndex(text), lines: text.split(/\r?\n/) });
    }
    return this.#files.get(path);
  }
}
