import { cases, isNullish, type AbstractValue, type Formula, type Span, type Term, type Truth, type ValueCase, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { termOf } from '../queries/terms.ts';
import { plainTruth } from '../values/plain.ts';
import { sameValue } from '../values/key.ts';
import { elementOf } from '../values/join.ts';
import { presence } from '../values/property.ts';
import { eachFound } from '../queries/found.ts';

/** What a test coming out one way tells; not possible where it cannot come out so. */
export interface Known {
  readonly possible: boolean;
  readonly truths: readonly Truth[];
}

const NEVER: Known = { possible: false, truths: [] };
const NOTHING: Known = { possible: true, truths: [] };
const MOST = 6;

export function truthsOf(f: Flow, value: AbstractValue, truth: boolean): Known {
  const plain = plainTruth(value, f.python);
  if (plain !== undefined) return plain === truth ? { possible: true, truths: truth ? presence(value, value.at) : [] } : NEVER;
  switch (value.kind) {
    case 'union': return anyOf(value.of.map((c) => (!truth && isThere(f, c) ? NEVER : and(c.truths, truthsOf(f, c.value, truth)))), value.at);
    case 'symbol': {
      // `set(ids) - known` is empty: each of the ids is known.
      const [some, all] = f.python && !truth && value.origin.kind === 'computed' && value.origin.op === '-' ? value.origin.of : [];
      if (some && all && isCollection(all)) return amongThem(f, some, all, value.at);
      return { possible: true, truths: [{ kind: truth ? 'defined' : 'falsy', of: value, at: value.at }] };
    }
    case 'column': return truth ? { possible: true, truths: [{ kind: 'row', row: value.row, at: value.at }, { kind: 'holds', formula: { kind: 'null', of: column(value), negated: true, at: value.at }, at: value.at }] } : NOTHING;
    case 'text': return NOTHING;
    // In Python a collection is true where it has an element.
    case 'list': case 'array': return { possible: true, truths: truth ? nonEmpty(f, value, value.at) : ifEmpty(value) };
    case 'test': {
      const { test } = value;
      if (test.kind === 'not') return truthsOf(f, test.of, !truth);
      if (test.kind === 'size') return { possible: true, truths: truth ? nonEmpty(f, test.of, value.at) : ifEmpty(test.of) };
      return compared(f, truth ? test.op : NEGATED[test.op], test.left, test.right, value.at);
    }
    default: return NOTHING;
  }
}

/** `a || b` gives a only where it is truthy. */
function isThere(f: Flow, { value, truths }: ValueCase): boolean {
  if (value.kind === 'symbol') return truths.some((t) => t.kind === 'defined' && sameValue(t.of, value));
  if (value.kind !== 'column' || !truths.some((t) => t.kind === 'holds' && t.formula.kind === 'null' && t.formula.negated && t.formula.of.kind === 'column' && t.formula.of.row === value.row && t.formula.of.column === value.column)) return false;
  // No and zero are there as well.
  const table = f.rows.get(value.row)?.table;
  const type = table === undefined ? undefined : f.input.schema.tables.get(table)?.columns.get(value.column)?.typeText;
  return type !== undefined && !/^(?:bool|int|smallint|bigint|numeric|decimal|real|double)/.test(type);
}

type Op = Extract<Extract<AbstractValue, { kind: 'test' }>['test'], { kind: 'compare' }>['op'];
const NEGATED: Record<Op, Op> = { '=': '<>', '<>': '=', '<': '>=', '>=': '<', '>': '<=', '<=': '>' };
const MIRRORED: Record<Op, Op> = { '=': '=', '<>': '<>', '<': '>', '>=': '<=', '>': '<', '<=': '>=' };

const column = (v: ValueOf<'column'>): Term => ({ kind: 'column', row: v.row, column: v.column, at: v.at });

const and = (truths: readonly Truth[], known: Known): Known => (known.possible && truths.length > 0 ? { possible: true, truths: [...truths, ...known.truths] } : known);

/** One of several ways: what they have in common is certain, the rest is one of their lists. */
function anyOf(ways: readonly Known[], at: Span): Known {
  const possible = ways.filter((w) => w.possible);
  const [only] = possible;
  if (!only) return NEVER;
  if (possible.length === 1) return only;
  const common = only.truths.filter((t) => possible.every((w) => w.truths.includes(t)));
  const rest = possible.map((w) => w.truths.filter((t) => !common.includes(t)));
  if (rest.some((r) => r.length === 0)) return { possible: true, truths: common };
  if (possible.length > MOST) return { possible: true, truths: [...common, { kind: 'lost', at }] };
  return { possible: true, truths: [...common, { kind: 'any', of: rest, at }] };
}

function compared(f: Flow, op: Op, left: AbstractValue, right: AbstractValue, at: Span): Known {
  if (left.kind === 'union') return anyOf(left.of.map((c) => (absentEquals(c.value, right, op) ? NEVER : and(c.truths, compared(f, op, c.value, right, at)))), at);
  if (right.kind === 'union') return anyOf(right.of.map((c) => (absentEquals(c.value, left, op) ? NEVER : and(c.truths, compared(f, op, left, c.value, at)))), at);
  if (left.kind === 'literal' && right.kind !== 'literal' && !isNullish(right)) return compared(f, MIRRORED[op], right, left, at);
  if (left.kind === 'column' || right.kind === 'column') f.compared.push({ left, right, at });
  if (isNullish(left) || isNullish(right)) return nullness(isNullish(right) ? left : right, op, isNullish(left) && isNullish(right), at);
  if (left.kind === 'literal' && right.kind === 'literal') {
    f.paths?.ask('=', String(left.value), String(right.value));
    const holds = op === '=' ? left.value === right.value : op === '<>' ? left.value !== right.value : undefined;
    return holds === undefined || holds ? NOTHING : NEVER;
  }
  // Each element of one set of Python is one of the other's.
  if (f.python && (op === '<=' || op === '<') && isCollection(right)) return amongThem(f, left, right, at);
  if (f.python && (op === '>=' || op === '>') && isCollection(left)) return amongThem(f, right, left, at);
  // Two sets of Python are the same: each element of one is one of the other's.
  if (f.python && op === '=' && isCollection(left) && isCollection(right)) {
    const [one, other] = [elementOf(left, at), elementOf(right, at)];
    return one && other && one.kind !== 'union' && other.kind !== 'union' ? compared(f, op, one, other, at) : NOTHING;
  }
  if (left.kind === 'test' && left.test.kind === 'size') return sized(f, op, left.test.of, right, at);
  if (right.kind === 'test' && right.test.kind === 'size') return sized(f, MIRRORED[op], right.test.of, left, at);
  if (left.kind === 'test' && right.kind === 'literal' && typeof right.value === 'boolean') {
    if (op === '=' || op === '<>') return truthsOf(f, left, (op === '=') === right.value);
  }
  if ((left.kind === 'object' || left.kind === 'function' || left.kind === 'list') && right.kind === 'literal') return op === '=' ? NEVER : NOTHING;
  if (sameValue(left, right)) return op === '<>' || op === '<' || op === '>' ? (left.kind === 'symbol' ? NOTHING : NEVER) : NOTHING;
  const a = termOf(f, left, at);
  const b = termOf(f, right, at);
  const rows: Truth[] = op === '=' ? [...presence(left, at), ...presence(right, at)] : [];
  if (op === '=' && (isSecret(left, right) || isSecret(right, left))) rows.push({ kind: 'secret', at });
  if (op === '=') for (const side of [left, right]) if (side.kind === 'symbol') rows.push({ kind: 'defined', of: side, at });
  if (!a || !b) return { possible: true, truths: rows };
  const formula: Formula = { kind: 'compare', op, left: a, right: b, at };
  return { possible: true, truths: [...rows, { kind: 'holds', formula, at }] };
}

function amongThem(f: Flow, some: AbstractValue, all: AbstractValue, at: Span): Known {
  const [one, other] = [elementOf(some, at), elementOf(all, at)];
  if (!one || !other || one.kind === 'union') return NOTHING;
  const known = compared(f, '=', one, other, at);
  return known.possible ? known : NOTHING;
}

const isCollection = (of: AbstractValue): boolean => of.kind === 'list' || of.kind === 'array';

/** What the request brings equals a secret of the server's environment: another system, not a person, is calling. */
function isSecret(one: AbstractValue, other: AbstractValue): boolean {
  const name = environmentName(one);
  return name !== undefined && SECRET.test(name) && !PUBLIC.test(name) && other.kind === 'symbol' && other.origin.kind === 'input';
}

const SECRET = /SECRET|TOKEN|_KEY|PASSWORD|SIGNATURE/i;
/** What ships to browsers is no secret. */
const PUBLIC = /ANON|PUBLIC|PUBLISHABLE|^VITE_/i;

/** `process.env.X`, `Deno.env.get('X')`, alone or in a text around it. */
function environmentName(of: AbstractValue): string | undefined {
  if (of.kind === 'text') return of.values.length === 1 && of.values[0] ? environmentName(of.values[0]) : undefined;
  if (of.kind !== 'symbol') return undefined;
  const { origin, path } = of;
  if (origin.kind === 'global') return origin.name === 'process' && path[0] === 'env' ? path[1] : undefined;
  if (origin.kind !== 'call' || origin.callee.kind !== 'symbol' || origin.callee.origin.kind !== 'global') return undefined;
  const [name] = origin.args;
  return origin.callee.origin.name === 'Deno' && origin.callee.path[0] === 'env' && name?.kind === 'literal' ? String(name.value) : undefined;
}

/** `row?.orgId === orgId` with the row absent: a value that nothing says may be absent is not equal to it. */
const absentEquals = (one: AbstractValue, other: AbstractValue, op: Op): boolean => op === '=' && isNullish(one) && (other.kind === 'symbol' || other.kind === 'column');

/** `x === null` and its kin; `==` and `===` are one here, so null and undefined are as well. */
function nullness(of: AbstractValue, op: Op, both: boolean, at: Span): Known {
  if (op !== '=' && op !== '<>') return NOTHING;
  if (both) return op === '=' ? NOTHING : NEVER;
  const wantsNull = op === '=';
  switch (of.kind) {
    case 'symbol': return { possible: true, truths: [{ kind: wantsNull ? 'falsy' : 'defined', of, at }] };
    case 'column': {
      const formula: Formula = { kind: 'null', of: column(of), negated: !wantsNull, at };
      return { possible: true, truths: [...(wantsNull ? [] : presence(of, at)), { kind: 'holds', formula, at }] };
    }
    case 'union': throw new Error('unions are taken apart before');
    default: return wantsNull ? NEVER : { possible: true, truths: presence(of, at) };
  }
}

/** Comparisons of a size: with a number they can tell that something is there, with another size that nothing is missing. */
function sized(f: Flow, op: Op, of: AbstractValue, other: AbstractValue, at: Span): Known {
  if (other.kind === 'literal' && typeof other.value === 'number') {
    const n = other.value;
    const some = (op === '=' && n > 0) || (op === '<>' && n === 0) || (op === '>' && n >= 0) || (op === '>=' && n > 0);
    const none = (op === '=' && n === 0) || (op === '<' && n <= 1) || (op === '<=' && n === 0);
    const count = of.kind === 'array' && of.items.every((i) => !i.spread) ? of.items.length : undefined;
    if (count !== undefined && ((some && count === 0) || (none && count > 0))) return NEVER;
    return { possible: true, truths: some ? nonEmpty(f, of, at) : none ? ifEmpty(of) : [] };
  }
  // As many rows as ids were asked for: each id has its row. Both can be empty, then there is no element to speak of.
  if (other.kind === 'test' && other.test.kind === 'size' && (op === '=' || op === '>=' || op === '<=')) {
    return { possible: true, truths: [of, other.test.of].flatMap((one) => [...nonEmpty(f, one, at), ...eachFound(f, one, at)]) };
  }
  return NOTHING;
}

/** What is known of a collection that has an element: the rows behind its elements exist. */
export function nonEmpty(f: Flow, of: AbstractValue, at: Span): readonly Truth[] {
  const element = elementOf(of, at);
  if (!element) return [];
  const known = anyOf(cases(element).map((c): Known => ({ possible: true, truths: [...c.truths, ...presence(c.value, at)] })), at);
  return known.truths;
}

const ifEmpty = (of: AbstractValue): readonly Truth[] => (of.kind === 'list' ? (of.ifEmpty ?? []) : []);

/** What equality of two values tells. */
export const equal = (f: Flow, left: AbstractValue, right: AbstractValue, at: Span): Known => compared(f, '=', left, right, at);

