import { byPlace, compare } from '@tenantlint/engine';
import type { History, Outcome, Summary } from '@tenantlint/model';
import { wantsPrisma } from '@tenantlint/readers/prisma';
import { unrelated } from './unrelated.ts';
import type { Workspace } from './workspace.ts';

const CONFIG = 'tenantlint.config.jsonc';
/** Files that make a folder a project of its own. */
const MARK = /^(?:package\.json|pyproject\.toml|go\.mod|Cargo\.toml|composer\.json|Gemfile|tenantlint\.config\.jsonc)$/;

/**
 * Folders of a run that are products of their own, each with a database of its own: projects that tell of a schema, in
 * folders that are beside one another and below no common project, or each with a configuration of its own. One product
 * (the usual case) gives no folder.
 */
export function productFolders(workspace: Workspace): readonly string[] {
  const marked = [...workspace.files].filter((f) => MARK.test(nameOf(f)));
  const configured = new Set(marked.filter((f) => nameOf(f) === CONFIG).map(folderOf));
  const found = configured.size > 1 && !configured.has('') ? owners(workspace, configured) : [];
  return found.length > 0 ? found : owners(workspace, new Set(marked.map(folderOf)));
}

/**
 * What to say where projects of one workspace look as if each had a database of its own, and are judged as one product:
 * nothing of one speaks of what another makes. Undefined where the root has tables or a configuration too.
 */
export function severalTogether(workspace: Workspace, histories: readonly History[]): string | undefined {
  if (workspace.files.has(CONFIG)) return undefined;
  const projects = new Set([...workspace.files].filter((f) => MARK.test(nameOf(f))).map(folderOf));
  const folders = unrelated(histories, (file) => projectOf(file, projects));
  if (folders.length < 2) return undefined;
  const apart = owners(workspace, new Set(folders)).length === folders.length;
  const shown = folders.map((f) => workspace.prefix + f);
  return `Judged as one product with one database: ${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}. If each has its own, ${apart ? `a ${CONFIG} in each ({} will do) makes them judged each on its own` : `name one: tenantlint ${shown[0] ?? ''}`}`;
}

/** The folder that a schema lies in by its tool's convention, or else the innermost project. */
function projectOf(file: string, projects: ReadonlySet<string>): string {
  const conventional = /^(?:(.*?)\/)?(?:supabase|prisma)\//.exec(file);
  if (conventional) return conventional[1] ?? '';
  let folder = folderOf(file);
  while (folder !== '' && !projects.has(folder)) folder = folderOf(folder);
  return folder;
}

/** Those of the projects that tell of a schema; none where all of it is one's, or a part is nobody's. */
function owners(workspace: Workspace, projects: ReadonlySet<string>): readonly string[] {
  const found = new Set<string>();
  for (const file of workspace.files) {
    if (!file.endsWith('.sql') && !wantsPrisma(file) && nameOf(file) !== 'alembic.ini') continue;
    const owner = outermost(folderOf(file), projects);
    // Something belongs to no project: then it belongs to all that is here.
    if (owner === undefined) return [];
    found.add(owner);
  }
  return found.size > 1 ? [...found].sort(compare) : [];
}

/** The project that holds a folder and lies in no other. */
function outermost(folder: string, projects: ReadonlySet<string>): string | undefined {
  if (projects.has('')) return '';
  const parts = folder.split('/');
  for (let depth = 1; depth <= parts.length; depth++) {
    const above = parts.slice(0, depth).join('/');
    if (projects.has(above)) return above;
  }
  return undefined;
}

/** One outcome of several products. A rule that did not run in one of them is listed with its folder. */
export function together(parts: readonly { readonly folder: string; readonly outcome: Outcome }[]): Outcome {
  const outcomes = parts.map((p) => p.outcome);
  const add = (of: (s: Summary) => number) => outcomes.reduce((n, o) => n + of(o.summary), 0);
  const tally = (of: (s: Summary) => Readonly<Record<string, number>>) => {
    const sum: Record<string, number> = {};
    for (const o of outcomes) for (const [key, n] of Object.entries(of(o.summary))) sum[key] = (sum[key] ?? 0) + n;
    return sum;
  };
  return {
    tool: outcomes[0]?.tool ?? '',
    root: outcomes[0]?.root ?? '.',
    findings: outcomes.flatMap((o) => o.findings).sort(byPlace),
    notRun: parts.flatMap(({ folder, outcome }) => outcome.notRun.map(({ rule, reason }) => ({ rule, reason: `${folder}: ${reason}` }))),
    unread: outcomes.flatMap((o) => o.unread),
    notes: parts.flatMap(({ folder, outcome }) => outcome.notes.map((n) => `${folder}: ${n}`)),
    summary: {
      files: add((s) => s.files), steps: add((s) => s.steps), tables: add((s) => s.tables), sites: add((s) => s.sites),
      errors: add((s) => s.errors), warnings: add((s) => s.warnings), notes: add((s) => s.notes), suppressed: add((s) => s.suppressed),
      ledger: { sites: tally((s) => s.ledger.sites), tables: tally((s) => s.ledger.tables) },
    },
    rules: [...new Map(outcomes.flatMap((o) => o.rules).map((r) => [r.id, r])).values()],
    text: (file) => {
      for (const o of outcomes) {
        const text = o.text(file);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
