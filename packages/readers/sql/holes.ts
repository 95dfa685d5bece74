import { StatementTokens } from './tokens.ts';

/** A text whose `?` and `:name` holes are `$n` parameters, and the way back to the places it had. */
export interface Filled {
  readonly text: string;
  /** Offset in the original text of an offset in the filled one. */
  original(offset: number): number;
}

/**
 * Replaces the holes of client libraries by parameters: each `?` is one of its own, `:name` is the same one
 * wherever it stands. Undefined when there is none.
 */
export function fillHoles(text: string): Filled | undefined {
  const tokens = new StatementTokens(text);
  const names = new Map<string, number>();
  const edits: { readonly at: number; readonly by: number }[] = [];
  let filled = '';
  let done = 0;
  let anonymous = 0;
  for (let i = 0; i < tokens.count; i++) {
    const start = tokens.start(i);
    const token = text.slice(start, tokens.end(i));
    let end: number;
    let index: number;
    if (token === '?') {
      end = start + 1;
      index = ++anonymous;
    } else if (token === ':' && i + 1 < tokens.count && tokens.start(i + 1) === start + 1 && /^[A-Za-z_]/.test(text.charAt(start + 1))) {
      end = tokens.end(i + 1);
      const name = text.slice(start + 1, end);
      index = names.get(name) ?? names.size + 1;
      names.set(name, index);
      i++;
    } else {
      continue;
    }
    filled += `${text.slice(done, start)}$${index}`;
    edits.push({ at: filled.length, by: end - filled.length });
    done = end;
  }
  if (edits.length === 0) return undefined;
  filled += text.slice(done);
  return { text: filled, original: (offset) => back(edits, offset) };
}

/** After the last edit that ends at or before the offset, both texts run in step. */
function back(edits: readonly { readonly at: number; readonly by: number }[], offset: number): number {
  let low = 0;
  let high = edits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edits[middle]?.at ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return offset + (edits[low - 1]?.by ?? 0);
}
