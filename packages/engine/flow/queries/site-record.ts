import type { Formula, Model, Query, Span } from '@tenantlint/model';
import type { Frame } from '../frame.ts';
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
  /** Further relations that the same statement reads. */
  readonly others: readonly Judged[];
  readonly truths: Truths | undefined;
  readonly frame: Frame | undefined;
  readonly loop: Span | undefined;
  /** The loop goes from tenant to tenant. */
  readonly eachTenant: boolean;
}

export interface Judged {
  readonly row: number;
  readonly table: string | undefined;
  readonly formula: Formula;
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
