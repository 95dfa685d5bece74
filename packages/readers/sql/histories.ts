import type { History, HistoryReader, Source, SqlParser } from '@tenantlint/model';
import { drizzle } from './history/drizzle.ts';
import { flyway } from './history/flyway.ts';
import { graphile } from './history/graphile.ts';
import { marked } from './history/marked.ts';
import { folders, paired } from './history/paired.ts';
import { anything, dumps, plain } from './history/plain.ts';
import { byText, folderOf, nameOf, Pool, type Claim, type Convention } from './history/pool.ts';
import { prisma } from './history/prisma.ts';
import { sqitch } from './history/sqitch.ts';
import { supabase } from './history/supabase.ts';

/** The surest signs first: what one convention claims, no later one sees. */
const CONVENTIONS: readonly Convention[] = [supabase, drizzle, prisma, sqitch, graphile, flyway, marked, paired, folders, plain];

const CONFIGS = /^(?:_journal\.json|migration_lock\.toml|sqitch\.plan|config\.toml|drizzle\.config\.\w+|.+\.sql\.conf|metadata\.toml|\d+_\w*\.go)$/;

/** Histories of migrations written in SQL, whichever tool runs them. */
export const sqlHistories: HistoryReader = {
  id: 'sql',
  wants: (path) => /\.sql$/i.test(path) || CONFIGS.test(nameOf(path)),
  read(sources: readonly Source[], sql: SqlParser): readonly History[] {
    let pool = new Pool(sources);
    const claims: Claim[] = [];
    const claim = (convention: Convention): void => {
      const found = convention.find(pool);
      claims.push(...found);
      if (found.length > 0) pool = pool.without(new Set(found.flatMap(({ paths }) => paths)));
    };
    for (const convention of CONVENTIONS) claim(convention);
    const told = claims.map((one) => one.read(sql));
    const described = dumps.find(pool).map((one) => one.read(sql));
    const dumped = described.map((dump) => ({ dump, owner: repeats(dump, told) }));
    told.push(...dumped.filter(({ owner }) => owner === undefined).map(({ dump }) => dump));
    if (told.length === 0) told.push(...anything.find(pool).map((one) => one.read(sql)));
    const histories = told.map((history) => ({
      ...history,
      skipped: [...history.skipped, ...dumped.filter(({ owner }) => owner === history).map(({ dump }) => ({ file: dump.root, reason: 'the state that the migrations lead to, written down' }))],
    }));
    return histories.map((history) => withoutRepeats(history, histories)).sort((a, b) => byText(a.root, b.root));
  },
};

/**
 * The history whose outcome a dump writes down: one beside or below it, or else one that makes most of its tables.
 * A folder for another product's SQL has no outcome here.
 */
function repeats(dump: History, told: readonly History[]): History | undefined {
  const run = told.filter(({ steps }) => steps.length > 0);
  const near = run.find(({ root }) => isNear(dump.root, root));
  if (near !== undefined) return near;
  const own = created(dump.steps);
  return own.size === 0 ? undefined : run.find(({ steps }) => share(own, created(steps)) >= 0.5);
}

function isNear(file: string, root: string): boolean {
  const folder = folderOf(file);
  return folder === root || folder === folderOf(root) || folder === '' || root.startsWith(`${folder}/`);
}

/** Loose files in the folder of a tool that does not run them are drafts where they make what its migrations make. */
function withoutRepeats(history: History, all: readonly History[]): History {
  const beside = history.tool === 'plain' ? all.find((other) => other !== history && other.root === history.root) : undefined;
  if (beside === undefined) return history;
  const made = created(beside.steps);
  const repeated = history.steps.filter((step) => { const own = created([step]); return own.size > 0 && share(own, made) >= 0.5; });
  if (repeated.length === 0) return history;
  return {
    ...history,
    steps: history.steps.filter((step) => !repeated.includes(step)),
    skipped: [...history.skipped, ...repeated.map(({ file }) => ({ file, reason: `${beside.tool} does not run it, and its migrations make the same tables` }))].sort((a, b) => byText(a.file, b.file)),
  };
}

function created(steps: History['steps']): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { up } of steps) for (const event of up) if (event.kind === 'create-table') names.add(event.name.name);
  return names;
}

function share(own: ReadonlySet<string>, made: ReadonlySet<string>): number {
  return [...own].filter((name) => made.has(name)).length / own.size;
}
