import { pathOf, textOf, type Value } from '../python/constant/index.ts';
import { calledName, identifier, lastName, stringLiteral, type Reading } from './reading.ts';
import { columnType } from './types.ts';

/** How expressions name the column that a value stands for; undefined where it is none. */
export type NameColumn = (value: Value) => string | undefined;

/** Functions that SQL writes without parentheses. */
const KEYWORDS = new Set(['current_timestamp', 'current_date', 'current_time', 'current_user', 'session_user', 'localtime', 'localtimestamp', 'user']);
const INFIX: Readonly<Record<string, string>> = { '=': '=', '<>': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=', '&': 'AND', '|': 'OR', '+': '+', '-': '-', '*': '*', '/': '/', '%': '%' };
const METHODS: Readonly<Record<string, string>> = { like: 'LIKE', ilike: 'ILIKE', notlike: 'NOT LIKE', not_like: 'NOT LIKE', contains: '@>', contained_by: '<@', op: '', concat: '||', is_distinct_from: 'IS DISTINCT FROM' };

/** SQL of an expression of SQLAlchemy; undefined where some part of it is not known. */
export function compile(of: Reading, value: Value, column: NameColumn): string | undefined {
  const name = column(value);
  if (name !== undefined) return name;
  const inner = (v: Value): string | undefined => compile(of, v, column);
  switch (value.kind) {
    case 'text': return stringLiteral(textOf(value) ?? '');
    case 'number': return String(value.value);
    case 'boolean': return value.value ? 'true' : 'false';
    case 'none': return 'NULL';
    case 'enum-member': {
      const text = textOf(value.value);
      return text === undefined ? undefined : stringLiteral(text);
    }
    case 'list': return all(value.items.map(inner))?.join(', ');
    case 'operation': return operation(value.op, value.of, inner);
    case 'call': return call(of, value, inner);
    case 'item': {
      const [base, key] = [inner(value.of), inner(value.key)];
      return base === undefined || key === undefined ? undefined : `${base} -> ${key}`;
    }
    case 'member': {
      if (value.name === 'astext') return inner(value.of)?.replace(/ -> ([^>]*)$/, ' ->> $1');
      return undefined;
    }
    default: return undefined;
  }
}

/** Text of `text('…')`, `literal_column('…')` and the like: SQL as it stands. */
export function rawText(value: Value): Extract<Value, { kind: 'text' }> | undefined {
  const name = calledName(value);
  const [first] = value.kind === 'call' ? value.args.positional : [];
  if ((name === 'text' || name === 'literal_column' || name === 'TextClause' || name === 'DDL') && first?.kind === 'text') return first;
  // text('…').bindparams(…), .columns(…), .execution_options(…)
  return value.kind === 'call' && value.callee.kind === 'member' && name !== 'text' && !/^func$/.test(lastName(value.callee.of) ?? '') ? rawText(value.callee.of) : undefined;
}

function operation(op: string, of: readonly Value[], inner: (v: Value) => string | undefined): string | undefined {
  const [left, right] = of;
  if (!left) return undefined;
  if (op === 'invert' || op === 'not') {
    const text = inner(left);
    return text === undefined ? undefined : `NOT (${text})`;
  }
  if (op === 'minus') {
    const text = inner(left);
    return text === undefined ? undefined : `-${text}`;
  }
  const word = INFIX[op];
  const [a, b] = [inner(left), right && inner(right)];
  if (word === undefined || a === undefined || b === undefined) return undefined;
  if (b === 'NULL' && (op === '=' || op === '<>')) return `${a} IS ${op === '=' ? '' : 'NOT '}NULL`;
  return op === '&' || op === '|' ? `(${a}) ${word} (${b})` : `${a} ${word} ${b}`;
}

function call(of: Reading, value: Extract<Value, { kind: 'call' }>, inner: (v: Value) => string | undefined): string | undefined {
  const { callee, args } = value;
  const [first, second] = args.positional;
  const raw = rawText(value);
  if (raw) return textOf(raw);
  const path = pathOf(callee) ?? '';
  const generic = /(?:^|\.)func\.([\w.]+)$/.exec(path)?.[1];
  if (generic !== undefined) {
    if (KEYWORDS.has(generic.toLowerCase()) && args.positional.length === 0) return generic.toUpperCase();
    const given = all(args.positional.map(inner));
    return given && `${generic}(${given.join(', ')})`;
  }
  const name = lastName(callee) ?? '';
  switch (name) {
    case 'true': case 'false': case 'null': return name === 'null' ? 'NULL' : name;
    case 'literal': case 'conv': case 'quoted_name': case 'collate': return first && inner(first);
    case 'and_': case 'or_': {
      const parts = all(args.positional.map(inner));
      return parts?.map((p) => (parts.length > 1 ? `(${p})` : p)).join(name === 'and_' ? ' AND ' : ' OR ');
    }
    case 'not_': {
      const text = first && inner(first);
      return text === undefined ? undefined : `NOT (${text})`;
    }
    case 'cast': case 'type_coerce': {
      const [text, type] = [first && inner(first), second && columnType(of, second)];
      return text === undefined || !type ? undefined : `CAST(${text} AS ${type.text})`;
    }
    case 'column': case 'bindparam': return name === 'column' && textOf(first) !== undefined ? identifier(textOf(first) ?? '') : undefined;
    case 'next_value': {
      const sequence = callee.kind === 'member' && callee.of.kind === 'call' ? textOf(callee.of.args.positional[0]) : undefined;
      return sequence === undefined ? undefined : `nextval('${sequence}')`;
    }
    default:
  }
  return callee.kind === 'member' ? method(of, callee.of, name, args.positional, inner) : undefined;
}

function method(of: Reading, on: Value, name: string, args: readonly Value[], inner: (v: Value) => string | undefined): string | undefined {
  const base = inner(on);
  const [first, second] = args;
  if (base === undefined) return undefined;
  switch (name) {
    case 'is_': case 'is_not': case 'isnot': {
      const what = first && inner(first);
      return what === undefined ? undefined : `${base} IS ${name === 'is_' ? '' : 'NOT '}${what}`;
    }
    case 'in_': case 'notin_': case 'not_in': {
      const list = first && inner(first);
      return list === undefined ? undefined : `${base} ${name === 'in_' ? '' : 'NOT '}IN (${list})`;
    }
    case 'between': {
      const [low, high] = [first && inner(first), second && inner(second)];
      return low === undefined || high === undefined ? undefined : `${base} BETWEEN ${low} AND ${high}`;
    }
    case 'cast': {
      const type = first && columnType(of, first);
      return type && `CAST(${base} AS ${type.text})`;
    }
    case 'label': case 'self_group': return base;
    default: {
      const word = METHODS[name];
      const right = first && inner(first);
      return word === undefined || word === '' || right === undefined ? undefined : `${base} ${word} ${right}`;
    }
  }
}

function all(of: readonly (string | undefined)[]): string[] | undefined {
  return of.every((t) => t !== undefined) ? of.map((t) => t ?? '') : undefined;
}
