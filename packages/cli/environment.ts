import type { Environment, Reason, Schema, Span } from '@tenantlint/model';
import type { Config } from './config-file.ts';
import { dependencies } from './packages.ts';
import type { Workspace } from './workspace.ts';

/** What the repository shows of the platform, before anything is replayed: it decides what the history starts from. */
export interface Platform {
  readonly kind: Environment['kind'];
  readonly why: readonly Reason[];
  /** Schemas that the API's configuration exposes; undefined where it says nothing. */
  readonly exposed: readonly string[] | undefined;
  /** What the database holds before the first migration. */
  readonly base: 'supabase' | 'plain';
  /** Role of requests without a signed-in user, where the API's configuration names it. */
  readonly anonymous: string | undefined;
}

/** A history that makes the platform's own tables starts from an empty database. */
const OWN_USERS = /\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?"?auth"?\s*\.\s*"?users"?/i;
/** Unless its caller is made up: a function that does not look at the request stands in for the platform's on a developer's machine. */
const OWN_CALLER = /\bcreate\s+(?:or\s+replace\s+)?function\s+"?auth"?\s*\.\s*"?uid"?\s*\([^$]*(\$\w*\$)([^]*?)\1/i;
/** So does one that makes the platform's roles, unless it takes the rest of the platform for granted. */
const OWN_ROLES = /\bcreate\s+role\s+"?(?:anon|authenticated)"?/i;
const GIVEN = /"?\bauth"?\s*\.\s*"?(?:users|uid|jwt)\b|\bstorage"?\s*\.\s*"?(?:objects|buckets)\b/i;

/** SQL that only runs on Supabase: its auth functions and its storage. */
const SUPABASE_SQL = /\bauth\s*\.\s*(?:uid|jwt|role)\b|\bstorage\s*\.\s*(?:objects|buckets)\b/i;
/** Its users are kept by its auth server, which others run on its own: by themselves they show no API, unless rows are meant to be secured. */
const AUTH_USERS = /\bauth"?\s*\.\s*"?users\b/i;
const ROW_SECURITY = /\brow\s+level\s+security\b/i;
/** Its roles have everyday names: a lone grant to one is no sign where the product keeps the tenant in a setting of its own. */
const SUPABASE_ROLES = /\bto\s+(?:"?anon"?|"?authenticated"?)\b/i;
const OWN_SETTING = /\bcurrent_setting\s*\(\s*'(?!request\.|pgrst\.|role')\w+\.\w+'/i;

export function detectPlatform(workspace: Workspace, config: Config, sqlFiles: readonly string[]): Platform {
  const declared = config.environment?.kind;
  const here = (file: string): Span => ({ file, start: 0, end: 0 });
  const toml = [...workspace.files].find((f) => /(?:^|\/)supabase\/config\.toml$/.test(f));
  const conf = [...workspace.files].find((f) => /(?:^|\/)postgrest\.conf$/.test(f));
  const settings = conf === undefined ? '' : (workspace.text(conf) ?? '');
  const api = toml === undefined ? undefined : tomlList(workspace.text(toml) ?? '', 'api', 'schemas');
  const some = (pattern: RegExp) => sqlFiles.some((f) => pattern.test(workspace.text(f) ?? ''));
  const madeUp = (file: string): boolean => {
    const body = OWN_CALLER.exec(workspace.text(file) ?? '')?.[2];
    return body !== undefined && !/current_setting|\bjwt\b/i.test(body);
  };
  const ownPlatform = () => !sqlFiles.some(madeUp) && (some(OWN_USERS) || (some(OWN_ROLES) && !some(GIVEN)));
  const from = (kind: Environment['kind'], file: string, text: string): Platform => ({
    kind: declared ?? kind,
    why: declared !== undefined && declared !== kind ? [] : [{ text, at: here(file) }],
    exposed: api ?? confList(settings, 'db-schemas?'),
    anonymous: confList(settings, 'db-anon-role')?.[0],
    base: (declared ?? kind) === 'supabase' && !ownPlatform() ? 'supabase' : 'plain',
  });
  if (toml !== undefined) return from('supabase', toml, `${toml} is there: a Supabase project`);
  const folder = sqlFiles.find((f) => /(?:^|\/)supabase\/(?:migrations|schemas)\//.test(f));
  if (folder !== undefined) return from('supabase', folder, `${folder} is a Supabase migration`);
  if (conf !== undefined) return from('postgrest', conf, `${conf} configures PostgREST`);
  for (const file of [...workspace.files].filter((f) => f === 'package.json' || f.endsWith('/package.json'))) {
    const names = dependencies(workspace.text(file) ?? '').map(([name]) => name);
    if (names.some((n) => n.startsWith('@supabase/'))) return from('supabase', file, `${file} depends on Supabase's client`);
    if (names.includes('postgraphile')) return from('postgraphile', file, `${file} depends on PostGraphile`);
  }
  const mention = sqlFiles.find((f) => SUPABASE_SQL.test(workspace.text(f) ?? '')) ?? (some(ROW_SECURITY) ? sqlFiles.find((f) => AUTH_USERS.test(workspace.text(f) ?? '')) : undefined) ?? (some(OWN_SETTING) ? undefined : sqlFiles.find((f) => SUPABASE_ROLES.test(workspace.text(f) ?? '')));
  if (mention !== undefined) return from('supabase', mention, `${mention} uses Supabase's roles or functions`);
  return from('own-connection', '', 'nothing shows an API in front of the database: the product talks to it over a connection of its own');
}

/** Who speaks to the database, from the platform and from what the replayed history left behind. */
export function environment(platform: Platform, schema: Schema, config: Config, owner?: Reason): Environment {
  const given = config.environment ?? {};
  const { kind } = platform;
  const own = kind === 'own-connection' ? applicationRole(schema) : undefined;
  const owns = kind === 'own-connection' && !own ? owner : undefined;
  return {
    kind,
    untrusted: given.untrusted ?? untrustedRoles(platform, schema),
    exposed: given.exposed ?? platform.exposed ?? (kind === 'own-connection' ? [] : kind === 'supabase' ? ['public', 'graphql_public'] : ['public']),
    connectsAs: given.connectsAs ?? (own ? 'app-role' : owns ? 'owner' : 'unknown'),
    ...(own ? { appRole: own.role } : {}),
    why: [...platform.why, ...(own ? [own.why] : owns ? [owns] : [])],
  };
}

function untrustedRoles({ kind, anonymous }: Platform, schema: Schema): readonly string[] {
  switch (kind) {
    case 'supabase': return ['anon', 'authenticated'];
    case 'own-connection': return [];
    case 'postgrest': case 'postgraphile': {
      // Roles that requests switch to cannot log in themselves; whoever bypasses RLS is no stranger's role.
      const switched = [...schema.roles.values()].filter((r) => !r.platform && r.options.login !== true && r.options.bypassRls !== true && r.options.superuser !== true).map((r) => r.name);
      return [...new Set([...(anonymous === undefined ? [] : [anonymous]), ...switched])].sort();
    }
  }
}

/** The one role that the policies or the grants are made for, and that can log in and is subject to them. */
function applicationRole(schema: Schema): { readonly role: string; readonly why: Reason } | undefined {
  const subject = [...schema.roles.values()].filter((r) => !r.platform && r.options.superuser !== true && r.options.bypassRls !== true);
  const named = new Set([...schema.tables.values()].flatMap((t) => [...[...t.policies.values()].flatMap((p) => p.roles), ...t.grants.map((g) => g.role)]));
  const candidates = subject.filter((r) => named.has(r.name));
  const logins = candidates.filter((r) => r.options.login === true);
  const [only, ...more] = logins.length > 0 ? logins : candidates;
  return only && more.length === 0 ? { role: only.name, why: { text: `${only.name} is the role that the application's rows are granted to`, at: only.at } } : undefined;
}

/** One list of strings of a TOML table; undefined where the table does not set it. Only what such a file holds is read. */
function tomlList(text: string, table: string, key: string): string[] | undefined {
  let inside = false;
  for (const [, header, name, value] of text.matchAll(/^[ \t]*(?:\[([^\]\n]+)\][ \t]*(?:#.*)?|([\w-]+)[ \t]*=[ \t]*(\[[^\]]*\]|[^\n]*))$/gm)) {
    if (header !== undefined) inside = header.trim() === table;
    else if (inside && name === key) return [...(value ?? '').matchAll(/["']([^"']*)["']/g)].map((m) => m[1] ?? '');
  }
  return undefined;
}

/** `db-schemas = "api, public"` of postgrest.conf. */
function confList(text: string, key: string): string[] | undefined {
  const value = new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*"([^"\\n]*)"`, 'm').exec(text)?.[1];
  return value?.split(',').map((s) => s.trim()).filter((s) => s !== '');
}
