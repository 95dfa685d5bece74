import type { AbstractValue } from '@tenantlint/model';
import { answerOf } from './instances.ts';

/** Truth of a value that needs no knowledge of the program. */
export function plainTruth(value: AbstractValue, python = false): boolean | undefined {
  switch (value.kind) {
    case 'literal': return Boolean(value.value);
    case 'undefined': return false;
    case 'object': case 'array': case 'list':
      if (!python) return true;
      return value.kind === 'list' || (value.kind === 'object' ? value.entries : value.items).some((part) => 'spread' in part ? part.spread : part.kind === 'spread') ? undefined : value.kind === 'object' ? value.entries.length > 0 : value.items.length > 0;
    case 'symbol': return answerOf(value) === undefined ? undefined : true;
    case 'row': case 'function': case 'class': case 'instance': case 'module': case 'client': return true;
    default: return undefined;
  }
}
