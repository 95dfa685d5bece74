import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';

// Within the package, because the bundle finds libpg-query from its own place.
const parent = path.join(import.meta.dirname, '../dist');
fs.mkdirSync(parent, { recursive: true });
const directory = fs.mkdtempSync(path.join(parent, 'bundle-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));

const entry = `
  import { holdBackWasmTierUp, parseStatement } from ${JSON.stringify(path.join(import.meta.dirname, 'grammar.ts'))};
  holdBackWasmTierUp();
  const texts = ['select 1', 'selec 1', 'select ' + 'a+'.repeat(10000) + 'a', 'select 2'];
  console.log(texts.map((text) => parseStatement(text).ok).join(' '));
`;

test('bundled as ESM: works, prints nothing of its own, leaves the exit code alone', async () => {
  const outfile = path.join(directory, 'main.mjs');
  await build({
    stdin: { contents: entry, resolveDir: directory, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['libpg-query'],
    outfile,
    logLevel: 'silent',
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'true false false true\n', stderr: '' });
});
