import type { Missing } from '@tenantlint/engine';
import { tableName, type Environment, type Facts, type Need } from '@tenantlint/model';

/** What no source could tell, by the need of the rules that then do not run. */
export function missingFacts(facts: Facts, hasModels: boolean): Missing {
  const { histories } = facts.timeline;
  const sql = histories.some((h) => h.tool !== 'models');
  const missing = new Map<Need, string>();
  if (!sql) {
    missing.set('sql', 'no SQL migrations were found');
    missing.set('rls', 'no SQL says anything of row level security');
  }
  if (!histories.some((h) => h.tool !== 'models' && h.tool !== 'dump')) missing.set('history', 'no migrations were found');
  if (!hasModels) missing.set('models', 'no ORM models were found');
  if (facts.sites.length === 0) missing.set('sites', 'no query of a known database client was found');
  if (!facts.tenancy.found) missing.set('tenancy', 'no tenancy was found');
  return missing;
}

const PLATFORM: Readonly<Record<Environment['kind'], string>> = { supabase: 'Supabase', postgrest: 'PostgREST', postgraphile: 'PostGraphile', 'own-connection': 'no API in front of the database' };

/**
 * What was taken for granted about the project, so that a wrong guess is seen before a wrong finding.
 * @param clients packages that send queries which nobody reads
 * @param together what speaks for several products
 */
export function notes({ tenancy, environment, schema, timeline }: Facts, clients: readonly string[], together: string | undefined): string[] {
  const foreign = timeline.histories.flatMap((h) => h.skipped).filter((s) => s.reason.startsWith('written for '));
  const left = [...new Set(foreign.map((s) => s.reason))].sort().map((reason) => `Left out: ${foreign.filter((s) => s.reason === reason).length} files ${reason}`);
  if (schema.tables.size === 0) return left;
  const owned = [...tenancy.of.values()].filter((t) => !['global', 'unknown', 'root'].includes(t.tenancy.kind)).length;
  const tables = owned === 1 ? '1 table belongs' : `${owned} tables belong`;
  const who = tenancy.root === undefined
    ? tenancy.found
      ? `Tenancy: ${tables} to a tenant that has no table of its own`
      : 'No tenancy was found: no table looks like the tenant, so nothing was judged by tenant. Name it in tenantlint.config.jsonc: { "tenancy": { "root": "organizations" } }'
    : `Tenancy: a row of ${tableName(tenancy.root)} is a tenant, ${tables} to one (\`tenantlint explain table NAME\` says why)`;
  const roles = environment.untrusted.length > 0 ? `; ${environment.untrusted.join(' and ')} are not trusted` : '';
  const app = environment.appRole === undefined ? '' : `; the application connects as ${environment.appRole}`;
  const unread = clients.length === 0 ? [] : [`Not read: queries sent with ${clients.join(', ')} (package.json); only Prisma's, supabase-js's and SQLAlchemy's are`];
  return [...(together === undefined ? [] : [together]), ...left, ...unread, who, `Environment: ${PLATFORM[environment.kind]}${roles}${app}`];
}
