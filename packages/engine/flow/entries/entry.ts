import type { AbstractValue, CodeFile, EntryPoint, Span, ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';

/** Something that the outside world calls, and what it brings along. */
export interface Entry {
  readonly point: EntryPoint;
  /** Tells two entries apart, and functions that are entries from those that are only called. */
  readonly fn: ValueOf<'function'> | undefined;
  run(f: Flow): AbstractValue;
}

/** A kind of entry point that is recognised by where a file stands and what it exports. */
export type Convention = (f: Flow, file: CodeFile) => readonly Entry[];

export const input = (channel: string, path: readonly string[], at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'input', channel }, path, at });
export const response = (at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'global', name: 'response' }, path: [], at });
