import type { Span } from '@tenantlint/model';
import type { Excerpt } from './excerpt.ts';
import { parseStatement, type Node } from './grammar.ts';
import { TooDeep } from './lower-select.ts';

/** Makes something of the tree of one statement. */
export type Lowering<T> = (e: Excerpt, statement: Node) => T;

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string; readonly at: Span };

/** Parses a text and lowers it. A statement that either cannot cope with must not cost the rest of the file. */
export function read<T>(e: Excerpt, lower: Lowering<T>): Read<T> {
  const parsed = parseStatement(e.text);
  if (!parsed.ok) return { ok: false, reason: parsed.message, at: tokenAt(e, parsed.offset) };
  try {
    return { ok: true, value: lower(e, parsed.stmt) };
  } catch (error) {
    const deep = error instanceof TooDeep || error instanceof RangeError;
    const reason = deep ? 'statement too deeply nested to read' : `the reader cannot cope with this statement (${error instanceof Error ? error.message : String(error)})`;
    return { ok: false, reason, at: e.whole() };
  }
}

/** The token that the parser complains of; the last one when it complains of the end. */
function tokenAt(e: Excerpt, offset: number): Span {
  const i = e.tokens.at(offset);
  return i < 0 ? e.whole() : e.between(i, i);
}
