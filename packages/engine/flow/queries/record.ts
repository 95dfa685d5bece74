import type { AbstractValue, Formula, Model, Query, Span } from '@tenantlint/model';
import type { Flow, Frame } from '../flow.ts';
import type { Truths } from '../state.ts';

/** A query as it was met in one context. */
export interface SiteRecord {
  readonly query: Query;
  /** Key of the table; undefined where it cannot be told. */
  readonly table: string | undefined;
  readonly model: Model | undefined;
  /** Row variable of the rows that it reads or changes. */
  readonly row: number;
  /** What it asks of them. */
  readonly formula: Formula;
  /** Rows that it inserts, each with what is written. */
  readonly inserted: readonly Inserted[];
  readonly truths: Truths | undefined;
  readonly frame: Frame | undefined;
  readonly loop: Span | undefined;
}

export interface Inserted {
  readonly row: number;
  readonly table: string | undefined;
  readonly model: Model | undefined;
  readonly formula: Formula;
  readonly at: Span;
}

/** A place where a row leaves the program's hands: the response, a rendered page, a function that cannot be opened. */
export interface Use {
  readonly row: number;
  readonly truths: Truths | undefined;
  readonly at: Span;
}

const DEEPEST = 6;

/** Notes the rows in a value that is handed out. */
export function usedBy(f: Flow, value: AbstractValue, at: Span): void {
  const rows = new Set<number>();
  collect(value, rows, 0);
  for (const row of rows) f.uses.push({ row, truths: f.state.truths, at });
}

function collect(value: AbstractValue, rows: Set<number>, depth: number): void {
  if (depth > DEEPEST) return;
  switch (value.kind) {
    case 'row':
      rows.add(value.row);
      for (const e of value.extra) collect(e.kind === 'spread' ? e.of : e.value, rows, depth + 1);
      return;
    case 'column': rows.add(value.row); return;
    case 'object': for (const e of value.entries) collect(e.kind === 'spread' ? e.of : e.value, rows, depth + 1); return;
    case 'array': for (const i of value.items) collect(i.value, rows, depth + 1); return;
    case 'list': return collect(value.of, rows, depth + 1);
    case 'union': for (const c of value.of) collect(c.value, rows, depth); return;
    // A number of rows tells as much as the rows.
    case 'test': if (value.test.kind === 'size') collect(value.test.of, rows, depth + 1); return;
    case 'text': for (const v of value.values) collect(v, rows, depth + 1); return;
    case 'symbol':
      if (value.origin.kind === 'computed') for (const v of value.origin.of) collect(v, rows, depth + 1);
      else if (value.origin.kind === 'call') for (const v of value.origin.args) collect(v, rows, depth + 1);
      return;
    default:
  }
}
