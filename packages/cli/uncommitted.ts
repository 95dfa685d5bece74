import path from 'node:path';
import { DIFF, Git } from './git.ts';

/** Files, absolute, that no commit holds as they are: what is being worked on. None where there is no repository. */
export function uncommitted(folder: string): ReadonlySet<string> {
  try {
    const git = new Git(folder);
    const list = (args: readonly string[]) => git.run(args).toString('utf8').split('\0').filter((f) => f !== '');
    const edited = git.ask(['rev-parse', '--verify', '--quiet', 'HEAD']) === undefined ? list(['ls-files', '-z']) : list(['diff', '--name-only', '-z', ...DIFF, 'HEAD', '--']);
    return new Set([...edited, ...list(['ls-files', '-z', '--others', '--exclude-standard'])].map((file) => path.join(git.top, file)));
  } catch {
    return new Set();
  }
}
