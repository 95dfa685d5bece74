import { readdirSync, type Dirent } from 'node:fs';

/** Folders that hold no source of the project's own. */
export const ASIDE: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', 'vendor', 'venv', '__pycache__']);

/** Files that some reader may want. */
export const READ = /(?:^|\/)requirements[^/]*\.txt$|\.(?:sql|prisma|go|[cm]?[jt]sx?|py|jsonc?|toml|plan|conf|ini|ya?ml|lock)$/;

/** Files below a folder that a reader may want. Links are not followed: they lead out of the project, or in circles. */
export function walk(cwd: string, folder: string, unreadable: (folder: string, reason: string) => void): string[] {
  const found: string[] = [];
  const open = [folder];
  for (let dir = open.pop(); dir !== undefined; dir = open.pop()) {
    let entries: Dirent[];
    try {
      entries = readdirSync(dir === '' ? cwd : `${cwd}/${dir}`, { withFileTypes: true });
    } catch (error) {
      unreadable(dir, `cannot be read: ${codeOf(error)}`);
      continue;
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const below = dir === '' ? entry.name : `${dir}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!ASIDE.has(entry.name)) open.push(below);
      } else if (entry.isFile() && READ.test(entry.name)) found.push(below);
    }
  }
  return found;
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
