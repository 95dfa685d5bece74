import { LineIndex, type Finding, type Outcome } from '@tenantlint/model';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Change } from './change.ts';
import { recounted } from './lint.ts';
import type { Tally } from './remembered.ts';
import { VERSION } from './version.ts';

/**
 * What a change brought about: findings on lines that it wrote, and findings elsewhere that were not there before. The
 * state before is only judged where there is anything elsewhere, and what a merge brings in where anything is left.
 */
export async function caused(now: Outcome, change: Change, top: string, before: () => Promise<Tally>, other: () => Promise<Tally | undefined>): Promise<Outcome> {
  const here = new Set(now.findings.filter(onWrittenLines(now, change, top)));
  const known = new Map(here.size === now.findings.length ? [] : await before());
  const fresh = now.findings.filter((f) => here.has(f) || !take(known, key(f, now, (file) => file)));
  const brought = new Map(fresh.length > 0 ? await other() : []);
  const findings = fresh.filter((f) => !take(brought, key(f, now, (file) => file)));
  return recounted({ ...now, findings, unread: now.unread.filter((u) => u.at.file === '.' || change.files.has(path.join(top, u.at.file))) });
}

/** Whether a finding stands on lines that the change wrote. */
export function onWrittenLines({ text }: Outcome, change: Change, top: string): (f: Finding) => boolean {
  const index = memo((file: string) => new LineIndex(text(file) ?? ''));
  const line = (f: Finding, offset: number) => index(f.at.file).position(offset).line;
  return (f) => change.wrote(path.join(top, f.at.file), line(f, f.at.start), line(f, Math.max(f.at.start, f.at.end - 1)));
}

/** How many findings of the state before are no more. */
export function gone(now: Outcome, before: Outcome, change: Change, top: string): number {
  const left = new Map(tally(now));
  const named = namedNow(change, top);
  return before.findings.filter((f) => !f.suppressed && !take(left, key(f, before, named))).length;
}

function namedNow(change: Change, top: string): (file: string) => string {
  return (file) => path.relative(top, change.renamed(path.join(top, file))).split(path.sep).join('/');
}

/** The outcome of a change that touches nothing that is linted. */
export function nothingChanged(root: string): Outcome {
  return {
    tool: VERSION, root, findings: [], notRun: [], unread: [], notes: ['No file that is linted changed.'], rules: [], text: () => undefined,
    summary: { files: 0, steps: 0, tables: 0, sites: 0, errors: 0, warnings: 0, notes: 0, suppressed: 0, ledger: { sites: {}, tables: {} } },
  };
}

/** What makes two findings the same when lines move and files are renamed. */
function key(f: Finding, { text }: Outcome, named: (file: string) => string): string {
  const file = named(f.at.file);
  const subject = f.subject.name === f.at.file ? file : f.subject.name;
  const flagged = (text(f.at.file) ?? '').slice(f.at.start, f.at.end).replace(/\s+/g, ' ');
  return createHash('sha1').update([f.rule, f.message, file, f.subject.kind, subject, f.suppressed ? 'suppressed' : '', flagged].join('\0')).digest('base64');
}

/** How often each finding occurs; files go by the names that the change gave them. */
export function tally(outcome: Outcome, change?: Change, top = ''): Tally {
  const named = change ? namedNow(change, top) : (file: string) => file;
  const found = new Map<string, number>();
  for (const f of outcome.findings) {
    const k = key(f, outcome, named);
    found.set(k, (found.get(k) ?? 0) + 1);
  }
  return found;
}

/** Whether there was one left. */
function take(from: Map<string, number>, k: string): boolean {
  const n = from.get(k) ?? 0;
  if (n > 0) from.set(k, n - 1);
  return n > 0;
}

function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (k) => {
    const known = made.get(k);
    if (known !== undefined) return known;
    const value = make(k);
    made.set(k, value);
    return value;
  };
}
