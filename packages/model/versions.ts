import type { History, MigrationTool, Step } from './history.ts';

/** What is known of a tool's order, from what it documents. */
interface Order {
  /** What it writes down of a migration that it has run: of two that share a version one is never run; names differ anyway. */
  readonly keeps: 'version' | 'name';
  /** What becomes of a migration that is added before one that the tool has run already. */
  readonly late: string;
  /** How it is brought behind them; absent: by a later version in its name. */
  readonly mend?: string;
  /** What databases that have run a migration do when it was edited. */
  readonly edited?: string;
  /** What becomes of databases that have run a migration when it was deleted. */
  readonly deleted?: string;
  /** What two of one number tell, where both are run. */
  readonly siblings?: string;
}

const CHECKSUM = 'refuse it: the tool keeps a checksum';
const ORDERS: Partial<Readonly<Record<MigrationTool, Order>>> = {
  supabase: { keeps: 'version', late: '`supabase db push` refuses it without --include-all.', deleted: '`supabase db push` stops at a version that it has no file for' },
  dbmate: { keeps: 'version', late: 'dbmate runs it behind them, or refuses it with --strict.' },
  goose: { keeps: 'version', late: 'goose refuses missing migrations, unless it is called with -allow-missing.' },
  'golang-migrate': { keeps: 'version', late: 'The tool remembers only the last version and never runs what lies before it.' },
  flyway: { keeps: 'version', late: 'Flyway stops at it, or passes over it, unless outOfOrder is set.', edited: CHECKSUM, deleted: 'Flyway stops when it validates them' },
  'graphile-migrate': { keeps: 'version', late: 'The tool refuses it: each committed migration names the hash of the one before it.', edited: CHECKSUM },
  plain: { keeps: 'version', late: 'Tools run it late, never, or refuse.' },
  prisma: { keeps: 'name', late: 'Prisma runs it behind them.', edited: 'keep what it did: `prisma migrate deploy` warns, and `migrate dev` wants the database reset', deleted: '`prisma migrate dev` wants them reset' },
  drizzle: { keeps: 'name', late: 'The tool runs what its journal dates behind the last entry that was run, and never this.', mend: 'Generate it again, so that the journal dates it behind the last one', siblings: 'Two branches made them from one snapshot. Both are run, but the snapshot of each lacks what the other did: `drizzle-kit generate` refuses to go on, or writes it again.' },
  sqitch: { keeps: 'name', late: 'sqitch goes on behind the last change that it has deployed, and never runs this.', mend: 'Put its line of the plan behind the last one' },
  'node-pg-migrate': { keeps: 'name', late: 'The tool refuses a migration that precedes one that was run.' },
  kysely: { keeps: 'name', late: 'Kysely refuses a name that does not follow the last one that was run, unless allowUnorderedMigrations is set.', deleted: 'Kysely stops, as it misses the migration' },
  knex: { keeps: 'name', late: 'Knex runs it behind them.', deleted: 'Knex stops, as it misses the file' },
  typeorm: { keeps: 'name', late: 'TypeORM runs it behind them.' },
  sequelize: { keeps: 'name', late: 'Sequelize runs it behind them.' },
  'mikro-orm': { keeps: 'name', late: 'MikroORM runs it behind them.' },
};

/** What the tool tells migrations apart by; undefined where names alone do. */
export function versionOf(step: Step): string | undefined {
  return ORDERS[step.tool]?.keeps === 'version' ? numberOf(step) : undefined;
}

/** What two migrations of one number tell, where the tool runs both all the same. */
export function siblingsTell(tool: MigrationTool): string | undefined {
  return ORDERS[tool]?.siblings;
}

/** The number or time that stands in the migration's name, as the tool compares it. */
export function numberOf({ id, tool, file }: Step): string | undefined {
  // V1.0, V01 and V1 are one version, and so are V1.1 and V1_1.
  if (tool === 'flyway') return /^V(\d[\w.]*?)__/.exec(nameOf(file))?.[1]?.split(/[._]/).map((part) => part.replace(/^0+(?=\d)/, '')).join('.').replace(/(?:\.0)+$/, '');
  if (tool === 'sqitch' || tool === 'models' || tool === 'dump') return undefined;
  // People number in between: 027_1, 026.1.
  const digits = (tool === 'plain' ? /^\d+(?:[._]\d+(?=[._-]))*/ : tool === 'mikro-orm' ? /^(?:Migration)?(\d+)/ : /^\d+/).exec(id);
  return (digits?.[1] ?? digits?.[0])?.replace(/^0+(?=\d)/, '');
}

