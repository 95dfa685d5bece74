import type { BodyText, FunctionBody, Span, SqlExpr, SqlParser, SqlStatement, Unread } from '@tenantlint/model';
import { Excerpt } from './excerpt.ts';
import { lowerValue } from './expression.ts';
import { readChunk, readFile } from './file.ts';
import { fillHoles } from './holes.ts';
import { splitStatements } from './lexer.ts';
import { allOf, lowerStatement } from './lower-dml.ts';
import { recall } from './patterns.ts';
import { readPlpgsql } from './plpgsql.ts';
import { relocate } from './relocate.ts';
import type { Reading } from './statement.ts';

/** The SQL reader's grammar, for replay and for readers of code that holds SQL. */
export function createSqlParser(): SqlParser {
  return {
    file: readFile,
    events: (text, at, verbatim) => placed(readEvents(text, at, verbatim).events, at, verbatim),
    statements: (text, at, verbatim) => placed(readStatements(text, at, verbatim).statements, at, verbatim),
    expression: (text, at, verbatim) => placed(readExpression(text, at, verbatim).expr, at, verbatim),
    functionBody: readBody,
  };
}

/** A text whose characters are not the file's is lowered at offset 0 and pinned to the place it came from. */
function placed<T>(value: T, at: Span, verbatim: boolean): T {
  return verbatim ? value : relocate(value, () => at);
}

function baseOf(at: Span, verbatim: boolean): number {
  return verbatim ? at.start : 0;
}

function readEvents(text: string, at: Span, verbatim: boolean): Reading {
  const reading: Reading = { events: [], unread: [] };
  const base = baseOf(at, verbatim);
  for (const chunk of splitStatements(text).chunks) readChunk(reading, at.file, text, chunk, base);
  return reading;
}

interface Statements {
  readonly statements: readonly SqlStatement[];
  readonly unread: readonly Unread[];
}

/** Queries and data changes; anything else, and what cannot be read, is `other`. */
function readStatements(text: string, at: Span, verbatim: boolean): Statements {
  const statements: SqlStatement[] = [];
  const unread: Unread[] = [];
  const base = baseOf(at, verbatim);
  for (const chunk of splitStatements(text).chunks) {
    if (chunk.kind !== 'statement') continue;
    const own = text.slice(chunk.start, chunk.end);
    const read = readOne(at.file, own, base + chunk.start);
    statements.push(read.statement);
    unread.push(...read.unread);
  }
  return { statements, unread };
}

/** One statement, its holes filled when it does not parse as it stands. */
function readOne(file: string, text: string, base: number): { statement: SqlStatement; unread: readonly Unread[] } {
  const direct = lowerText(file, text, base);
  if ('statement' in direct) return { statement: direct.statement, unread: [] };
  const holes = fillHoles(text);
  if (holes !== undefined) {
    const filled = lowerText(file, holes.text, 0);
    if ('statement' in filled) {
      const move = ({ start, end }: Span): Span => ({ file, start: base + holes.original(start), end: base + holes.original(end) });
      return { statement: relocate(filled.statement, move), unread: [] };
    }
  }
  const at = { file, start: base, end: base + text.length };
  return { statement: { kind: 'other', text, at }, unread: [direct.unread] };
}

function lowerText(file: string, text: string, base: number): { statement: SqlStatement } | { unread: Unread } {
  const read = recall('statement', new Excerpt(file, text, base), (e, statement) => lowerStatement(e, statement, allOf(e)));
  return read.ok ? { statement: read.value } : { unread: { at: read.at, reason: read.reason } };
}

function readExpression(text: string, at: Span, verbatim: boolean): { expr: SqlExpr; unread: readonly Unread[] } {
  const base = baseOf(at, verbatim);
  const whole = { file: at.file, start: base, end: base + text.length };
  const direct = lowerValue(at.file, text, base, false);
  if ('expr' in direct) return { expr: direct.expr, unread: [] };
  const holes = fillHoles(text);
  if (holes !== undefined) {
    const filled = lowerValue(at.file, holes.text, 0, false);
    const move = ({ file, start, end }: Span): Span => ({ file, start: base + holes.original(start), end: base + holes.original(end) });
    if ('expr' in filled) return { expr: relocate(filled.expr, move), unread: [] };
  }
  return { expr: { kind: 'opaque', text, at: whole }, unread: [direct.unread] };
}

function readBody(body: BodyText, language: string): FunctionBody {
  if (language === 'sql') return readSqlBody(body);
  if (language === 'plpgsql') return placed(readPlpgsql(body.text, body.at.file, baseOf(body.at, body.verbatim)), body.at, body.verbatim);
  return { kind: 'opaque', reason: `the body is written in ${language}` };
}

/** A SQL body in quotes, or one of the SQL standard: its frame and RETURN are blanked and replaced in place. */
function readSqlBody(body: BodyText): FunctionBody {
  const atomic = /^begin\s+atomic\b/i.exec(body.text);
  let { text } = body;
  if (atomic !== null) text = ' '.repeat(atomic[0].length) + text.slice(atomic[0].length, -'end'.length);
  const returns = /^\s*return\b/i.test(text);
  const { statements, unread } = readStatements(returns ? text.replace(/return/i, 'SELECT') : text, body.at, body.verbatim);
  return placed({ kind: 'sql', statements, unread }, body.at, body.verbatim);
}
