import type { FunctionBody, PlBlock, PlStatement } from '@tenantlint/model';
import { Excerpt } from './excerpt.ts';
import { declarations } from './plpgsql-declare.ts';
import { loop } from './plpgsql-loop.ts';
import { simple } from './plpgsql-simple.ts';
import { PlProblem, PlText } from './plpgsql-text.ts';

/**
 * A PL/pgSQL body that stands at `base`. Read off its own tokens rather than with libpg-query's PL/pgSQL
 * parser: that one tells lines only, refuses valid bodies (fields of row variables, arrays of user types),
 * and needs the function around the body. The SQL inside goes to the grammar.
 */
export function readPlpgsql(body: string, file: string, base: number): FunctionBody {
  const text = new PlText(new Excerpt(file, body, base));
  try {
    while (text.is('#')) text.i += 3; // #option name value
    const label = labelOf(text);
    const block = readBlock(text, label);
    if (!text.take(';') && !text.done) text.fail('syntax error');
    if (!text.done) text.fail('syntax error');
    return { kind: 'plpgsql', block, unread: text.unread };
  } catch (error) {
    if (error instanceof PlProblem) return { kind: 'opaque', reason: error.message };
    throw error;
  }
}

/** `<<name>>` before a block or a loop. */
function labelOf(text: PlText): string | undefined {
  if (!text.take('<<')) return undefined;
  const label = text.name();
  text.expect('>>');
  return label;
}

/** `[DECLARE …] BEGIN … [EXCEPTION …] END [label]` */
function readBlock(text: PlText, label: string | undefined): PlBlock {
  return text.deeper(() => {
    const first = text.i;
    const declare = text.take('declare') ? declarations(text) : [];
    text.expect('begin');
    const body = statements(text, BLOCK_ENDS);
    const handlers = text.take('exception') ? exceptions(text) : [];
    text.expect('end');
    if (!text.done && !text.is(';')) text.name();
    const at = text.e.between(first, text.i - 1);
    return { kind: 'block', at, declare, body, handlers, ...(label !== undefined && { label }) };
  });
}

const BLOCK_ENDS = new Set(['end', 'exception']);
const HANDLER_ENDS = new Set(['end', 'when']);
const BRANCH_ENDS = new Set(['end', 'elsif', 'elseif', 'else']);
const CASE_ENDS = new Set(['end', 'when', 'else']);
const LOOP_ENDS = new Set(['end']);

function exceptions(text: PlText): PlBlock['handlers'] {
  const handlers: PlBlock['handlers'][number][] = [];
  while (text.take('when')) {
    const conditions = [condition(text)];
    while (text.take('or')) conditions.push(condition(text));
    text.expect('then');
    handlers.push({ conditions, body: statements(text, HANDLER_ENDS) });
  }
  return handlers;
}

/** A condition's name, or the code of SQLSTATE 'code'. */
function condition(text: PlText): string {
  const name = text.name();
  return name === 'sqlstate' ? text.name().replaceAll("'", '') : name;
}

/** Statements up to one of the words that can end the list. */
function statements(text: PlText, ends: ReadonlySet<string>): PlStatement[] {
  const list: PlStatement[] = [];
  for (;;) {
    if (text.done) text.fail('END expected');
    if (ends.has(text.word) && !assigns(text)) return list;
    const statement = readStatement(text);
    if (statement !== undefined) list.push(statement);
    text.expect(';');
  }
}

/** Nothing for NULL. */
function readStatement(text: PlText): PlStatement | undefined {
  const first = text.i;
  const label = labelOf(text);
  if (assigns(text)) return assignment(text);
  switch (text.word) {
    case 'begin':
    case 'declare':
      return readBlock(text, label);
    case 'if':
      return text.deeper(() => branches(text, first));
    case 'case':
      return text.deeper(() => cases(text, first));
    case 'loop':
    case 'while':
    case 'for':
    case 'foreach':
      return text.deeper(() => loop(text, first, label, () => statements(text, LOOP_ENDS)));
    case 'null':
      text.expect('null');
      return undefined;
    default:
      return simple(text, first);
  }
}

/** Whether `target :=` or `target =` comes next. No SQL statement starts so, whatever the target's name. */
function assigns(text: PlText): boolean {
  const { e } = text;
  let i = text.i + 1;
  while (i < e.tokens.count) {
    if (e.is(i, '.')) i += 2;
    else if (e.is(i, '[')) i = e.after(i);
    else break;
  }
  return e.is(i, ':=') || e.is(i, '=');
}

function assignment(text: PlText): PlStatement {
  const first = text.i;
  const target = text.target();
  if (!text.take(':=')) text.expect('=');
  const value = text.expression();
  return { kind: 'assign', target, value, at: text.e.between(first, text.i - 1) };
}

function branches(text: PlText, first: number): PlStatement {
  const list: { test: ReturnType<PlText['expression']>; body: PlStatement[] }[] = [];
  let otherwise: PlStatement[] = [];
  text.expect('if');
  do {
    const test = text.expression('then');
    text.expect('then');
    list.push({ test, body: statements(text, BRANCH_ENDS) });
  } while (text.take('elsif') || text.take('elseif'));
  if (text.take('else')) otherwise = statements(text, LOOP_ENDS);
  text.expect('end', 'if');
  return { kind: 'if', branches: list, otherwise, at: text.e.between(first, text.i - 1) };
}

function cases(text: PlText, first: number): PlStatement {
  const list: { tests: ReturnType<PlText['expressions']>; body: PlStatement[] }[] = [];
  text.expect('case');
  const of = text.is('when') ? undefined : text.expression('when');
  while (text.take('when')) {
    const tests = of === undefined ? [text.expression('then')] : text.expressions('then');
    text.expect('then');
    list.push({ tests, body: statements(text, CASE_ENDS) });
  }
  const otherwise = text.take('else') ? statements(text, LOOP_ENDS) : undefined;
  text.expect('end', 'case');
  return {
    kind: 'case', branches: list, at: text.e.between(first, text.i - 1),
    ...(of !== undefined && { of }),
    ...(otherwise !== undefined && { otherwise }),
  };
}
