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

const CONFIGS = /^(?:_journal\.json|migration_lock\.toml|sqitch\.plan|config\.toml|drizzle\.config\.\w+)$/;

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
    const described = dumps.find(pool);
    claims.push(...described.filter((dump) => !repeats(dump, claims)));
    if (claims.length === 0) claim(anything);
    const histories = claims.map((one) => one.read(sql));
    return histories
      .map((history) => ({ ...history, skipped: [...history.skipped, ...repeated(history, described, claims)] }))
      .sort((a, b) => byText(a.root, b.root));
  },
};

/** A dump beside a history, or above it, is the state that the history leads to. */
function repeats(dump: Claim, claims: readonly Claim[]): boolean {
  return claims.some((claim) => claim.tool !== 'dump' && isNear(dump.root, claim.root));
}

function isNear(file: string, root: string): boolean {
  const folder = folderOf(file);
  return folder === root || folder === folderOf(root) || folder === '' || root.startsWith(`${folder}/`);
}

function repeated(history: History, found: readonly Claim[], claims: readonly Claim[]): History['skipped'] {
  const owner = (dump: Claim): string | undefined => claims.find((claim) => claim.tool !== 'dump' && isNear(dump.root, claim.root))?.root;
  return found
    .filter((dump) => !claims.includes(dump) && owner(dump) === history.root)
    .map((dump) => ({ file: dump.root, reason: 'the state that the migrations lead to, written down' }));
}
