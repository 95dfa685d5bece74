// Bundles the action: nothing is installed where it runs. Grammars that are WebAssembly lie beside it.
import { copyFile, cp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { build } from 'esbuild';
import { compiler } from '../cli/compiler.mjs';
import { writeBase } from '../cli/make-base.mjs';

const own = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(own, 'dist/action');
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

await build({
  absWorkingDir: own,
  entryPoints: { main: 'main.ts' },
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // jsonc-parser's main cannot be bundled, its module can.
  mainFields: ['module', 'main'],
  banner: { js: "import { createRequire as __requireFrom } from 'node:module'; import { fileURLToPath as __pathOf } from 'node:url'; const require = __requireFrom(import.meta.url), __filename = __pathOf(import.meta.url), __dirname = __pathOf(new URL('.', import.meta.url));" },
  plugins: [compiler],
  legalComments: 'linked',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
});

// Both are looked up from the module that loads them: by package name, and by a URL beside it.
const require = createRequire(path.join(own, '../cli/package.json'));
const libpg = path.dirname(path.dirname(require.resolve('libpg-query/wasm/libpg-query.wasm')));
for (const file of ['package.json', 'LICENSE', 'wasm/libpg-query.js', 'wasm/libpg-query.wasm']) await cp(path.join(libpg, file), path.join(dist, 'node_modules/libpg-query', file)).catch((error) => { if (file !== 'LICENSE') throw error; });
await copyFile(path.join(path.dirname(require.resolve('web-tree-sitter')), 'web-tree-sitter.wasm'), path.join(dist, 'web-tree-sitter.wasm'));
await copyFile(path.join(own, '../readers/python/tree-sitter-python.wasm'), path.join(dist, 'tree-sitter-python.wasm'));
await writeBase(dist);
