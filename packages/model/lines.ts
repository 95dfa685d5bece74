/** Offsets of line starts, for turning a span into line and column (both from 1; columns in UTF-16 units). */
export class LineIndex {
  readonly #starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
    this.#starts = starts;
  }

  get lines(): number {
    return this.#starts.length;
  }

  position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if ((this.#starts[mid] ?? 0) <= offset) low = mid;
      else high = mid - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  /** Start offset of a line (from 1); past the last line, the last line's start. */
  start(line: number): number {
    return this.#starts[Math.min(line, this.lines) - 1] ?? 0;
  }
}
