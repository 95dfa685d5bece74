/**
 * The parser counts in UTF-8 bytes (`location`), its errors count in code points, and the rest of the
 * program counts in UTF-16 units. One `Positions` converts between the three within one statement.
 */
export interface Positions {
  /** UTF-16 offset of the character that holds this byte. */
  fromByte(byte: number): number;
  /** UTF-16 offset of the n-th code point. */
  fromCodePoint(index: number): number;
}

const ASCII: Positions = {
  fromByte: (byte) => byte,
  fromCodePoint: (index) => index,
};

export const BEYOND_ASCII = /[\u0080-\uffff]/;

/** The conversions for one text; free of charge when the text is ASCII. */
export function positionsOf(text: string): Positions {
  return BEYOND_ASCII.test(text) ? new WidePositions(text) : ASCII;
}

/**
 * Remembers only the wide characters, each with its place in the three counts. Between two of them the
 * counts advance together, so a binary search for the last wide character before a place is enough.
 */
class WidePositions implements Positions {
  readonly #offsets: number[] = [];
  readonly #bytes: number[] = [];
  readonly #points: number[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    let surplusBytes = 0;
    let surplusUnits = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x80) continue;
      this.#offsets.push(i);
      this.#bytes.push(i + surplusBytes);
      this.#points.push(i - surplusUnits);
      const units = unitsAt(text, i);
      surplusBytes += bytesOf(code, units) - units;
      surplusUnits += units - 1;
      i += units - 1;
    }
  }

  fromByte(byte: number): number {
    return this.#convert(this.#bytes, byte, this.#offsets, 'bytes', 'units');
  }

  fromCodePoint(index: number): number {
    return this.#convert(this.#points, index, this.#offsets, 'points', 'units');
  }

  #convert(from: readonly number[], value: number, to: readonly number[], fromCount: Count, toCount: Count): number {
    const last = lastAtOrBefore(from, value);
    if (last < 0) return value;
    const start = from[last] ?? 0;
    const target = to[last] ?? 0;
    const width = this.#width(last, fromCount);
    // Inside the wide character: its start. Past it: both counts advance by one per ASCII character.
    return value < start + width ? target : target + this.#width(last, toCount) + (value - start - width);
  }

  #width(wide: number, count: Count): number {
    if (count === 'points') return 1;
    const offset = this.#offsets[wide] ?? 0;
    const units = unitsAt(this.#text, offset);
    return count === 'units' ? units : bytesOf(this.#text.charCodeAt(offset), units);
  }
}

type Count = 'bytes' | 'units' | 'points';

function unitsAt(text: string, offset: number): 1 | 2 {
  const code = text.charCodeAt(offset);
  if (code < 0xd800 || code > 0xdbff) return 1;
  const next = text.charCodeAt(offset + 1);
  return next >= 0xdc00 && next <= 0xdfff ? 2 : 1;
}

// A lone surrogate is written as U+FFFD, which takes three bytes as well.
function bytesOf(code: number, units: 1 | 2): number {
  if (units === 2) return 4;
  return code < 0x800 ? 2 : 3;
}

function lastAtOrBefore(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
