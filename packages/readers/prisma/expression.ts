import { isDigit, type Cursor } from './cursor.ts';
import type { Argument, Expression, Name } from './syntax.ts';

/** Deeper than any schema is written, shallow enough for every stack. */
const MAX_DEPTH = 40;

const number = /-?[0-9]+(?:\.[0-9]+)?/y;
/** As in JSON, with any character behind a backslash. */
const string = /"(?:\\[^\n\r]|[^"\\\u0000-\u001f])*"/y;

/**
 * Reads one expression. Undefined when the text is of no known form; the cursor then stands
 * somewhere on the same line and the caller gives up the line.
 */
export function parseExpression(cursor: Cursor, depth = 0): Expression | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const start = cursor.pos;
  const first = cursor.text[start];
  if (first === '"') {
    const text = take(cursor, string);
    return text === undefined ? undefined : { kind: 'string', value: unescape(text), at: cursor.span(start) };
  }
  if (first === '[') return parseArray(cursor, depth);
  if (first === '{') return parseObject(cursor, depth);

  const end = cursor.pathEnd(start);
  // A name may start with a digit, but `12` is a number.
  if (end === start || isDigit(cursor.text.charCodeAt(start))) {
    const text = take(cursor, number);
    return text === undefined ? undefined : { kind: 'number', text, at: cursor.span(start) };
  }
  const text = cursor.text.slice(start, end);
  cursor.pos = end;
  cursor.blanks();
  if (cursor.next('(')) {
    const at = cursor.span(start, end);
    const args = parseArguments(cursor, depth + 1);
    return args && { kind: 'call', name: { text, at }, args, at: cursor.span(start) };
  }
  cursor.pos = end;
  return { kind: 'path', text, at: cursor.span(start, end) };
}

/** Reads `( … )`; the cursor stands on the opening parenthesis. Undefined when it is broken. */
export function parseArguments(cursor: Cursor, depth = 0): Argument[] | undefined {
  return parseList(cursor, '(', ')', true, () => {
    const name = argumentName(cursor);
    const value = parseExpression(cursor, depth);
    return value && { name, value };
  });
}

/** Reads `name:`; a name without the colon is left to be an expression. */
function argumentName(cursor: Cursor): Name | undefined {
  const start = cursor.pos;
  // Most arguments are a lone word, and most are read once.
  if (',)](.'.includes(cursor.text[cursor.nameEnd(start)] ?? '')) return undefined;
  const name = cursor.name();
  if (name === undefined) return undefined;
  cursor.blanks();
  if (cursor.accept(':')) {
    cursor.blanks();
    return name;
  }
  cursor.pos = start;
  return undefined;
}

function parseArray(cursor: Cursor, depth: number): Expression | undefined {
  const start = cursor.pos;
  const items = parseList(cursor, '[', ']', false, () => parseExpression(cursor, depth + 1));
  return items && { kind: 'array', items, at: cursor.span(start) };
}

function parseObject(cursor: Cursor, depth: number): Expression | undefined {
  const start = cursor.pos;
  const members = parseList(cursor, '{', '}', false, (): Argument | undefined => {
    const name = argumentName(cursor);
    const value = name && parseExpression(cursor, depth + 1);
    return value && { name, value };
  });
  return members && { kind: 'object', members, at: cursor.span(start) };
}

/** Reads items between brackets. Prisma minds a last comma in some places; nothing is lost by it. */
function parseList<T>(
  cursor: Cursor,
  open: string,
  close: string,
  trailingComma: boolean,
  item: () => T | undefined,
): T[] | undefined {
  if (!cursor.accept(open)) return undefined;
  const items: T[] = [];
  cursor.blanks();
  if (cursor.accept(close)) return items;
  if (trailingComma && cursor.accept(',')) {
    cursor.blanks();
    return cursor.accept(close) ? items : undefined;
  }
  for (;;) {
    const next = item();
    if (next === undefined) return undefined;
    items.push(next);
    cursor.blanks();
    if (cursor.accept(close)) return trim(items);
    if (!cursor.accept(',')) return undefined;
    cursor.blanks();
    if (trailingComma && cursor.accept(close)) return trim(items);
  }
}

/** A list that grew by pushing holds room for sixteen more; most lists here hold one. */
export function trim<T>(items: T[]): T[] {
  return items.slice();
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.pos;
  const text = pattern.exec(cursor.text)?.[0];
  if (text !== undefined) cursor.pos += text.length;
  return text;
}

function unescape(literal: string): string {
  const inner = literal.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  return inner.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (_, code: string | undefined, char: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    switch (char) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      default:
        return char ?? '';
    }
  });
}
