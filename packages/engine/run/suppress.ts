import type { Comment, Finding, Message, Span } from '@tenantlint/model';
import { fingerprint } from './rules.ts';
import { visible } from './visible.ts';

/**
 * `tenantlint-disable-next-line rule, rule -- reason`; also `-line`, `-file`, and `disable` … `enable` regions.
 * In SQL the marker stands in `--` or `/* … *\/`, in TypeScript and Prisma in `//` or `/* … *\/`.
 */
interface Directive {
  readonly at: Span;
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
  /** Why nothing is wrong there, where that is known. */
  readonly proof?: string;
}

const DIRECTIVE = /^\s*tenantlint-(disable-next-line|disable-line|disable-file|disable|enable)(?!\S)/;

export interface FileLines {
  readonly comments: readonly Comment[];
  /** Line of an offset, from 1. */
  lineOf(offset: number): number;
  readonly lines: number;
  /** Last line of the statement that starts on a line; the line itself where none does. */
  endOf(line: number): number;
  /** By what argument the code of these lines is right about what the rule asks; undefined where nothing was asked. */
  proof?(rule: string, from: number, to: number): string | undefined;
}

/**
 * Marks the findings that a comment answers for. A directive without a reason suppresses nothing: the reason is what
 * the next reader needs. What suppresses nothing is itself reported.
 */
export function suppress(findings: readonly Finding[], files: ReadonlyMap<string, FileLines>, known: ReadonlySet<string>, ran: ReadonlySet<string>): { findings: Finding[]; problems: SuppressionProblem[] } {
  const problems: SuppressionProblem[] = [];
  const answers = new Map<string, Directive[]>();
  const directives: Directive[] = [];
  for (const [file, lines] of files) {
    for (const d of readDirectives(lines, known, problems)) {
      directives.push(d);
      for (const rule of d.rules) {
        const key = `${file}\0${rule}`;
        const list = answers.get(key);
        if (list) list.push(d);
        else answers.set(key, [d]);
      }
    }
  }
  const used = new Set<string>();
  const out = findings.map(f => {
    const candidates = answers.get(`${f.at.file}\0${f.rule}`);
    if (!candidates) return f;
    const line = files.get(f.at.file)?.lineOf(f.at.start) ?? 0;
    const hit = candidates.find(d => line >= d.from && line <= d.to);
    if (!hit) return f;
    used.add(`${hit.at.file}:${hit.at.start}:${f.rule}`);
    return { ...f, suppressed: { by: 'comment' as const, reason: hit.reason } };
  });
  for (const d of directives) for (const rule of d.rules) if (ran.has(rule) && !used.has(`${d.at.file}:${d.at.start}:${rule}`)) {
    const proof = files.get(d.at.file)?.proof?.(rule, d.from, d.to);
    problems.push({ at: d.at, kind: 'unused', rule, ...(proof === undefined ? {} : { proof }) });
  }
  return { findings: out, problems };
}

function readDirectives({ comments, lineOf, lines, endOf }: FileLines, known: ReadonlySet<string>, problems: SuppressionProblem[]): Directive[] {
  const found: Directive[] = [];
  const open = new Map<string, Omit<Directive, 'to'>>();
  const marked = comments.filter(c => DIRECTIVE.test(c.text));
  // Directives stacked above one another all mean the code below them.
  const below = new Map<number, number>();
  for (const { at } of marked.toReversed()) {
    const next = lineOf(at.end) + 1;
    below.set(lineOf(at.start), below.get(next) ?? next);
  }
  for (const { at, text } of marked) {
    const [head = '', verb = ''] = DIRECTIVE.exec(text) ?? [];
    const [list = '', ...reasons] = text.slice(head.length).trim().split(/(?<=^|\s)--(?=\s|$)/);
    const reason = reasons.join('--').trim();
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
    else if (verb === 'disable') for (const rule of rules) open.set(rule, { at, rules: [rule], reason, from: line });
    else if (verb === 'disable-file') found.push({ at, rules, reason, from: 1, to: lines });
    else if (verb === 'disable-line') found.push({ at, rules, reason, from: line, to: line });
    else {
      const next = below.get(line) ?? line + 1;
      found.push({ at, rules, reason, from: next, to: endOf(next) });
    }
  }
  for (const d of open.values()) found.push({ ...d, to: lines });
  return found;
}

/** Under this id what is wrong with suppressions is reported; it can be turned off like a rule. */
export const SUPPRESSION = 'suppression';

export const SUPPRESSION_MESSAGES: Readonly<Record<SuppressionProblem['kind'], Message>> = {
  'no-reason': {
    severity: 'warning',
    what: 'This comment gives no reason, so it suppresses nothing.',
    why: 'Who meets the silence later has to know why it is right.',
    fix: 'Say why after two dashes: `tenantlint-disable-next-line {rule} -- the reason`.',
  },
  'no-rule': {
    severity: 'warning',
    what: 'This comment names no rule, so it suppresses nothing.',
    why: 'Everything at once would also hide what nobody has seen yet.',
    fix: 'Name the rules: `tenantlint-disable-next-line rule-id -- the reason`.',
  },
  'unknown-rule': {
    severity: 'warning',
    what: 'There is no rule `{rule}`.',
    why: 'The comment answers for nothing: the name is misspelled or the rule is gone.',
    fix: 'Correct the name or remove the comment.',
  },
  unused: {
    severity: 'note',
    what: '`{rule}` reports nothing here any more.',
    why: 'A suppression that outlives its finding would hide the next one.',
    fix: 'Remove `{rule}` from the comment.',
  },
};

export function suppressionFinding({ at, kind, rule, proof }: SuppressionProblem, text: string, severity: Finding['severity'] | undefined): Finding {
  const { severity: own = 'warning', what, why, fix } = SUPPRESSION_MESSAGES[kind];
  const fill = (message: string) => message.replaceAll('{rule}', () => visible(rule));
  return {
    rule: SUPPRESSION,
    message: kind,
    text: proof === undefined ? fill(what) : `${fill(what).replace(/\.$/, '')}: the query is proven now (${visible(proof)}).`,
    why: fill(why),
    fix: fill(fix),
    severity: severity ?? own,
    certainty: 'proven',
    at,
    related: [],
    subject: { kind: 'file', name: at.file },
    fixes: [],
    fingerprint: fingerprint([SUPPRESSION, kind, at.file, rule, text.replace(/\s+/g, ' ')]),
  };
}
