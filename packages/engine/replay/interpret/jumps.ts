import type { PlStatement, PlVariable } from '@tenantlint/model';
import { findRelation, type World } from '../world.ts';
import type { Shape } from './context.ts';

/** How a statement list ended; `undecided`: whether the loop goes on cannot be told. */
export type Signal = { readonly is: 'exit' | 'continue'; readonly label: string | undefined } | { readonly is: 'return' } | Undecided | undefined;

export interface Undecided {
  readonly is: 'undecided';
  /** The jump would leave the whole routine, not only a loop. */
  readonly returns: boolean;
}

/** How a variable was declared. */
export function shapeOf(variable: PlVariable, world: World): Shape {
  if (variable.typeOf !== undefined) return /%rowtype$/i.test(variable.typeOf) ? 'record' : 'scalar';
  const { type } = variable;
  if (type === undefined) return 'scalar';
  if (type.dims > 0) return 'array';
  if (type.name === 'record') return 'record';
  return findRelation(world, { ...(type.schema === undefined ? {} : { schema: type.schema }), name: type.name, at: { file: '', start: 0, end: 0 } }) === undefined ? 'scalar' : 'record';
}

/** The furthest jump that these statements may make out of themselves. */
export function jumpIn(statements: readonly PlStatement[]): 'return' | 'exit' | undefined {
  let found: 'exit' | undefined;
  for (const statement of statements) {
    if (statement.kind === 'return' && statement.next !== true) return 'return';
    if (statement.kind === 'exit' || statement.kind === 'continue') found = 'exit';
    const inner = bodiesOf(statement).map(jumpIn);
    if (inner.includes('return')) return 'return';
    // An exit inside an inner loop stays there.
    if (inner.includes('exit') && (statement.kind === 'if' || statement.kind === 'case' || statement.kind === 'block')) found = 'exit';
  }
  return found;
}

function bodiesOf(statement: PlStatement): readonly (readonly PlStatement[])[] {
  switch (statement.kind) {
    case 'block':
      return [statement.body, ...statement.handlers.map((handler) => handler.body)];
    case 'if':
    case 'case':
      return [...statement.branches.map((branch) => branch.body), statement.otherwise ?? []];
    case 'loop':
    case 'for-range':
    case 'for-query':
    case 'for-execute':
    case 'foreach':
      return [statement.body];
    default:
      return [];
  }
}

/** What a loop does after one pass. */
export function after(signal: Signal, label: string | undefined): 'go on' | 'leave' | 'pass on' {
  if (signal === undefined) return 'go on';
  if (signal.is === 'return' || signal.is === 'undecided' || (signal.label !== undefined && signal.label !== label)) return 'pass on';
  return signal.is === 'exit' ? 'leave' : 'go on';
}
