/** Longest identifier that Postgres keeps, in bytes. */
const LONGEST = 63;

/**
 * `name1_name2_label`, shortened as Postgres does it: the longer of the two names loses bytes first, the label
 * none.
 */
export function objectName(name1: string, name2: string | undefined, label: string): string {
  const overhead = byteLength(label) + 1 + (name2 === undefined ? 0 : 1);
  const room = LONGEST - overhead;
  let length1 = byteLength(name1);
  let length2 = name2 === undefined ? 0 : byteLength(name2);
  while (length1 + length2 > room) {
    if (length1 > length2) length1--;
    else length2--;
  }
  return [clip(name1, length1), ...(name2 === undefined ? [] : [clip(name2, length2)]), label].join('_');
}

/** The first free name of `base`, `base1`, `base2`, …, where the number is added to the label. */
export function freeName(name1: string, name2: string | undefined, label: string, taken: (name: string) => boolean): string {
  for (let pass = 0; ; pass++) {
    const name = objectName(name1, name2, pass === 0 ? label : `${label}${pass}`);
    if (!taken(name)) return name;
  }
}

/** Column names joined into the middle part of an index's or foreign key's default name. */
export function joinedNames(columns: readonly string[]): string {
  let text = '';
  for (const column of columns) {
    if (text !== '') text += '_';
    text += clip(column, LONGEST);
    if (byteLength(text) > LONGEST) break;
  }
  return text;
}

/** Index column names, made distinct by a number where two would be equal. */
export function distinctNames(names: readonly string[]): readonly string[] {
  const chosen: string[] = [];
  for (const name of names) {
    let candidate = name;
    for (let i = 1; chosen.includes(candidate); i++) {
      const number = String(i);
      candidate = clip(name, LONGEST - number.length) + number;
    }
    chosen.push(candidate);
  }
  return chosen;
}

function byteLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text);
  return text.length;
}

function clip(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  if (byteLength(text) === text.length) return text.slice(0, bytes);
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}
