import type { SchemaEvent, Source, Span, Unread } from '@tenantlint/model';
import { Excerpt } from './excerpt.ts';
import { lowerEvents, verbOf } from './lower-event.ts';
import { recall } from './patterns.ts';
import { rowsOf, StoredInsert } from './stored-insert.ts';
import { assembled } from './table-parts.ts';

/** What the statements of a text do, and what could not be read of it. */
export interface Reading {
  readonly events: SchemaEvent[];
  readonly unread: Unread[];
}

/** Reads one statement that stands at `base` in the file. Of a dump, rows are only noted where they stand. */
export function readStatement(reading: Reading, file: string, text: string, base: number, dump?: Source): void {
  const e = new Excerpt(file, text, base);
  if (dump !== undefined && e.is(0, 'insert')) {
    const rows = recall('rows', e, rowsOf);
    if (rows.ok && rows.value.table !== undefined) {
      reading.events.push({ kind: 'data', at: e.whole(), statement: new StoredInsert(dump, e, rows.value.table) });
      return;
    }
  }
  const table = assembled(e);
  if (table !== undefined) {
    reading.events.push(table);
    return;
  }
  const events = recall('events', e, lowerEvents);
  if (events.ok) reading.events.push(...events.value);
  else refuse(reading, e, events.reason, events.at);
}

export function refuse(reading: Reading, e: Excerpt, reason: string, at: Span): void {
  reading.events.push({ kind: 'unread', at: e.whole(), reason, verb: verbOf(e) });
  reading.unread.push({ at, reason });
}
