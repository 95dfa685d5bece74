// Makes the two packages that are published, as npm would upload them: JavaScript with its types, and no sources.
//   node packages/pack.mjs FOLDER
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const target = path.resolve(process.argv[2] ?? '.');
const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const run = (program, args, cwd = root) => execFileSync(program, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
const KEPT = ['name', 'version', 'description', 'keywords', 'license', 'repository', 'type', 'bin', 'engines', 'peerDependencies', 'peerDependenciesMeta', 'dependencies'];

mkdirSync(target, { recursive: true });
const temp = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-pack-'));
try {
  run(process.execPath, ['packages/cli/build.mjs', '--registry-only']);
  run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b', 'packages/cli']);
  const cli = path.join(temp, 'tenantlint');
  run(process.execPath, ['packages/cli/build.mjs', `--out=${path.join(cli, 'dist/bundle')}`]);
  const types = declarations(cli, { '.': 'packages/cli/dist/types/api.d.ts', './session': 'packages/cli/dist/types/session.d.ts' });
  copy('packages/cli/bin/tenantlint.js', cli, 'bin/tenantlint.js');
  for (const file of readdirSync(path.join(root, 'packages/cli/schema'))) copy(`packages/cli/schema/${file}`, cli, `schema/${file}`);
  finish(cli, 'packages/cli', {
    '.': { types: types['.'], default: './dist/bundle/api.js' },
    './session': { types: types['./session'], default: './dist/bundle/session.js' },
    './schema/*': './schema/*',
    './package.json': './package.json',
  });

  const plugin = path.join(temp, 'eslint-plugin-tenantlint');
  run(process.execPath, ['packages/eslint-plugin/build.mjs', `--out=${path.join(plugin, 'dist')}`]);
  copy('packages/eslint-plugin/index.d.cts', plugin, 'index.d.cts');
  finish(plugin, 'packages/eslint-plugin', { '.': { types: './index.d.cts', default: './dist/index.cjs' }, './package.json': './package.json' });

  for (const folder of [cli, plugin]) console.log(path.join(target, run('npm', ['pack', '--ignore-scripts', '--loglevel', 'error', '--pack-destination', target], folder).trim().split('\n').at(-1)));
} finally {
  rmSync(temp, { recursive: true });
}

function copy(from, folder, to) {
  mkdirSync(path.dirname(path.join(folder, to)), { recursive: true });
  copyFileSync(path.join(root, from), path.join(folder, to));
}

/** The manifest as it is published: only what its users need, and the workspace's own packages by their version. */
function finish(folder, from, exports) {
  const manifest = read(`${from}/package.json`);
  const kept = Object.fromEntries(KEPT.filter((key) => key in manifest).map((key) => [key, manifest[key]]));
  for (const [name, range] of Object.entries(kept.dependencies ?? {})) if (range.startsWith('workspace:')) kept.dependencies[name] = read('packages/cli/package.json').version;
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ ...kept, exports, files: ['**'] }, null, 2)}\n`);
  copy(existsSync(path.join(root, from, 'README.md')) ? `${from}/README.md` : 'README.md', folder, 'README.md');
  for (const file of ['LICENSE', 'CHANGELOG.md']) copy(file, folder, file);
}

/** Declarations of the entries and of all that they mention, the workspace's packages side by side. */
function declarations(folder, entries) {
  const done = new Set();
  const open = Object.values(entries);
  const place = (file) => file.replace(/^packages\/([\w-]+)\/dist\/types\//, 'types/$1/');
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (done.has(file)) continue;
    done.add(file);
    let text = readFileSync(path.join(root, file), 'utf8');
    for (const { fileName: name, pos, end } of ts.preProcessFile(text, true, true).importedFiles.toReversed()) {
      const to = /^@tenantlint\/(\w+)$/.test(name) ? `packages/${name.slice(12)}/dist/types/index.d.ts` : name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name.replace(/\.ts$/, '.d.ts')) : undefined;
      if (to === undefined) continue;
      open.push(to);
      const relative = path.posix.relative(path.posix.dirname(place(file)), place(to)).replace(/\.d\.ts$/, '.js');
      text = text.slice(0, pos) + text.slice(pos, end + 2).replace(name, relative.startsWith('.') ? relative : `./${relative}`) + text.slice(end + 2);
    }
    const out = path.join(folder, place(file));
    mkdirSync(path.dirname(out), { recursive: true });
    writeFileSync(out, text);
  }
  return Object.fromEntries(Object.entries(entries).map(([key, file]) => [key, `./${place(file)}`]));
}
