import type { Rule } from 'eslint';
import type { FileFinding, FileReport } from 'tenantlint/session';
import { about } from './project.ts';

/** The part of a linter's context that is used here: what ESLint of every language and oxlint have in common. */
export interface Seen {
  readonly text: string;
  readonly report: FileReport;
  /** A place of the text as the linter counts. */
  at(start: number, end: number): { start: Place; end: Place };
  range(start: number, end: number): [number, number];
}

interface Place {
  readonly line: number;
  readonly column: number;
}

const NOTHING: FileReport = { findings: [], unread: [] };
/** Every rule asks about the same file in turn; the next time it is linted, it is parsed anew. */
const reports = new WeakMap<object, FileReport>();

export function seen(context: Rule.RuleContext): Seen {
  const { sourceCode } = context;
  const { text } = sourceCode;
  // Linters strip a byte order mark and count without it.
  const mark = sourceCode.hasBOM ? 1 : 0;
  // Code inside other files (Markdown) is no file of the project.
  const virtual = context.physicalFilename !== undefined && context.physicalFilename !== context.filename;
  const clamp = (offset: number) => Math.min(Math.max(offset - mark, 0), text.length);
  return {
    text,
    report: virtual ? NOTHING : once(sourceCode.ast, () => about(context.cwd, context.filename, (mark > 0 ? '\ufeff' : '') + text)),
    at: (start, end) => ({ start: sourceCode.getLocFromIndex(clamp(start)), end: sourceCode.getLocFromIndex(clamp(end)) }),
    range: (start, end) => [clamp(start), clamp(end)],
  };
}

function once(tree: object, make: () => FileReport): FileReport {
  const known = reports.get(tree);
  if (known) return known;
  const report = make();
  reports.set(tree, report);
  return report;
}

/** Reports one finding. Safe edits are fixes; others are offered, and whoever edits decides. */
export function show(context: Rule.RuleContext, { at, range }: Seen, finding: FileFinding): void {
  const apply = (edits: FileFinding['fixes'][number]['edits']) => (fixer: Rule.RuleFixer) => edits.map((e) => fixer.replaceTextRange(range(e.start, e.end), e.text));
  const safe = finding.fixes.find((f) => f.safe);
  const offered = finding.fixes.filter((f) => !f.safe);
  context.report({
    loc: at(finding.start, finding.end),
    messageId: finding.message,
    data: { text: finding.text, fix: finding.fix },
    ...(safe ? { fix: apply(safe.edits) } : {}),
    ...(offered.length > 0 ? { suggest: offered.map((f) => ({ desc: f.title, fix: apply(f.edits) })) } : {}),
  });
}
