import { asking } from './memory/questions.ts';
import type { Workspace } from './workspace.ts';

/**
 * Installed versions of packages, as far as the repository says: what a client does with an undefined value depends on
 * them. Lock files tell the truth; without one an exact version of package.json counts, and a range by its lower bound.
 */
export async function installedVersions(workspace: Workspace, names: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const asked = new Map<string, string>();
  for (const file of byDepth(workspace, 'package.json')) {
    for (const [name, range] of dependencies(workspace.text(file) ?? '')) if (names.has(name) && !asked.has(name)) asked.set(name, range);
  }
  const versions = new Map<string, string>();
  if (asked.size === 0) return versions;
  for (const [base, version] of LOCKS) {
    const told = await asking(workspace, { about: 'versions', pattern: [...asked.keys()].map((name) => { const { source, flags } = version(name); return [name, source, flags] as const; }) });
    for (const file of byDepth(workspace, base)) for (const [name, found] of Object.entries(told(file) ?? {})) if (!versions.has(name)) versions.set(name, found);
  }
  for (const [name, range] of asked) {
    const lower = /\d+(?:\.\d+){0,2}/.exec(range)?.[0];
    if (!versions.has(name) && lower !== undefined) versions.set(name, lower);
  }
  return versions;
}

const LOCKS: readonly (readonly [file: string, version: (name: string) => RegExp])[] = [
  ['package-lock.json', (name) => new RegExp(`"(?:node_modules/)?${escaped(name)}": \\{\\s*"version": "([^"]+)"`)],
  ['pnpm-lock.yaml', (name) => new RegExp(`^ +'?${escaped(name)}'?:\\n +specifier: .*\\n +version: '?([\\w.-]+)`, 'm')],
  ['yarn.lock', (name) => new RegExp(`^"?${escaped(name)}@[^\\n]*:\\n +version:? "?([^"\\n]+)`, 'm')],
  ['bun.lock', (name) => new RegExp(`"${escaped(name)}": \\["${escaped(name)}@([^"]+)"`)],
];

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The root's file first: it speaks for the workspace. */
function byDepth(workspace: Workspace, base: string): string[] {
  return [...workspace.files].filter((f) => f === base || f.endsWith(`/${base}`)).sort((a, b) => a.split('/').length - b.split('/').length);
}

/** What a package.json depends on; nothing where it is no JSON. */
export function dependencies(text: string): [string, string][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (typeof parsed !== 'object' || parsed === null) return [];
  const found: [string, string][] = [];
  for (const section of ['dependencies', 'devDependencies', 'peerDependencies']) {
    const entries: unknown = (parsed as Record<string, unknown>)[section];
    if (typeof entries !== 'object' || entries === null) continue;
    for (const [name, range] of Object.entries(entries)) if (typeof range === 'string') found.push([name, range]);
  }
  return found;
}

/** Packages that send queries to Postgres and that no adapter reads, in the order of their names; tests and tools have theirs too. */
export function unreadClients(workspace: Workspace): readonly string[] {
  const found = new Set<string>();
  for (const file of byDepth(workspace, 'package.json')) for (const [name] of dependencies(workspace.text(file) ?? '')) if (UNREAD.has(name)) found.add(name);
  return [...found].sort();
}

const UNREAD = new Set(['drizzle-orm', 'kysely', 'knex', 'objection', 'typeorm', 'sequelize', 'sequelize-typescript', '@mikro-orm/postgresql', 'pg', 'postgres', 'pg-promise', 'slonik', '@slonik/sql-tag', '@neondatabase/serverless', '@vercel/postgres', '@databases/pg', 'massive', 'bookshelf']);

/** The same for Python: lock files first, then what requirements and pyproject pin or at least ask for. */
export function pythonVersions(workspace: Workspace, names: readonly string[]): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  const look = (file: string, pattern: (name: string) => RegExp): void => {
    const text = workspace.text(file) ?? '';
    for (const name of names) {
      const found = versions.has(name) ? undefined : pattern(name).exec(text)?.[1];
      if (found !== undefined) versions.set(name, found);
    }
  };
  for (const base of ['uv.lock', 'poetry.lock', 'pdm.lock']) for (const file of byDepth(workspace, base)) look(file, (name) => new RegExp(`^name = "${name}"\\s+version = "([^"]+)"`, 'im'));
  const asked = (name: string) => new RegExp(`(?:^|["'\\s])${name}(?:\\[[\\w,-]*\\])?\\s*(?:[=~>^]=?=?|= *"[\\^~>=]*)\\s*(\\d[\\w.]*)`, 'im');
  for (const file of [...workspace.files].filter((f) => /(?:^|\/)requirements[^/]*\.txt$/.test(f)).sort()) look(file, asked);
  for (const file of byDepth(workspace, 'pyproject.toml')) look(file, asked);
  return versions;
}
