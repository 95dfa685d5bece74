import type { Comment, Finding, Span } from '@tenantlint/model';

/**
 * `tenantlint-disable-next-line rule, rule -- reason`; also `-line`, `-file`, and `disable` … `enable` regions.
 * In SQL the marker stands in `--` or `/* … *\/`, in TypeScript and Prisma in `//` or `/* … *\/`.
 */
interface Directive {
  readonly at: Span;
  readonly scope: 'line' | 'next-line' | 'file' | 'region';
  readonly rules: readonly string[];
  readonly reason: string;
  /** Lines (from 1, inclusive) to which it applies. */
  readonly from: number;
  readonly to: number;
}

export interface SuppressionProblem {
  readonly at: Span;
  readonly kind: 'no-reason' | 'unused' | 'unknown-rule' | 'no-rule';
  readonly rule: string;
}

const DIRECTIVE = /^\s*tenantlint-(disable-next-line|disable-line|disable-file|disable|enable)(?:\s+([^]*?))?\s*$/;

export interface FileLines {
  readonly comments: readonly Comment[];
  /** Line of an offset, from 1. */
  lineOf(offset: number): number;
  readonly lines: number;
}

/**
 * Marks the findings that a comment answers for. A directive without a reason suppresses nothing: the reason is what
 * the next reader needs. What suppresses nothing is itself reported.
 */
export function suppress(findings: readonly Finding[], files: ReadonlyMap<string, FileLines>, known: ReadonlySet<string>, ran: ReadonlySet<string>): { findings: Finding[]; problems: SuppressionProblem[] } {
  const problems: SuppressionProblem[] = [];
  const byFile = new Map<string, Directive[]>();
  for (const [file, lines] of files) {
    const directives = readDirectives(lines, known, problems);
    if (directives.length > 0) byFile.set(file, directives);
  }
  const used = new Set<string>();
  const out = findings.map(f => {
    const lines = files.get(f.at.file);
    const line = lines?.lineOf(f.at.start) ?? 0;
    const hit = byFile.get(f.at.file)?.find(d => d.rules.includes(f.rule) && line >= d.from && line <= d.to);
    if (!hit) return f;
    used.add(`${hit.at.file}:${hit.at.start}:${f.rule}`);
    return { ...f, suppressed: { by: 'comment' as const, reason: hit.reason } };
  });
  for (const directives of byFile.values())
    for (const d of directives)
      for (const rule of d.rules)
        if (ran.has(rule) && !used.has(`${d.at.file}:${d.at.start}:${rule}`)) problems.push({ at: d.at, kind: 'unused', rule });
  return { findings: out, problems };
}

function readDirectives({ comments, lineOf, lines }: FileLines, known: ReadonlySet<string>, problems: SuppressionProblem[]): Directive[] {
  const found: Directive[] = [];
  const open = new Map<string, Omit<Directive, 'to'>>();
  const marked = comments.filter(c => c.text.includes('tenantlint-'));
  for (const comment of marked) {
    const match = DIRECTIVE.exec(comment.text);
    if (!match) continue;
    const verb = match[1] ?? '';
    const { at } = comment;
    const [list = '', ...reasons] = (match[2] ?? '').split(/\s--\s|^--\s/);
    const reason = reasons.join(' -- ').trim();
    const rules = list.split(/[\s,]+/).filter(r => r !== '');
    for (const rule of rules) if (!known.has(rule)) problems.push({ at, kind: 'unknown-rule', rule });
    const line = lineOf(at.start);
    if (verb === 'enable') {
      for (const [rule, d] of open) if (rules.length === 0 || rules.includes(rule)) {
        found.push({ ...d, to: line });
        open.delete(rule);
      }
      continue;
    }
    if (rules.length === 0) problems.push({ at, kind: 'no-rule', rule: '' });
    else if (reason === '') problems.push({ at, kind: 'no-reason', rule: rules.join(', ') });
    else if (verb === 'disable') for (const rule of rules) open.set(rule, { at, scope: 'region', rules: [rule], reason, from: line });
    else if (verb === 'disable-file') found.push({ at, scope: 'file', rules, reason, from: 1, to: lines });
    else if (verb === 'disable-line') found.push({ at, scope: 'line', rules, reason, from: line, to: line });
    else {
      const next = nextLine(comment, marked, lineOf);
      found.push({ at, scope: 'next-line', rules, reason, from: next, to: next });
    }
  }
  for (const d of open.values()) found.push({ ...d, to: lines });
  return found;
}

/** The line after the comment; directives stacked above one another all mean the code below them. */
function nextLine(comment: Comment, comments: readonly Comment[], lineOf: (offset: number) => number): number {
  let line = lineOf(comment.at.end) + 1;
  for (const c of comments) if (lineOf(c.at.start) === line) line = lineOf(c.at.end) + 1;
  return line;
}
