import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The binary of the dev dependency, called as it is: its npm wrapper would cost a Node start. */
export function squawk() {
  const require = createRequire(import.meta.url);
  try {
    const name = `@squawk-cli/${process.platform}-${process.arch}`;
    const folder = path.dirname(createRequire(require.resolve('squawk-cli/package.json')).resolve(`${name}/package.json`));
    const found = [path.join(folder, 'bin/squawk'), path.join(folder, 'squawk'), path.join(folder, 'squawk.exe')].find(existsSync);
    if (found) return [found];
  } catch {
    // Not installed for this platform.
  }
  console.log('squawk is not installed for this platform: it is left out');
  return [];
}
