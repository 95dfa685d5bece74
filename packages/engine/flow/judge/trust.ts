import { never, type AbstractValue, type Condition, type Span, type Truth } from '@tenantlint/model';

/** Who decides a value. The worst of its parts counts. */
export type Trust =
  /** The program itself, or a fresh unguessable value. */
  | 'program'
  /** The caller's session. */
  | 'identity'
  /** A row of the database. */
  | 'row'
  /** Whoever calls the function: nobody that was read. */
  | 'param'
  | 'unknown'
  /** Whoever sends the request. */
  | 'input';

const ORDER: readonly Trust[] = ['program', 'identity', 'row', 'param', 'unknown', 'input'];
const worse = (a: Trust, b: Trust): Trust => (ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b);

export function trustOf(of: AbstractValue, depth = 0): Trust {
  if (depth > 8) return 'unknown';
  const worst = (values: readonly AbstractValue[]): Trust => values.reduce((t: Trust, v) => worse(t, trustOf(v, depth + 1)), 'program');
  switch (of.kind) {
    case 'literal': case 'undefined': case 'function': case 'class': case 'module': case 'client': case 'instance': case 'test': return 'program';
    case 'row': case 'column': return 'row';
    case 'object': return worst(of.entries.map((e) => (e.kind === 'spread' ? e.of : e.value)));
    case 'array': return worst(of.items.map((i) => i.value));
    case 'list': return trustOf(of.of, depth + 1);
    case 'union': return worst(of.of.map((c) => c.value));
    case 'text': return worst(of.values);
    case 'symbol': {
      const { origin } = of;
      switch (origin.kind) {
        case 'input': return 'input';
        case 'identity': return 'identity';
        case 'param': return 'param';
        case 'package': case 'global': case 'unknown': return 'unknown';
        case 'computed': return origin.of.length === 0 ? 'unknown' : worst(origin.of);
        // A function that was not opened: what it was given may be what comes out.
        case 'call': return worse('unknown', worst(origin.args));
        default: return never(origin);
      }
    }
    default: return never(of);
  }
}

/** The request's own word, and not what something that was not opened made of it: a store, a service, a decoder. */
export function isDirect(of: AbstractValue, depth = 0): boolean {
  if (depth > 8) return false;
  const some = (values: readonly AbstractValue[]): boolean => values.some((v) => isDirect(v, depth + 1));
  switch (of.kind) {
    case 'symbol': return of.origin.kind === 'input' || (of.origin.kind === 'computed' && some(of.origin.of));
    case 'object': return some(of.entries.map((e) => (e.kind === 'spread' ? e.of : e.value)));
    case 'array': return some(of.items.map((i) => i.value));
    case 'list': return isDirect(of.of, depth + 1);
    case 'union': return some(of.of.map((c) => c.value));
    case 'text': return some(of.values);
    default: return false;
  }
}

/** The very object that was sent, with whatever names it has. */
export const isSent = (of: AbstractValue): boolean => of.kind === 'symbol' && of.origin.kind === 'input';

/** Arguments of a server action have a place instead of a name. */
export function named(channel: string, path: string): string {
  const argument = channel === 'args' ? /^(\d+)(.*)$/.exec(path) : null;
  if (argument) return `argument ${Number(argument[1]) + 1}${argument[2] ?? ''}`;
  return path ? `${channel}.${path}` : channel;
}

/** What is said in plain words of where a value comes from; of several parts the one that is trusted least. */
export function sourceOf(of: AbstractValue, depth = 0): string {
  if (of.kind === 'symbol') {
    const path = of.path.filter((p) => p !== '[]').join('.');
    switch (of.origin.kind) {
      case 'input': return named(of.origin.channel, path);
      case 'param': return path || `argument ${of.origin.index + 1}`;
      case 'identity': return path ? `session.${path}` : 'session';
      case 'computed': return path || (depth > 8 ? undefined : worstOf(of.origin.of, depth)) || 'a computed value';
      case 'call': return path || (depth > 8 ? undefined : worstOf(of.origin.args, depth)) || calledName(of.origin.callee) || 'a computed value';
      default: return path || 'a computed value';
    }
  }
  if (of.kind === 'literal') return JSON.stringify(of.value);
  if (of.kind === 'column') return of.column;
  if (of.kind === 'list') return sourceOf(of.of, depth + 1);
  const parts = of.kind === 'union' ? of.of.map((c) => c.value) : of.kind === 'array' ? of.items.map((i) => i.value) : of.kind === 'text' ? of.values : [];
  return worstOf(parts, depth) ?? 'a value';
}

