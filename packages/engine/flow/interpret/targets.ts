import { cases, isNullish, literal, nothing, unknown, type AbstractValue, type Code, type CodeTarget, type ValueEntry } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { isOutermost, type Names } from '../state.ts';
import { usedBy } from '../queries/record.ts';
import { kept } from '../known/kept.ts';
import { reassignModule } from './modules.ts';
import { contextAt } from './clients.ts';
import { truthsOf } from './truths.ts';
import { aliased } from './aliases.ts';
import { fork } from './branches.ts';
import { property } from '../values/property.ts';
import { elementOf, tidy } from '../values/join.ts';
import { both } from '../values/truths.ts';

/** Declares the names of a pattern and gives them their parts of the value. */
export function bind(f: Flow, target: CodeTarget, value: AbstractValue, names: Names): void {
  place(f, target, value, names, (name, part) => f.state.set(names.declare(name), part));
}

/** Gives a value to what stands on the left of an assignment. */
export function assign(f: Flow, target: CodeTarget, value: AbstractValue, names: Names): void {
  place(f, target, value, names, (name, part) => {
    const slot = names.find(name);
    if (slot) f.state.set(slot, part);
    else {
      stays(f, name, part, names);
      reassignModule(f, names.file, name, part);
      const own = outermost(f, name, names);
      if (own) f.state.set(own, part);
    }
  });
}

/** What a variable of the file holds is there for whoever comes next. */
function stays(f: Flow, name: string, value: AbstractValue, names: Names): void {
  if (f.frame?.fn && f.modules.get(names.file)?.declared.get(name)?.kind === 'value') usedBy(f, value, value.at);
}

/** A variable of the file that a function assigns: from now on it is a variable like any other. */
function outermost(f: Flow, name: string, names: Names) {
  const module = f.modules.get(names.file);
  return module?.declared.get(name)?.kind === 'value' ? module.names.declare(name) : undefined;
}

function place(f: Flow, target: CodeTarget, value: AbstractValue, names: Names, set: (name: string, value: AbstractValue) => void): void {
  switch (target.kind) {
    case 'name': return set(target.name, value);
    case 'object': {
      if (isNullish(value)) {
        f.state.live = false;
        return;
      }
      for (const p of target.properties) place(f, p.target, withDefault(f, property(f, value, p.name, p.target.at, p.target.at) ?? nothing(p.target.at), p.default, names), names, set);
      if (target.rest) place(f, target.rest, without(value, new Set(target.properties.map((p) => p.name))), names, set);
      return;
    }
    case 'array': {
      for (const [i, item] of target.items.entries()) {
        if (!item) continue;
        const part = positional(f, value, i, item.target);
        place(f, item.target, withDefault(f, part, item.default, names), names, set);
      }
      if (target.rest) {
        const rest: AbstractValue = value.kind === 'array' ? { kind: 'array', items: value.items.slice(target.items.length), at: target.at } : value;
        place(f, target.rest, rest, names, set);
      }
      return;
    }
    case 'place': return write(f, target.of, value, names);
  }
}

function positional(f: Flow, value: AbstractValue, index: number, target: CodeTarget): AbstractValue {
  if (value.kind === 'union') return tidy(value.of.flatMap((c) => cases(positional(f, c.value, index, target)).map((inner) => ({ value: inner.value, truths: both(c.truths, inner.truths) }))), target.at);
  if (value.kind === 'list') return property(f, value, String(index), target.at) ?? nothing(target.at);
  return property(f, value, String(index), target.at) ?? elementOf(value, target.at) ?? unknown('element', target.at);
}

export function withDefault(f: Flow, value: AbstractValue, by: Code | undefined, names: Names): AbstractValue {
  if (!by) return value;
  const all = cases(value);
  if (all.every((c) => c.value.kind === 'undefined')) return f.evaluate(by, names);
  if (value.kind !== 'symbol' && all.every((c) => c.value.kind !== 'undefined')) return value;
  const test: AbstractValue = { kind: 'test', test: { kind: 'compare', op: '<>', left: value, right: nothing(by.at) }, at: by.at };
  const there = tidy(all.filter((c) => c.value.kind !== 'undefined'), by.at);
  return fork(f, [
    { known: truthsOf(f, test, true), enter: () => undefined, run: () => there },
    { known: truthsOf(f, test, false), enter: () => undefined, run: () => f.evaluate(by, names) },
  ], by.at);
}

/** `...rest` of a pattern: the names that were taken out are gone. */
function without(value: AbstractValue, taken: ReadonlySet<string>): AbstractValue {
  if (value.kind === 'union') return tidy(value.of.map((c) => ({ value: without(c.value, taken), truths: c.truths })), value.at);
  if (value.kind === 'object') {
    return { ...value, entries: value.entries.flatMap((e): ValueEntry[] => (e.kind === 'property' ? (taken.has(e.name) ? [] : [e]) : e.kind === 'spread' ? [{ ...e, of: without(e.of, taken) }] : [e])) };
  }
  return value;
}

