import type { AbstractValue, Code, Named, Span } from '@tenantlint/model';

/** A call as it is written. */
export interface CallSite {
  readonly at: Span;
  readonly nameAt: Span;
  readonly construct: boolean;
  /** A variable of a file is made so: what is handed over runs when that is called. */
  readonly declares?: boolean;
  /** Nobody waits for the promise that it gives. */
  readonly unawaited?: boolean;
  readonly types?: Extract<Code, { kind: 'call' }>['types'];
  /** Names read up to the method, as written. */
  readonly path?: () => readonly Named[];
}

/** What a call makes of what it is called on: a builder that goes on in its variable. */
export interface Becoming {
  handle: AbstractValue | undefined;
  /** What variables that were given as arguments hold from now on. */
  args?: Map<number, AbstractValue>;
}