/** The source of what is trusted least; undefined where the program vouches for all of it. */
function worstOf(parts: readonly AbstractValue[], depth: number): string | undefined {
  const [worst] = parts.map((part) => ({ part, rank: ORDER.indexOf(trustOf(part)) })).sort((a, b) => b.rank - a.rank);
  return worst && (worst.rank > 0 || worst.part.kind === 'literal') ? sourceOf(worst.part, depth + 1) : undefined;
}

function calledName(callee: AbstractValue): string | undefined {
  if (callee.kind !== 'symbol') return undefined;
  const name = callee.path.at(-1) ?? (callee.origin.kind === 'package' || callee.origin.kind === 'global' ? callee.origin.name : undefined);
  return name === undefined ? undefined : `${name}()`;
}

/** A place of a condition where a value is compared, with the field that it binds. */
export interface Binding {
  readonly field: string;
  readonly op: Extract<Condition, { kind: 'compare' }>['op'];
  readonly value: AbstractValue;
  readonly at: Span;
  /** Inside NOT or NONE: it excludes rather than binds. */
  readonly negated: boolean;
  /** Inside a relation. */
  readonly related: boolean;
  /** Inside a relation of the tenant itself: `org: { id }`. */
  readonly root: boolean;
}

const ROOT_RELATION = /^(?:org|organi[sz]ation|team|workspace|tenant|company|account|project|space|site|agency|store|shop|business|group)s?$/i;

export function bindings(of: Condition): readonly Binding[] {
  let known = bindingsOf.get(of);
  if (!known) bindingsOf.set(of, (known = bound(of, false, false, false)));
  return known;
}
const bindingsOf = new WeakMap<Condition, readonly Binding[]>();

function bound(of: Condition, negated: boolean, related: boolean, root: boolean): Binding[] {
  switch (of.kind) {
    case 'all': case 'any': return of.of.flatMap((c) => bound(c, negated, related, root));
    case 'not': return bound(of.of, !negated, related, root);
    case 'compare': return [{ field: of.field, op: of.op, value: of.value, at: of.at, negated, related, root }];
    case 'relation': return bound(of.where, negated !== (of.quantifier === 'none' || of.quantifier === 'is-not'), true, ROOT_RELATION.test(of.field));
    case 'alternatives': return of.of.flatMap((one) => bound(one.condition, negated, related, root));
    case 'overwritten': return bound(of.condition, negated, related, root);
    case 'narrowing': case 'opaque': return [];
    default: return never(of);
  }
}

/** A value that the caller may leave out was left out. */
export const isMissing = (truth: Truth): boolean => truth.kind === 'falsy' && truth.of.kind === 'symbol' && (truth.of.origin.kind === 'param' || truth.of.origin.kind === 'input' || truth.of.origin.kind === 'identity');

/** The condition with every value there, or without what later spreads may replace: to tell which of these is to blame. */
export function repaired(of: Condition, repair: 'undefined' | 'overwritten'): Condition {
  switch (of.kind) {
    case 'all': case 'any': return { ...of, of: of.of.map((c) => repaired(c, repair)) };
    case 'not': return { ...of, of: repaired(of.of, repair) };
    case 'compare': return repair === 'undefined' ? { ...of, whenUndefined: 'throws' } : of;
    case 'relation': return { ...of, where: repaired(of.where, repair) };
    case 'alternatives': {
      const there = repair === 'undefined' ? of.of.filter((one) => !one.truths.some(isMissing)) : of.of;
      return { ...of, of: (there.length > 0 ? there : of.of).map((one) => ({ ...one, condition: repaired(one.condition, repair) })) };
    }
    case 'overwritten': return repair === 'overwritten' ? repaired(of.condition, repair) : { ...of, condition: repaired(of.condition, repair) };
    case 'narrowing': case 'opaque': return of;
    default: return never(of);
  }
}
