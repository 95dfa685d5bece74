import { tableName, type Access, type AccessCommand, type Environment, type QuerySite, type Schema, type SiteVerb } from '@tenantlint/model';
import type { IsolationFacts } from './isolation/index.ts';

const COMMANDS: Readonly<Record<Exclude<SiteVerb, 'call'>, readonly AccessCommand[]>> = {
  select: ['select'], count: ['select'], insert: ['insert'], update: ['update'], delete: ['delete'], upsert: ['insert', 'update'],
};

/**
 * What row level security makes of queries that did not isolate themselves, where their client cannot go past it.
 * Where the policies isolate, so does the query. Where they do not, the policy is the one cause, and the query is
 * counted as a leak without a defect of its own.
 */
export function underRowSecurity(sites: readonly QuerySite[], isolation: Pick<IsolationFacts, 'access' | 'viewAccess'>, schema: Schema, environment: Environment): readonly QuerySite[] {
  if (environment.kind === 'own-connection') return sites;
  const accessOf = (key: string): readonly Access[] => {
    const table = schema.tables.get(key);
    const view = schema.views.get(key);
    return table ? isolation.access(table) : view ? isolation.viewAccess(view) : [];
  };
  return sites.map((site) => {
    const roles = rolesOf(site, environment);
    // Policies of stored files are asked by bucket and path where the query is judged.
    if (roles.length === 0 || site.table === undefined || site.verb === 'call' || site.table === 'storage.objects') return site;
    if (site.verdict !== 'leak' && site.verdict !== 'unknown') return site;
    // A foreign key looks at rows that the policies hide.
    if (site.defect?.kind === 'linked') return site;
    const commands = COMMANDS[site.verb];
    const access = accessOf(site.table).filter((a) => roles.includes(a.role) && commands.includes(a.command));
    if (access.length === 0) return site;
    const { defect: _defect, defectAt: _defectAt, ...rest } = site;
    const who = roles.join(' and ');
    const name = tableName(site.table);
    const worst = access.find((a) => a.verdict === 'leak') ?? access.find((a) => a.verdict === 'unknown');
    if (!worst) return { ...rest, verdict: 'injected', certainty: 'proven', why: [{ text: `row level security of ${name} answers for ${who}`, at: access[0]?.why[0]?.at ?? site.at }] };
    if (worst.verdict === 'unknown') return { ...rest, verdict: 'unknown', certainty: 'possible', why: [{ text: `what row level security of ${name} lets ${who} reach could not be decided`, at: worst.why[0]?.at ?? site.at }] };
    return site.verdict === 'unknown' ? site : { ...rest, why: [...site.why, { text: `row level security of ${name} does not keep ${who} to a tenant either`, at: worst.escape?.at ?? worst.why[0]?.at ?? site.at }] };
  });
}

/** Database roles that the client's requests arrive as; none where it goes past row level security or cannot be told. */
function rolesOf({ clientKind }: QuerySite, { untrusted }: Environment): readonly string[] {
  if (clientKind === 'user') return untrusted.filter((role) => role !== 'anon');
  return clientKind === 'anon' ? untrusted.filter((role) => role === 'anon') : [];
}
