import { cases, constantText, settle, type AbstractValue, type ClientContext, type Condition } from '@tenantlint/model';
import { orCondition } from './logic.ts';
import { ALWAYS, among, bare, compare, is, isComparison, negation, operator, other } from './operators.ts';
import { pieces } from './pieces.ts';
import type { Builder, Filter } from './state.ts';

const OTHERS = new Set(['like', 'ilike', 'likeAllOf', 'likeAnyOf', 'ilikeAllOf', 'ilikeAnyOf', 'regexMatch', 'regexIMatch', 'isDistinct', 'contains', 'containedBy', 'rangeGt', 'rangeGte', 'rangeLt', 'rangeLte', 'rangeAdjacent', 'overlaps', 'textSearch']);

/** Since this version `.match()` leaves undefined values out; before, they were sent as text. */
const MATCH_DROPS = [2, 99, 3] as const;

/** The filter that a method adds; undefined: the method is none. */
export function filterOf(builder: Builder, name: string, args: readonly AbstractValue[], context: ClientContext): Filter | undefined {
  const { at } = context;
  const [column, value, third] = args;
  const absent: AbstractValue = { kind: 'undefined', at };
  const about = (condition: (field: string) => Condition): Filter | undefined => filterAbout(column ?? absent, condition, context);
  const given = value ?? absent;
  if (isComparison(name)) return about((field) => operatorOf(field, name, given, context));
  if (OTHERS.has(name)) return about((field) => other(field, given, at));
  switch (name) {
    case 'is': case 'in': return about((field) => operatorOf(field, name, given, context));
    case 'notIn': return about((field) => negation(among(field, given, at), at));
    case 'not': return about((field) => negation(operatorOf(field, value && constantText(value), third ?? absent, context), at));
    case 'filter': return about((field) => negatable(field, value && constantText(value), third ?? absent, context));
    case 'match': return matched(builder, column ?? absent, context);
    case 'or': {
      const table = value && (constantText(context.property(value, 'referencedTable')) ?? constantText(context.property(value, 'foreignTable')));
      const path = table === undefined ? [] : table.split('.');
      return { path, condition: orCondition(column ?? absent, at, (name, condition) => condition(name)), added: false };
    }
    default: return undefined;
  }
}

/** A filter on a column, or on a column of embedded rows: `rooms.status`. */
function filterAbout(column: AbstractValue, condition: (field: string) => Condition, context: ClientContext): Filter {
  const { at } = context;
  const text = constantText(column);
  if (text !== undefined) {
    const parts = split(text);
    return { path: parts.slice(0, -1).map(bare), condition: condition(parts.at(-1) ?? text), added: false };
  }
  // One of several columns, or one that cannot be told: it can only narrow.
  const named = cases(column).map((c) => constantText(c.value));
  if (named.every((n) => n !== undefined)) return { path: [], condition: { kind: 'alternatives', of: cases(column).map((c, i) => ({ condition: condition(named[i] ?? ''), truths: c.truths })), at }, added: false };
  return { path: [], condition: { kind: 'narrowing', value: column, why: 'the column is chosen at run time', at }, added: false };
}

/** Dots inside quotes and JSON paths divide nothing. */
function split(column: string): string[] {
  const [path = '', ...json] = column.split('->');
  const parts = path.match(/(?:"[^"]*"|[^."])+/g) ?? [path];
  const last = parts.length - 1;
  return json.length === 0 ? parts : parts.map((p, i) => (i === last ? [p, ...json].join('->') : p));
}

function negatable(field: string, name: string | undefined, value: AbstractValue, context: ClientContext): Condition {
  const inner = /^not\.(.*)$/.exec(name ?? '')?.[1];
  return inner === undefined ? operatorOf(field, name, value, context) : negation(operatorOf(field, inner, value, context), context.at);
}

/** What an operator asks, its value as the method was given it. */
function operatorOf(field: string, name: string | undefined, value: AbstractValue, context: ClientContext): Condition {
  const { at } = context;
  switch (name) {
    case undefined: return other(field, value, at);
    case 'is': return is(field, value, at);
    case 'in': {
      // Methods take a list, `.filter` and `.not` the text of one.
      const isText = cases(value).every((c) => c.value.kind === 'text' || (c.value.kind === 'literal' && typeof c.value.value === 'string'));
      if (!isText) return among(field, value, at);
      return alternatives(value, (one) => spelled(field, 'in', one, context), context);
    }
    case 'eq': case 'neq': case 'gt': case 'gte': case 'lt': case 'lte': return compare(field, COMPARE[name], value, at);
    default: return name === 'eq(any)' ? spelled(field, name, value, context) : other(field, value, at);
  }
}

const COMPARE = { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function spelled(field: string, name: string, value: AbstractValue, context: ClientContext): Condition {
  const text = pieces(value);
  return text ? operator(field, name, text.text, text.holes, context.at) : other(field, value, context.at);
}

function alternatives(value: AbstractValue, of: (one: AbstractValue) => Condition, context: ClientContext): Condition {
  const [only, ...more] = cases(value);
  if (only && more.length === 0 && only.truths.length === 0) return of(only.value);
  return { kind: 'alternatives', of: cases(value).map((c) => ({ condition: of(c.value), truths: c.truths })), at: context.at };
}

/** `.match({ a, b })` is `.eq` for each. */
function matched(builder: Builder, value: AbstractValue, context: ClientContext): Filter {
  const whenUndefined = matchDrops(builder, context) ? 'dropped' : 'sent';
  const condition = alternatives(value, (one) => {
    if (one.kind !== 'object') return one.kind === 'undefined' ? ALWAYS : { kind: 'opaque', value: one, why: 'what .match() is given comes from elsewhere', at: context.at };
    const { fields, opaque } = settle(one);
    const parts = fields.map((field): Condition => {
      const stated = compare(field.name, '=', field.value, field.at, whenUndefined);
      return field.overwrittenBy ? { kind: 'overwritten', condition: stated, field: field.name, by: field.overwrittenBy.of, at: field.overwrittenBy.at } : stated;
    });
    return { kind: 'all', of: [...parts, ...opaque.map((o): Condition => ({ kind: 'narrowing', value: o.of, why: 'a spread of unknown content', at: o.at }))] };
  }, context);
  return { path: [], condition, added: false };
}

function matchDrops(builder: Builder, context: ClientContext): boolean {
  const version = builder.client.version ?? context.version('@supabase/postgrest-js') ?? context.version('@supabase/supabase-js');
  const numbers = version === undefined ? [] : (/^\d+(?:\.\d+)*/.exec(version)?.[0].split('.').map(Number) ?? []);
  // A bare major version is its newest release, and so is no version at all.
  if (numbers.length < 2) return (numbers[0] ?? MATCH_DROPS[0]) >= MATCH_DROPS[0];
  for (const [i, least] of MATCH_DROPS.entries()) if ((numbers[i] ?? 0) !== least) return (numbers[i] ?? 0) > least;
  return true;
}

