// Makes what a release tag names: the commit that is checked out plus the built action, which no branch holds.
//   node packages/github-action/release.mjs v0.1.0 [--no-build]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [tag = '', ...options] = process.argv.slice(2);
if (!/^v\d+\.\d+\.\d+$/.test(tag)) {
  console.error('usage: node packages/github-action/release.mjs v1.2.3 [--no-build]');
  process.exit(2);
}
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
if (!options.includes('--no-build')) execFileSync(process.execPath, [path.join(root, 'packages/github-action/build.mjs')], { stdio: 'inherit' });

// An index of its own: the one of the working tree is left alone.
const temp = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-release-'));
const git = (...args) => execFileSync('git', args, { cwd: root, env: { ...process.env, GIT_INDEX_FILE: path.join(temp, 'index') }, encoding: 'utf8' }).trim();
try {
  git('read-tree', 'HEAD');
  git('add', '--force', 'packages/github-action/dist/action');
  const commit = git('commit-tree', git('write-tree'), '-p', 'HEAD', '-m', `${tag}: the sources and the built action`);
  git('tag', tag, commit);
  // What workflows name (`uses: …@v1`) moves along with each release of that major version.
  git('tag', '--force', tag.split('.')[0], commit);
  console.log(`${tag} is ${commit}; push it with: git push origin ${tag} && git push --force origin ${tag.split('.')[0]}`);
} finally {
  rmSync(temp, { recursive: true });
}
