// Processor time and memory of the call-site analysis by the number of files, against the bare TypeScript parser over
// the same files: time has to grow with the files, and no faster.
//   node test/bench/code.mjs [--files 1000,2000,4000,15000]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { generate } from './gen-code.mjs';

const at = process.argv.indexOf('--files');
const counts = (at < 0 ? '1000,2000,4000,15000' : process.argv[at + 1]).split(',').map(Number);
const here = path.dirname(fileURLToPath(import.meta.url));
const cli = path.join(here, '../../packages/cli');
const compiler = pathToFileURL(path.join(cli, '../readers/node_modules/@ts-morph/common/dist/ts-morph-common.js')).href;
const USED = `const used = process.resourceUsage(); console.log(JSON.stringify({ seconds: (used.userCPUTime + used.systemCPUTime) / 1e6, megabytes: Math.round(used.maxRSS / 1024), sites: globalThis.sites }));`;

const run = (code, cwd, ...args) => JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', `${code}\n${USED}`, ...args], { cwd, encoding: 'utf8', maxBuffer: 1e8 }));

for (const count of counts) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-code-'));
  try {
    const files = generate(dir, Math.round(count / 5));
    writeFileSync(path.join(dir, 'files.json'), JSON.stringify(files));
    const bare = run(`import { readFileSync } from 'node:fs'; const { ts } = (await import('${compiler}')).default; for (const file of JSON.parse(readFileSync('files.json', 'utf8'))) ts.createSourceFile(file, readFileSync(file, 'utf8'), 9, false);`, dir);
    const report = path.join(dir, 'report.json');
    const own = run(`import { readFileSync } from 'node:fs'; const { main } = await import('${pathToFileURL(path.join(cli, 'dist/bundle/main.js')).href}'); await main(['inspect', '--format', 'json', '--output', '${report}'], process); globalThis.sites = JSON.parse(readFileSync('${report}', 'utf8')).sites.length;`, dir);
    console.log(`${String(files.length).padStart(6)} files  parser alone ${bare.seconds.toFixed(2)} s ${bare.megabytes} MB   tenantlint ${own.seconds.toFixed(2)} s ${own.megabytes} MB   ${(own.seconds / bare.seconds).toFixed(1)} × the parser, ${((own.seconds / files.length) * 1000).toFixed(2)} ms a file, ${own.sites} sites`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
