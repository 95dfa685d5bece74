import type { Certainty, Defect, EntryPoint, Reason, SiteShape, SiteVerdict, Span, Truth } from '@tenantlint/model';
import type { SiteRecord, Use } from '../queries/site-record.ts';

/** The answer for one query in one context. */
export interface Judgement {
  readonly verdict: SiteVerdict;
  readonly certainty: Certainty;
  readonly why: readonly Reason[];
  readonly defect?: Defect;
  readonly defectAt?: Span;
  /** Said of code that anybody could call, if it is called from outside at all. */
  readonly weak?: boolean;
  readonly extra?: Extra;
  /** Safe only because nothing is done with the row: what is done by its id is not. */
  readonly unused?: boolean;
  /** The tenant is the one that the request calls by its address, and somebody is signed in. */
  readonly byAddress?: true;
  /** What it is where nearly everywhere else of the product one has to be signed in. */
  readonly unusual?: Judgement;
}

/** What cost and hygiene rules ask of a query, beside its verdict. Told while its run is known. */
export type Extra = Pick<SiteShape, 'unbounded' | 'included' | 'spliced' | 'follows' | 'linked'>;

/** What was asked in one context, and what is known there. */
export interface Case {
  readonly record: SiteRecord;
  readonly table: string;
  /** Who let the caller in; undefined where nobody is known to call. */
  readonly entry: EntryPoint | undefined;
  readonly truths: readonly Truth[];
  readonly uses: readonly Use[];
  readonly at: Span;
}

export const byDesign = (text: string, at: Span, certainty: Certainty = 'proven'): Judgement => ({ verdict: 'by-design', certainty, why: [{ text, at }] });
