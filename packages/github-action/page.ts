import type { Finding, Outcome, Severity } from '@tenantlint/model';
import { Places } from '@tenantlint/reporters';
import { code, plain, prose, table } from './markdown.ts';

export interface Told {
  /** What the change brought about; everything where no base is known. */
  readonly outcome: Outcome;
  readonly whole: Outcome;
  /** The base of the pull request, when it could be judged. */
  readonly before: Outcome | undefined;
  readonly resolved: number;
  /** Sentences of ours about the run. */
  readonly remarks: readonly string[];
  /** Address of a file of the judged commit, without the line. */
  readonly blob: string | undefined;
}

const LEVELS: readonly Severity[] = ['error', 'warning', 'note'];

/** Of the megabyte that GitHub takes for a summary: names in a pull request may be long, and cost nobody the rest. */
const MOST_CHARACTERS = 200_000;

/** The job's summary, and shorter the comment: as many findings as fit, the worst first. */
export function page(told: Told, most: number): string {
  const { outcome, whole, before, resolved, remarks } = told;
  const findings = worstFirst(outcome);
  const rows = fitting(findings.slice(0, most).map(row(told)));
  const rest = findings.length - rows.length;
  const { unread, notRun } = outcome;
  return `${[
    `## tenantlint: ${headline(told)}`,
    ...(rows.length > 0 ? [table(['', 'rule', 'where', 'what'], rows)] : []),
    ...(rest > 0 ? [`… and ${rest} more; the log has all of them.`] : []),
    ...(resolved > 0 ? [`${count(resolved, 'finding')} of the base ${resolved === 1 ? 'is' : 'are'} gone.`] : []),
    ...(whole.summary.files > 0 ? ['### What is proven', ledger(whole, before)] : []),
    [...remarks, ...whole.notes.map(prose), ...(unread.length > 0 ? [`${count(unread.length, 'place')} could not be read${before ? ' in changed files' : ''}.`] : []), ...(notRun.length > 0 ? [`${count(notRun.length, 'rule')} did not run: ${plain([...new Set(notRun.map((n) => n.reason))].join('; '))}.`] : [])].map((r) => `- ${r}`).join('\n'),
  ].filter((part) => part !== '').join('\n\n')}\n`;
}

function fitting(rows: readonly (readonly string[])[]): (readonly string[])[] {
  let left = MOST_CHARACTERS;
  return rows.filter((cells) => (left -= cells.join('').length) > 0);
}

export function worstFirst({ findings }: Outcome): Finding[] {
  return findings.filter((f) => !f.suppressed).sort((a, b) => LEVELS.indexOf(a.severity) - LEVELS.indexOf(b.severity));
}

export function headline({ outcome, before }: Pick<Told, 'outcome' | 'before'>): string {
  const { errors, warnings, notes } = outcome.summary;
  const found = [errors && count(errors, 'error'), warnings && count(warnings, 'warning'), notes && count(notes, 'note')].filter((n) => n !== 0);
  const where = before ? ' from this change' : '';
  return found.length > 0 ? found.join(', ') + where : `nothing to report${where}`;
}

function row({ outcome, blob }: Told): (f: Finding) => string[] {
  const places = new Places(outcome);
  return (f) => {
    const file = places.shown(f.at.file);
    const { line } = places.start(f.at);
    const where = code(`${file}:${line}`);
    const link = blob === undefined ? where : `[${where}](${blob}/${file.split('/').map(address).join('/')}#L${line})`;
    return [f.severity, code(f.rule), link, `${prose(f.text)} ${prose(f.fix)}`];
  };
}

/** A part of an address that no Markdown ends early. */
function address(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}

/** How much is proven, and how that differs from the base. */
function ledger(now: Outcome, before: Outcome | undefined): string {
  const rows = (['tables', 'sites'] as const).flatMap((of) => {
    const [current, earlier] = [now.summary.ledger[of], before?.summary.ledger[of]];
    return [...new Set([...Object.keys(current), ...Object.keys(earlier ?? {})])].flatMap((verdict) => {
      const [n, was] = [current[verdict] ?? 0, earlier?.[verdict] ?? 0];
      if (n === 0 && was === 0) return [];
      return [[of === 'sites' ? 'queries' : 'tables', plain(verdict), String(n), ...(earlier ? [n === was ? '' : n > was ? `+${n - was}` : `−${was - n}`] : [])]];
    });
  });
  return rows.length === 0 ? '' : table(['', 'verdict', 'now', ...(before ? ['change'] : [])], rows);
}

function count(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`;
}
