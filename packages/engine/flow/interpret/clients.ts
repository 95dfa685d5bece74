import { unknown, type AbstractValue, type ClientContext, type Query, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { withoutBegun } from '../python/begun.ts';
import { runQuery } from '../queries/run.ts';
import { truthsSince } from '../state.ts';
import { itemsOf } from '../values/items.ts';
import { property } from '../values/property.ts';
import { computed } from '../values/symbol.ts';
import type { Becoming } from '../call-site.ts';

export const contextAt = (f: Flow, at: Span, nameAt: Span = at, construct = false, becoming?: Becoming): ClientContext => new Context(f, at, nameAt, construct, becoming);

/** One is made for each property that is read of a handle: what it can do is the class's, and costs nothing until it is done. */
class Context implements ClientContext {
  readonly at: Span;
  readonly nameAt: Span;
  readonly construct: boolean;
  readonly #f: Flow;
  readonly #becoming: Becoming | undefined;
  constructor(f: Flow, at: Span, nameAt: Span, construct: boolean, becoming: Becoming | undefined) {
    this.at = at;
    this.nameAt = nameAt;
    this.construct = construct;
    this.#f = f;
    this.#becoming = becoming;
  }
  get models(): ClientContext['models'] {
    return this.#f.input.models;
  }
  get schema(): ClientContext['schema'] {
    return this.#f.input.schema;
  }
  get ambient(): readonly AbstractValue[] {
    return this.#f.ambient;
  }
  get ambientWrites(): readonly AbstractValue[] {
    return this.#f.ambientWrites;
  }
  version(pkg: string): string | undefined {
    return this.#f.program.packages.get(pkg);
  }
  run(query: Query): AbstractValue {
    return runQuery(this.#f, query);
  }
  apply(fn: AbstractValue, args: readonly AbstractValue[]): AbstractValue {
    return scoped(this.#f, () => this.#f.applyFunction(fn, args, this.at));
  }
  property(of: AbstractValue, name: string): AbstractValue {
    return property(this.#f, of, name, this.at) ?? unknown(name, this.at);
  }
  items(of: AbstractValue): readonly AbstractValue[] | undefined {
    return itemsOf(of);
  }
  together(places: readonly Span[]): void {
    this.#f.together.push(...places);
  }
  apart(): void {
    withoutBegun(this.#f);
  }
  become(handle: AbstractValue): void {
    if (this.#becoming) this.#becoming.handle = handle;
  }
  becomeArgument(index: number, value: AbstractValue): void {
    if (this.#becoming) (this.#becoming.args ??= new Map<number, AbstractValue>()).set(index, value);
  }
}

/** Settings that a callback makes end with it: clients run callbacks inside transactions. */
function scoped(f: Flow, run: () => AbstractValue): AbstractValue {
  const before = f.state.truths;
  const value = run();
  if (!f.state.live) return value;
  const made = new Set(truthsSince(f.state.truths, before).flatMap((t) => (t.kind === 'setting' ? [t.name] : [])));
  for (const name of made) {
    const earlier = truthsSince(before, undefined).findLast((t) => t.kind === 'setting' && t.name === name);
    f.state.learn([earlier?.kind === 'setting' ? earlier : { kind: 'setting', name, value: undefined, at: value.at }]);
  }
  return value;
}

/** The language's own proxies, as a client. */
export const PROXY = '(proxy)';

export function readClient(f: Flow, handle: ValueOf<'client'>, name: string | AbstractValue, at: Span, nameAt: Span): AbstractValue {
  const adapter = f.adapters.get(handle.client);
  // Whoever reads through a proxy reads there, and not in the proxy's own function.
  const outer = f.readAt;
  const context = contextAt(f, outer ?? at, outer ?? nameAt);
  if (handle.client === PROXY) f.readAt = outer ?? nameAt;
  const value = typeof name === 'string' ? adapter?.get(handle, name, context) : adapter?.index?.(handle, name, context);
  f.readAt = outer;
  return value ?? computed('property', [handle], typeof name === 'string' ? name : '', at);
}

export function callClient(f: Flow, handle: ValueOf<'client'>, args: readonly AbstractValue[], at: Span, nameAt: Span, construct: boolean, becoming?: Becoming): AbstractValue {
  const value = f.adapters.get(handle.client)?.call(handle, args, contextAt(f, at, nameAt, construct, becoming));
  return value ?? unknown(`call of ${handle.client}`, at);
}

/** What a loop goes through: handles tell it themselves. */
export function iterated(f: Flow, value: AbstractValue, at: Span): AbstractValue {
  if (value.kind === 'client') return f.adapters.get(value.client)?.elements?.(value, contextAt(f, at)) ?? awaited(f, value, at);
  if (value.kind === 'union' && value.of.some((one) => one.value.kind === 'client')) return f.joinValues(value.of.map((one) => ({ value: iterated(f, one.value, at), truths: one.truths })));
  return awaited(f, value, at);
}

/** An operator on handles, where one of the clients gives it a meaning. */
export function operatorOf(f: Flow, op: string, left: AbstractValue, right: AbstractValue | undefined, at: Span): AbstractValue | undefined {
  const handle = left.kind === 'client' ? left : right?.kind === 'client' ? right : undefined;
  return handle && f.adapters.get(handle.client)?.operator?.(op, left, right, contextAt(f, at));
}

/** A promise is its value here; what counts is that a builder sends its query when it is awaited. */
export function awaited(f: Flow, value: AbstractValue, at: Span): AbstractValue {
  if (value.kind === 'client') {
    const adapter = f.adapters.get(value.client);
    return adapter?.awaited?.(value, contextAt(f, at)) ?? value;
  }
  if (value.kind === 'union' && value.of.some((one) => one.value.kind === 'client')) {
    return f.joinValues(value.of.map((one) => ({ value: awaited(f, one.value, at), truths: one.truths })));
  }
  return value;
}
