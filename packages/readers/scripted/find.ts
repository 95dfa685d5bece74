import type { MigrationTool } from '@tenantlint/model';

/** The tools whose migrations are programs. */
export type ScriptedTool = Extract<MigrationTool, 'knex' | 'typeorm' | 'node-pg-migrate' | 'kysely' | 'sequelize' | 'mikro-orm'>;

const CODE = /\.(?:[cm]?[jt]s)$/;
/** Code about migrations that is none itself. */
const ASIDE = /(?:^|\/)(?:node_modules|dist|build|tests?|__tests__|__mocks__|spec|e2e|examples?|seeds?|seeders|archived?|archives|deprecated|obsolete|(?:[\w-]+[-_])?backups?)\/|\.(?:d|test|spec)\.[cm]?[jt]s$|(?:^|\/)(?:index|knexfile|ormconfig)\.[cm]?[jt]s$/;

const WORDS = /\bMigrationInterface\b|\bMigrationBuilder\b|\bpgm\b|\bknex\b|\bqueryRunner\b|\bkysely\b|\bqueryInterface\b|\bsequelize\b|@mikro-orm\/migrations/i;
const UP = /\bexports\.up\b|\bexport\s+(?:default\s+)?(?:(?:async\s+)?function|const|let)\s+up\b|\bup\s*[:,(=]|\{[^{}]*\bup\b[^{}]*\}/;

/** Whether a file can be a migration, told from its text alone; cheap, asked of every file. */
export function toolOf(path: string, text: string): ScriptedTool | undefined {
  if (!CODE.test(path) || !WORDS.test(text) || ASIDE.test(path) || !UP.test(text)) return undefined;
  if (/\bMigrationInterface\b/.test(text)) return 'typeorm';
  const inFolder = /(?:^|\/)[\w.-]*migrat[\w.-]*\//i.test(path);
  if (/\bMigrationBuilder\b/.test(text) || (inFolder && /\bpgm\b/.test(text))) return 'node-pg-migrate';
  if (/['"]@mikro-orm\/migrations['"]/.test(text) && /\bextends\s+Migration\b/.test(text)) return 'mikro-orm';
  if (inFolder && /['"]kysely['"]/.test(text)) return 'kysely';
  if (inFolder && (/\bqueryInterface\b/i.test(text) || /\bsequelize\b/i.test(text))) return 'sequelize';
  if (inFolder && /\bknex\b/i.test(text)) return 'knex';
  if (inFolder && /\bqueryRunner\b/.test(text)) return 'typeorm';
  return undefined;
}

const FOREIGN: readonly (readonly [word: RegExp, label: string])[] = [
  [/^(?:mysql\d?|mariadb)$/i, 'MySQL'],
  [/^(?:sqlite\d?|better-sqlite3)$/i, 'SQLite'],
  [/^(?:mssql|sqlserver|tedious)$/i, 'SQL Server'],
];

/** The product that a folder of the path names, where it is not Postgres: migrations for several products lie side by side. */
export function foreignFolder(path: string): string | undefined {
  for (const part of path.split('/').slice(0, -1)) for (const [word, label] of FOREIGN) if (word.test(part)) return label;
  return undefined;
}

/** The product that a package.json depends on, where it is not Postgres. */
export function foreignPackage(text: string): string | undefined {
  if (/"(?:pg|pg-native|postgres|pg-promise|@neondatabase\/serverless|@types\/pg)"\s*:/.test(text)) return undefined;
  for (const [name] of text.matchAll(/"(?:mysql2?|mariadb|sqlite3|better-sqlite3|mssql|tedious)"(?=\s*:)/g)) {
    for (const [word, label] of FOREIGN) if (word.test(name.slice(1, -1))) return label;
  }
  return undefined;
}
