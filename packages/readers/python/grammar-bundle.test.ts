import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';

// Within the package, because the bundle finds web-tree-sitter from its own place.
const parent = path.join(import.meta.dirname, '../dist');
fs.mkdirSync(parent, { recursive: true });
const directory = fs.mkdtempSync(path.join(parent, 'bundle-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));

const entry = `
  import { loadPython, lowerFile } from ${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))};
  const parser = await loadPython();
  console.log(lowerFile({ path: 'a.py', text: 'class A(B): x: int = 1' }, parser).body.map((s) => s.kind).join(' '));
`;

test('bundled as ESM, the grammar is found beside the bundle', async () => {
  const outfile = path.join(directory, 'main.mjs');
  await build({
    stdin: { contents: entry, resolveDir: directory, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['web-tree-sitter'],
    outfile,
    logLevel: 'silent',
  });
  fs.copyFileSync(path.join(import.meta.dirname, 'tree-sitter-python.wasm'), path.join(directory, 'tree-sitter-python.wasm'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'class\n', stderr: '' });
});
