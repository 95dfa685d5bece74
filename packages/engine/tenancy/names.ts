/** Words of a name in any casing: `organizationId`, `organization_id`, `OrganizationID` → organization, id. */
export function words(name: string): readonly string[] {
  const known = split.get(name);
  if (known !== undefined) return known;
  const made = wordsOf(name);
  // Column names repeat from table to table; the bound only keeps a hostile schema from growing it.
  if (split.size < 50_000) split.set(name, made);
  return made;
}
const split = new Map<string, readonly string[]>();

/** Whether the words of a name are spelled so. Each name is looked at once, for the same reason. */
export function spelled(pattern: RegExp): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const is = pattern.test(words(name).join('_'));
    if (known.size < 50_000) known.set(name, is);
    return is;
  };
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

export function singular(word: string): string {
  if (/(ss|us|is)$/.test(word)) return word;
  if (/ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(sh|ch|x|z|ss)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') && word.length > 2 ? word.slice(0, -1) : word;
}

/**
 * The word that most tables' names begin with (`pm_users`, `pm_pages`): it names the product and says nothing of
 * the table. Undefined where there is none, or where it could be the tenant itself.
 */
export function productPrefix(tables: readonly string[]): string | undefined {
  const count = new Map<string, number>();
  for (const table of tables) {
    const [first, second] = words(table);
    if (first !== undefined && second !== undefined) count.set(first, (count.get(first) ?? 0) + 1);
  }
  const [found] = [...count].sort((a, b) => b[1] - a[1]);
  return found !== undefined && found[1] >= 5 && found[1] >= tables.length * 0.7 && !ROOT_NOUNS.has(canonical(found[0])) ? found[0] : undefined;
}

/** A table's name without the product's. */
export function withoutPrefix(table: string, prefix: string | undefined): string {
  const all = words(table);
  return prefix !== undefined && all.length > 1 && all[0] === prefix ? all.slice(1).join('_') : table;
}

/** Last part of a table's name as a noun: `app_organizations` → organization. */
export function noun(table: string): string {
  const all = words(table);
  return singular(all[all.length - 1] ?? table);
}

const SYNONYMS: Readonly<Record<string, string>> = { org: 'organization', organisation: 'organization', orgs: 'organization', biz: 'business' };

export function canonical(word: string): string {
  const one = singular(word);
  return SYNONYMS[one] ?? one;
}

/** How much a noun by itself says "this is the tenant": 1 for the usual words, less for words that mean other things as well. */
const ROOT_NOUNS: ReadonlyMap<string, number> = new Map([
  ...['organization', 'tenant', 'company', 'workspace'].map((word) => [word, 1] as const),
  ...['team', 'account', 'business', 'agency', 'dealership', 'dealer', 'school', 'clinic', 'firm', 'practice', 'merchant', 'hotel', 'hostel', 'hospital', 'restaurant', 'franchise', 'institution', 'enterprise', 'gym', 'studio', 'salon', 'club', 'church', 'household', 'university', 'farm', 'fleet', 'nonprofit', 'municipality', 'college', 'academy'].map((word) => [word, 0.8] as const),
  ...['store', 'shop', 'brand', 'vendor', 'partner', 'publisher', 'community', 'space', 'group', 'association', 'operator', 'seller', 'carrier', 'environment', 'property', 'portal', 'lab', 'network', 'instance', 'department', 'branch', 'venue', 'family'].map((word) => [word, 0.45] as const),
  ...['project', 'site', 'customer', 'client', 'app', 'application'].map((word) => [word, 0.3] as const),
]);

export function rootWeight(table: string): number {
  const all = words(table);
  const last = canonical(all[all.length - 1] ?? table);
  const weight = ROOT_NOUNS.get(last) ?? 0;
  // `app_organizations` is as good as `organizations`; `insurance_companies` or `bank_accounts` are things a tenant keeps.
  if (all.length === 1 || weight === 0) return weight;
  return all.slice(0, -1).every((word) => PREFIXES.has(word)) ? weight : weight * 0.4;
}
const PREFIXES = new Set(['app', 'core', 'tbl', 't', 'sys', 'saas', 'public', 'main', 'cc', 'tenant', 'customer', 'user', 'client', 'iam', 'auth', 'base', 'crm', 'erp']);

/** `tenant` in any dress names the tenant whatever the root is called. */
export const isTenantWord = spelled(/^(tenant|tenant_id|tenant_uuid|tenant_key)$/);

/** The noun that an id column names: `organizationId` → organization, `owner_org` → undefined, `tenant` → tenant. */
export function idNoun(column: string): string | undefined {
  const all = words(column);
  const last = all[all.length - 1];
  if (all.length === 2 && (last === 'id' || last === 'uuid' || last === 'fk' || last === 'key' || last === 'ref')) return canonical(all[0] ?? '');
  if (all.length === 1 && last !== undefined && (ROOT_NOUNS.get(canonical(last)) ?? 0) >= 0.8) return canonical(last);
  return undefined;
}

export const isPersonTable = spelled(/^(user|users|app_users?|auth_users?|profiles?|user_profiles?|people|persons?|identities|individuals?|members|accounts_user|system_users?|staff|employees?|drivers?|sales)$/);

/** Names under which a table holds the id of the user that the row is about. */
export const isSubjectColumn = spelled(/^(user|user_id|user_uuid|users_id|uid|auth_id|auth_uid|auth_user|auth_user_id|authid|supabase_user_id|supabase_id|clerk_id|clerk_user_id|profile_id|user_profile_id|member_id|member_user_id|account_user_id|individual_id|person_id|staff_id|employee_id|owner_id|owner|owner_user_id|app_user_id|principal_id|subject_id)$/);

/** Names under which a table holds the id of a user who did something to the row. */
export const isAuthorColumn = spelled(/^(created_by|created_by_id|created_by_user_id|updated_by|updated_by_id|author|author_id|assigned_to|assignee_id|assigned_user_id|assigned_by|sender_id|receiver_id|recipient_id|invited_by|invited_by_id|invited_by_user_id|uploaded_by|submitted_by|reviewed_by|reviewer_id|approved_by|deleted_by|creator_id|requested_by|performed_by|actor_id|changed_by|added_by)$/);

/** Of those, the user whom the row would not exist without. */
export const isCreatorColumn = spelled(/^(created_by|created_by_id|created_by_user_id|author|author_id|creator_id|uploaded_by|submitted_by|sender_id|requested_by|added_by)$/);

/** `current_organization_id`: what the user looks at now, not what the user belongs to. */
export const isPointer = spelled(/^(last|current|active|default|selected|preferred|previous)_/);

export function isMembershipName(table: string): boolean {
  const text = words(table).join('_');
  if (/(preference|setting|session|notification|invit|token|log|activity|activitie|favorite|favourite|history|quota|usage|device|event|feedback|message|subscription|request|consent|read|view|pin|bookmark|draft|filter|order|payment|survey|response|score|attempt|progress)/.test(text)) return false;
  return /(member|membership|_user|user_|users_|staff|employee|seat|_role|role_|collaborator|participant|_access|teammate|affiliation|_admin|_owner|permission|assignment)/.test(text);
}

export const isPlainMembershipName = spelled(/(member|membership|collaborator|teammate)s?$/);

export function isBookkeeping(table: string): boolean {
  return /^(_?prisma_migrations|_+.*migrations?|schema_migrations|.*_schema_version|flyway_schema_history|goose_db_version|alembic_version|knex_migrations(_lock)?|typeorm_metadata|ar_internal_metadata|spatial_ref_sys|databasechangelog(lock)?|drizzle_migrations|migrations?|migration_.*|seed_files|schema_version)$/.test(table.toLowerCase());
}

/** Nouns of reference data that nobody owns. */
export const isReferenceName = spelled(/(countr(y|ies)|currenc(y|ies)|timezones?|time_zones?|languages?|locales?|plans?|pricing_tiers?|tiers?|products_catalog|permissions?|role_permissions?|roles?|features?|feature_flags?|industr(y|ies)|categor(y|ies)|taxonom(y|ies)|exchange_rates?|states|provinces|cities|regions?|zip_?codes|holidays|system_settings?|app_settings?|app_config|global_settings?|platform_settings?|software_versions?|changelogs?|release_notes|announcements?|faqs?|blog_posts|enums?|lookups?|types?|templates_catalog|credits_steps|role_hierarchy|spatial_ref_sys|translations?|units?)$/);

export const isSecretColumn = spelled(/(token|token_hash|hashed_token|hashed_key|key_hash|api_key|apikey|secret|secret_hash|invite_code|invitation_code|access_code|claim_code|device_code|session_token|share_token|magic_link|otp|hash)$/);

export const isSecretTable = spelled(/(invit|token|api_key|apikey|verification|magic|device_code|device_auth|access_code|share_link|password_reset|claim_link|webhook_secret)/);

/** Boolean columns that say a row is for everybody. */
export const isSharedColumn = spelled(/^(?=is_|(?:public|shared|global)$)(is_)?(public|template|shared|global|system|system_template|public_template|builtin|built_in|platform)$/);

export const isRoleColumn = spelled(/^(role|roles|user_role|member_role|role_id|org_role|account_role|team_role|access_level|permission_level|user_right|is_admin|is_owner)$/);
