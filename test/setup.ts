import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The registries are generated from the folders, so a fresh clone and a new rule are tested without a build. */
export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../packages/cli/build.mjs', import.meta.url)), '--registry-only'], { stdio: 'inherit' });
}
