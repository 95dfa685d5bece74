// Processor time of an answer to an editor whose project is resident, per edit: a migration of 75 KB in a history, a
// route of 62 KB in a product of code, and a component that asks no database.
//   node test/bench/editor.mjs [--files 100]   (after a build)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { generate } from './gen-code.mjs';

const at = process.argv.indexOf('--files');
const files = at < 0 ? 100 : Number(process.argv[at + 1]);
const here = path.dirname(fileURLToPath(import.meta.url));
const { Session } = await import(pathToFileURL(path.join(here, '../../packages/cli/dist/bundle/session.js')).href);
const dir = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-editor-'));

try {
  const history = path.join(dir, 'history');
  execFileSync(process.execPath, [path.join(here, 'gen-migrations.mjs'), '--out', path.join(history, 'migrations'), '--files', String(files), '--stmts', '30', '--seed', '7']);
  const big = grown(readFileSync(path.join(history, 'migrations', readdirSync(path.join(history, 'migrations')).sort().at(-1)), 'utf8'), 75_000, (text, n) => text.replace(/\b(create (?:unique )?index (?:concurrently )?(?:if not exists )?|create table (?:if not exists )?|create policy )("?)/gi, `$1$2v${n}_`));
  await measured('migration of 75 KB', history, 'migrations/99999999999999_big.sql', big, (n) => `${big}\nalter table organizations add column edited_${n} text;\n`);

  const product = path.join(dir, 'product');
  mkdirSync(product);
  generate(product, Math.round(files / 5));
  const route = readdirSync(product, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts') && /findMany|findFirst/.test(readFileSync(path.join(product, f), 'utf8'))).sort()[0];
  const code = grown(readFileSync(path.join(product, route), 'utf8'), 62_000, (text, n) => text.replace(/^import .*$/gm, '').replace(/\bfunction (\w+)/g, `function $1_${n}`));
  await measured('route of 62 KB', product, route.split(path.sep).join('/'), code, (n) => `${code}\nexport const edited${n} = ${n};\n`);
  await measured('component', product, 'src/Button.tsx', 'export const Button = () => null;\n', (n) => `export const Button = () => <b>${n}</b>;\n`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function grown(text, size, again) {
  let all = text;
  for (let n = 1; all.length < size; n++) all += `\n${again(text, n)}`;
  return all;
}

async function measured(what, folder, file, text, edited) {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
  const session = new Session(folder);
  const spent = async (run) => {
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  const first = await spent(() => session.about(file, text));
  const times = [];
  for (let n = 0; n < 12; n++) times.push(await spent(() => session.about(file, edited(n))));
  const sorted = times.slice(2).sort((a, b) => a - b);
  console.log(`${what.padEnd(20)} first ${first.toFixed(0).padStart(6)} ms   an edit ${sorted[Math.floor(sorted.length / 2)].toFixed(1).padStart(7)} ms`);
}
