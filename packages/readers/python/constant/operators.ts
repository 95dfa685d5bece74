import type { Span } from '@tenantlint/model';
import { percentFormat } from './format.ts';
import { concat } from './text.ts';
import { bool, equal, listOf, textOf, type Value } from './values.ts';

/** A binary operator on values; what constants do not decide stays an operation. */
export function operate(op: string, left: Value, right: Value, at: Span): Value {
  const symbolic: Value = { kind: 'operation', op, of: [left, right], at };
  switch (op) {
    case '+':
      if (left.kind === 'text' && right.kind === 'text') return concat([left, right], at);
      if (left.kind === 'list' && right.kind === 'list') return listOf([...left.items, ...right.items], at, left.form, left.open || right.open);
      return left.kind === 'number' && right.kind === 'number' ? { kind: 'number', value: left.value + right.value, at } : symbolic;
    case '%': return left.kind === 'text' ? (percentFormat(left, right, at) ?? symbolic) : symbolic;
    case '*': case '-':
      if (left.kind === 'number' && right.kind === 'number') return { kind: 'number', value: op === '*' ? left.value * right.value : left.value - right.value, at };
      return symbolic;
    case '/': {
      const text = textOf(right);
      return left.kind === 'path' && text !== undefined ? { kind: 'path', path: joinPath(left.path, text), at } : symbolic;
    }
    case '|':
      if (left.kind === 'dict' && right.kind === 'dict') return { kind: 'dict', entries: [...left.entries, ...right.entries].map((e) => ({ ...e })), open: left.open || right.open, at };
      return symbolic;
    case '=': case '<>': {
      const same = equal(left, right) ?? ofDialect(left, right);
      return same === undefined ? symbolic : bool(same === (op === '='), at);
    }
    case 'in': case 'not in': {
      const holds = contains(right, left);
      return holds === undefined ? symbolic : bool(holds === (op === 'in'), at);
    }
    case '<': case '<=': case '>': case '>=': {
      if (left.kind !== 'number' || right.kind !== 'number') return symbolic;
      return bool(op === '<' ? left.value < right.value : op === '<=' ? left.value <= right.value : op === '>' ? left.value > right.value : left.value >= right.value, at);
    }
    default: return symbolic;
  }
}

export function joinPath(folder: string, path: string): string {
  const out = path.startsWith('/') ? [] : folder.split('/').filter((p) => p !== '');
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return out.join('/');
}

const OTHERS = /^(sqlite|mysql|mariadb|mssql|oracle)/;
const POSTGRES = /^postgres/;

/** Comparing something unknown with the name of a database: the database is Postgres. */
export function ofDialect(a: Value, b: Value): boolean | undefined {
  const name = textOf(a) ?? textOf(b);
  const other = textOf(a) === undefined ? a : b;
  if (name === undefined || textOf(other) !== undefined || other.kind === 'none') return undefined;
  return OTHERS.test(name) ? false : POSTGRES.test(name) ? true : undefined;
}

function contains(of: Value, item: Value): boolean | undefined {
  if (of.kind === 'list') {
    const each = of.items.map((one) => equal(one, item));
    return each.includes(true) ? true : each.includes(undefined) || of.open ? undefined : false;
  }
  if (of.kind === 'dict') {
    const each = of.entries.map((e) => equal(e.key, item));
    return each.includes(true) ? true : each.includes(undefined) || of.open ? undefined : false;
  }
  const [whole, part] = [textOf(of), textOf(item)];
  if (whole !== undefined && part !== undefined) return whole.includes(part);
  return part !== undefined ? ofDialect(of, item) : undefined;
}
