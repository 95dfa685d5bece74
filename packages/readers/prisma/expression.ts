import type { Cursor } from './cursor.ts';
import type { Argument, Expression } from './syntax.ts';

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

  const path = cursor.path();
  // A name may start with a digit, but `12` is a number.
  if (path !== undefined && !/^[0-9]/.test(path.text)) {
    const afterPath = cursor.pos;
    cursor.blanks();
    if (cursor.next('(')) {
      const args = parseArguments(cursor, depth + 1);
      return args && { kind: 'call', name: path, args, at: cursor.span(start) };
    }
    cursor.pos = afterPath;
    return { kind: 'path', text: path.text, at: path.at };
  }
  cursor.pos = start;
  const text = take(cursor, number);
  return text === undefined ? undefined : { kind: 'number', text, at: cursor.span(start) };
}

/** Reads `( … )`; the cursor stands on the opening parenthesis. Undefined when it is broken. */
export function parseArguments(cursor: Cursor, depth = 0): Argument[] | undefined {
  return parseList(cursor, '(', ')', true, () => {
    const start = cursor.pos;
    const name = cursor.name();
    cursor.blanks();
    if (name !== undefined && cursor.accept(':')) {
      cursor.blanks();
      const value = parseExpression(cursor, depth);
      return value && { name, value };
    }
    cursor.pos = start;
    const value = parseExpression(cursor, depth);
    return value && { name: undefined, value };
  });
}

function parseArray(cursor: Cursor, depth: number): Expression | undefined {
  const start = cursor.pos;
  const items = parseList(cursor, '[', ']', false, () => parseExpression(cursor, depth + 1));
  return items && { kind: 'array', items, at: cursor.span(start) };
}

function parseObject(cursor: Cursor, depth: number): Expression | undefined {
  const start = cursor.pos;
  const members = parseList(cursor, '{', '}', false, (): Argument | undefined => {
    const name = cursor.name();
    cursor.blanks();
    if (name === undefined || !cursor.accept(':')) return undefined;
    cursor.blanks();
    const value = parseExpression(cursor, depth + 1);
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
    if (cursor.accept(close)) return items;
    if (!cursor.accept(',')) return undefined;
    cursor.blanks();
    if (trailingComma && cursor.accept(close)) return items;
  }
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
