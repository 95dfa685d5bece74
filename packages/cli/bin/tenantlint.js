#!/usr/bin/env node
import { existsSync, mkdirSync, statSync } from 'node:fs';
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) refuse(`Node 20.19 or later is needed, and this is ${process.versions.node}`);
const bundle = new URL('../dist/bundle/main.js', import.meta.url);
if (!existsSync(bundle)) refuse('not built yet; run `pnpm build` first');
// A run is over before most of its code would have paid for being optimised: with V8's own budget, Node 20 spends a
// fifth of the processor time on that. Code that runs for long is optimised all the same; later versions wait by themselves.
if (major === 20) v8.setFlagsFromString('--interrupt-budget=500000');
keepCompiled();
const { main } = await import(bundle.href);
process.exitCode = await main(process.argv.slice(2), process);

/**
 * From Node 22 on compiled code is kept between runs, half of what loading the TypeScript compiler costs. What lies there
 * is run as it is: not in the folder for temporary files, where others may write as well, and never in what is linted.
 */
function keepCompiled() {
  const folder = path.join(os.homedir(), '.cache', 'tenantlint-code');
  const outside = path.relative(process.cwd(), folder).startsWith('..');
  if (!module.enableCompileCache || !outside) return;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    if (process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)) module.enableCompileCache(folder);
  } catch {
    // A home that cannot be written to.
  }
}

function refuse(reason) {
  process.stderr.write(`tenantlint: ${reason}\n`);
  process.exit(2);
}
