// Whole-process times of the linter against the bare parser and against squawk, on the same files in the same run.
// Rounds are interleaved, so that a busy moment of the machine hits all alike; the figure to look at is the ratio.
//   pnpm bench [--rounds 5] [--files 1000] [--stmts 30] [--seed 7]
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { squawk } from './squawk.mjs';

const option = (name, fallback) => {
  const i = process.argv.indexOf(`--${name}`);
  return i < 0 ? fallback : Number(process.argv[i + 1]);
};
const rounds = option('rounds', 5);
const here = path.dirname(fileURLToPath(import.meta.url));
const bin = path.join(here, '../../packages/cli/bin/tenantlint.js');
const work = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-bench-'));
const history = path.join(work, 'history');
const migrations = path.join(history, 'migrations');
const one = path.join(work, 'one');

try {
  const made = JSON.parse(execFileSync(process.execPath, [path.join(here, 'gen-migrations.mjs'), '--out', migrations, '--files', String(option('files', 1000)), '--stmts', String(option('stmts', 30)), '--seed', String(option('seed', 7))], { encoding: 'utf8' }));
  execFileSync(process.execPath, [path.join(here, 'gen-migrations.mjs'), '--out', path.join(one, 'migrations'), '--files', '1', '--stmts', '30', '--seed', '7', '--no-bootstrap']);
  console.log(`Node ${process.version}, ${os.cpus().length} cores; ${made.files} files, ${made.statements} statements, ${(made.bytes / 1e6).toFixed(1)} MB; medians of ${rounds} interleaved rounds`);
  const node = (args, cwd) => ({ command: process.execPath, args, cwd });
  const peers = squawk();
  await table('history', 'bare libpg-query', [
    ['bare libpg-query', node([path.join(here, 'bare-parse.mjs'), migrations], here)],
    ['tenantlint check', node([bin, '--no-cache', '--format', 'json', '--output', path.join(work, 'report.json')], history)],
    ['nothing changed', node([bin, '--format', 'json', '--output', path.join(work, 'report.json')], history)],
    ...peers.map((command) => ['squawk', { command, args: ['--reporter', 'json', 'migrations/*.sql'], cwd: history }]),
  ]);
  await table('one migration', 'empty process', [
    ['empty process', node(['-e', '0'], here)],
    ['tenantlint check', node([bin, '--no-cache', '--format', 'json', '--output', path.join(work, 'report.json')], one)],
    ...peers.map((command) => ['squawk', { command, args: ['--reporter', 'json', 'migrations/*.sql'], cwd: one }]),
  ]);
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function table(title, base, contestants) {
  const times = new Map(contestants.map(([name]) => [name, []]));
  const memory = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const [name, contestant] of contestants) {
      const { ms, megabytes } = await measure(contestant);
      times.get(name).push(ms);
      memory.set(name, Math.max(memory.get(name) ?? 0, megabytes));
    }
  }
  const median = (name) => times.get(name).sort((a, b) => a - b)[Math.floor(rounds / 2)];
  console.log(`\n${title}`);
  for (const [name] of contestants) {
    const others = contestants.filter(([other]) => other !== name).map(([other]) => `${(median(name) / median(other)).toFixed(2)} × ${other}`);
    console.log(`  ${name.padEnd(18)} ${`${Math.round(median(name))} ms`.padStart(8)} ${`${memory.get(name) || '?'} MB`.padStart(8)}${name === base ? '' : `   ${others.join(', ')}`}`);
  }
}

/** One run from spawn to exit, and the most memory that it held (where /proc says so). */
function measure({ command, args, cwd }) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { cwd, stdio: 'ignore' });
    let megabytes = 0;
    const look = setInterval(() => {
      try {
        megabytes = Math.max(megabytes, Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024));
      } catch {
        // Gone already, or no /proc here.
      }
    }, 10);
    child.on('error', reject);
    child.on('exit', () => {
      clearInterval(look);
      resolve({ ms: performance.now() - start, megabytes });
    });
  });
}
