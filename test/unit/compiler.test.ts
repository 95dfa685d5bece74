import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { lowerFile } from '../../packages/readers/typescript/lower/file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the part of the compiler that is bundled reads code as the whole of it does', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-compiler-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { compiler } = (await import(pathToFileURL(path.join(root, 'packages/cli/compiler.mjs')).href)) as { compiler: Plugin };
  const outfile = path.join(folder, 'file.mjs');
  await build({ entryPoints: [path.join(root, 'packages/readers/typescript/lower/file.ts')], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20', plugins: [compiler], logLevel: 'error' });
  const bundled = ((await import(pathToFileURL(outfile).href)) as { lowerFile: typeof lowerFile }).lowerFile;
  const files = ['fixtures', 'packages/cli', 'packages/engine/flow', 'test'].flatMap((top) => readdirSync(path.join(root, top), { recursive: true, withFileTypes: true }).flatMap((e) => (e.isFile() && !/node_modules|[\\/]dist(?:$|[\\/])/.test(e.parentPath) && /\.(?:[cm]?[jt]s|[jt]sx)$/.test(e.name) ? [path.join(e.parentPath, e.name)] : [])));
  const sources = files.map((file) => ({ path: file, text: readFileSync(file, 'utf8') }));
  const odd = [
    '// tenantlint\nexport const a = <T,>(x: T) => x /* one */; // two\n',
    "'use server' // tenantlint\nclass A { #own = 1; /* in */ get() { return this.#own } }\n",
    'const x = <div /* tenantlint */ a={1 /* b */} {...c}>// text\n{/* d */ y}</div>;\n',
    'const t = `a${/* tenantlint */ 1}b`; const r = /\\/\\*x\\*\\//g; // last',
    'const broken = ; // tenantlint\n',
    `const deep = ${'['.repeat(20_000)}1${']'.repeat(20_000)};`,
  ].map((text, n) => ({ path: `odd${n}.tsx`, text }));
  expect(sources.length).toBeGreaterThan(200);
  expect([...sources, ...odd].filter((source) => JSON.stringify(bundled(source)) !== JSON.stringify(lowerFile(source))).map((source) => source.path)).toEqual([]);
});
