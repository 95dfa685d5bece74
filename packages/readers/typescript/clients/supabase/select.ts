/** One item of a select list: a column, or rows of a related table that come along. */
export interface Selected {
  /** The name under which it is returned. */
  readonly name: string;
  /** Column, or what the embedded rows are asked for by: table, constraint or column. */
  readonly of: string;
  readonly embedded: readonly Selected[] | undefined;
  /** After `!`: what tells which relationship is meant, or the kind of join. */
  readonly hints: readonly string[];
  readonly inner: boolean;
  /** `...rooms(name)`: its columns are returned as columns of the row. */
  readonly spread: boolean;
  /** `amount.sum()`, `count()`. */
  readonly aggregate: boolean;
}

/** PostgREST's select language; undefined where the text is not of it. */
export function parseSelect(text: string): readonly Selected[] | undefined {
  const parser = new Parser(withoutSpaces(text));
  const items = parser.items();
  return items && parser.atEnd ? items : undefined;
}

/** As the client does it: quoted names keep theirs. */
function withoutSpaces(text: string): string {
  return text.replace(/"[^"]*"|\s+/g, (part) => (part.startsWith('"') ? part : ''));
}

const NAME = /(?:"[^"]*"|[^",():!.]|\.(?!\.\.|(?:sum|avg|min|max|count)\(\)))+/y;
const DEEPEST = 40;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  items(): readonly Selected[] | undefined {
    if (this.#depth++ > DEEPEST) return undefined;
    const items: Selected[] = [];
    if (this.#text[this.#at] !== ')' && !this.atEnd) {
      do {
        // A comma at the end asks for nothing more.
        if (this.atEnd || this.#text[this.#at] === ')') break;
        const item = this.#item();
        if (!item) return undefined;
        items.push(item);
      } while (this.#take(','));
    }
    this.#depth--;
    return items;
  }

  #item(): Selected | undefined {
    const spread = this.#take('...');
    let of = this.#name();
    if (of === undefined) return undefined;
    let name: string | undefined;
    if (this.#text[this.#at] === ':' && this.#text[this.#at + 1] !== ':') {
      this.#at++;
      name = of;
      of = this.#name();
      if (of === undefined) return undefined;
    }
    const hints: string[] = [];
    while (this.#take('!')) {
      const hint = this.#name();
      if (hint === undefined) return undefined;
      hints.push(plain(hint));
    }
    const aggregate = /(?:\.(?:sum|avg|min|max|count))?\(\)/y;
    aggregate.lastIndex = this.#at;
    const found = aggregate.exec(this.#text);
    // `rooms()` embeds nothing and only joins; `count()` is the number of rows.
    const aggregated = found !== null && (found[0] !== '()' || of === 'count');
    if (aggregated) this.#at = aggregate.lastIndex;
    let embedded: readonly Selected[] | undefined;
    if (!aggregated && this.#take('(')) {
      embedded = this.items();
      if (!embedded || !this.#take(')')) return undefined;
    }
    while (this.#take('::')) if (this.#name() === undefined) return undefined;
    const column = plain(of);
    return { name: plain(name ?? lastKey(of)), of: column, embedded, hints: hints.filter((h) => h !== 'inner' && h !== 'left'), inner: hints.includes('inner'), spread, aggregate: aggregated };
  }

  #name(): string | undefined {
    NAME.lastIndex = this.#at;
    const found = NAME.exec(this.#text);
    if (!found) return undefined;
    this.#at = NAME.lastIndex;
    return found[0];
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

const plain = (name: string): string => name.replace(/^"([^]*)"$/, '$1');

/** `data->address->>city` is returned as `city`. */
const lastKey = (name: string): string => name.split(/->>?/).at(-1) ?? name;
