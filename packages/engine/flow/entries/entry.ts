import type { AbstractValue, CodeFile, Span } from '@tenantlint/model';
import type { Entry, Flow } from '../flow.ts';

/** A kind of entry point that is recognised by where a file stands and what it exports. */
export type Convention = (f: Flow, file: CodeFile) => readonly Entry[];

export const input = (channel: string, path: readonly string[], at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'input', channel }, path, at });
export const response = (at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'global', name: 'response' }, path: [], at });
