import type { Grant, Policy, Routine, Schema, Table, View } from '@tenantlint/model';

const NONE: ReadonlySet<string> = new Set();

/** Rights of roles, as the catalog holds them. */
export class Roles {
  private readonly schema: Schema;
  private readonly inherited = new Map<string, ReadonlySet<string>>();
  /** By role, then by schema. */
  private readonly entered = new Map<string, Map<string, boolean>>();
  /** A role that no migration makes stands for the application's own: it is granted everything and owns nothing. */
  private readonly assumed: ReadonlySet<string>;

  constructor(schema: Schema, assumed: ReadonlySet<string>) {
    this.schema = schema;
    this.assumed = assumed;
  }

  /** The role, every role whose rights it has without asking, and PUBLIC. */
  rightsOf(role: string): ReadonlySet<string> {
    const known = this.inherited.get(role);
    if (known !== undefined) return known;
    const out = new Set(['public', role]);
    const queue = [role];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const found = this.schema.roles.get(next);
      if (found === undefined || found.options.inherit === false) continue;
      for (const parent of found.memberOf) {
        if (out.has(parent)) continue;
        out.add(parent);
        queue.push(parent);
      }
    }
    this.inherited.set(role, out);
    return out;
  }

  /** Row level security does not apply, and why. */
  bypasses(role: string, table: Table): string | undefined {
    const found = this.schema.roles.get(role);
    if (found?.options.superuser === true) return `${role} is a superuser`;
    if (found?.options.bypassRls === true) return `${role} has BYPASSRLS`;
    if (table.forced?.value === true) return undefined;
    if (role === table.owner) return `${role} owns the table, and row level security is not forced`;
    return this.rightsOf(role).has(table.owner) ? `${role} is a member of ${table.owner}, who owns the table, and row level security is not forced` : undefined;
  }

  applies(policy: Policy, role: string): boolean {
    const rights = this.rightsOf(role);
    return policy.roles.some((name) => rights.has(name));
  }

  /** May the role use objects of the schema at all? */
  enters(role: string, schema: string): boolean {
    let schemas = this.entered.get(role);
    if (schemas === undefined) this.entered.set(role, (schemas = new Map<string, boolean>()));
    let enters = schemas.get(schema);
    if (enters === undefined) schemas.set(schema, (enters = this.mayEnter(role, schema)));
    return enters;
  }

  private mayEnter(role: string, schema: string): boolean {
    if (this.assumed.has(role)) return true;
    const found = this.schema.schemas.get(schema);
    if (found === undefined) return true;
    const rights = this.rightsOf(role);
    return rights.has(found.owner) || this.isSuperuser(role) || found.grants.some((grant) => rights.has(grant.role) && (grant.privilege === 'usage' || grant.privilege === 'all'));
  }

  /** Holds the privilege on the whole object. */
  holds(role: string, object: { readonly owner: string; readonly grants: readonly Grant[] }, privilege: string): boolean {
    if (this.assumed.has(role) || this.isSuperuser(role)) return true;
    const rights = this.rightsOf(role);
    return rights.has(object.owner) || object.grants.some((grant) => grant.columns === undefined && rights.has(grant.role) && (grant.privilege === privilege || grant.privilege === 'all'));
  }

  /** Columns on which the role holds the privilege where it does not hold it on the whole. */
  columns(role: string, object: { readonly grants: readonly Grant[] }, privilege: string): ReadonlySet<string> {
    const rights = this.rightsOf(role);
    let columns: Set<string> | undefined;
    for (const grant of object.grants) {
      if (grant.columns === undefined || grant.privilege !== privilege || !rights.has(grant.role)) continue;
      columns ??= new Set();
      for (const column of grant.columns) columns.add(column);
    }
    return columns ?? NONE;
  }

  reaches(role: string, object: Table | View | Routine, privilege: string): boolean {
    return this.enters(role, object.schema) && (this.holds(role, object, privilege) || this.columns(role, object, privilege).size > 0);
  }

  private isSuperuser(role: string): boolean {
    return this.schema.roles.get(role)?.options.superuser === true;
  }
}
