import type { SchemaEvent, Source, Span, Unread } from '@tenantlint/model';
import { Excerpt } from './excerpt.ts';
import { lowerEvents, verbOf } from './lower-event.ts';
import { TooDeep } from './lower-select.ts';
import { parse } from './patterns.ts';
import { isRows, StoredInsert } from './stored-insert.ts';
import type { Tree } from './tree.ts';

/** What the statements of a text do, and what could not be read of it. */
export interface Reading {
  readonly events: SchemaEvent[];
  readonly unread: Unread[];
}

/** Reads one statement that stands at `base` in the file. Of a dump, rows are only noted where they stand. */
export function readStatement(reading: Reading, file: string, text: string, base: number, dump?: Source): void {
  const e = new Excerpt(file, text, base);
  const parsed = parse(e);
  if (!parsed.ok) {
    refuse(reading, e, parsed.message, tokenAt(e, parsed.offset));
    return;
  }
  const { InsertStmt: insert } = parsed.stmt as Tree;
  if (dump !== undefined && isRows(insert)) {
    reading.events.push({ kind: 'data', at: e.whole(), statement: new StoredInsert(dump, e, insert) });
    return;
  }
  const events = lowered(() => lowerEvents(e, parsed.stmt));
  if (events.ok) reading.events.push(...events.value);
  else refuse(reading, e, events.reason, e.whole());
}

export type Lowered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** Runs a lowering. One statement that it cannot cope with must not cost the rest of the file. */
export function lowered<T>(lower: () => T): Lowered<T> {
  try {
    return { ok: true, value: lower() };
  } catch (error) {
    if (error instanceof TooDeep || error instanceof RangeError) return { ok: false, reason: 'statement too deeply nested to read' };
    return { ok: false, reason: `the reader cannot cope with this statement (${error instanceof Error ? error.message : String(error)})` };
  }
}

export function refuse(reading: Reading, e: Excerpt, reason: string, at: Span): void {
  reading.events.push({ kind: 'unread', at: e.whole(), reason, verb: verbOf(e) });
  reading.unread.push({ at, reason });
}

/** The token that the parser complains of; the last one when it complains of the end. */
export function tokenAt(e: Excerpt, offset: number): Span {
  const i = e.tokens.at(offset);
  return i < 0 ? e.whole() : e.between(i, i);
}

