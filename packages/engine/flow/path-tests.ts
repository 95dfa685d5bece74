/** How one text is tested by another. */
export type TextTest = '=' | 'startsWith' | 'endsWith' | 'includes';

export function textTest(test: TextTest, text: string, by: string): boolean {
  switch (test) {
    case '=': return text === by;
    case 'startsWith': return text.startsWith(by);
    case 'endsWith': return text.endsWith(by);
    case 'includes': return text.includes(by);
  }
}

/** What a run asked of the path that it was given: it takes the same way for every path that answers the same. */
export class PathTests {
  readonly path: string;
  readonly #asked = new Map<string, (path: string) => boolean>();
  constructor(path: string) {
    this.path = path;
  }
  /** Notes a test of two texts, if one of them is made of the path. */
  ask(test: TextTest, one: string, other: string): void {
    const { path } = this;
    const [text, by] = test === '=' && one !== path && (other === path || !one.includes(path)) ? [other, one] : [one, other];
    if (!text.includes(path) && !by.includes(path)) return;
    const key = `${test}\n${text}\n${by}`;
    if (this.#asked.has(key)) return;
    const told = textTest(test, text, by);
    // Where both may be made of it, nobody can tell how it comes out for another path.
    const alone = text !== path && by.includes(path);
    this.#asked.set(key, (given) => (alone ? given === path : textTest(test, text.replaceAll(path, () => given), by) === told));
  }
  /** Notes that something is looked up by a text: another path gives something else. */
  lookUp(name: string): void {
    if (name.includes(this.path)) this.#asked.set(`[${name}]`, (given) => given === this.path);
  }
  holdFor(path: string): boolean {
    return path === this.path || [...this.#asked.values()].every((answers) => answers(path));
  }
}
