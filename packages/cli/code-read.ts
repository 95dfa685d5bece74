import type { CodeFact, Comment, QuerySite, Unread } from '@tenantlint/model';

/** What the product's code asks of the database. */
export interface CodeRead {
  readonly sites: readonly QuerySite[];
  readonly facts: readonly CodeFact[];
  readonly comments: ReadonlyMap<string, readonly Comment[]>;
  readonly unread: readonly Unread[];
  readonly files: readonly string[];
}

export const NO_CODE: CodeRead = { sites: [], facts: [], comments: new Map(), unread: [], files: [] };
