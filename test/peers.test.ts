import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { rules } from '@tenantlint/rules';
import { lint, type PendingFiles } from 'tenantlint';
import { squawk } from './bench/squawk.mjs';
import { BASE, EXAMPLES } from './peers-examples.ts';
import { PEERS, UNANSWERED } from './peers.ts';

const answers = new Map<string, string[]>();
for (const rule of rules) for (const source of rule.sources) answers.set(`${source.tool} ${source.rule}`, [...(answers.get(`${source.tool} ${source.rule}`) ?? []), rule.id]);
const reasonOf = (tool: string, check: string) => UNANSWERED[tool]?.[check];

test('every check of the peers is answered by a rule or left out for a reason', () => {
  const open = Object.entries(PEERS).flatMap(([tool, checks]) => checks.filter((check) => !answers.has(`${tool} ${check}`) && reasonOf(tool, check) === undefined).map((check) => `${tool} ${check}`));
  expect(open).toEqual([]);
});

test('nothing is left out that a rule answers, and no rule names a check that its peer does not have', () => {
  const both = Object.entries(UNANSWERED).flatMap(([tool, checks]) => Object.keys(checks).filter((check) => answers.has(`${tool} ${check}`) || !(PEERS[tool] ?? []).includes(check)));
  const unknown = rules.flatMap((rule) => rule.sources.filter(({ tool, rule: check }) => PEERS[tool] !== undefined && !(PEERS[tool] ?? []).includes(check)).map((s) => `${rule.id}: ${s.tool} ${s.rule}`));
  expect({ both, unknown }).toEqual({ both: [], unknown: [] });
});

/** Checks that have no SQL of their own: about another database, another language, or the linter itself. */
const exampleOf = (tool: string, check: string) => EXAMPLES[tool]?.[check];
/** Asked of any statement, whoever made its table and when. */
const ANY_STATE: ReadonlySet<string> = new Set(['type-discouraged', 'statement-not-repeatable', 'name-cut-off', 'timestamp-without-zone', 'foreign-key-unindexed', 'transaction-nested', 'transaction-open', 'concurrent-in-transaction']);
const answering = rules.filter((r) => r.sources.some((s) => PEERS[s.tool] !== undefined)).map((r) => r.id);

/** Rules that speak of a change behind the base, which is history, or part of the same deploy. */
async function spoken(example: string, base: 'applied' | 'same deploy', preset: 'audit' | 'recommended'): Promise<readonly string[]> {
  const pending: PendingFiles = (file) => base === 'same deploy' || file.endsWith('002_change.sql');
  const version = /^-- Postgres (\d+)/.exec(example)?.[1];
  const config = version === undefined ? {} : { migrations: { postgres: Number(version) } };
  const { findings } = await lint({ sources: [{ path: 'migrations/001_init.sql', text: BASE }, { path: 'migrations/002_change.sql', text: `${example}\n` }], preset, rules: answering, pending, config });
  return [...new Set(findings.filter((f) => f.at.file.endsWith('002_change.sql')).map((f) => f.rule))];
}

describe.each(Object.keys(PEERS))('%s', (tool) => {
  const checks = PEERS[tool] ?? [];
  const examples = [...new Set(checks.map((check) => exampleOf(tool, check) ?? ''))].filter((example) => example !== '');

  test('each check that is answered has an example, and the rule that is named finds it', async () => {
    const wrong: string[] = [];
    for (const check of checks) {
      const [ids, example] = [answers.get(`${tool} ${check}`) ?? [], exampleOf(tool, check)];
      if (ids.length === 0) continue;
      const said = example === undefined ? [] : await spoken(example, 'applied', 'audit');
      if (!ids.every((id) => said.includes(id))) wrong.push(`${check}: ${ids.join(', ')} of ${said.join(', ')}`);
    }
    expect(wrong).toEqual([]);
  });

  test('what is left out is not found by default', async () => {
    const wrong: string[] = [];
    for (const check of checks) {
      const example = exampleOf(tool, check);
      if (reasonOf(tool, check) !== undefined && example !== undefined) wrong.push(...(await spoken(example, 'applied', 'recommended')).map((id) => `${check}: ${id}`));
    }
    expect(wrong).toEqual([]);
  });

  test('nobody waits for a table of the same deploy', async () => {
    const wrong: string[] = [];
    for (const example of examples) if (!example.includes('database')) wrong.push(...(await spoken(example, 'same deploy', 'audit')).filter((id) => !ANY_STATE.has(id)).map((id) => `${example}: ${id}`));
    expect(wrong).toEqual([]);
  });
});

const [binary] = squawk();

test.skipIf(binary === undefined)('examples of squawk are what squawk finds', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-peers-'));
  try {
    // Two names of one check, and one of two; an ignore that is in vain is no SQL.
    const own = (PEERS['squawk'] ?? []).filter((check) => exampleOf('squawk', check) !== undefined && check !== 'prefer-timestamptz' && check !== 'require-timeout-settings');
    for (const check of own) writeFileSync(path.join(folder, `${check}.sql`), `${exampleOf('squawk', check) ?? ''}\n`);
    const { stdout } = spawnSync(binary ?? '', ['--reporter', 'json', '--pg-version', '19', '--include', 'require-table-schema', ...own.map((check) => `${check}.sql`)], { cwd: folder, encoding: 'utf8' });
    const found = new Set((JSON.parse(stdout) as { file: string; rule_name: string }[]).map((f) => `${f.file} ${f.rule_name}`));
    expect(own.filter((check) => !found.has(`${check}.sql ${check}`))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the page that tells so is up to date', () => {
  const file = fileURLToPath(new URL('../rules/PEERS.md', import.meta.url));
  const link = (id: string) => `[${id}](${id}/README.md)`;
  const shown = (example: string | undefined) => (example === undefined ? '' : `\`${example.replaceAll('\n', ' ')}\``);
  const table = (tool: string, checks: readonly string[]) => [`## ${tool}`, '', '| check | found by | in |', '|---|---|---|', ...[...checks].sort().map((check) => `| ${check} | ${(answers.get(`${tool} ${check}`) ?? []).sort().map(link).join(', ') || `none: ${reasonOf(tool, check) ?? ''}`} | ${shown(exampleOf(tool, check))} |`), ''];
  const page = ['# Checks of other linters', '', 'Where each check of six linters for migrations is found here, and a statement that shows it. Its tables are in use: of tables that the same deploy creates, rules about locks say nothing. Printed by `test/peers.test.ts -u`, which asks the linter (and squawk) about each statement; `test/oracle/locks.test.ts` holds the locks, scans and rewrites of these statements against a real Postgres.', '', ...Object.entries(PEERS).flatMap(([tool, checks]) => table(tool, checks))].join('\n');
  if (process.env['UPDATE'] === '1') writeFileSync(file, page);
  expect(readFileSync(file, 'utf8')).toBe(page);
});
