import type { Span } from '@tenantlint/model';
import type { TextPart } from '../python/constant/index.ts';

/** A JSON document with the place of every string in it. */
export interface JsonText {
  readonly value: unknown;
  /** The strings that a value of the document holds, by the path to it, keys left out. */
  at(path: readonly (string | number)[]): JsonString | undefined;
}

export interface JsonString {
  readonly text: string;
  /** Without the quotes. */
  readonly at: Span;
  readonly parts: readonly TextPart[];
}

/** Undefined for a text that is no JSON. */
export function readJson(file: string, text: string): JsonText | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Strings stand in the text in the order in which the document is walked, keys before their values.
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
  const found = new Map<string, JsonString>();
  let next = 0;
  const walk = (of: unknown, path: readonly (string | number)[]): void => {
    if (typeof of === 'string') {
      const token = tokens[next++];
      if (token) found.set(path.join('\0'), jsonString(file, token[0], token.index));
    } else if (Array.isArray(of)) of.forEach((item: unknown, i) => walk(item, [...path, i]));
    else if (typeof of === 'object' && of !== null) {
      for (const [key, item] of Object.entries(of)) {
        next++;
        walk(item, [...path, key]);
      }
    }
  };
  walk(value, []);
  return { value, at: (path) => found.get(path.join('\0')) };
}

function jsonString(file: string, token: string, index: number): JsonString {
  const at = { file, start: index + 1, end: index + token.length - 1 };
  const parts: TextPart[] = [];
  const written = token.slice(1, -1);
  let from = 0;
  const plain = (end: number): void => {
    if (from < end) parts.push({ text: written.slice(from, end), at: { file, start: at.start + from, end: at.start + end }, exact: true });
  };
  for (const match of written.matchAll(/\\(?:u[0-9a-fA-F]{4}|.)/g)) {
    plain(match.index);
    const end = match.index + match[0].length;
    parts.push({ text: JSON.parse(`"${match[0]}"`) as string, at: { file, start: at.start + match.index, end: at.start + end }, exact: false });
    from = end;
  }
  plain(written.length);
  return { text: JSON.parse(token) as string, at, parts };
}
