#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

const bundle = new URL('../dist/bundle/main.js', import.meta.url);
if (!existsSync(bundle)) {
  process.stderr.write('tenantlint: not built yet; run `pnpm build` first\n');
  process.exit(2);
}
// From Node 22 on: compiled code is kept between runs, half of what loading the TypeScript compiler costs.
module.enableCompileCache?.();
const { main } = await import(bundle.href);
process.exitCode = await main(process.argv.slice(2), process);
