import type { Finding, Outcome, Related, ReporterOptions, Severity, Span } from '@tenantlint/model';
import { styleText } from 'node:util';
import { Places } from './places.ts';

type Paint = (style: Style, text: string) => string;
type Style = 'red' | 'yellow' | 'blue' | 'cyan' | 'dim' | 'bold' | 'green';

const COLOR: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', note: 'blue' };

/** For people: what, where with the source under carets, why, and what to do. */
export function pretty(outcome: Outcome, { color, width, suppressed }: ReporterOptions): string {
  const paint: Paint = color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
  const places = new Places(outcome);
  const shown = outcome.findings.filter(f => suppressed || !f.suppressed);
  const blocks = shown.map(f => block(f, places, paint, width));
  const unread = capped(outcome.unread).map(u => `${paint('yellow', 'not read')} ${where(u.at, places)}  ${printable(u.reason)}`);
  if (outcome.unread.length > unread.length) unread.push(paint('dim', `and ${outcome.unread.length - unread.length} more places that were not read (--format json lists them)`));
  const notRun = outcome.notRun.length === 0 ? [] : [paint('dim', `${count(outcome.notRun.length, 'rule')} not run: ${printable([...new Set(outcome.notRun.map(n => n.reason))].join('; '))} (--format json lists them)`)];
  const tail = [...outcome.notes.map(n => paint('dim', leading(n))), ...notRun, closing(outcome, paint)];
  return `${[...blocks, ...(unread.length > 0 ? [unread.join('\n')] : []), tail.join('\n')].join('\n\n')}\n`;
}

/** A file in a foreign dialect can be unreadable statement by statement; the first lines say so. */
function capped<T>(of: readonly T[]): readonly T[] {
  return of.length > 20 ? of.slice(0, 20) : of;
}

function block(f: Finding, places: Places, paint: Paint, width: number): string {
  const head = `${paint(COLOR[f.severity], f.severity)} ${paint('bold', f.rule)}  ${where(f.at, places)}${f.certainty === 'proven' ? '' : paint('dim', `  (${f.certainty})`)}`;
  return [
    head,
    `  ${leading(f.text)}`,
    ...excerpt(f.at, '^', undefined, COLOR[f.severity], places, paint, width),
    ...f.related.flatMap((r: Related) => [`  ${paint('cyan', where(r.at, places))}`, ...excerpt(r.at, '~', r.note, 'cyan', places, paint, width)]),
    `  ${paint('dim', 'why:')} ${printable(f.why)}`,
    `  ${paint('green', 'fix:')} ${printable(f.fix)}`,
    ...(f.suppressed ? [`  ${paint('dim', `suppressed by ${f.suppressed.by}:`)} ${printable(f.suppressed.reason)}`] : []),
  ].join('\n');
}

/** The span's first line with its mark below; a long line is cut to a window around the mark. */
function excerpt(at: Span, mark: string, note: string | undefined, style: Style, places: Places, paint: Paint, width: number): string[] {
  const { line, column } = places.start(at);
  // One column a tab, so that the mark stands under what it marks wherever the terminal has its stops.
  const text = places.line(at.file, line)?.replaceAll('\t', ' ');
  if (text === undefined) return note === undefined ? [] : [`    ${leading(note)}`];
  const gutter = `  ${String(line).padStart(4)} | `;
  const room = Math.max(40, width - gutter.length - 2);
  const from = column - 1 > room - 20 ? column - 1 - Math.floor(room / 3) : 0;
  const end = places.end(at);
  const length = Math.max(1, end.line === line ? end.column - column : text.length - column + 1);
  const before = printable(text.slice(from, column - 1));
  const flagged = printable(text.slice(column - 1, Math.min(column - 1 + length, from + room)));
  const after = printable(text.slice(column - 1 + length, from + room));
  const lead = from > 0 ? '…' : '';
  const trail = text.length > from + room ? '…' : '';
  const pad = ' '.repeat(lead.length + columns(before));
  return [
    `${paint('dim', gutter)}${lead}${before}${flagged}${after}${trail}`,
    `${paint('dim', `${' '.repeat(gutter.length - 2)}| `)}${pad}${paint(style, mark.repeat(Math.max(1, columns(flagged))))}${note === undefined ? '' : ` ${paint(style, printable(note))}`}`,
  ];
}

function closing({ summary, findings }: Outcome, paint: Paint): string {
  const { errors, warnings, notes, suppressed } = summary;
  const found = [errors > 0 ? paint('red', count(errors, 'error')) : '', warnings > 0 ? paint('yellow', count(warnings, 'warning')) : '', notes > 0 ? paint('blue', count(notes, 'note')) : ''].filter(Boolean);
  const read = `${count(summary.files, 'file')}, ${count(summary.steps, 'migration')}, ${count(summary.tables, 'table')}, ${count(summary.sites, 'query', 'queries')} read`;
  const verdict = found.length > 0 ? found.join(', ') : findings.length > 0 ? 'nothing left to report' : paint('green', 'nothing to report');
  return `${verdict}${suppressed > 0 ? `, ${suppressed} suppressed with a reason` : ''}; ${read}`;
}

function where(at: Span, places: Places): string {
  const { line, column } = places.start(at);
  return `${leading(places.shown(at.file))}:${line}:${column}`;
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/**
 * Source lines, names and reasons are a stranger's text: no escape sequence of theirs reaches the terminal, and no
 * `##[command]` or `##vso[command]` a build log that would obey it.
 */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|(?<=#)#(?=\[|vso\[)/g, '\ufffd');
}

/** A stranger's text at the beginning of a line, where `::command::` would be obeyed as well. */
function leading(text: string): string {
  return printable(text).replace(/^(\s*:):/, '$1\ufffd');
}

/** Terminal columns: wide East Asian characters and emoji take two, combining marks none. */
function columns(text: string): number {
  let n = 0;
  for (const c of text) n += /\p{M}/u.test(c) ? 0 : /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(c) ? 2 : 1;
  return n;
}
