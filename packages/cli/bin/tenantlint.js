#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import v8 from 'node:v8';

const bundle = new URL('../dist/bundle/main.js', import.meta.url);
if (!existsSync(bundle)) {
  process.stderr.write('tenantlint: not built yet; run `pnpm build` first\n');
  process.exit(2);
}
// A run is over before most of its code would have paid for being optimised: with V8's own budget, Node 20 spends a
// fifth of the processor time on that. Code that runs for long is optimised all the same; later versions wait by themselves.
if (process.versions.node.startsWith('20.')) v8.setFlagsFromString('--interrupt-budget=500000');
// From Node 22 on: compiled code is kept between runs, half of what loading the TypeScript compiler costs.
module.enableCompileCache?.();
const { main } = await import(bundle.href);
process.exitCode = await main(process.argv.slice(2), process);
