import type { AbstractValue, Scope, Truth } from '@tenantlint/model';

/** A variable. Closures hold the variable; the value it has is the state's. */
export interface Slot {
  readonly name: string;
  /** Whose variable it is; undefined for what no code names. */
  readonly scope: Names | undefined;
}

/** Whether it is a variable of the file itself. */
export const isOutermost = (slot: Slot): boolean => slot.scope !== undefined && slot.scope.parent === undefined;

/** Names of a block or function. The outermost scope of a file has `names` of its own making (see modules.ts). */
export class Names implements Scope {
  #slots: Map<string, Slot> | undefined;
  readonly parent: Names | undefined;
  readonly file: string;
  #captured: boolean;
  constructor(parent: Names | undefined, file: string) {
    this.parent = parent;
    this.file = file;
    this.#captured = parent === undefined;
  }
  declare(name: string): Slot {
    this.#slots ??= new Map<string, Slot>();
    const known = this.#slots.get(name);
    if (known) return known;
    const slot = { name, scope: this };
    this.#slots.set(name, slot);
    return slot;
  }
  find(name: string): Slot | undefined {
    for (let scope: Names | undefined = this; scope; scope = scope.parent) {
      const slot = scope.#slots?.get(name);
      if (slot) return slot;
    }
    return undefined;
  }
  /** A function or class was made that sees these names: they live on when the block has ended. */
  capture(): void {
    for (let scope: Names | undefined = this; scope && !scope.#captured; scope = scope.parent) scope.#captured = true;
  }
  get isCaptured(): boolean {
    return this.#captured;
  }
  /** The block has ended: nobody can name its variables again, unless a function of it does. */
  end(state: State): void {
    if (this.#slots && !this.#captured) state.changes.drop(this);
  }
}

/** Values that variables were given. Most are a handful, and found sooner by looking at all than by an index. */
export class Changes {
  readonly slots: Slot[] = [];
  readonly values: AbstractValue[] = [];
  #index: Map<Slot, number> | undefined;
  get size(): number {
    return this.slots.length;
  }
  get(slot: Slot): AbstractValue | undefined {
    const at = this.#at(slot);
    return at < 0 ? undefined : this.values[at];
  }
  has(slot: Slot): boolean {
    return this.#at(slot) >= 0;
  }
  set(slot: Slot, value: AbstractValue): void {
    const at = this.#at(slot);
    if (at >= 0) {
      this.values[at] = value;
      return;
    }
    this.slots.push(slot);
    this.values.push(value);
    if (this.#index) this.#index.set(slot, this.slots.length - 1);
    else if (this.slots.length > FEW) this.#index = new Map(this.slots.map((one, i) => [one, i]));
  }
  /** Forgets the variables of a scope. */
  drop(of: Names): void {
    this.keep((slot) => slot.scope !== of);
  }
  /** Forgets all other variables. */
  keep(wanted: (slot: Slot) => boolean): void {
    const { slots, values } = this;
    let left = 0;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      const value = values[i];
      if (!slot || !value || !wanted(slot)) continue;
      slots[left] = slot;
      values[left++] = value;
    }
    if (left === slots.length) return;
    slots.length = left;
    values.length = left;
    this.#index = left > FEW ? new Map(slots.map((one, i) => [one, i])) : undefined;
  }
  #at(slot: Slot): number {
    return this.#index ? (this.#index.get(slot) ?? -1) : this.slots.indexOf(slot);
  }
}
const FEW = 12;
export const NO_CHANGES = new Changes();

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
  if (!truths || truths.depth <= floor) return found;
  for (let node: Truths | undefined = truths; node && node.depth > floor; node = node.before) found.push(node.truth);
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
  readonly changes = new Changes();
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
  readonly changes: Changes;
  readonly truths: Truths | undefined;
}

/** Must be taken while `state` is current: its ancestors go on to change. */
export function exitOf(state: State, base: State): Exit {
  if (state.parent === base) return state;
  const changes = new Changes();
  for (let layer: State | undefined = state; layer && layer !== base; layer = layer.parent) {
    const { slots, values } = layer.changes;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      const value = values[i];
      if (slot && value && !changes.has(slot)) changes.set(slot, value);
    }
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
    const { slots, values } = first.changes;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      const value = values[i];
      if (slot && value) base.changes.set(slot, value);
    }
    base.truths = first.truths;
    return;
  }
  let common = first.truths;
  for (const exit of exits) common = commonTruths(common, exit.truths);
  const since = exits.map((exit) => truthsSince(exit.truths, common));
  const done = exits.length > 2 ? new Set<Slot>() : first.changes;
  for (const exit of exits) {
    for (const slot of exit.changes.slots) {
      if (exit !== first && done.has(slot)) continue;
      if (done instanceof Set) done.add(slot);
      joinSlot(base, slot, exits, since, joinValues);
    }
  }
  base.truths = common;
  if (since.some((truths) => truths.length === 0)) return;
  const ways = since.map((truths) => truths.filter((t) => t.kind !== 'any'));
  // Either branch was taken: which one may be told later, when the same is tested again.
  const at = ways[0]?.[0]?.at;
  if (!at || !ways.every((w) => w.length > 0) || !ways.some((w) => w.some((t) => t.kind === 'row' || t.kind === 'holds'))) return;
  base.learn([ways.length <= MOST_WAYS && ways.every((w) => w.length <= MOST_TRUTHS) ? { kind: 'any', of: ways, at } : { kind: 'lost', at }]);
}

function joinSlot(base: State, slot: Slot, exits: readonly Exit[], since: readonly (readonly Truth[])[], joinValues: JoinValues): void {
  const before = base.get(slot);
  let only: AbstractValue | undefined;
  let same = true;
  for (const exit of exits) {
    const value = exit.changes.get(slot) ?? before;
    if (!value) continue;
    only ??= value;
    same &&= only === value;
  }
  if (!only) return;
  if (same) {
    if (only !== before) base.changes.set(slot, only);
    return;
  }
  const values: { value: AbstractValue; truths: readonly Truth[] }[] = [];
  for (let i = 0; i < exits.length; i++) {
    const value = exits[i]?.changes.get(slot) ?? before;
    if (value) values.push({ value, truths: since[i] ?? NONE });
  }
  base.changes.set(slot, joinValues(values));
}

const MOST_WAYS = 3;
const MOST_TRUTHS = 6;
