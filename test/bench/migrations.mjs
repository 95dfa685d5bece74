// Lock findings beside squawk's, on the same generated history: how many, how many true, how long.
// Each file counts as a deploy of its own. Truth is Postgres': PGlite runs every statement in a transaction of its own, and
// pg_locks says which tables that were there before the file it locks against writers (SHARE or stronger).
// Postgres needs minutes for a thousand files: what it said of a file is kept below --keep, and a run that was stopped goes on there.
//   node test/bench/migrations.mjs [--files 100] [--stmts 30] [--seed 7] [--rounds 5] [--keep DIR]
import { Buffer } from 'node:buffer';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { squawk } from './squawk.mjs';

const given = (name) => {
  const i = process.argv.indexOf(`--${name}`);
  return i < 0 ? undefined : process.argv[i + 1];
};
const option = (name, fallback) => Number(given(name) ?? fallback);
const here = path.dirname(fileURLToPath(import.meta.url));
const bin = path.join(here, '../../packages/cli/bin/tenantlint.js');
const keep = given('keep');
const work = keep === undefined ? mkdtempSync(path.join(os.tmpdir(), 'tenantlint-migrations-')) : path.resolve(keep, ['files', 'stmts', 'seed'].map((name, i) => option(name, [100, 30, 7][i])).join('-'));
mkdirSync(work, { recursive: true });
const migrations = path.join(work, 'migrations');
const report = path.join(work, 'report.json');

/** What neither locks nor breaks readers: style, settings, transactions. They have no truth in pg_locks. */
const STYLE = { squawk: /^(prefer-|require-(lock|statement)-timeout|require-timeout|require-enum|require-table-schema|ban-char|identifier|transaction-nesting|ban-create-domain)/, tenantlint: /^(type-discouraged|statement-not-repeatable|name-cut-off|lock-timeout-missing|transaction-|enum-value-unsafe|backfill-)/ };

try {
  const made = JSON.parse(execFileSync(process.execPath, [path.join(here, 'gen-migrations.mjs'), '--out', migrations, '--files', String(option('files', 100)), '--stmts', String(option('stmts', 30)), '--seed', String(option('seed', 7))], { encoding: 'utf8' }));
  console.log(`Node ${process.version}, ${os.cpus().length} cores; ${made.files} files, ${made.statements} statements`);
  const mine = (await import('../../packages/cli/dist/bundle/index.js')).lint;
  const files = readdirSync(migrations).filter((f) => f.endsWith('.sql')).sort();
  const sources = files.map((f) => ({ path: `migrations/${f}`, text: readFileSync(path.join(migrations, f), 'utf8') }));
  const { blocking, statementAt } = await truth(sources);
  const [native] = squawk();
  const runs = {
    tenantlint: { command: process.execPath, args: [bin, '--no-cache', '--all-migrations', '--preset', 'audit', '--format', 'json', '--output', report] },
    ...(native ? { squawk: { command: native, args: ['--reporter', 'json', ...files.map((f) => `migrations/${f}`)] } } : {}),
  };
  const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  let theirs = '[]';
  for (let round = 0; round < option('rounds', 5); round++) {
    for (const [name, { command, args }] of Object.entries(runs)) {
      const start = performance.now();
      const { stdout } = spawnSync(command, args, { cwd: work, encoding: 'utf8', maxBuffer: 1 << 29 });
      times[name].push(performance.now() - start);
      if (name === 'squawk') theirs = stdout;
    }
  }
  const lockRules = new Set(readdirSync(path.join(here, '../../rules')).filter((id) => /-at-once$|-in-place$|-renamed$|-dropped$|-unsafe(ly)?$|^(index-not-concurrent|concurrent-in-transaction|column-type-rewritten|table-rewritten|default-volatile|locks-held-together|lock-timeout-missing|transaction-|type-discouraged|statement-not|backfill|name-cut)/.test(id)));
  const own = await mine({ sources, preset: 'audit', pending: 'all' });
  const findings = {
    tenantlint: own.findings.filter((f) => lockRules.has(f.rule)).map((f) => ({ rule: f.rule, statement: statementAt(f.at.file, f.at.start) })),
    squawk: JSON.parse(theirs).map((f) => ({ rule: f.rule_name, statement: statementAt(f.file, offsetOf(sources, f)) })),
  };
  console.log(`\n${'tool'.padEnd(11)} findings   style   locks: said   true  false   blocking statements told of     time`);
  for (const name of Object.keys(runs)) {
    const all = findings[name];
    const locks = all.filter((f) => !STYLE[name].test(f.rule));
    const right = locks.filter((f) => blocking.has(f.statement)).length;
    const told = new Set(locks.map((f) => f.statement));
    const found = [...blocking].filter((s) => told.has(s)).length;
    const median = times[name].sort((a, b) => a - b)[Math.floor(times[name].length / 2)];
    console.log(`${name.padEnd(11)} ${String(all.length).padStart(8)} ${String(all.length - locks.length).padStart(7)} ${String(locks.length).padStart(13)} ${String(right).padStart(6)} ${String(locks.length - right).padStart(6)}   ${`${found} of ${blocking.size}`.padStart(27)} ${`${Math.round(median)} ms`.padStart(9)}`);
    const wrong = new Map();
    for (const f of locks) if (!blocking.has(f.statement)) wrong.set(f.rule, (wrong.get(f.rule) ?? 0) + 1);
    for (const [rule, n] of [...wrong].sort((a, b) => b[1] - a[1])) console.log(`            ${String(n).padStart(5)} false: ${rule}`);
  }
} finally {
  if (keep === undefined) rmSync(work, { recursive: true, force: true });
}

