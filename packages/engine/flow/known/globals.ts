import type { AbstractValue, Span } from '@tenantlint/model';

/** A name that the file does not bind. */
export function globalValue(name: string, at: Span): AbstractValue {
  if (name === 'NaN' || name === 'Infinity') return { kind: 'literal', value: 0, at };
  return { kind: 'symbol', origin: { kind: 'global', name }, path: [], at };
}
