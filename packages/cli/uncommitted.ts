import { readFileSync } from 'node:fs';
import path from 'node:path';
import { splitStatements } from '@tenantlint/readers/sql/lexer';
import { differences } from './differences.ts';
import { Git } from './git.ts';

/**
 * Files, absolute, that no commit holds as they are: what is being worked on. SQL to which only comments were added (a
 * finding was answered for) is what it was. None where there is no repository.
 */
export function uncommitted(folder: string): ReadonlySet<string> {
  try {
    const git = new Git(folder);
    const list = (args: readonly string[]) => git.run(args).toString('utf8').split('\0').filter((f) => f !== '');
    const edited = git.ask(['rev-parse', '--verify', '--quiet', 'HEAD']) === undefined ? list(['ls-files', '-z']) : since(git);
    return new Set([...edited, ...list(['ls-files', '-z', '--others', '--exclude-standard'])].map((file) => path.join(git.top, file)));
  } catch {
    return new Set();
  }
}

function since(git: Git): string[] {
  const entries = differences(git, ['HEAD']);
  const sql = entries.filter((e) => e.before !== undefined && e.after && e.from === e.to && /\.sql$/i.test(e.to));
  const were = git.blobs(sql.map((e) => e.before ?? ''));
  const same = new Set(sql.filter((e, i) => sameStatements(were[i]?.toString('utf8') ?? '', readFileSync(path.join(git.top, e.to), 'utf8'))).map((e) => e.to));
  return entries.map((e) => e.to).filter((file) => !same.has(file));
}

/** Whether two texts of SQL differ in comments and blanks alone. */
export function sameStatements(a: string, b: string): boolean {
  return a === b || words(a) === words(b);
}

function words(text: string): string {
  let [rest, at] = ['', 0];
  for (const { start, end } of splitStatements(text).comments) {
    rest += `${text.slice(at, start)} `;
    at = end;
  }
  return (rest + text.slice(at)).replace(/\s+/g, ' ').trim();
}
