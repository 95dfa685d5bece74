import { quoteIdent } from '../quote.ts';

/** What cannot be decided, and what stood in the way. */
export class Unknown {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** An object of the catalog by its identity: what an oid column, regclass and their kin hold. */
export class Oid {
  readonly of: 'relation' | 'type' | 'routine' | 'namespace' | 'role' | 'constraint' | 'trigger' | 'policy' | 'index' | 'extension' | 'publication' | 'catalog';
  readonly key: string;
  /** As a cast to text prints it. */
  readonly text: string;

  constructor(of: Oid['of'], key: string, text: string = key) {
    this.of = of;
    this.key = key;
    this.text = text;
  }
}

export class Json {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** A stored expression: pg_get_expr turns it into its text. */
export class Stored {
  readonly print: () => string;

  constructor(print: () => string) {
    this.print = print;
  }
}

/** A record: its fields by name, in order. */
export type Row = ReadonlyMap<string, Value>;

export type Value = null | boolean | number | string | Oid | Json | Stored | Row | Unknown | readonly Value[];

export const NOT_DECIDED = new Unknown('not decidable from the repository');

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isRow(value: Value): value is Row {
  return value instanceof Map;
}

/** The text form of a value; undefined where it has none that is known. */
export function textOf(value: Value): string | undefined {
  if (value === null || value instanceof Unknown || value instanceof Stored) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return String(value);
  if (value instanceof Oid) return value.text;
  if (value instanceof Json) return JSON.stringify(value.value);
  if (isArray(value)) return arrayText(value);
  const fields = [...value.values()].map((field) => (field === null ? '' : textOf(field)));
  return fields.some((field) => field === undefined) ? undefined : `(${fields.join(',')})`;
}

function arrayText(values: readonly Value[]): string | undefined {
  const parts: string[] = [];
  for (const value of values) {
    const text = value === null ? 'NULL' : textOf(value);
    if (text === undefined) return undefined;
    parts.push(value !== null && (text === '' || /[\s,{}"\\]|^null$/i.test(text)) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text);
  }
  return `{${parts.join(',')}}`;
}

/** The elements of `{a,"b c",NULL}`; undefined when the text is no array of one dimension. */
export function parseArray(text: string): readonly Value[] | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined;
  const inner = trimmed.slice(1, -1);
  if (inner.trim() === '') return [];
  const values: Value[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^,{}"]*))\s*(,|$)/y;
  while (pattern.lastIndex <= inner.length) {
    const match = pattern.exec(inner);
    if (match === null) return undefined;
    const bare = (match[2] ?? '').trim();
    values.push(match[1] === undefined ? (/^null$/i.test(bare) ? null : bare) : match[1].replaceAll(/\\(.)/g, '$1'));
    if (match[3] === '') return values;
  }
  return undefined;
}

/** Equality of two values; null where one is NULL, undefined where it cannot be told. */
export function equal(a: Value, b: Value): boolean | null | Unknown {
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  if (a === null || b === null) return null;
  if (a instanceof Oid && b instanceof Oid) return a.of === b.of && a.key === b.key;
  if (typeof a === 'boolean' || typeof b === 'boolean') return toBoolean(a) === toBoolean(b);
  if (typeof a === 'number' || typeof b === 'number') return Number(textOf(a)) === Number(textOf(b));
  return textOf(a) === textOf(b);
}

/** Order of two values: negative, zero, positive; undefined where it cannot be told. */
export function order(a: Value, b: Value): number | undefined {
  if (a === null || b === null || a instanceof Unknown || b instanceof Unknown) return undefined;
  if (typeof a === 'number' || typeof b === 'number') {
    const [left, right] = [Number(textOf(a)), Number(textOf(b))];
    return Number.isNaN(left) || Number.isNaN(right) ? undefined : left - right;
  }
  const [left, right] = [textOf(a), textOf(b)];
  if (left === undefined || right === undefined) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

export function toBoolean(value: Value): boolean | null | Unknown {
  if (value === null || typeof value === 'boolean' || value instanceof Unknown) return value;
  if (typeof value === 'number') return value !== 0;
  const text = textOf(value)?.toLowerCase() ?? '';
  if (['t', 'true', 'yes', 'y', 'on', '1'].includes(text)) return true;
  return ['f', 'false', 'no', 'n', 'off', '0'].includes(text) ? false : NOT_DECIDED;
}

/** `schema.name` as regclass prints it: without the schema where the search path finds it. */
export function visibleName(schema: string, name: string, path: readonly string[]): string {
  return path.includes(schema) || schema === 'pg_catalog' ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`;
}

/** A text that equal values have in common. */
export function hashKey(value: Value): string | undefined {
  return value instanceof Oid ? `${value.of}:${value.key}` : textOf(value);
}
