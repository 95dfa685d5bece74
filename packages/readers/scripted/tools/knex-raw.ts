import type { Host, Value } from '../values.ts';

/** `knex.raw` is a value inside another statement as well: it is only sent where nothing takes it. */
export class Raw implements Host {
  readonly text: string;
  taken = false;

  constructor(text: string) {
    this.text = text;
  }

  call(): Value | undefined {
    return undefined;
  }
}

/** The SQL of a value that stands inside another statement. */
export function taken(value: Value | undefined): string | undefined {
  if (value?.kind === 'host' && value.host instanceof Raw) {
    value.host.taken = true;
    return value.host.text;
  }
  return value?.kind === 'sql' ? value.text : undefined;
}