/** Statements that lock a table of an earlier file against writers, and the statement at a place. */
async function truth(sources) {
  const require = createRequire(import.meta.url);
  const { parseSync, loadModule } = require('libpg-query');
  await loadModule();
  const pg = await PGlite.create();
  const log = path.join(work, 'truth.jsonl');
  // A line that was cut off is none.
  const known = new Map((existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []).map((line) => JSON.parse(line)).map((said) => [said.file, said.blocking]));
  const blocking = new Set();
  const starts = new Map();
  for (const { path: file, text } of sources) {
    const bytes = Buffer.from(text);
    const list = parseSync(text).stmts.map((s) => ({ from: s.stmt_location ?? 0, to: (s.stmt_location ?? 0) + (s.stmt_len ?? bytes.length) }));
    starts.set(file, list.map(({ from }) => bytes.subarray(0, from).toString().length));
    let found = known.get(file);
    if (found === undefined) {
      found = [];
      const before = (await pg.query("select coalesce(array_agg(oid::int), '{}') as oids from pg_class where relkind in ('r', 'p') and oid > 16383")).rows[0].oids;
      for (const { from, to } of list) {
        const sql = bytes.subarray(from, to).toString();
        await pg.exec(`begin; ${sql}`);
        const { rows } = await pg.query("select 1 from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and relation::int = any($1) and mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') limit 1", [before]);
        await pg.exec('commit');
        if (rows.length > 0) found.push(bytes.subarray(0, from).toString().length);
      }
      appendFileSync(log, `${JSON.stringify({ file, blocking: found })}\n`);
    } else await pg.exec(text);
    for (const start of found) blocking.add(`${file}:${start}`);
    if (process.stderr.isTTY) process.stderr.write(`\r${starts.size} of ${sources.length} files asked of Postgres `);
  }
  await pg.close();
  const statementAt = (file, offset) => {
    const list = starts.get(file) ?? [];
    let at = 0;
    for (const start of list) if (start <= offset) at = start;
    return `${file}:${at}`;
  };
  return { blocking, statementAt };
}

function offsetOf(sources, { file, line, column }) {
  const text = sources.find((s) => s.path === file)?.text ?? '';
  let at = 0;
  for (let i = 0; i < line; i++) at = text.indexOf('\n', at) + 1;
  return at + column;
}
