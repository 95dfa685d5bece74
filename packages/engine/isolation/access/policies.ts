import type { AccessCommand, Capture, Formula, Policy, Span, SqlExpr, Table } from '@tenantlint/model';
import type { World } from '../bind/bind.ts';
import { Bind, rootScope } from '../bind/bind.ts';
import { truth } from '../bind/truth.ts';
import { isLarger, withNotNull } from '../logic/formula.ts';

/** Far more than any condition that a person wrote has, its helpers opened. */
const MOST_NODES = 10_000;

export interface BoundSide {
  readonly formula: Formula;
  readonly captures: readonly Capture[];
  readonly at: Span;
}

/** The conditions of policies as formulas over row 0, each bound once. */
export class Policies {
  readonly world: World;
  private readonly memo = new WeakMap<SqlExpr, BoundSide>();

  constructor(world: World) {
    this.world = world;
  }

  bound(table: Table, expr: SqlExpr): BoundSide {
    const known = this.memo.get(expr);
    if (known !== undefined) return known;
    const bind = new Bind(this.world);
    const made = truth(bind, expr, rootScope(this.world, table, expr.at), true);
    const formula: Formula = bind.exhausted || isLarger(made, MOST_NODES) ? { kind: 'opaque', text: 'the condition', why: 'too large to be followed', about: [0], at: expr.at } : withNotNull(made, (column) => table.columns.get(column)?.notNull === true);
    const side: BoundSide = { formula, captures: bind.captures, at: expr.at };
    this.memo.set(expr, side);
    return side;
  }

  /** The expression that decides: USING for rows as they stand, WITH CHECK (or USING in its place) for rows left behind. */
  side(table: Table, policy: Policy, which: 'using' | 'check'): BoundSide | undefined {
    const expr = sideOf(policy, which);
    return expr === undefined ? undefined : this.bound(table, expr);
  }
}

export function sideOf(policy: Policy, which: 'using' | 'check'): SqlExpr | undefined {
  if (which === 'using') return policy.command === 'insert' ? undefined : policy.using;
  if (policy.command === 'select' || policy.command === 'delete') return undefined;
  return policy.check ?? (policy.command === 'insert' ? undefined : policy.using);
}

export function policiesFor(table: Table, command: AccessCommand): readonly Policy[] {
  return [...table.policies.values()].filter((policy) => policy.command === command || policy.command === 'all');
}
