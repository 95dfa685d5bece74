import type { Rule as LinterRule } from 'eslint';
import { rules } from '@tenantlint/rules';
import type { Certainty, Rule } from '@tenantlint/model';
import { page } from './version.ts';
import { seen, show } from './report.ts';

/** From the most certain on. */
const CERTAINTIES: readonly Certainty[] = ['proven', 'likely', 'possible'];
const PRESETS = ['recommended', 'strict', 'audit'] as const;
export type Preset = (typeof PRESETS)[number];

const SCHEMA = [{
  type: 'object' as const,
  properties: { certainty: { enum: [...CERTAINTIES], description: 'The least certain findings that are reported.' } },
  additionalProperties: false,
}];

const TEXTS = '{{text}} {{fix}}';

/** Every rule of tenantlint, as a rule of ESLint: it only shows what the engine found. */
export const linterRules: Readonly<Record<string, LinterRule.RuleModule>> = Object.fromEntries([
  ...rules.map((rule) => [rule.id, shown(rule.id, described(rule), Object.keys(rule.messages), rule.preset)] as const),
  ['suppression', shown('suppression', 'A comment that suppresses nothing: it names no rule, gives no reason, or outlived its finding.', ['no-reason', 'no-rule', 'unknown-rule', 'unused'], 'recommended')],
  ['not-read', notRead()],
]);

function shown(id: string, description: string, messages: readonly string[], preset: Preset): LinterRule.RuleModule {
  return {
    meta: {
      type: 'problem',
      docs: { description, url: page(id), recommended: preset === 'recommended' },
      schema: SCHEMA,
      defaultOptions: [{ certainty: 'proven' }],
      messages: Object.fromEntries(messages.map((m) => [m, TEXTS])),
      fixable: 'code',
      hasSuggestions: true,
    },
    create: (context) => onRoot(() => {
      const [{ certainty = 'proven' } = {}] = context.options as [{ certainty?: Certainty }?];
      const least = CERTAINTIES.indexOf(certainty);
      const file = seen(context);
      for (const f of file.report.findings) {
        if (f.rule !== id || CERTAINTIES.indexOf(f.certainty) > least) continue;
        // What a comment is good for is judged by the rules of the same preset.
        if (f.message === 'unused' && id === 'suppression' && (f.preset === undefined || PRESETS.indexOf(f.preset) > least)) continue;
        show(context, file, f);
      }
    }),
  };
}

/** What the engine could not read, and why it could not judge: no finding, but no silent pass either. */
function notRead(): LinterRule.RuleModule {
  return {
    meta: {
      type: 'problem',
      docs: { description: 'Text that could not be read, or a project that could not be judged.', url: page('not-read'), recommended: true },
      schema: [],
      messages: { unread: 'Not read: {{reason}}', problem: 'Not judged: {{reason}}' },
    },
    create: (context) => onRoot(() => {
      const file = seen(context);
      for (const { start, end, reason } of file.report.unread) context.report({ loc: file.at(start, end), messageId: 'unread', data: { reason } });
      if (file.report.problem !== undefined) context.report({ loc: { line: 1, column: 0 }, messageId: 'problem', data: { reason: file.report.problem } });
    }),
  };
}

/** Visitors of the root: a program, or a file in one of this plugin's languages. */
function onRoot(visit: () => void): LinterRule.RuleListener {
  return { Program: visit, SqlFile: visit, PrismaFile: visit };
}

function described(rule: Rule): string {
  return (Object.values(rule.messages)[0]?.what ?? rule.id).replace(/\{(\w+)\}/g, '$1');
}

/** What a preset of tenantlint is in ESLint's terms: its rules, each with the certainty that the preset shows. */
export function presetRules(preset: Preset): Record<string, ['error' | 'warn', { certainty: Certainty }] | 'warn'> {
  const rank = PRESETS.indexOf(preset);
  const options = { certainty: CERTAINTIES[rank] ?? 'proven' };
  const own = rules.filter((r) => !r.preview && PRESETS.indexOf(r.preset) <= rank);
  return {
    ...Object.fromEntries(own.map((r) => [`tenantlint/${r.id}`, [r.severity === 'error' ? 'error' : 'warn', options]] as const)),
    'tenantlint/suppression': ['warn', options],
    'tenantlint/not-read': 'warn',
  };
}
