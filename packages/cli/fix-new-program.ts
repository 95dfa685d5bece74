import type { Step } from '@tenantlint/model';
import { quoted } from './fix-calls.ts';

/** Tools whose new migrations can be programs. */
export const PROGRAMS: ReadonlySet<Step['tool']> = new Set(['knex', 'typeorm', 'node-pg-migrate']);

export interface NewProgram {
  readonly version: string;
  readonly slug: string;
  readonly statements: readonly string[];
  readonly outside: boolean;
}

/** Name and text of a migration that is a program, in the form of the last one: its language, its kind of module, its imports. */
export function newProgram({ tool, file }: Step, like: string, made: NewProgram): readonly [name: string, text: string] | string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const typed = /\.[cm]?ts$/.test(name);
  const extension = name.slice(name.search(/\.[cm]?[jt]s$/));
  const form = { typed, esm: typed || /^export\b/m.test(like), imported: (words: RegExp, otherwise: string) => (typed ? `${imports(like, words) ?? otherwise}\n\n` : '') };
  if (tool === 'typeorm') {
    // The tool orders by the end of the class's name, and its file is named after that.
    const time = /^\d{13}(?=\D)/.exec(name)?.[0];
    if (time === undefined || !like.includes(time)) return 'no number in the names tells their order';
    const called = made.slug.split('_').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
    return [`${made.version}-${called}${extension}`, typeorm(`${called}${made.version}`, like, form, made)];
  }
  const stem = `${made.version}${/^\d+([-_])/.exec(name)?.[1] ?? '_'}${made.slug}`;
  return [`${stem}${extension}`, tool === 'knex' ? knex(form, made) : nodePgMigrate(form, made)];
}

interface Form {
  readonly typed: boolean;
  readonly esm: boolean;
  /** The import that the last one has of these words, where a program has types. */
  imported(words: RegExp, otherwise: string): string;
}

function imports(like: string, words: RegExp): string | undefined {
  return like.match(/^import\s+(?:type\s+)?\{[^}]*\}\s+from\s+['"][^'"]+['"];?/gm)?.find((one) => words.test(one));
}

function body(call: string, { statements }: NewProgram, indent: string): string {
  return statements.map((sql) => `${indent}${call}(${quoted(sql)});\n`).join('');
}

function knex({ typed, esm, imported }: Form, made: NewProgram): string {
  const config = made.outside ? `${esm ? 'export const config' : 'exports.config'} = { transaction: false };\n\n` : '';
  const calls = body('await knex.raw', made, '  ');
  if (!esm) return `${config}exports.up = async function (knex) {\n${calls}};\n\nexports.down = async function (knex) {};\n`;
  const types = typed ? ['knex: Knex', ': Promise<void>'] : ['knex', ''];
  return `${imported(/\bKnex\b/, "import type { Knex } from 'knex';")}${config}export async function up(${types[0]})${types[1]} {\n${calls}}\n\nexport async function down(${types[0]})${types[1]} {}\n`;
}

function nodePgMigrate({ typed, esm, imported }: Form, made: NewProgram): string {
  const calls = `${made.outside ? '  pgm.noTransaction();\n' : ''}${body('pgm.sql', made, '  ')}`;
  if (!esm) return `exports.up = (pgm) => {\n${calls}};\n\nexports.down = (pgm) => {};\n`;
  const types = typed ? ['pgm: MigrationBuilder', ': void'] : ['pgm', ''];
  return `${imported(/\bMigrationBuilder\b/, "import type { MigrationBuilder } from 'node-pg-migrate';")}export function up(${types[0]})${types[1]} {\n${calls}}\n\nexport function down(${types[0]})${types[1]} {}\n`;
}

function typeorm(called: string, like: string, { typed, esm, imported }: Form, made: NewProgram): string {
  const types = typed ? ['public ', 'queryRunner: QueryRunner', ': Promise<void>'] : ['', 'queryRunner', ''];
  const fields = [...(/^\s+name\s*=/m.test(like) ? [`  name = '${called}';\n\n`] : []), ...(made.outside ? ['  transaction = false;\n\n'] : [])].join('');
  const head = typed ? `export class ${called} implements MigrationInterface {` : `${esm ? 'export' : 'module.exports ='} class ${called} {`;
  const methods = `  ${types[0]}async up(${types[1]})${types[2]} {\n${body('await queryRunner.query', made, '    ')}  }\n\n  ${types[0]}async down(${types[1]})${types[2]} {}\n`;
  return `${imported(/\bMigrationInterface\b[\s\S]*\bQueryRunner\b|\bQueryRunner\b[\s\S]*\bMigrationInterface\b/, "import { MigrationInterface, QueryRunner } from 'typeorm';")}${head}\n${fields}${methods}}${typed || esm ? '' : ';'}\n`;
}
