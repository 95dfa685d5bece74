import type { ESLint, Linter } from 'eslint';
import { parseSchema } from '@tenantlint/readers/prisma';
import { splitStatements } from '@tenantlint/readers/sql/lexer';
import { language } from './language.ts';
import { linterRules, presetRules, type Preset } from './rules.ts';
import { offerRoom } from './shared.ts';
import { state } from './state.ts';
import { NAME, VERSION } from './version.ts';

offerRoom();

const plugin = {
  meta: {
    name: NAME,
    namespace: 'tenantlint',
    // ESLint's cache keeps what it found in a file while the file and the plugins stay the same. What is found in one
    // file depends on others, so the state of the project is part of the version.
    get version() {
      return `${VERSION}+${state(process.cwd())}`;
    },
  },
  rules: linterRules,
  languages: {
    sql: language('SqlFile', (text) => splitStatements(text).comments),
    prisma: language('PrismaFile', (text) => parseSchema('', text).comments.map((c) => ({ start: c.at.start, end: c.at.end, text: c.text }))),
  },
  configs: {} as Record<Preset, Linter.Config[]>,
} satisfies ESLint.Plugin;

/** One preset: the rules wherever the user lints, and the two languages that ESLint does not know. */
function config(preset: Preset): Linter.Config[] {
  const rules = presetRules(preset);
  const plugins = { tenantlint: plugin as ESLint.Plugin };
  return [
    { name: `tenantlint/${preset}`, plugins, rules },
    { name: `tenantlint/${preset}/sql`, files: ['**/*.sql'], plugins, language: 'tenantlint/sql' },
    { name: `tenantlint/${preset}/prisma`, files: ['**/*.prisma'], plugins, language: 'tenantlint/prisma' },
  ];
}

for (const preset of ['recommended', 'strict', 'audit'] as const) plugin.configs[preset] = config(preset);

export default plugin;
