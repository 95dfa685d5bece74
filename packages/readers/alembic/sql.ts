import type { SchemaEvent, Span } from '@tenantlint/model';
import { plainText, slice, textOf, TextPlaces, type TextPart, type Value, type ValueOf } from '../python/constant/index.ts';
import { rawText } from '../sqlalchemy/expression.ts';
import { relocated, type Reading } from '../sqlalchemy/reading.ts';

/** SQL as far as it is known: `holes` are the values that are not. */
export interface SqlText {
  readonly text: ValueOf<'text'>;
  readonly holes: number;
}

/** The text that a value gives, with parameters in place of what is not constant; undefined where it is no text. */
export function sqlTextOf(value: Value): SqlText | undefined {
  const raw = rawText(value);
  if (raw) return { text: raw, holes: 0 };
  const whole = textOf(value);
  if (value.kind === 'text' || (whole !== undefined && value.kind === 'enum-member')) return { text: value.kind === 'text' ? value : plainText(whole ?? '', value.at), holes: 0 };
  if (value.kind === 'call') {
    // text(f"…") with a hole
    const [first] = value.args.positional;
    return first && value.callee.kind === 'symbol' && /(^|\.)(text|DDL)$/.test(value.callee.path) ? sqlTextOf(first) : value.callee.kind === 'member' && value.callee.of.kind === 'call' ? sqlTextOf(value.callee.of) : undefined;
  }
  if (value.kind !== 'operation' || (value.op !== 'text' && value.op !== '+')) return undefined;
  const parts: TextPart[] = [];
  let holes = 0;
  const add = (one: Value): void => {
    if (one.kind === 'text') parts.push(...one.parts);
    else if (one.kind === 'operation' && (one.op === 'text' || one.op === '+')) one.of.forEach(add);
    else parts.push({ text: `$${++holes}`, at: one.at, exact: false });
  };
  add(value);
  return holes === value.of.length ? undefined : { text: { kind: 'text', parts, at: value.at }, holes };
}

/** Bind parameters as SQLAlchemy finds them in a text: `:name`, unless the colon is doubled or escaped. */
const BIND = /(?<![:\w\\]):(\w+)(?!:)|\\:/g;

/** The events of a text of SQL, in the places where its characters were written. */
export function sqlEvents(of: Reading, given: SqlText, binds: boolean): readonly SchemaEvent[] {
  const text = binds ? withParameters(given) : given.text;
  const words = textOf(text) ?? '';
  const places = new TextPlaces(text);
  const events = of.sql.events(words, { file: text.at.file, start: 0, end: words.length }, true);
  if (given.holes > 0 && !events.every((e) => e.kind === 'data' || e.kind === 'run')) {
    // A hole in a statement that changes the schema can be anything.
    return [unreadSql(text.at, 'the SQL is not constant', verbOf(words))];
  }
  return relocated(events, places);
}

function withParameters({ text, holes }: SqlText): ValueOf<'text'> {
  const words = textOf(text) ?? '';
  if (!words.includes(':')) return text;
  const parts: TextPart[] = [];
  const numbers = new Map<string, number>();
  let from = 0;
  for (const match of words.matchAll(BIND)) {
    parts.push(...slice(text, from, match.index).parts);
    from = match.index + match[0].length;
    const [, name] = match;
    const at = new TextPlaces(text).at(match.index, from);
    if (name === undefined) {
      parts.push({ text: ':', at, exact: false });
      continue;
    }
    const number = numbers.get(name) ?? holes + numbers.size + 1;
    numbers.set(name, number);
    // A parameter that stands for a list has no parentheses of its own.
    const list = /\bin\s*$/i.test(words.slice(0, match.index));
    parts.push({ text: list ? `($${number})` : `$${number}`, at, exact: false });
  }
  if (from === 0) return text;
  parts.push(...slice(text, from, words.length).parts);
  return { kind: 'text', parts, at: text.at };
}

/** The word that a statement begins with; of CREATE and DROP also what is created or dropped. */
export function verbOf(words: string): string | undefined {
  return /^\s*((?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?[A-Z]+|[A-Z]+)/i.exec(words)?.[1]?.toUpperCase().replace(/\s+/g, ' ');
}

export function unreadSql(at: Span, reason: string, verb?: string): SchemaEvent {
  return { kind: 'unread', reason, at, ...(verb === undefined ? {} : { verb }) };
}

