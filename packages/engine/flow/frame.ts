import type { AbstractValue, CodeFunction, CodeStatement, Span, ValueOf } from '@tenantlint/model';
import type { Exit, State } from './state.ts';

/** A function that is being run. */
export interface Frame {
  readonly fn: CodeFunction | undefined;
  readonly name: string;
  /** Where it was called from; undefined for what the outside world calls. */
  readonly from: Span | undefined;
  /** The state that it started in. */
  readonly base: State;
  readonly returns: { readonly exit: Exit; readonly value: AbstractValue }[];
  /** Loops and switches around the current point. */
  readonly jumps: Jump[];
  readonly caller: Frame | undefined;
  readonly depth: number;
  /** Innermost loop or callback over a collection. */
  loop: Span | undefined;
  /** Rows that are another one at each of its turns. */
  turn: ReadonlySet<number>;
  /** Run with arguments that nobody is known to pass. */
  readonly guessed: boolean;
  /** What a generator yields; `first`: whoever called goes on at the first one. */
  readonly yields?: AbstractValue[] | 'first';
}

/** No rows. */
export const NO_ROWS: ReadonlySet<number> = new Set();

/** A handler that runs before others, or a router that is mounted there. */
export interface Middleware {
  readonly handlers: readonly AbstractValue[];
}

/** A function that was made while something ran, with what its variables held then. */
export interface Closure {
  readonly value: ValueOf<'function'>;
  readonly state: State;
}

export interface Jump {
  readonly label: string | undefined;
  readonly loop: boolean;
  readonly base: State;
  readonly breaks: Exit[];
  readonly continues: Exit[];
}

export interface Compared {
  readonly left: AbstractValue;
  readonly right: AbstractValue;
  readonly at: Span;
}

export type Statements = readonly CodeStatement[];
