import { cases, constantText, isNullish, list, literal, nothing, unknown, type AbstractValue, type Span, type ValueEntry, type ValueItem, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { iterated } from '../interpret/clients.ts';
import { elementOf, tidy } from '../values/join.ts';
import { indexed, maybeElement, property } from '../values/property.ts';
import { validated } from './data-classes.ts';
import { namedOf, positionalOf } from './params.ts';
import type { Becoming } from '../call-site.ts';
import { computed } from '../values/symbol.ts';

/** Texts that say the same. */
const SAME_TEXT = new Set(['strip', 'lstrip', 'rstrip', 'encode', 'decode', 'casefold', 'isoformat', 'hex', 'copy', 'removeprefix', 'removesuffix', '__str__', 'model_copy']);
const TEXT = new Set(['lower', 'upper', 'title', 'replace', 'join', 'startswith', 'endswith', 'format', 'zfill', 'strftime', 'capitalize', 'isdigit', 'isalnum', 'count', 'find', 'index']);
const FILLS = new Set(['model_validate', 'from_orm', 'parse_obj', 'model_construct', 'model_validate_json', 'parse_raw']);
/** Dictionaries of so many entries are gone through one by one. */
const MOST_PAIRS = 12;
/** What pydantic's models give of themselves. */
const DUMPS = new Set(['model_dump', 'dict', 'model_dump_json', 'json', '_asdict', 'asdict', 'to_dict']);

/** Methods of Python's own collections and texts, and of its data classes; undefined where the receiver has its own. */
export function pythonMethod(f: Flow, of: AbstractValue, name: string, args: readonly AbstractValue[], at: Span, becoming: Becoming): AbstractValue | undefined {
  switch (of.kind) {
    case 'array': case 'list': return sequence(f, of, name, positionalOf(args), at, becoming);
    case 'object': return dictionary(f, of, name, args, at, becoming);
    case 'instance': return DUMPS.has(name) && !declares(of, name) ? { kind: 'object', entries: kept(f, of, args, at), at } : undefined;
    case 'literal': case 'text': case 'column': case 'test':
      if (SAME_TEXT.has(name)) return of;
      if (name === 'split' || name === 'splitlines') return list(computed(name, [of], '', at), at);
      return computed(name, [of, ...positionalOf(args)], '', at);
    // A data class filled from a row has the row's values.
    case 'class': {
      const [first] = positionalOf(args);
      return FILLS.has(name) && first && !of.class.methods.some((m) => m.name === name) ? validated(f, of, first, at) : undefined;
    }
    case 'symbol':
      // Some fields are left out, and which ones it has was not read.
      if (DUMPS.has(name) && of.origin.kind === 'input' && namedOf(args)?.entries.some((e) => e.kind === 'property' && e.name === 'exclude')) return unknown('a dump without some fields', at);
      return ofSymbol(of, name, positionalOf(args), at, becoming);
    default: return undefined;
  }
}

const declares = (of: ValueOf<'instance'>, name: string): boolean => of.class.methods.some((m) => m.name === name);

function ofSymbol(of: ValueOf<'symbol'>, name: string, args: readonly AbstractValue[], at: Span, becoming: Becoming): AbstractValue | undefined {
  const { origin } = of;
  if (origin.kind === 'package' || origin.kind === 'global') return undefined;
  if (SAME_TEXT.has(name)) return of;
  const [first] = args;
  if (DUMPS.has(name) && (origin.kind === 'input' || origin.kind === 'identity' || origin.kind === 'param')) return of;
  if (name === 'get' && first && (origin.kind === 'identity' || origin.kind === 'param' || origin.kind === 'unknown')) {
    const key = constantText(first);
    return key === undefined ? computed('read', [of, first], '', at) : { ...of, path: [...of.path, key], at };
  }
  if (origin.kind === 'input' && (name === 'getlist' || name === 'get_json' || name === 'pop')) {
    const key = first && constantText(first);
    return key === undefined ? { ...of, path: [...of.path, 'body'], at } : { ...of, path: [...of.path, key], at };
  }
  if (name === 'items' && origin.kind !== 'call') return list({ kind: 'array', items: [{ value: computed('key', [of], '', at), spread: false }, { value: { ...of, path: [...of.path, '[]'] }, spread: false }], at }, at);
  if (name === 'values' && origin.kind !== 'call') return list({ ...of, path: [...of.path, '[]'] }, at);
  if (name === 'append' && first && origin.kind !== 'call' && of.path.length === 0) {
    becoming.handle = { kind: 'array', items: [{ value: of, spread: true }, { value: first, spread: false }], at };
    return literal(null, at);
  }
  return TEXT.has(name) ? computed(name, [of, ...args], '', at) : undefined;
}

function sequence(f: Flow, of: ValueOf<'array' | 'list'>, name: string, args: readonly AbstractValue[], at: Span, becoming: Becoming): AbstractValue | undefined {
  const [first, second] = args;
  const items: readonly ValueItem[] = of.kind === 'array' ? of.items : [{ value: of, spread: true }];
  const add = (added: readonly ValueItem[]): AbstractValue => {
    becoming.handle = { kind: 'array', items: [...items, ...added], at };
    return literal(null, at);
  };
  switch (name) {
    case 'append': case 'add': case 'appendleft': return first ? add([{ value: first, spread: false }]) : undefined;
    case 'insert': return second ? add([{ value: second, spread: false }]) : undefined;
    case 'extend': case 'update': return first ? add([{ value: iterated(f, first, at), spread: true }]) : undefined;
    case 'pop': case 'popleft': {
      const element = elementOf(of, at);
      return element ? maybeElement(element, at) : nothing(at);
    }
    case 'copy': case 'sort': case 'reverse': case 'difference': case 'intersection': return of;
    case 'issubset': return first ? { kind: 'test', test: { kind: 'compare', op: '<=', left: of, right: iterated(f, first, at) }, at } : undefined;
    case 'issuperset': return first ? { kind: 'test', test: { kind: 'compare', op: '>=', left: of, right: iterated(f, first, at) }, at } : undefined;
    case 'union': return first ? { kind: 'array', items: [...items, { value: first, spread: true }], at } : of;
    case 'clear': case 'remove': case 'discard': return literal(null, at);
    // Rows of a query that was given as a list already.
    case 'all': case 'fetchall': return of;
    default: return computed(name, [of, ...args], '', at);
  }
}

function dictionary(f: Flow, of: ValueOf<'object'>, name: string, args: readonly AbstractValue[], at: Span, becoming: Becoming): AbstractValue | undefined {
  const [first, second] = positionalOf(args);
  const values = (): readonly AbstractValue[] => of.entries.map((e) => (e.kind === 'spread' ? elementOf(e.of, at) ?? e.of : e.value));
  switch (name) {
    case 'get': case 'pop': case 'setdefault': {
      if (!first) return undefined;
      const value = indexed(f, of, first, at) ?? nothing(at);
      if (!cases(value).some((c) => isNullish(c.value))) return value;
      return tidy([...cases(value).filter((c) => c.value.kind !== 'undefined'), { value: second ?? literal(null, at), truths: [] }], at);
    }
    case 'items': {
      const pairs = of.entries.flatMap((e) => (e.kind === 'property' ? [{ kind: 'array' as const, items: [{ value: literal(e.name, e.nameAt), spread: false }, { value: e.value, spread: false }], at }] : []));
      if (pairs.length === of.entries.length && pairs.length > 0 && pairs.length <= MOST_PAIRS) return { kind: 'array', items: pairs.map((value) => ({ value, spread: false })), at };
      const found = values().flatMap((v) => cases(v));
      return found.length === 0 ? { kind: 'array', items: [], at } : list({ kind: 'array', items: [{ value: computed('key', [of], '', at), spread: false }, { value: tidy(found, at), spread: false }], at }, at);
    }
    case 'values': {
      const found = values().flatMap((v) => cases(v));
      return found.length === 0 ? { kind: 'array', items: [], at } : list(tidy(found, at), at);
    }
    case 'keys': return list(computed('key', [of], '', at), at);
    case 'update': {
      const named = namedOf(args);
      const added: ValueEntry[] = [...(first ? [{ kind: 'spread' as const, of: first, at }] : []), ...(named?.entries ?? [])];
      becoming.handle = { ...of, entries: [...of.entries, ...added] };
      return literal(null, at);
    }
    case 'copy': return of;
    default: {
      const own = property(f, of, name, at);
      return own && own.kind !== 'undefined' ? undefined : computed(name, [of], '', at);
    }
  }
}

/** `exclude={'id'}` and `include=…` of a model's dump, as far as they are written out. */
function kept(f: Flow, of: ValueOf<'instance'>, args: readonly AbstractValue[], at: Span): readonly ValueEntry[] {
  const named = namedOf(args);
  const listed = (name: string): ReadonlySet<string> | undefined => {
    const value = named && property(f, named, name, of.at);
    return value?.kind === 'array' ? new Set(value.items.flatMap((i) => constantText(i.value) ?? [])) : undefined;
  };
  const [without, only] = [listed('exclude'), listed('include')];
  return of.fields.filter((e) => e.kind !== 'property' || (!without?.has(e.name) && (only === undefined || only.has(e.name)))).map((e): ValueEntry => (e.kind === 'property' ? { ...e, nameAt: at } : { ...e, at }));
}