/** `a.b.c = value`: the variable at the root now holds an object with that entry last. */
function write(f: Flow, code: Code, value: AbstractValue, names: Names): void {
  if (code.kind === 'typed' || code.kind === 'non-null') return write(f, code.of, value, names);
  if (code.kind === 'name' || code.kind === 'this') {
    const slot = names.find(code.kind === 'name' ? code.name : 'this');
    if (slot) f.state.set(slot, value);
    if (code.kind === 'name' && (!slot || isOutermost(slot))) stays(f, code.name, value, names);
    return;
  }
  if (code.kind !== 'member' && code.kind !== 'index') return;
  const root = rootSlot(code, names);
  if (!root) return keepsIn(f, code, value, names);
  const live = f.state.live;
  const owner = f.evaluate(code.of, names);
  f.state.live = live;
  const entry: ValueEntry = code.kind === 'member'
    ? { kind: 'property', name: code.name, nameAt: code.nameAt, value }
    : indexEntry(f.evaluate(code.key, names), value, code);
  // `ctx.body = rows` answers the request.
  if (entry.kind === 'property' && entry.name === 'body' && sharesRequest(owner)) usedBy(f, value, code.at);
  const changed = withEntry(f, owner, entry);
  if (changed && sharesRequest(changed)) f.state.set(f.shared, changed);
  if (changed && owner.kind === 'object') aliased(f, owner, changed);
  if (changed) write(f, code.of, changed, names);
}

/** `_cache['projects'] = rows`: a collection of the file itself outlives the request. */
function keepsIn(f: Flow, code: Extract<Code, { kind: 'member' | 'index' }>, value: AbstractValue, names: Names): void {
  const { of } = code;
  if (!f.input.tell || f.offline || !f.frame?.fn || of.kind !== 'name' || f.modules.get(names.file)?.declared.get(of.name)?.kind !== 'value') return;
  if (f.evaluate(of, names).kind !== 'object') return;
  const key = code.kind === 'member' ? literal(code.name, code.nameAt) : f.evaluate(code.key, names);
  kept(f, key, value, code.at);
}

/** Marks the object that all handlers of one request are given. */
export const SHARED = '#shared';
const sharesRequest = (of: AbstractValue): boolean => of.kind === 'object' && of.entries.some((e) => e.kind === 'property' && e.name === SHARED);

const indexEntry = (key: AbstractValue, value: AbstractValue, code: Extract<Code, { kind: 'index' }>): ValueEntry =>
  key.kind === 'literal' ? { kind: 'property', name: String(key.value), nameAt: code.key.at, value } : { kind: 'computed', key, value, at: code.key.at };

function withEntry(f: Flow, owner: AbstractValue, entry: ValueEntry): AbstractValue | undefined {
  switch (owner.kind) {
    case 'object': return { ...owner, entries: [...owner.entries, entry] };
    case 'row': return { ...owner, extra: [...owner.extra, entry] };
    case 'instance': return { ...owner, fields: [...owner.fields, entry] };
    case 'client': return entry.kind === 'property' ? f.adapters.get(owner.client)?.set?.(owner, entry.name, entry.value, contextAt(f, entry.nameAt)) : undefined;
    case 'union': return tidy(owner.of.map((c) => ({ value: withEntry(f, c.value, entry) ?? c.value, truths: c.truths })), owner.at);
    // An object of unknown content that now has one known entry.
    case 'symbol': return { kind: 'object', entries: [{ kind: 'spread', of: owner, at: owner.at }, entry], at: owner.at };
    default: return undefined;
  }
}

function rootSlot(code: Code, names: Names) {
  let root = code;
  while (root.kind === 'member' || root.kind === 'index' || root.kind === 'typed' || root.kind === 'non-null') root = root.of;
  return root.kind === 'name' ? names.find(root.name) : root.kind === 'this' ? names.find('this') : undefined;
}

/** A collection or builder that changed in place: the variable that held it holds the new one. */
export function become(f: Flow, code: Code, value: AbstractValue, names: Names): void {
  const slot = value.kind === 'array' && code.kind === 'name' ? names.find(code.name) : undefined;
  const before = slot && f.state.get(slot);
  if (before?.kind === 'array') aliased(f, before, value);
  if (code.kind === 'name' || code.kind === 'this' || code.kind === 'member' || code.kind === 'index' || code.kind === 'typed' || code.kind === 'non-null') write(f, code, value, names);
}
