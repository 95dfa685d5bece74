import type { Formula, Row, Schema, SqlExpr, Table } from '@tenantlint/model';
import { never, walkExpr } from '@tenantlint/model';
import type { EffectiveRules } from './effective.ts';
import { policiesFor } from './policies.ts';

/** Rows that a formula reads in the caller's name, the negated ones too. */
export function rowsRead(formula: Formula, definers = false): readonly Row[] {
  const out: Row[] = [];
  const stack: Formula[] = [formula];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    switch (next.kind) {
      case 'and': case 'or': stack.push(...next.of); break;
      case 'not': stack.push(next.of); break;
      case 'exists':
        for (const row of next.rows) if (definers || row.definer !== true) out.push(row);
        stack.push(next.where);
        break;
      case 'true': case 'false': case 'compare': case 'null': case 'opaque': break;
      default: return never(next);
    }
  }
  return out;
}

/**
 * A policy that reads a table whose own policies lead back to it fails at run time, whatever it says. Reading happens
 * under the SELECT policies; tables without row level security for the role, and definer functions, cut the circle.
 */
export class Recursion {
  private readonly schema: Schema;
  private readonly rules: EffectiveRules;
  private readonly memo = new Map<string, readonly string[] | undefined>();
  /** By condition, then by the table and the role that it is asked for. */
  private readonly circles = new WeakMap<Formula, Map<string, readonly string[] | undefined>>();

  constructor(schema: Schema, rules: EffectiveRules) {
    this.schema = schema;
    this.rules = rules;
  }

  /** The circle that a condition runs into, as table keys. `of`: the table whose policy it is. */
  circle(formula: Formula, role: string, of?: Table): readonly string[] | undefined {
    const rows = rowsRead(formula);
    // Most conditions read nothing.
    if (rows.length === 0) return undefined;
    let known = this.circles.get(formula);
    if (known === undefined) this.circles.set(formula, (known = new Map()));
    const key = `${of?.key ?? ''}|${role}`;
    if (known.has(key)) return known.get(key);
    const found = this.around(formula, rows, role, of);
    known.set(key, found);
    return found;
  }

  private around(formula: Formula, rows: readonly Row[], role: string, of: Table | undefined): readonly string[] | undefined {
    const again = of === undefined ? undefined : this.again(formula, role, of);
    if (again !== undefined) return again;
    for (const table of new Set(rows.map((row) => row.table))) {
      const found = table === undefined ? undefined : this.from(table, role);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * A statement that comes back to its own table within one query is refused as soon as the table's SELECT policies hold
   * any sub-select, `(select auth.uid())` included: Postgres looks no further. What a function reads is a query of its own.
   */
  private again(formula: Formula, role: string, of: Table): readonly string[] | undefined {
    const effective = this.rules.of(of, role, 'select', 'using');
    if (effective.kind !== 'policies' || !policiesFor(of, 'select').some((policy) => policy.using !== undefined && hasSelect(policy.using))) return undefined;
    const queue: { readonly path: readonly string[]; readonly next: readonly string[] }[] = [{ path: [of.key], next: inlineReads(formula, of) }];
    const seen = new Set<string>();
    for (let here = queue.shift(); here !== undefined; here = queue.shift()) {
      for (const key of here.next) {
        if (key === of.key) return [...here.path, key];
        const table = this.schema.tables.get(key);
        const inner = table === undefined || seen.has(key) ? undefined : this.rules.of(table, role, 'select', 'using');
        seen.add(key);
        if (table !== undefined && inner?.kind === 'policies') queue.push({ path: [...here.path, key], next: inlineReads(this.rules.formula(inner), table) });
      }
    }
    return undefined;
  }

  private from(start: string, role: string): readonly string[] | undefined {
    const key = `${start}|${role}`;
    if (this.memo.has(key)) return this.memo.get(key);
    const found = this.search(start, role);
    this.memo.set(key, found);
    return found;
  }

  private search(start: string, role: string): readonly string[] | undefined {
    const done = new Set<string>();
    const path: { readonly table: string; readonly next: string[] }[] = [{ table: start, next: this.edges(start, role) }];
    while (path.length > 0) {
      const top = path[path.length - 1];
      const table = top?.next.pop();
      if (top === undefined) break;
      if (table === undefined) {
        done.add(top.table);
        path.pop();
        continue;
      }
      const at = path.findIndex((one) => one.table === table);
      if (at >= 0) return [...path.slice(at).map((one) => one.table), table];
      if (!done.has(table)) path.push({ table, next: this.edges(table, role) });
    }
    return undefined;
  }

  private edges(key: string, role: string): string[] {
    const table = this.schema.tables.get(key);
    if (table === undefined) return [];
    const effective = this.rules.of(table, role, 'select', 'using');
    if (effective.kind !== 'policies') return [];
    return [...new Set(rowsRead(this.rules.formula(effective)).map((row) => row.table))].filter((one): one is string => one !== undefined).sort();
  }
}

/** Tables named in the sub-selects of the table's own policies, not inside functions that they call. */
function inlineReads(formula: Formula, of: Table): readonly string[] {
  const exprs = [...of.policies.values()].flatMap((policy) => [policy.using, policy.check]);
  const written = (row: Row): boolean => exprs.some((expr) => expr !== undefined && expr.at.file === row.at.file && expr.at.start <= row.at.start && row.at.end <= expr.at.end);
  return [...new Set(rowsRead(formula).filter(written).map((row) => row.table))].filter((one): one is string => one !== undefined).sort();
}

function hasSelect(expr: SqlExpr): boolean {
  let found = false;
  walkExpr(expr, { statement: () => { found = true; } });
  return found;
}
