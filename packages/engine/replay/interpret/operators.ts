import { fail } from '../failure.ts';
import { like, LONGEST_TEXT, regex } from './text.ts';
import { negate } from './evaluate.ts';
import { equal, isArray, Json, NOT_DECIDED, order, textOf, Unknown, type Value } from './values.ts';

const MOST_ELEMENTS = 100_000;

/** A built-in binary operator on two values. */
export function operate(op: string, left: Value, right: Value): Value {
  if (left instanceof Unknown) return left;
  if (right instanceof Unknown) return right;
  if (op === '||' && (isArray(left) || isArray(right))) {
    if (left === null) return right;
    if (right === null) return left;
    const joined = [...(isArray(left) ? left : [left]), ...(isArray(right) ? right : [right])];
    return joined.length > MOST_ELEMENTS ? fail('program_limit_exceeded', 'array too long') : joined;
  }
  if (left === null || right === null) return null;
  switch (op) {
    case '=':
      return equal(left, right);
    case '<>':
    case '!=':
      return negate(equal(left, right));
    case '<':
    case '>':
    case '<=':
    case '>=': {
      const compared = order(left, right);
      if (compared === undefined) return NOT_DECIDED;
      return op === '<' ? compared < 0 : op === '>' ? compared > 0 : op === '<=' ? compared <= 0 : compared >= 0;
    }
    case '||': {
      const [a, b] = [textOf(left), textOf(right)];
      if (left instanceof Json || right instanceof Json) return NOT_DECIDED;
      if (a === undefined || b === undefined) return NOT_DECIDED;
      return a.length + b.length > LONGEST_TEXT ? fail('program_limit_exceeded', 'text too long') : a + b;
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(op, left, right);
    case '~~':
    case '!~~':
    case '~~*':
    case '!~~*': {
      const [text, pattern] = [textOf(left), textOf(right)];
      if (text === undefined || pattern === undefined) return NOT_DECIDED;
      return like(text, pattern, op.endsWith('*')) !== op.startsWith('!');
    }
    case '~':
    case '!~':
    case '~*':
    case '!~*': {
      const [text, pattern] = [textOf(left), textOf(right)];
      const compiled = pattern === undefined ? undefined : regex(pattern, op.endsWith('*') ? 'i' : '');
      return text === undefined || compiled === undefined || text.length > 100_000 ? NOT_DECIDED : compiled.test(text) !== op.startsWith('!');
    }
    case '->':
    case '->>':
      return member(left, right, op === '->>');
    case '@>':
    case '<@': {
      const [whole, part] = op === '@>' ? [left, right] : [right, left];
      if (!isArray(whole) || !isArray(part)) return NOT_DECIDED;
      const texts = new Set(whole.map(textOf));
      return part.every((item) => texts.has(textOf(item)));
    }
    case '&&': {
      if (!isArray(left) || !isArray(right)) return NOT_DECIDED;
      const texts = new Set(left.map(textOf));
      return right.some((item) => texts.has(textOf(item)));
    }
    case '?':
      return left instanceof Json && typeof left.value === 'object' && left.value !== null ? (textOf(right) ?? '') in left.value : NOT_DECIDED;
    default:
      return NOT_DECIDED;
  }
}

function arithmetic(op: string, left: Value, right: Value): Value {
  if (typeof left !== 'number' || typeof right !== 'number') return NOT_DECIDED;
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '%':
      return right === 0 ? NOT_DECIDED : left % right;
    default:
      return right === 0 ? NOT_DECIDED : Number.isInteger(left) && Number.isInteger(right) ? Math.trunc(left / right) : left / right;
  }
}

function member(left: Value, right: Value, asText: boolean): Value {
  if (!(left instanceof Json) || typeof left.value !== 'object' || left.value === null) return left instanceof Json ? null : NOT_DECIDED;
  const value: unknown = Array.isArray(left.value) ? left.value.at(Number(textOf(right))) : (left.value as Record<string, unknown>)[textOf(right) ?? ''];
  if (value === undefined || (value === null && asText)) return null;
  if (!asText) return new Json(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
