// How often the verdicts of call sites agree with labels written by hand:
//   node test/bench/accuracy.mjs LABELS.jsonl [PRODUCT]
// One label a line: {"path":"src/routes/a.ts","line":12,"verdict":"scoped"|"guarded"|"injected"|"by-design"|"leak"}.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [labels, product = '.'] = process.argv.slice(2);
if (!labels) throw new Error('usage: node test/bench/accuracy.mjs LABELS.jsonl [PRODUCT]');
const cli = fileURLToPath(new URL('../../packages/cli/bin/tenantlint.js', import.meta.url));
const { sites } = JSON.parse(execFileSync(process.execPath, [cli, 'inspect', '--format', 'json'], { cwd: product, encoding: 'utf8', maxBuffer: 1 << 30 }));
const wanted = readFileSync(labels, 'utf8').split('\n').filter((l) => l.trim() !== '').map((l) => JSON.parse(l));

const count = { labels: 0, agree: 0, unknown: 0, found: 0, missed: 0, provenRight: 0, provenWrong: 0 };
for (const label of wanted) {
  const near = sites.filter((s) => s.file === label.path && Math.abs(s.line - label.line) <= 3).sort((a, b) => Math.abs(a.line - label.line) - Math.abs(b.line - label.line))[0];
  const verdict = near?.verdict ?? 'unknown';
  count.labels++;
  if (verdict === label.verdict) count.agree++;
  else console.log(`${label.path}:${label.line} ${label.verdict}, here ${near ? `${verdict}/${near.certainty}: ${near.why.join('; ')}` : 'not seen'}`);
  if (verdict === 'unknown') count.unknown++;
  if (label.verdict === 'leak') count[verdict === 'leak' ? 'found' : 'missed']++;
  if (verdict === 'leak' && near.certainty === 'proven') count[label.verdict === 'leak' ? 'provenRight' : 'provenWrong']++;
}
const share = (part, whole) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
console.log(`${count.labels} labels: agreement ${share(count.agree, count.labels)}, unknown ${share(count.unknown, count.labels)}`);
console.log(`leaks: recall ${share(count.found, count.found + count.missed)} (${count.found} of ${count.found + count.missed}); proven findings: precision ${share(count.provenRight, count.provenRight + count.provenWrong)} (${count.provenRight} right, ${count.provenWrong} wrong)`);
