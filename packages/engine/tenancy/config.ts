/** How one table's rows belong, where the inference needs a word: the `tables` entries of the `tenancy` section. */
export type TableTenancy =
  | 'global'
  | 'root'
  | { readonly keyed: string | readonly string[] }
  /** The foreign key column that leads to the owning row. */
  | { readonly through: string }
  | { readonly userOwned: string }
  | { readonly membership: { readonly user: string; readonly tenant: string; readonly role?: string } }
  | { readonly preTenant: string };

/** The `tenancy` section of tenantlint.config.jsonc. Everything is optional; what is absent is inferred. */
export interface TenancyConfig {
  /** Table whose rows are the tenants; `organizations` or `app.organizations`. */
  readonly root?: string;
  /** Further names of the tenant column. */
  readonly keys?: readonly string[];
  readonly users?: string;
  readonly tables?: Readonly<Record<string, TableTenancy>>;
  /** Rows that everybody may see, by table: a boolean column, `column = 'value'` or `column is null`. */
  readonly shared?: Readonly<Record<string, string>>;
  /** Functions that tell whether the caller is a member of the tenant given as an argument, where their bodies cannot be read. */
  readonly isMember?: string | readonly string[];
  /** Functions that return the caller's tenant (or tenants). */
  readonly currentTenant?: string | readonly string[];
  /** Functions that return the caller's user id. */
  readonly currentUser?: string | readonly string[];
  /** Settings that hold the tenant and that only the server can set. */
  readonly trustedSettings?: readonly string[];
  /** Role names that mean an administrator of the platform rather than of one tenant. */
  readonly adminRoles?: readonly string[];
}

/** Role names that stand for the platform's own staff in the products that were read; `admin` alone never does. */
export const ADMIN_ROLES: readonly string[] = [
  'super_admin', 'superadmin', 'super-admin', 'super admin', 'superuser', 'platform_admin', 'platform-admin', 'platformadmin', 'platform_owner',
  'system_admin', 'sysadmin', 'system', 'global_admin', 'service_role', 'root', 'internal_admin', 'saas_admin', 'app_admin', 'supabase_admin',
];

export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
