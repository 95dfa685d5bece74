import { cases, isNullish, nothing, object, unknown, type AbstractValue, type Span, type Truth, type ValueCase, type ValueEntry, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { equals } from '../queries/formulas.ts';
import { rowProperty } from '../queries/rows.ts';
import { termOf } from '../queries/terms.ts';
import { keyOf } from './key.ts';
import { both } from './truths.ts';
import { elementOf, tidy } from './join.ts';
import { computed, symbolProperty } from './symbol.ts';

/** Reads a property as the program would. Undefined: nothing can be read, that is, the program throws here. */
export function property(f: Flow, of: AbstractValue, name: string, at: Span, nameAt: Span = at): AbstractValue | undefined {
  switch (of.kind) {
    case 'undefined': return undefined;
    case 'literal': return of.value === null ? undefined : typeof of.value === 'string' && name === 'length' ? { kind: 'literal', value: of.value.length, at } : computed('property', [of], name, at);
    case 'union': {
      const found: ValueCase[] = [];
      for (const one of of.of) {
        const value = property(f, one.value, name, at, nameAt);
        if (value) for (const c of cases(value)) found.push({ value: c.value, truths: both(one.truths, c.truths) });
      }
      return found.length > 0 ? tidy(found, at) : undefined;
    }
    case 'object': return entryProperty(f, of.entries, name, at) ?? nothing(at);
    case 'array': {
      if (name === 'length') return { kind: 'test', test: { kind: 'size', of }, at };
      return /^\d+$/.test(name) ? elementAt(of, Number(name), at) : unknown(`array.${name}`, at);
    }
    case 'list': {
      if (name === 'length' || name === 'size') return { kind: 'test', test: { kind: 'size', of }, at };
      return /^\d+$/.test(name) ? maybeElement(of.of, at) : unknown(`list.${name}`, at);
    }
    case 'symbol': return symbolProperty(of, name, at);
    case 'row': return entryProperty(f, of.extra, name, at, true) ?? rowProperty(f, of, name, at);
    case 'function': return name === 'name' && of.fn.name !== undefined ? { kind: 'literal', value: of.fn.name, at } : computed('property', [of], name, at);
    case 'class': return f.staticMember(of, name, at) ?? computed('property', [of], name, at);
    case 'instance': return f.memberOf(of, name, at);
    case 'module': return f.exported(of.file, name, at);
    case 'client': return f.readClient(of, name, at, nameAt);
    case 'column': case 'text': case 'test': return computed('property', [of], name, at);
    default: return unknown('property', at);
  }
}

/** Looks a name up among entries: the last one that can carry it decides. */
export function entryProperty(f: Flow, entries: readonly ValueEntry[], name: string, at: Span, absentIsUndefined = false): AbstractValue | undefined {
  const found: ValueCase[] = [];
  let open = false;
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i];
    if (!entry) continue;
    if (entry.kind === 'property') {
      if (entry.name !== name) continue;
      if (found.length === 0) return entry.value;
      found.push(...cases(entry.value));
      return tidy(found, at);
    }
    if (entry.kind === 'computed') {
      if (entry.key.kind === 'literal') {
        if (String(entry.key.value) === name) {
          found.push(...cases(entry.value));
          return tidy(found, at);
        }
      } else found.push({ value: entry.value, truths: [] });
      continue;
    }
    let certain = true;
    for (const one of cases(entry.of)) {
      const inside = spreadProperty(f, one.value, name, at);
      if (one.value.kind === 'symbol') open = true;
      if (inside) found.push(...cases(inside.value).map((c) => ({ value: c.value, truths: both(one.truths, c.truths) })));
      if (!inside?.certain) certain = false;
    }
    if (certain && found.length > 0) return tidy(found, at);
  }
  if (found.length === 0) return undefined;
  // What is read of a symbol stands for whatever there is, nothing included.
  if (!open && !absentIsUndefined) found.push({ value: nothing(at), truths: [] });
  return tidy(found, at);
}

/** What a spread value contributes under a name; not certain where it may or may not. */
function spreadProperty(f: Flow, of: AbstractValue, name: string, at: Span): { value: AbstractValue; certain: boolean } | undefined {
  switch (of.kind) {
    case 'object': {
      const value = entryProperty(f, of.entries, name, at);
      // `undefined` replaces as well: { ...{ a: undefined } } has the key.
      return value && { value, certain: cases(value).every((c) => c.value.kind !== 'undefined') };
    }
    case 'row': {
      const value = property(f, of, name, at);
      return value && value.kind !== 'symbol' ? { value, certain: true } : undefined;
    }
    case 'instance': {
      const value = entryProperty(f, of.fields, name, at);
      return value && { value, certain: true };
    }
    case 'symbol': return { value: symbolProperty(of, name, at), certain: false };
    default: return undefined;
  }
}

