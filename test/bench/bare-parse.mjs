// The floor: every file of a folder through libpg-query, and nothing else.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import v8 from 'node:v8';

// As the linter does: without it Node waits at exit for an optimiser that nobody needs any more.
v8.setFlagsFromString('--wasm-tier-up-filter=0');
const { loadModule, parseSync } = await import('libpg-query');
await loadModule();
const dir = process.argv[2];
for (const file of readdirSync(dir).sort()) if (file.endsWith('.sql')) parseSync(readFileSync(path.join(dir, file), 'utf8'));
