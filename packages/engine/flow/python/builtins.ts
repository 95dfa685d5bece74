import { constantText, list, literal, nothing, object, type AbstractValue, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { iterated } from '../interpret/clients.ts';
import { truthsOf } from '../interpret/truths.ts';
import { perElement, all } from '../known/methods.ts';
import { byKey } from '../values/by-key.ts';
import { elementOf } from '../values/join.ts';
import { maybeElement, property } from '../values/property.ts';
import { allFound, ofSome } from '../queries/found.ts';
import { allTruths } from '../state.ts';
import { environment, identity } from './identity.ts';
import { namedOf, positionalOf } from './params.ts';
import type { CallSite } from '../call-site.ts';
import { computed } from '../values/symbol.ts';

/** Functions that give back what they are given, in another type. */
const SAME = new Set(['str', 'int', 'float', 'bytes', 'repr', 'abs', 'round', 'super', 'format', 'memoryview', 'id', 'hash', 'ascii', 'vars']);
const COLLECTIONS = new Set(['list', 'tuple', 'set', 'frozenset', 'sorted', 'reversed', 'iter', 'aiter', 'deque']);
/** The same, of packages: the last name counts. */
const SAME_OF: Readonly<Record<string, ReadonlySet<string>>> = {
  uuid: new Set(['UUID']), json: new Set(['loads', 'dumps']), orjson: new Set(['loads', 'dumps']), copy: new Set(['copy', 'deepcopy']), typing: new Set(['cast']), typing_extensions: new Set(['cast']),
  'fastapi.encoders': new Set(['jsonable_encoder']), decimal: new Set(['Decimal']), html: new Set(['escape']), urllib: new Set(['quote', 'unquote']), 'urllib.parse': new Set(['quote', 'unquote']), pydantic: new Set(['parse_obj_as']),
};

export function builtinCall(f: Flow, name: string, args: readonly AbstractValue[], site: CallSite): AbstractValue | undefined {
  const { at } = site;
  const [first, second, third] = positionalOf(args);
  if (SAME.has(name)) return first ?? literal('', at);
  if (COLLECTIONS.has(name)) return first ? iterated(f, first, at) : { kind: 'array', items: [], at };
  switch (name) {
    case 'len': return first ? sizeOf(f, first, at) : undefined;
    case 'bool': return first ? { kind: 'test', test: { kind: 'not', of: { kind: 'test', test: { kind: 'not', of: first }, at } }, at } : literal(false, at);
    case 'dict': {
      const named = namedOf(args);
      const rows = first && !named ? byKey(first, at) : undefined;
      if (rows) return rows;
      return { kind: 'object', entries: [...(first ? [{ kind: 'spread' as const, of: iterated(f, first, at), at }] : []), ...(named?.entries ?? [])], at };
    }
    case 'next': case 'anext': case 'min': case 'max': {
      const of = first && iterated(f, first, at);
      const element = of && elementOf(of, at);
      if (!element) return first ? computed(name, [first], '', at) : undefined;
      return name === 'next' && second === undefined ? element : maybeElement(element, at);
    }
    case 'enumerate': return first ? pairs(f, [computed('index', [], '', at), element(f, first, at)], at) : undefined;
    case 'zip': return pairs(f, positionalOf(args).map((a) => element(f, a, at)), at);
    case 'map': case 'filter': {
      if (!first || !second) return undefined;
      const turn = perElement(f, iterated(f, second, at), first, at);
      return name === 'map' ? (turn ? list(turn.value, at) : list(computed('element', [second], '', at), at)) : second;
    }
    case 'any': case 'all': return first ? quantified(f, iterated(f, first, at), name, at) : undefined;
    case 'getattr': {
      const key = second && constantText(second);
      if (!first) return undefined;
      const value = key === undefined ? computed('getattr', [first], '', at) : property(f, first, key, at) ?? nothing(at);
      return third && value.kind === 'symbol' ? value : value;
    }
    case 'setattr': case 'delattr': case 'print': return literal(null, at);
    case 'isinstance': case 'issubclass': case 'hasattr': case 'callable': return computed(name, args, '', at);
    case 'range': return list(computed('index', [], '', at), at);
    case 'sum': return computed(name, args, '', at);
    case 'exit': case 'quit':
      f.state.live = false;
      return nothing(at);
    case 'Exception': return object({}, at);
    default: return undefined;
  }
}

function sizeOf(f: Flow, of: AbstractValue, at: Span): AbstractValue {
  if (of.kind === 'literal' && typeof of.value === 'string') return literal(of.value.length, at);
  return { kind: 'test', test: { kind: 'size', of: iterated(f, of, at) }, at };
}

const element = (f: Flow, of: AbstractValue, at: Span): AbstractValue => elementOf(iterated(f, of, at), at) ?? computed('element', [of], '', at);

const pairs = (f: Flow, of: readonly AbstractValue[], at: Span): AbstractValue => list({ kind: 'array', items: of.map((value) => ({ value, spread: false })), at }, at);

/** `any(x == y for x in rows)`, `all(…)`: what holds of one element, or of each. */
function quantified(f: Flow, of: AbstractValue, name: 'any' | 'all', at: Span): AbstractValue {
  const each = elementOf(of, at);
  if (!each) return literal(name === 'all', at);
  const known = truthsOf(f, each, true);
  if (!known.possible) return name === 'any' ? literal(false, at) : computed(name, [of], '', at);
  if (name === 'all') return { kind: 'union', of: [{ value: literal(true, at), truths: [...known.truths, ...allFound(f, each, at)] }, { value: literal(false, at), truths: [] }], at };
  // Rows that are there anyway are no others than they are.
  const there = new Set(allTruths(f.state.truths).flatMap((t) => (t.kind === 'row' ? [t.row] : [])));
  const rows = known.truths.flatMap((t) => (t.kind === 'row' && !there.has(t.row) ? [t.row] : []));
  const otherwise = truthsOf(f, each, false);
  return { kind: 'union', of: [{ value: literal(true, at), truths: ofSome(f, rows, known.truths) }, { value: literal(false, at), truths: otherwise.possible ? otherwise.truths.filter((t) => t.kind !== 'row') : [] }], at };
}

/** Functions of the standard library and of packages whose result is known. */
export function packageCall(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], site: CallSite): AbstractValue | undefined {
  const { at } = site;
  const { origin, path } = callee;
  const [first, second] = positionalOf(args);
  if (origin.kind === 'call') {
    // ContextVar('current_tenant').get(): the server's own middleware set it.
    const made = origin.callee;
    const variable = made.kind === 'symbol' && made.origin.kind === 'package' && (made.path.at(-1) ?? made.origin.name) === 'ContextVar' ? origin.args[0] : undefined;
    if (variable && path.length === 1 && path[0] === 'get') return identity('contextvars', [constantText(variable) ?? ''], at);
    return undefined;
  }
  if (origin.kind !== 'package') return undefined;
  const name = path.at(-1) ?? origin.name;
  if (SAME_OF[origin.package]?.has(name)) return name === 'cast' ? second : first;
  switch (`${origin.package}.${name}`) {
    case 'asyncio.gather': return all(f, { kind: 'array', items: positionalOf(args).map((value) => ({ value, spread: false })), at }, false, at);
    case 'asyncio.run': case 'asyncio.create_task': case 'asyncio.wait_for': case 'asyncio.shield': case 'anyio.run': case 'asyncio.ensure_future': return first;
    case 'asyncio.to_thread': case 'starlette.concurrency.run_in_threadpool': case 'fastapi.concurrency.run_in_threadpool': case 'anyio.to_thread.run_sync':
      return first ? f.apply(first, args.slice(1), site) : undefined;
    case 'functools.partial': {
      if (first?.kind !== 'function') return undefined;
      return first;
    }
    case 'os.getenv': return first && constantText(first) !== undefined ? environment(constantText(first) ?? '', at) : undefined;
    case 'os.get': return first && path.at(-2) === 'environ' && constantText(first) !== undefined ? environment(constantText(first) ?? '', at) : undefined;
    case 'hmac.compare_digest': case 'secrets.compare_digest': return first && second ? { kind: 'test', test: { kind: 'compare', op: '=', left: first, right: second }, at } : undefined;
    case 'functools.wraps': return { kind: 'symbol', origin: { kind: 'global', name: '#same' }, path: [], at };
    case 'sys.exit': case 'os._exit':
      f.state.live = false;
      return nothing(at);
    case 'itertools.chain': return { kind: 'array', items: positionalOf(args).map((value) => ({ value, spread: true })), at };
    case 'collections.defaultdict': case 'collections.Counter': case 'collections.OrderedDict': return object({}, at);
    case 'contextlib.suppress': case 'contextlib.nullcontext': return first ?? nothing(at);
    default: return undefined;
  }
}