/** Whether its place in the history decides when it is run. */
export function isPlaced(step: Step): boolean {
  return step.tool === 'sqitch' || numberOf(step) !== undefined;
}

/** Steps that are not applied although the tool takes a later one for run: each with that one. */
export function lateSteps({ steps }: History, isApplied: (step: Step) => boolean): readonly { readonly step: Step; readonly last: Step }[] {
  const end = steps.findLastIndex((step) => isApplied(step) && isPlaced(step));
  const newest = steps.reduce<Step | undefined>((last, step) => (step.moment !== undefined && step.moment > (last?.moment ?? -Infinity) && isApplied(step) ? step : last), undefined);
  return steps.flatMap((step, i) => {
    if (isApplied(step)) return [];
    // Where a tool goes by dates it goes by nothing else.
    const last = step.moment === undefined ? (i < end && isPlaced(step) ? steps[end] : undefined) : step.moment <= (newest?.moment ?? -Infinity) ? newest : undefined;
    return last === undefined ? [] : [{ step, last }];
  });
}

/** What becomes of a migration that is added before one that the tool has run already. */
export function lateMigration(tool: MigrationTool): string {
  return ORDERS[tool]?.late ?? 'Tools run it late, never, or refuse.';
}

/** How a late migration is brought behind those that are applied. */
export function mendLate(tool: MigrationTool): string {
  return ORDERS[tool]?.mend ?? 'Give it a version behind the last one';
}

/** What databases that have run a migration do with it when it was edited. */
export function editedMigration(tool: MigrationTool): string {
  return ORDERS[tool]?.edited ?? 'never run it again';
}

/** What becomes of databases that have run a migration when it was deleted; undefined where the tool does not mind. */
export function deletedMigration(tool: MigrationTool): string | undefined {
  return ORDERS[tool]?.deleted;
}

/** Whether the tool compares a checksum of what it has run with the file: then even another comment is another migration. */
export function keepsChecksum(tool: MigrationTool): boolean {
  return ORDERS[tool]?.edited !== undefined;
}

/** Heads of a graph of revisions that were branched off one another. Trees of their own have heads of their own. */
export function headsOf({ steps }: History): readonly Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const followed = new Set(steps.flatMap((step) => step.after ?? []));
  const heads = steps.filter((step) => step.after !== undefined && !followed.has(step.id));
  const below = heads.map((head) => {
    const found = new Set([head.id]);
    for (const id of found) for (const before of byId.get(id)?.after ?? []) found.add(before);
    return found;
  });
  return heads.filter((_, i) => below.some((other, j) => j !== i && [...(below[i] ?? [])].some((id) => other.has(id))));
}

/** Holes in numbers that count 1, 2, 3; timestamps have none. */
export function gapsOf({ steps: all }: History): readonly { readonly step: Step; readonly number: string }[] {
  const numbered = all.flatMap((step) => { const version = numberOf(step); return version !== undefined && version.length < 6 ? [{ step, n: Number(version) }] : []; });
  const steps = numbered.length === all.length ? numbered : [];
  if (steps.length < 3 || steps.filter(({ n }, i) => i > 0 && n === (steps[i - 1]?.n ?? 0) + 1).length * 2 < steps.length) return [];
  return steps.flatMap(({ step, n }, i) => { const before = steps[i - 1]?.n; return before !== undefined && n > before + 1 ? [{ step, number: String(before + 1) }] : []; });
}

/** Flyway runs it whenever it changes; what graphile-migrate works on is run until it is committed. */
export function isRepeatable({ tool, file }: Step): boolean {
  return (tool === 'flyway' && nameOf(file).startsWith('R__')) || (tool === 'graphile-migrate' && /(?:^|\/)current(?:\.sql$|\/)/.test(file));
}

/** What people call the migration of a file: the folder's name where each has one of its own. */
export function titleOf(file: string): string {
  const [folder, name = file] = file.split('/').slice(-2);
  return /^(?:migration|up)\.sql$/.test(name) && folder !== undefined && folder !== name ? folder : nameOf(file);
}

/** What the tool knows the migration of a file by; undefined where that stands in the file itself. */
export function identityOf(tool: MigrationTool, file: string): string | undefined {
  if (tool === 'alembic' || tool === 'typeorm') return undefined;
  const title = titleOf(file);
  return /^(?:supabase|dbmate|goose|golang-migrate)$/.test(tool) ? (/^\d+/.exec(title)?.[0] ?? title) : title;
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
