import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The registries are generated from the folders, so a fresh clone and a new rule are tested without a build. */
export default function setup(): () => void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../packages/cli/build.mjs', import.meta.url)), '--registry-only'], { stdio: 'inherit' });
  // Runs remember nothing from before the tests, and nothing is left of them.
  const cache = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-cache-'));
  process.env['XDG_CACHE_HOME'] = cache;
  return () => rmSync(cache, { recursive: true, force: true });
}
