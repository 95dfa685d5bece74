import type { MigrationTool, Step } from './history.ts';

/** What the tool tells migrations apart by. */
export function versionOf({ id, tool, file }: Step): string | undefined {
  if (tool === 'flyway') return /^V(\d[\w.]*?)__/.exec(file.slice(file.lastIndexOf('/') + 1))?.[1];
  if (tool === 'sqitch' || tool === 'prisma' || tool === 'models' || tool === 'dump' || tool === 'drizzle') return undefined;
  // People number in between: 027_1, 026.1.
  const digits = (tool === 'plain' ? /^\d+(?:[._]\d+(?=[._-]))*/ : /^\d+/).exec(id)?.[0];
  return digits === undefined ? undefined : digits.replace(/^0+(?=\d)/, '');
}

/** What becomes of a migration that is added, or changed, before one that the tool has run already. */
export function lateMigration(tool: MigrationTool): string {
  return LATE[tool] ?? 'Tools run it late, never, or refuse.';
}

const LATE: Partial<Readonly<Record<MigrationTool, string>>> = {
  supabase: '`supabase db push` refuses it without --include-all; a file that was edited is not run again.',
  'golang-migrate': 'The tool remembers only the last version and never runs what lies before it.',
  drizzle: 'The tool runs what is newer than its last entry, and never this.',
  flyway: 'Flyway ignores it, or stops at its checksum when it was edited.',
  goose: 'goose refuses missing migrations; a file that was edited is not run again.',
  'node-pg-migrate': 'The tool refuses a migration that precedes one that was run.',
};

/** Whether the tool compares a checksum of what it has run with the file: then even another comment is another migration. */
export function keepsChecksum(tool: MigrationTool): boolean {
  return tool === 'flyway' || tool === 'prisma' || tool === 'graphile-migrate';
}
