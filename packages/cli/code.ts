import { prove } from '@tenantlint/engine';
import type { FlowInput } from '@tenantlint/engine/flow';
import type { ClientAdapter, CodeFact, ModelMap, QuerySite, Unread } from '@tenantlint/model';
import { NO_CODE, type CodeRead } from './code-read.ts';
import type { Parsed } from './memory/parsed.ts';
import { asking } from './memory/questions.ts';
import { installedVersions } from './packages.ts';
import { readPythonCode } from './python-code.ts';
import type { Workspace } from './workspace.ts';

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

type Known = Omit<FlowInput, 'adapters' | 'prove' | 'models'>;

/** Judges the queries of the product's code, in whatever languages it is written. */
export async function readCode(workspace: Workspace, system: (file: string) => boolean, known: Known, maps: readonly ModelMap[], parsed?: Parsed): Promise<CodeRead> {
  const [typescript, python] = [await readTypeScript(workspace, known, maps.filter((m) => m.source !== 'sqlalchemy'), parsed), await readPythonCode(workspace, known, maps)];
  return {
    sites: [...typescript.sites, ...python.sites].map(byDesign(system)),
    facts: [...typescript.facts, ...python.facts].filter((fact) => !system(fact.at.file)),
    comments: new Map([...typescript.comments, ...python.comments]),
    unread: [...typescript.unread, ...python.unread],
    files: [...typescript.files, ...python.files],
  };
}

/**
 * Judges the queries of TypeScript and JavaScript. The compiler is only loaded where a file shows a client: most runs
 * of a hook see SQL alone.
 */
async function readTypeScript(workspace: Workspace, known: Known, maps: readonly ModelMap[], parsed: Parsed | undefined): Promise<CodeRead> {
  const code = [...workspace.files].filter((f) => CODE.test(f) && !f.endsWith('.d.ts'));
  if (code.length === 0) return NO_CODE;
  const { clients } = await import('@tenantlint/readers/typescript/clients');
  const models = merged(maps);
  const hints = hintsOf(clients, models);
  const named = new RegExp(`['"](?:${clients.flatMap((c) => c.packages).map(escaped).join('|')})['"/]`);
  const glance = await asking(workspace, { about: 'code', hints: hints.source, clients: named.source });
  if (!code.some((f) => { const seen = glance(f); return seen?.asks === true || seen?.client === true; })) return NO_CODE;
  const [{ lowerFile, readProgram }, { analyse: judgeSites, frameworkPackages }] = await Promise.all([import('@tenantlint/readers/typescript'), import('@tenantlint/engine/flow')]);
  const program = readProgram({
    files: workspace.files,
    configs: new Map([...workspace.files].filter((f) => /(?:^|\/)(?:[tj]sconfig[^/]*|package)\.json$/.test(f)).map((f) => [f, workspace.text(f) ?? ''])),
    text: (path) => workspace.text(path),
    glance,
    lower: (source) => parsed?.lowered(source, lowerFile) ?? lowerFile(source),
    packages: await installedVersions(workspace, new Set([...clients.flatMap((c) => c.packages), ...frameworkPackages])),
  });
  const told = new Map<string, CodeFact>();
  const tell = (fact: CodeFact): void => void told.set(`${fact.kind} ${fact.at.file}:${fact.at.start}:${'name' in fact ? fact.name : ''}`, fact);
  const unread: Unread[] = [];
  const sites = judgeSites(program, { ...known, models, adapters: clients, prove, tell, giveUp: (of) => unread.push(of) });
  const files = [...program.files.values()];
  return {
    sites,
    facts: [...told.values()].sort((a, b) => (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.start - b.at.start)),
    comments: new Map(files.map((f) => [f.path, f.comments])),
    unread: [...program.unread(), ...unread],
    files: files.map((f) => f.path),
  };
}

/** Keys of the database that may stand where browsers load them. */
const SECRETS = '_(?:SERVICE_?ROLE|SERVICE_KEY|SECRET|PRIVATE_KEY|ADMIN_KEY|DATABASE_URL|DB_PASSWORD)|sb_secret_|[\'"`]eyJ';

/**
 * Words of which a file that asks the database holds at least one: a method that only clients have, a common method
 * (`create`) of a model's delegate or with a name as its first argument.
 */
function hintsOf(clients: readonly ClientAdapter[], models: ModelMap | undefined): RegExp {
  const methods = [...new Set(clients.flatMap((c) => [...c.methods]))].sort();
  const telling = methods.filter((m) => /[A-Z$]/.test(m));
  const common = methods.filter((m) => !/[A-Z$]/.test(m));
  const delegates = [...(models?.models.values() ?? [])].map((m) => m.delegate);
  const parts = [
    SECRETS,
    ...(telling.length > 0 ? [`\\.(?:${telling.map(escaped).join('|')})\\b`] : []),
    ...(common.length > 0 ? [`\\.(?:${common.map(escaped).join('|')})\\(\\s*['"\`]`] : []),
    ...(common.length > 0 && delegates.length > 0 ? [`\\b(?:${delegates.map(escaped).join('|')})\\??\\.(?:${common.map(escaped).join('|')})\\b`] : []),
  ];
  return new RegExp(parts.join('|'));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Several schemas of one product: where two have a model of the same name, the first is meant. */
function merged(maps: readonly ModelMap[]): ModelMap | undefined {
  const [first, ...others] = maps;
  if (!first || others.length === 0) return first;
  return { source: first.source, models: new Map(maps.toReversed().flatMap((m) => [...m.models])) };
}

/** Code that the configuration declares to work for all tenants. */
function byDesign(system: (file: string) => boolean): (site: QuerySite) => QuerySite {
  return (site) => {
    if (!system(site.at.file) || (site.verdict !== 'leak' && site.verdict !== 'unknown')) return site;
    const { defect: _defect, defectAt: _at, ...rest } = site;
    return { ...rest, verdict: 'by-design', certainty: 'proven', why: [{ text: 'the configuration declares this code to work for all tenants', at: site.at }] };
  };
}
