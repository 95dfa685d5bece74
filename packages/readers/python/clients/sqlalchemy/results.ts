import { cases, literal, mapCases, union, type AbstractValue, type ClientContext, type Span, type Truth, type ValueCase } from '@tenantlint/model';
import { handle, type Result } from './state.ts';

/** Ways to take the rows of a result. */
const ALL = new Set(['all', 'fetchall', 'fetchmany', 'partitions', 'to_list', 'columns', 'tuples_all']);
const SAME = new Set(['mappings', 'tuples', 'unique', 'freeze', 'yield_per', 'columns', 't']);

/** A method or property of what a statement gave; undefined: it has none of that name. */
export function resultMember(of: Result, name: string, args: readonly AbstractValue[] | undefined, context: ClientContext): AbstractValue | undefined {
  const { at } = context;
  if (args === undefined) {
    if (name === 'rowcount') return of.count ?? { kind: 'test', test: { kind: 'size', of: of.rows }, at };
    if (name === 'inserted_primary_key' || name === 'lastrowid') return { kind: 'list', of: context.property(element(of), 'id'), at };
    return /^\d+$/.test(name) ? maybe(element(of), at) : undefined;
  }
  if (SAME.has(name)) return handle(of, at);
  if (ALL.has(name)) return of.rows;
  switch (name) {
    case 'scalars': return handle({ ...of, rows: firstColumns(of, context), scalars: true }, at);
    case 'first': case 'fetchone': case 'one_or_none': case 'first_or_none':
      of.fetch.one = true;
      return maybe(element(of), at);
    case 'one': case 'first_or_404': case 'one_or_404':
      of.fetch.one = true;
      return certain(element(of), at);
    case 'scalar_one': {
      of.fetch.one = true;
      return certain(first(element(of), context), at);
    }
    case 'scalar': case 'scalar_one_or_none': {
      of.fetch.one = true;
      const value = first(element(of), context);
      return value.kind === 'test' ? value : maybe(value, at);
    }
    case 'close': case 'keys': return literal(null, at);
    case 'count': return { kind: 'test', test: { kind: 'size', of: of.rows }, at };
    default: return undefined;
  }
}

export const element = (of: Result): AbstractValue => (of.rows.kind === 'list' ? of.rows.of : { kind: 'symbol', origin: { kind: 'computed', op: 'row', of: [of.rows] }, path: [], at: of.rows.at });

/** The first column of each row. */
function firstColumns(of: Result, context: ClientContext): AbstractValue {
  return of.scalars || of.rows.kind !== 'list' ? of.rows : { kind: 'list', of: first(of.rows.of, context), at: context.at };
}

const first = (row: AbstractValue, context: ClientContext): AbstractValue => mapCases(row, (one) => (one.kind === 'object' ? context.property(one, '0') : one));

/** Rows whose existence is what the value's presence tells. */
function presence(value: AbstractValue, at: Span): Truth[] {
  switch (value.kind) {
    case 'row': case 'column': return [{ kind: 'row', row: value.row, at }];
    case 'object': return value.entries.flatMap((e) => (e.kind === 'property' && /^\d+$/.test(e.name) ? presence(e.value, at) : []));
    default: return [];
  }
}

export function maybe(value: AbstractValue, at: Span): AbstractValue {
  return union([...cases(value).map((c): ValueCase => ({ value: c.value, truths: [...c.truths, ...presence(c.value, at)] })), { value: literal(null, at), truths: [] }], at);
}

/** It raises unless there is one: whoever goes on has it. */
export function certain(value: AbstractValue, at: Span): AbstractValue {
  return { kind: 'union', of: cases(value).map((c) => ({ value: c.value, truths: [...c.truths, ...presence(c.value, at)] })), at };
}
