import { Cursor } from './cursor.ts';
import { parseArguments, parseExpression, trim } from './expression.ts';
import type {
  Arity, Attribute, Block, ConfigBlock, EnumBlock, EnumValueNode, FieldNode, ModelBlock, Name, Setting, SyntaxFile,
} from './syntax.ts';

type Keyword = Block['kind'];

const none: readonly never[] = [];

const blockStart = /(model|view|type|enum|datasource|generator)[ \t]+[^\s{}"@]+[ \t]*\{/y;
/** To Prisma `modelA {` is `model A {`. */
const joinedStart = /(model|view|type|enum|datasource|generator)(?=[^\s{}"@]+[ \t]*\{)/y;
const keywords: ReadonlySet<string> = new Set<Keyword>(['model', 'view', 'type', 'enum', 'datasource', 'generator']);
const isKeyword = (word: string): word is Keyword => keywords.has(word);

/**
 * Reads one schema file, whatever its version of Prisma and whatever is wrong with it. What cannot
 * be read is a problem with its place: a line inside a block costs that line, and a block that
 * never closes ends where the next one begins.
 */
export function parseSchema(file: string, text: string): SyntaxFile {
  const cursor = new Cursor(file, text);
  const blocks: Block[] = [];
  let unread: number | undefined;
  const flush = (end: number): void => {
    if (unread === undefined) return;
    cursor.problem(trimmed(cursor, unread, end), 'This does not start with a keyword of Prisma.');
    unread = undefined;
  };

  for (;;) {
    const before = cursor.pos;
    cursor.blankLines();
    if (cursor.atEnd) {
      flush(before);
      break;
    }
    const start = cursor.pos;
    const keyword = readKeyword(cursor);
    if (keyword !== undefined) {
      const block = parseBlock(cursor, keyword, start);
      if (block !== undefined) {
        flush(before);
        blocks.push(block);
        continue;
      }
    }
    // Adjacent lines that belong to nothing are one problem, not one each.
    unread ??= start;
    cursor.pos = start;
    skipUnknown(cursor);
  }
  cursor.problems.sort((a, b) => a.at.start - b.at.start || a.at.end - b.at.end);
  return { file, blocks, comments: cursor.comments, problems: cursor.problems };
}

function readKeyword(cursor: Cursor): Keyword | undefined {
  const start = cursor.pos;
  const word = cursor.name()?.text;
  if (word === undefined || isKeyword(word)) return word;
  joinedStart.lastIndex = start;
  const joined = joinedStart.exec(cursor.text)?.[1];
  if (joined === undefined || !isKeyword(joined)) return undefined;
  cursor.pos = start + joined.length;
  return joined;
}

/** Skips a line, or the whole block when the line opens one. */
function skipUnknown(cursor: Cursor): void {
  const start = cursor.pos;
  cursor.toLineEnd();
  const line = cursor.text.slice(start, cursor.pos);
  if (!/\{\s*(?:\/\/[^]*)?$/.test(line)) return;
  while (!cursor.atEnd) {
    cursor.blankLines();
    if (startsBlock(cursor)) return;
    if (cursor.accept('}')) return;
    cursor.toLineEnd();
  }
}

function startsBlock(cursor: Cursor): boolean {
  blockStart.lastIndex = cursor.pos;
  return blockStart.test(cursor.text);
}

/** Reads a block behind its keyword. Undefined when this is no header: the caller gives up the line. */
function parseBlock(cursor: Cursor, kind: Keyword, start: number): Block | undefined {
  cursor.blanks();
  const name = cursor.name();
  if (name === undefined) return undefined;
  cursor.blanks();
  if (!openBlock(cursor, name)) return undefined;
  switch (kind) {
    case 'model':
    case 'view':
    case 'type':
      return parseModel(cursor, kind, name, start);
    case 'enum':
      return parseEnum(cursor, name, start);
    case 'datasource':
    case 'generator':
      return parseConfig(cursor, kind, name, start);
    default:
      return kind satisfies never;
  }
}

function openBlock(cursor: Cursor, name: Name): boolean {
  if (!cursor.accept('{')) {
    if (!cursor.atLineEnd && !cursor.next('//')) return false;
    const end = cursor.pos;
    cursor.blankLines();
    if (cursor.accept('{')) cursor.problem(name.at, 'The opening brace must stand on the line of the name.');
    else {
      cursor.pos = end;
      return false;
    }
  }
  // Prisma ignores what follows the brace on its line, be it a closing one. Where the next line
  // cannot belong to the block, the block was meant to close here.
  const inner = cursor.pos;
  cursor.toLineEnd();
  const rest = cursor.text.slice(inner, cursor.pos);
  if (/\}\s*(?:\/\/[^]*)?$/.test(rest) && nothingFollows(cursor)) {
    cursor.problem(name.at, 'A block must not close on the line that opens it.');
    cursor.pos = inner;
  } else if (/^\s*\/[/*]/.test(rest)) {
    cursor.pos = inner;
    cursor.blanks();
    if (!cursor.comment()) cursor.toLineEnd();
  }
  return true;
}

/** Whether only another block, or the end of the file, stands behind this line. */
function nothingFollows(cursor: Cursor): boolean {
  return cursor.lookAhead(() => {
    cursor.blankLines();
    return cursor.atEnd || startsBlock(cursor);
  });
}

interface Body {
  /** Reads one line. A string says why it could not be read. */
  readonly line: (start: number) => string | undefined;
}

/** Reads the lines of a block up to its closing brace; false when anything was lost. */
function parseBody(cursor: Cursor, name: Name, body: Body): boolean {
  let complete = true;
  for (;;) {
    cursor.blankLines();
    if (cursor.accept('}')) return complete;
    if (cursor.atEnd || startsBlock(cursor)) {
      cursor.problem(name.at, `\`${name.text}\` is never closed: a \`}\` is missing.`);
      return false;
    }
    const start = cursor.pos;
    const reason = body.line(start) ?? endLine(cursor);
    if (reason === undefined) continue;
    complete = false;
    // A brace that ends a block on a broken line still ends it.
    const broken = cursor.pos;
    cursor.toLineEnd();
    const end = cursor.pos;
    const close = cursor.text.slice(broken, end).search(/\}\s*$/);
    if (close >= 0) cursor.pos = broken + close;
    cursor.problem(trimmed(cursor, start, end), reason);
  }
}

/** What may follow on a line that has been read: a comment, or the brace that ends the block. */
function endLine(cursor: Cursor): string | undefined {
  cursor.blanks();
  cursor.comment();
  cursor.blanks();
  if (cursor.atLineEnd) return undefined;
  if (cursor.next('}')) {
    cursor.problem(cursor.span(cursor.pos, cursor.pos + 1), 'The closing brace must stand on its own line.');
    return undefined;
  }
  return 'The end of this line could not be read.';
}

function parseModel(cursor: Cursor, kind: ModelBlock['kind'], name: Name, start: number): ModelBlock {
  const fields: FieldNode[] = [];
  const attributes: Attribute[] = [];
  const complete = parseBody(cursor, name, {
    line(at) {
      if (cursor.next('@@')) return parseBlockAttribute(cursor, attributes);
      const field = parseField(cursor, at);
      if (typeof field === 'string') return field;
      fields.push(field);
      return field.complete ? undefined : 'An attribute of this field could not be read.';
    },
  });
  return { kind, name, fields, attributes, complete, at: cursor.span(start) };
}

function parseEnum(cursor: Cursor, name: Name, start: number): EnumBlock {
  const values: EnumValueNode[] = [];
  const attributes: Attribute[] = [];
  const complete = parseBody(cursor, name, {
    line(at) {
      if (cursor.next('@@')) return parseBlockAttribute(cursor, attributes);
      const value = cursor.name();
      if (value === undefined) return 'This is no value of an enum.';
      const own = parseAttributes(cursor);
      values.push({ name: value, attributes: own.attributes, at: cursor.span(at) });
      return own.complete ? undefined : 'An attribute of this value could not be read.';
    },
  });
  return { kind: 'enum', name, values, attributes, complete, at: cursor.span(start) };
}

function parseConfig(cursor: Cursor, kind: ConfigBlock['kind'], name: Name, start: number): ConfigBlock {
  const settings: Setting[] = [];
  const complete = parseBody(cursor, name, {
    line(at) {
      const key = cursor.name();
      cursor.blanks();
      if (key === undefined || !cursor.accept('=')) return 'This is no setting: expected `name = value`.';
      cursor.blanks();
      const value = parseExpression(cursor);
      settings.push({ name: key, value, at: cursor.span(at) });
      return value === undefined ? 'The value of this setting could not be read.' : undefined;
    },
  });
  return { kind, name, settings, complete, at: cursor.span(start) };
}

function parseBlockAttribute(cursor: Cursor, into: Attribute[]): string | undefined {
  const attribute = parseAttribute(cursor, '@@');
  if (attribute === undefined) return 'This attribute could not be read.';
  into.push(attribute);
  return undefined;
}

function parseField(cursor: Cursor, start: number): FieldNode | string {
  const nameEnd = cursor.nameEnd(start);
  if (nameEnd === start) return 'This is no field and no attribute.';
  const name = cursor.text.slice(start, nameEnd);
  cursor.pos = nameEnd;
  cursor.blanks();
  const colon = cursor.pos;
  if (cursor.accept(':')) {
    cursor.problem(cursor.span(colon), 'A field has no `:` between name and type.');
    cursor.blanks();
  }
  const legacyList = cursor.accept('[');
  const typeStart = cursor.pos;
  const typeEnd = cursor.nameEnd(typeStart);
  if (typeEnd === typeStart) return `The field \`${name}\` has no type that could be read.`;
  cursor.pos = typeEnd;
  let type = cursor.text.slice(typeStart, typeEnd);
  let typeAt = cursor.span(typeStart);
  const unsupported = type === 'Unsupported' && cursor.next('(');
  if (unsupported) {
    const native = parseArguments(cursor)?.[0]?.value;
    if (native?.kind !== 'string') return `The type of \`${name}\` could not be read.`;
    type = native.value;
    typeAt = cursor.span(native.at.start + 1, native.at.end - 1);
  }
  if (legacyList && !cursor.accept(']')) return `The type of \`${name}\` could not be read.`;
  if (legacyList) cursor.problem(typeAt, 'A list is written `Type[]`.');
  const arity = legacyList ? 'list' : parseArity(cursor);
  const { attributes, complete } = parseAttributes(cursor);
  return { name, nameAt: cursor.span(start, nameEnd), type, typeAt, unsupported, arity, attributes, complete, at: cursor.span(start) };
}

function parseArity(cursor: Cursor): Arity {
  const end = cursor.pos;
  cursor.blanks();
  const start = cursor.pos;
  if (cursor.accept('[]')) {
    const mark = cursor.pos;
    if (cursor.accept('?')) cursor.problem(cursor.span(mark), 'A list cannot be optional.');
    return 'list';
  }
  if (cursor.accept('?')) return 'optional';
  if (cursor.accept('!')) {
    cursor.problem(cursor.span(start), 'A field is required without a `!`.');
    return 'required';
  }
  cursor.pos = end;
  return 'required';
}

/** Reads the attributes behind a field or an enum value, up to one that is broken. */
function parseAttributes(cursor: Cursor): { attributes: readonly Attribute[]; complete: boolean } {
  const attributes: Attribute[] = [];
  for (;;) {
    const end = cursor.pos;
    cursor.blanks();
    if (!cursor.next('@') || cursor.next('@@')) {
      cursor.pos = end;
      return { attributes: attributes.length === 0 ? none : trim(attributes), complete: true };
    }
    const attribute = parseAttribute(cursor, '@');
    if (attribute === undefined) return { attributes, complete: false };
    attributes.push(attribute);
  }
}

function parseAttribute(cursor: Cursor, marker: '@' | '@@'): Attribute | undefined {
  const start = cursor.pos;
  cursor.pos += marker.length;
  cursor.blanks();
  const end = cursor.pathEnd(cursor.pos);
  if (end === cursor.pos) return undefined;
  const name = cursor.text.slice(cursor.pos, end);
  cursor.pos = end;
  cursor.blanks();
  if (!cursor.next('(')) {
    cursor.pos = end;
    return { name, args: none, at: cursor.span(start) };
  }
  const args = parseArguments(cursor);
  return args && { name, args, at: cursor.span(start) };
}

/** A place without the blanks at its end. */
function trimmed(cursor: Cursor, start: number, end: number): { file: string; start: number; end: number } {
  return cursor.span(start, start + cursor.text.slice(start, end).trimEnd().length);
}
