import { ident, literal } from '../quote.ts';
import { entry, isTrue, textOf, type Value } from '../values.ts';

/** Names for whole column definitions that a file may declare. */
export type Shorthands = ReadonlyMap<string, Value>;

const TYPES: Readonly<Record<string, string>> = { int: 'integer', string: 'text', float: 'real', double: 'double precision', datetime: 'timestamp', bool: 'boolean' };
const ID: Value = { kind: 'record', entries: new Map<string, Value>([['type', { kind: 'text', text: 'serial' }], ['primaryKey', { kind: 'boolean', value: true }]]) };

/** `'users'`, or `{ schema, name }`. */
export function nameParts(of: Value | undefined): { readonly name: string; readonly schema: string | undefined } | undefined {
  if (of?.kind === 'text' || of?.kind === 'sql') return { name: of.text, schema: undefined };
  if (of?.kind === 'list') return nameParts(of.items[0]);
  const name = textOf(entry(of, 'name'));
  return name === undefined ? undefined : { name, schema: textOf(entry(of, 'schema')) };
}

export function relation(of: Value | undefined): string | undefined {
  const parts = nameParts(of);
  // Dots in a name are part of it.
  return parts && [...(parts.schema === undefined ? [] : [parts.schema]), parts.name].map(ident).join('.');
}

export function typeText(of: Value | undefined): string | undefined {
  const type = textOf(of);
  return type === undefined ? undefined : (TYPES[type] ?? type);
}

/** A value as SQL writes it. */
export function expression(value: Value): string | undefined {
  switch (value.kind) {
    case 'sql': return value.text;
    case 'text': return literal(value.text);
    case 'number': case 'boolean': return String(value.value);
    case 'null': return 'NULL';
    case 'record': return value.entries.size === 0 ? "'{}'" : undefined;
    case 'list': return value.items.length === 0 ? "'{}'" : undefined;
    default: return undefined;
  }
}

/** `REFERENCES … ON DELETE …`; an empty text where the column refers to nothing. */
export function keyRules(of: Value | undefined): string | undefined {
  const to = entry(of, 'references');
  if (to === undefined || to.kind === 'undefined') return '';
  const written = textOf(to);
  const target = written === undefined ? relation(to) : /[("]/.test(written) ? written : ident(written);
  if (target === undefined) return undefined;
  const rule = (name: string, words: string): string => { const value = textOf(entry(of, name)); return value === undefined ? '' : ` ${words} ${value}`; };
  return `REFERENCES ${target}${rule('onDelete', 'ON DELETE')}${rule('onUpdate', 'ON UPDATE')}`;
}

export function columnTexts(of: Value | undefined, shorthands: Shorthands): readonly string[] | undefined {
  if (of?.kind !== 'record') return undefined;
  const texts = [...of.entries].map(([name, value]) => columnText(name, value, shorthands));
  return texts.some((one) => one === undefined) ? undefined : texts.filter((one) => one !== undefined);
}

export function columnText(name: string, given: Value, shorthands: Shorthands): string | undefined {
  const of = expanded(given, shorthands);
  const type = typeText(entry(of, 'type') ?? (given.kind === 'text' ? given : undefined));
  const key = keyRules(of);
  if (type === undefined || key === undefined) return undefined;
  const fallback = entry(of, 'default');
  const generated = textOf(entry(of, 'expressionGenerated'));
  const check = textOf(entry(of, 'check'));
  const identity = entry(of, 'sequenceGenerated');
  return [
    ident(name), type,
    textOf(entry(of, 'collation')) === undefined ? '' : `COLLATE ${textOf(entry(of, 'collation')) ?? ''}`,
    fallback === undefined || fallback.kind === 'undefined' ? '' : `DEFAULT ${expression(fallback) ?? 'NULL'}`,
    isTrue(entry(of, 'unique')) ? 'UNIQUE' : '',
    isTrue(entry(of, 'primaryKey')) ? 'PRIMARY KEY' : '',
    isTrue(entry(of, 'notNull')) ? 'NOT NULL' : '',
    check === undefined ? '' : `CHECK (${check})`,
    key,
    generated === undefined ? '' : `GENERATED ALWAYS AS (${generated}) STORED`,
    identity === undefined ? '' : `GENERATED ${textOf(entry(identity, 'precedence')) ?? 'ALWAYS'} AS IDENTITY`,
  ].filter((part) => part !== '').join(' ');
}

function expanded(given: Value, shorthands: Shorthands): Value {
  const name = given.kind === 'text' ? given.text : textOf(entry(given, 'type'));
  const short = name === undefined ? undefined : (shorthands.get(name) ?? (name === 'id' ? ID : undefined));
  if (short === undefined) return given;
  const base = short.kind === 'text' ? new Map<string, Value>([['type', short]]) : short.kind === 'record' ? short.entries : new Map<string, Value>();
  const own = given.kind === 'record' ? [...given.entries].filter(([key]) => key !== 'type') : [];
  return { kind: 'record', entries: new Map([...base, ...own]) };
}
