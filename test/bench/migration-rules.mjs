// What the rules that look at migrations add to reading and replaying a history: processor time, each in a process of its own,
// the least of several interleaved rounds. Every migration is judged as pending, which is the dearest case.
//   node test/bench/migration-rules.mjs [--rounds 3] FOLDER…
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.join(here, '../../rules');
const given = process.argv.indexOf('--rounds');
const rounds = given < 0 ? 3 : Number(process.argv[given + 1]);
const products = process.argv.slice(2).filter((_, i) => given < 0 || (i + 2 !== given && i + 1 !== given));

const rules = readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory() && readdirSync(path.join(folder, e.name)).includes('rule.ts')).map((e) => e.name);
const aboutSteps = new Set(rules.filter((id) => /^ {4}step\(/m.test(readFileSync(path.join(folder, id, 'rule.ts'), 'utf8'))));
const asked = {
  replay: [],
  others: rules.filter((id) => !aboutSteps.has(id)),
  all: rules,
};

const ms = (n) => `${n.toFixed(0)} ms`.padStart(9);
console.log(`${aboutSteps.size} of ${rules.length} rules look at migrations; Node ${process.version}\n${'steps'.padStart(6)} ${'replay'.padStart(9)} ${'others'.padStart(9)} ${'added'.padStart(9)}    of replay`);
for (const product of products) {
  const least = { replay: Infinity, others: Infinity, all: Infinity };
  let steps = 0;
  for (let round = 0; round < rounds; round++) {
    for (const [name, ids] of Object.entries(asked)) {
      const ran = measure(product, ids);
      least[name] = Math.min(least[name], ran.ms);
      steps = ran.steps;
    }
  }
  const added = least.all - least.others;
  console.log(`${String(steps).padStart(6)} ${ms(least.replay)} ${ms(least.others - least.replay)} ${ms(added)} ${`${((100 * added) / least.replay).toFixed(0)} %`.padStart(8)}   ${path.basename(path.resolve(product))}`);
}

/** Processor time from when the linter is loaded to its answer. */
function measure(cwd, ids) {
  const script = `
    import v8 from 'node:v8';
    v8.setFlagsFromString('--wasm-tier-up-filter=0');
    if (process.versions.node.startsWith('20.')) v8.setFlagsFromString('--interrupt-budget=500000');
    const { lint } = await import(${JSON.stringify(path.join(here, '../../packages/cli/dist/bundle/index.js'))});
    const before = process.cpuUsage();
    const { summary } = await lint({ cwd: ${JSON.stringify(path.resolve(cwd))}, preset: 'audit', pending: 'all', rules: ${JSON.stringify(ids)}, config: { ignore: ['**/*.{ts,tsx,js,jsx,mjs,cjs,vue,svelte,py}'] } });
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ ms: (user + system) / 1000, steps: summary.steps }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}
