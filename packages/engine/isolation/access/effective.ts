import type { AccessCommand, Formula, Policy, Reason, Row, Schema, Span, Table } from '@tenantlint/model';
import { and, FALSE, or, TRUE } from '../logic/formula.ts';
import type { Policies } from './policies.ts';
import { policiesFor } from './policies.ts';
import type { Roles } from './roles.ts';

/** What row level security asks of a row, for one role, command and side, policy by policy. */
export type Effective =
  /** Does not apply: every row passes, for this reason. */
  | { readonly kind: 'open'; readonly why: Reason }
  | { readonly kind: 'unknown'; readonly why: Reason }
  /** No permissive policy lets anything through. */
  | { readonly kind: 'closed'; readonly why: Reason }
  | { readonly kind: 'policies'; readonly permissive: readonly Part[]; readonly restrictive: Formula };

export interface Part {
  readonly policy: Policy;
  readonly formula: Formula;
  readonly at: Span;
}

export class EffectiveRules {
  private readonly schema: Schema;
  private readonly roles: Roles;
  private readonly policies: Policies;
  /** By table, then by role, command and side. */
  private readonly memo = new Map<Table, Map<string, Effective>>();
  private readonly seen = new Map<string, Formula | undefined>();

  constructor(schema: Schema, roles: Roles, policies: Policies) {
    this.schema = schema;
    this.roles = roles;
    this.policies = policies;
  }

  of(table: Table, role: string, command: AccessCommand, side: 'using' | 'check'): Effective {
    let all = this.memo.get(table);
    if (all === undefined) this.memo.set(table, (all = new Map<string, Effective>()));
    // Without policies one answer holds for every command.
    const key = `${role}|${table.policies.size === 0 ? '' : command}|${side}`;
    const known = all.get(key);
    if (known !== undefined) return known;
    const made = this.make(table, role, command, side);
    all.set(key, made);
    return made;
  }

  private make(table: Table, role: string, command: AccessCommand, side: 'using' | 'check'): Effective {
    const bypass = this.roles.bypasses(role, table);
    if (bypass !== undefined) return { kind: 'open', why: { text: bypass, at: table.at } };
    const { rls } = table;
    if (rls === undefined || rls.value === false) return { kind: 'open', why: { text: 'row level security is off', at: rls?.at ?? table.at } };
    if (rls.value === 'unknown') return { kind: 'unknown', why: { text: 'whether row level security is on could not be read', at: rls.at } };
    const applicable = policiesFor(table, command).filter((policy) => this.roles.applies(policy, role));
    const parts = applicable.map((policy): Part & { readonly permissive: boolean } => {
      const bound = this.policies.side(table, policy, side);
      // A policy without the condition adds nothing: a permissive one lets nothing through, a restrictive one asks nothing.
      return { policy, permissive: policy.permissive, formula: bound?.formula ?? (policy.permissive ? FALSE : TRUE), at: bound?.at ?? policy.at };
    });
    const permissive = parts.filter((part) => part.permissive);
    if (permissive.length === 0) {
      const text = applicable.length > 0 ? `only restrictive policies apply to ${role} for ${command}` : table.policies.size === 0 ? 'row level security is on and there is no policy' : `no policy lets ${role} ${command}`;
      return { kind: 'closed', why: { text, at: table.at } };
    }
    return { kind: 'policies', permissive, restrictive: and(parts.filter((part) => !part.permissive).map((part) => part.formula)) };
  }

  /** The whole condition as one formula. */
  formula(effective: Effective): Formula {
    switch (effective.kind) {
      case 'open': return TRUE;
      case 'closed': return FALSE;
      case 'unknown': return { kind: 'opaque', text: 'row level security', why: effective.why.text, about: [0], at: effective.why.at };
      case 'policies': return and([effective.restrictive, or(effective.permissive.map((part) => part.formula))]);
    }
  }

  /** What the caller's row level security adds to a row that a condition reads; undefined where it adds nothing. */
  visible(row: Row, role: string): Formula | undefined {
    const key = `${row.table ?? ''}|${role}`;
    if (this.seen.has(key)) return this.seen.get(key);
    const table = row.table === undefined ? undefined : this.schema.tables.get(row.table);
    let out: Formula | undefined;
    if (table !== undefined) {
      const effective = this.of(table, role, 'select', 'using');
      // Reading a table without the right to is an error: the condition never holds.
      if (!this.roles.reaches(role, table, 'select')) out = FALSE;
      else if (effective.kind !== 'open') out = this.formula(effective);
    }
    this.seen.set(key, out);
    return out;
  }

  /** What it asks of a row that the caller makes, changes or takes away; undefined where it asks nothing. */
  admitted(row: Row, role: string, command: Exclude<AccessCommand, 'select'>): Formula | undefined {
    const table = row.table === undefined ? undefined : this.schema.tables.get(row.table);
    if (table === undefined) return undefined;
    if (!this.roles.reaches(role, table, command)) return FALSE;
    const effective = this.of(table, role, command, command === 'insert' ? 'check' : 'using');
    return effective.kind === 'open' ? undefined : this.formula(effective);
  }
}
