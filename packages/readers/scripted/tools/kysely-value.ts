import { literal } from '../quote.ts';
import { type Value } from '../values.ts';

/** A value as SQL writes it; undefined where it is not known. */
export function literalOf(value: Value | undefined): string | undefined {
  switch (value?.kind) {
    case 'text': return literal(value.text);
    case 'sql': return value.text;
    case 'number': case 'boolean': return String(value.value);
    case 'null': return 'NULL';
    default: return undefined;
  }
}

/** SQL as it is written: nothing that a plain text could be taken for. */
export function textOfSql(value: Value | undefined): string | undefined {
  return value?.kind === 'sql' ? value.text : undefined;
}
