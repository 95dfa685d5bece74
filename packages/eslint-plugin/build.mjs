// Bundles the plugin: CommonJS, which configurations of both kinds can load, and the thread that judges.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { build } from 'esbuild';

const own = path.dirname(fileURLToPath(import.meta.url));
const elsewhere = process.argv.find((a) => a.startsWith('--out='));
const dist = elsewhere === undefined ? path.join(own, 'dist') : path.resolve(elsewhere.slice(6));
await mkdir(dist, { recursive: true });

const common = { absWorkingDir: own, outdir: dist, bundle: true, platform: 'node', target: 'node20', legalComments: 'none', logLevel: 'warning', minifyWhitespace: true, minifySyntax: true };
await Promise.all([
  build({
    ...common,
    entryPoints: { index: 'index.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['@eslint/plugin-kit'],
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    // The second half never runs: it tells Node which names an ES module may import.
    footer: { js: 'module.exports = module.exports.default;\n0 && (module.exports = { meta, rules, languages, configs });' },
  }),
  build({ ...common, entryPoints: { worker: 'worker.ts' }, format: 'esm', outExtension: { '.js': '.mjs' }, external: ['tenantlint/session'] }),
]);
