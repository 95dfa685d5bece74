import type { AbstractValue, Scope, Truth } from '@tenantlint/model';

/** A variable. Closures hold the variable; the value it has is the state's. */
export interface Slot {
  readonly name: string;
}

/** Names of a block or function. The outermost scope of a file has `names` of its own making (see modules.ts). */
export class Names implements Scope {
  readonly #slots = new Map<string, Slot>();
  readonly parent: Names | undefined;
  readonly file: string;
  constructor(parent: Names | undefined, file: string) {
    this.parent = parent;
    this.file = file;
  }
  declare(name: string): Slot {
    const slot = this.#slots.get(name) ?? { name };
    this.#slots.set(name, slot);
    return slot;
  }
  /** Whether it is a variable of the file itself. */
  isOutermost(slot: Slot): boolean {
    let scope: Names = this;
    while (scope.parent) scope = scope.parent;
    return scope.#slots.get(slot.name) === slot;
  }
  find(name: string): Slot | undefined {
    for (let scope: Names | undefined = this; scope; scope = scope.parent) {
      const slot = scope.#slots.get(name);
      if (slot) return slot;
    }
    return undefined;
  }
}

/** Truths as a list that shares its beginnings: what two points have in common is their last common node. */
export interface Truths {
  readonly truth: Truth;
  readonly before: Truths | undefined;
  readonly depth: number;
}

export const withTruth = (truths: Truths | undefined, truth: Truth): Truths => ({ truth, before: truths, depth: (truths?.depth ?? 0) + 1 });

export function commonTruths(a: Truths | undefined, b: Truths | undefined): Truths | undefined {
  while (a !== b) {
    if ((a?.depth ?? 0) >= (b?.depth ?? 0)) a = a?.before;
    else b = b?.before;
  }
  return a;
}

/** Truths established after `since`, oldest first. */
export function truthsSince(truths: Truths | undefined, since: Truths | undefined): Truth[] {
  const found: Truth[] = [];
  const floor = since?.depth ?? 0;
  for (let node = truths; node && node.depth > floor; node = node.before) found.push(node.truth);
  return found.reverse();
}

const lists = new WeakMap<Truths, readonly Truth[]>();

/** All truths up to a point, oldest first; the same list for the same point. */
export function allTruths(truths: Truths | undefined): readonly Truth[] {
  if (!truths) return NONE;
  const known = lists.get(truths);
  if (known) return known;
  const found = truthsSince(truths, undefined);
  lists.set(truths, found);
  return found;
}
const NONE: readonly Truth[] = [];

/** What variables hold and what is known, at one point. A fork sees its parent's values and keeps its own changes. */
export class State {
  readonly changes = new Map<Slot, AbstractValue>();
  readonly parent: State | undefined;
  truths: Truths | undefined;
  /** False: this point is never reached. */
  live = true;
  constructor(parent: State | undefined) {
    this.parent = parent;
    this.truths = parent?.truths;
  }
  fork(): State {
    return new State(this);
  }
  get(slot: Slot): AbstractValue | undefined {
    for (let state: State | undefined = this; state; state = state.parent) {
      const value = state.changes.get(slot);
      if (value) return value;
    }
    return undefined;
  }
  set(slot: Slot, value: AbstractValue): void {
    this.changes.set(slot, value);
  }
  learn(truths: readonly Truth[]): void {
    for (const truth of truths) this.truths = withTruth(this.truths, truth);
  }
}

/** A way out of a piece of program: what had changed there since `base`, and what was known. */
export interface Exit {
  readonly changes: ReadonlyMap<Slot, AbstractValue>;
  readonly truths: Truths | undefined;
}

/** Must be taken while `state` is current: its ancestors go on to change. */
export function exitOf(state: State, base: State): Exit {
  if (state.parent === base) return state;
  const changes = new Map<Slot, AbstractValue>();
  for (let layer: State | undefined = state; layer && layer !== base; layer = layer.parent) {
    for (const [slot, value] of layer.changes) if (!changes.has(slot)) changes.set(slot, value);
  }
  return { changes, truths: state.truths };
}

export type JoinValues = (values: readonly { readonly value: AbstractValue; readonly truths: readonly Truth[] }[]) => AbstractValue;

/** Goes on in `base` after any of `exits`; none: it is never reached. */
export function join(base: State, exits: readonly Exit[], joinValues: JoinValues): void {
  const [first] = exits;
  if (!first) {
    base.live = false;
    return;
  }
  if (exits.length === 1) {
    for (const [slot, value] of first.changes) base.changes.set(slot, value);
    base.truths = first.truths;
    return;
  }
  const common = exits.reduce((truths: Truths | undefined, exit) => commonTruths(truths, exit.truths), first.truths);
  const since = exits.map((exit) => truthsSince(exit.truths, common));
  const changed = new Set<Slot>();
  for (const exit of exits) for (const slot of exit.changes.keys()) changed.add(slot);
  for (const slot of changed) {
    const before = base.get(slot);
    const values: { value: AbstractValue; truths: readonly Truth[] }[] = [];
    let same = true;
    for (let i = 0; i < exits.length; i++) {
      const value = exits[i]?.changes.get(slot) ?? before;
      if (!value) continue;
      same &&= values.length === 0 || values[0]?.value === value;
      values.push({ value, truths: since[i] ?? [] });
    }
    const [first] = values;
    if (first) base.changes.set(slot, same ? first.value : joinValues(values));
  }
  base.truths = common;
  const ways = since.map((truths) => truths.filter((t) => t.kind !== 'any'));
  // Either branch was taken: which one may be told later, when the same is tested again.
  const at = ways[0]?.[0]?.at;
  if (!at || !ways.every((w) => w.length > 0) || !ways.some((w) => w.some((t) => t.kind === 'row' || t.kind === 'holds'))) return;
  base.learn([ways.length <= MOST_WAYS && ways.every((w) => w.length <= MOST_TRUTHS) ? { kind: 'any', of: ways, at } : { kind: 'lost', at }]);
}
const MOST_WAYS = 3;
const MOST_TRUTHS = 6;
