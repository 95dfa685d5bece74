import { DIFF, type Git } from './git.ts';

/** One line of `git diff --raw`: what a file was and is. Only files with content of their own count as such, no links. */
export interface Entry {
  readonly from: string;
  readonly to: string;
  /** Object of the content before. */
  readonly before: string | undefined;
  /** Whether there is a file after. */
  readonly after: boolean;
  readonly copy: boolean;
}

/** What separates the index or the working tree from a commit. */
export function differences(git: Git, against: readonly string[]): Entry[] {
  return rawEntries(git.run(['diff', '--raw', '--no-abbrev', '-z', ...DIFF, ...against, '--']).toString('utf8'));
}

function rawEntries(text: string): Entry[] {
  const parts = text.split('\0');
  const entries: Entry[] = [];
  for (let i = 0; i + 1 < parts.length; ) {
    const [oldMode = '', newMode = '', oldId = '', , status = ''] = (parts[i++] ?? '').slice(1).split(' ');
    const from = parts[i++] ?? '';
    const to = /^[RC]/.test(status) ? (parts[i++] ?? '') : from;
    entries.push({ from, to, before: isFile(oldMode) ? oldId : undefined, after: isFile(newMode), copy: status.startsWith('C') });
  }
  return entries;
}

export const isFile = (mode: string): boolean => mode.startsWith('100');