export function indexed(f: Flow, of: AbstractValue, key: AbstractValue, at: Span): AbstractValue | undefined {
  if (key.kind === 'literal') {
    f.paths?.lookUp(String(key.value));
    return property(f, of, String(key.value), at);
  }
  if (of.kind === 'union') {
    const found = of.of.flatMap((one): ValueCase[] => {
      const value = indexed(f, one.value, key, at);
      return value ? cases(value).map((c) => ({ value: c.value, truths: both(one.truths, c.truths) })) : [];
    });
    return found.length > 0 ? tidy(found, at) : undefined;
  }
  if (isNullish(of)) return undefined;
  if (key.kind === 'union' && key.of.every((one) => one.value.kind === 'literal')) {
    const found = key.of.flatMap((one) => {
      const value = indexed(f, of, one.value, at);
      return value ? cases(value).map((c) => ({ value: c.value, truths: both(one.truths, c.truths) })) : [];
    });
    return found.length > 0 ? tidy(found, at) : undefined;
  }
  const element = elementOf(of, at);
  if (of.kind === 'list' || of.kind === 'array') return element ? maybeElement(element, at) : nothing(at);
  if (of.kind === 'client') return f.readClient(of, key, at, at);
  if (of.kind === 'object') {
    const values = of.entries.flatMap((e) => (e.kind === 'spread' ? [] : e.kind === 'computed' ? under(f, e, key, at) : cases(e.value)));
    if (values.length > 0 && values.length === of.entries.length) return tidy([...values, { value: nothing(at), truths: [] }], at);
  }
  if (of.kind === 'symbol') return { kind: 'symbol', origin: of.origin, path: [...of.path, `[${keyOf(key)}]`], at };
  return computed('index', [of, key], '', at);
}

/** What stands under a key that only equality can find. */
function under(f: Flow, entry: Extract<ValueEntry, { kind: 'computed' }>, key: AbstractValue, at: Span): readonly ValueCase[] {
  const [left, right] = [termOf(f, entry.key, at), termOf(f, key, at)];
  const found: readonly Truth[] = [...presence(entry.key, at), ...(left && right ? [{ kind: 'holds', formula: equals(left, right, at), at } as const] : [])];
  return cases(entry.value).map((c) => ({ value: c.value, truths: both(found, c.truths) }));
}

function elementAt(of: ValueOf<'array'>, index: number, at: Span): AbstractValue {
  const before = of.items.slice(0, index + 1);
  const item = of.items[index];
  if (item && before.every((i) => !i.spread)) return item.value;
  if (!before.some((i) => i.spread)) return nothing(at);
  const element = elementOf(of, at);
  return element ? maybeElement(element, at) : nothing(at);
}

/** The element of a collection that may be empty. A row's existence is what its presence tells. */
export function maybeElement(of: AbstractValue, at: Span, ifNone: readonly Truth[] = []): AbstractValue {
  return tidy([...cases(of).map((c) => ({ value: c.value, truths: [...c.truths, ...presence(c.value, at)] })), { value: nothing(at), truths: ifNone }], at);
}

/** What is known once the value is there: the rows behind it exist. */
export function presence(value: AbstractValue, at: Span): { readonly kind: 'row'; readonly row: number; readonly at: Span }[] {
  switch (value.kind) {
    case 'row': case 'column': return [{ kind: 'row', row: value.row, at }];
    case 'object': return value.entries.flatMap((e) => (e.kind === 'property' && (e.value.kind === 'row' || e.value.kind === 'column') ? presence(e.value, at) : e.kind === 'spread' && e.of.kind === 'row' ? presence(e.of, at) : []));
    case 'array': return value.items.flatMap((i) => (i.spread ? [] : presence(i.value, at)));
    default: return [];
  }
}

/** Keys that an object certainly has, and whether it may have others. */
export function keysOf(value: AbstractValue): { readonly names: readonly string[]; readonly open: boolean } {
  if (value.kind !== 'object') return { names: [], open: true };
  const names = new Set<string>();
  let open = false;
  for (const entry of value.entries) {
    if (entry.kind === 'property') names.add(entry.name);
    else if (entry.kind === 'spread' && entry.of.kind === 'object') {
      const inner = keysOf(entry.of);
      for (const name of inner.names) names.add(name);
      open ||= inner.open;
    } else open = true;
  }
  return { names: [...names], open };
}

export { object };
