import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { project } from './run.ts';

export interface Repository {
  readonly dir: string;
  git(...args: readonly string[]): string;
  write(file: string, text: string): void;
}

/** A folder under git whose files are committed. Nothing of the machine's own configuration reaches it. */
export function repository(files: Readonly<Record<string, string>>): Repository {
  const { dir } = project(files);
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org' };
  const git = (...args: readonly string[]) => execFileSync('git', [...args], { cwd: dir, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  if (Object.keys(files).length > 0) git('commit', '-qm', 'first');
  return {
    dir,
    git,
    write(file, text) {
      mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
      writeFileSync(path.join(dir, file), text);
    },
  };
}
