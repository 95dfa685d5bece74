import type { Policy, Routine, Schema, SqlExpr } from '@tenantlint/model';
import { walkExpr } from '@tenantlint/model';

/** Which policies ask which functions. What a policy calls is found once, however many states hold it. */
export class Helpers {
  readonly #called = new WeakMap<Policy, ReadonlySet<string>>();

  /** Keys of the tables whose policies call the function by its name. */
  tablesAsking(schema: Schema, { schema: of, name }: Routine): readonly string[] {
    const out: string[] = [];
    for (const table of schema.tables.values()) {
      for (const policy of table.policies.values()) {
        if (!this.#callsOf(policy).has(`${of}.${name}`)) continue;
        out.push(table.key);
        break;
      }
    }
    return out.sort();
  }

  #callsOf(policy: Policy): ReadonlySet<string> {
    const known = this.#called.get(policy);
    if (known !== undefined) return known;
    const found = new Set<string>();
    const visit = (expr: SqlExpr): void => void (expr.kind === 'call' && found.add(`${expr.name.schema ?? 'public'}.${expr.name.name}`));
    for (const expr of [policy.using, policy.check]) if (expr !== undefined) walkExpr(expr, { expr: visit });
    this.#called.set(policy, found);
    return found;
  }
}
