import type { FileReport, Snapshot } from 'tenantlint/session';

/** What the thread of the linter asks the thread that judges. One question at a time. */
export type Question =
  | { readonly kind: 'report'; readonly file: string; readonly text: string }
  | { readonly kind: 'snapshot' };

export type Answer =
  | { readonly kind: 'report'; readonly report: FileReport; readonly slow: boolean }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'failed'; readonly reason: string };
